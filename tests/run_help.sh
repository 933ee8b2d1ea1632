#!/bin/bash
# run_help.sh - every program prints its help and version, refuses a wrong option with status 64, and needs no socket for any of it.
set -u
bin=$1 status=0 folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "FAIL: $*"; status=1; }

try() { # program and subcommand, then words: what it must print (or nothing) and its status
    local want_status=$1 want=$2 got
    shift 2
    got=$("$@" 2>&1)
    local is=$?
    [ $is = "$want_status" ] || fail "$* ended with $is, not $want_status: $got"
    [[ $got == *"$want"* ]] || fail "$* did not say '$want': $got"
}

programs=0
for name in ingest normalize tag dedup report; do
    program=$bin/wiredesk-$name
    [ -x "$program" ] || { fail "wiredesk-$name is not built"; continue; }
    programs=$((programs + 1))
    try 0 "Usage: wiredesk-$name" "$program" --help
    try 0 "--state=DIR" "$program" --help
    try 0 "wiredesk-$name 0." "$program" --version
    try 64 "no option '--no-such-option'" "$program" --no-such-option
    try 64 "must be a whole number" "$program" --replica=many
    try 64 "no option" env WIREDESK_STATE=/nowhere "$program" --nowhere
    try 0 "" env "WIREDESK_STATE=$PWD/never-made" "$program" --check
    try 64 "/no/such/folder" "$program" --check --state /no/such/folder/state
    try 1 "" "$program" --probe --state "$PWD/never-made"
    [ ! -e never-made ] || fail "wiredesk-$name --check made the state directory"
done

desk=$bin/wiredesk
try 0 "feed" "$desk" --help
try 0 "wiredesk 0." "$desk" --version
try 64 "no command 'fead'" "$desk" fead
try 64 "Usage:" "$desk"
try 0 "--from" "$desk" completion-words tail
try 0 "complete -F" "$desk" completion bash
for command in up feed tail status show search export keygen; do
    try 0 "Usage: wiredesk $command" "$desk" $command --help
    try 0 "Usage: wiredesk $command" "$desk" help $command
    try 0 "wiredesk $command 0." "$desk" $command --version
    try 64 "no option '--no-such-option'" "$desk" $command --no-such-option
done
try 64 "name files" "$desk" feed
try 64 "WIREDESK_WINDOW" env WIREDESK_WINDOW=0 "$desk" feed -
try 64 "--meta 'colour=red'" "$desk" feed --meta colour=red -
try 64 "normalize=N or tag=N" "$desk" up --scale report=2 --state "$folder"
try 64 "--stream and --replay" "$desk" tail --stream tcp://127.0.0.1:1
try 64 "at least one word" "$desk" search -- -ferry
try 64 "name one of: articles entities" "$desk" export everything
try 75 "no ledger in" "$desk" search ferry --state "$PWD/never-made"
try 75 "no ledger in" "$desk" export quotes --state "$PWD/never-made"
try 75 "no ledger in" "$desk" show s1 --state "$PWD/never-made"
try 1 "not started" "$desk" status --state "$PWD/never-made"
echo "$programs daemons and 8 commands asked"
exit $status
