#!/bin/bash
# run_disk_full.sh - a journal at its ceiling, and a full disk under it: feeders are told busy, never acked, and all goes on when there is room.
set -u
bin=$1

# A mount of our own needs a mount namespace: as root, or as nobody in particular where user namespaces are allowed.
if [ -z "${WIREDESK_IN_NAMESPACE-}" ]; then
    try=(unshare --mount)
    [ "$(id -u)" = 0 ] || try=(unshare --user --map-root-user --mount)
    if "${try[@]}" sh -c 'd=$(mktemp -d) && mount -t tmpfs -o size=1m none "$d" && umount "$d" && rmdir "$d"' 2>/dev/null; then
        WIREDESK_IN_NAMESPACE=yes exec "${try[@]}" "$0" "$bin"
    fi
    WIREDESK_IN_NAMESPACE=no exec "$0" "$bin"
fi

work=$(mktemp -d) || exit 1
pids=() status=0
fail() { echo "FAIL: $*"; status=1; }
end_all() {
    local pid
    for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null; done
    pids=()
}
trap 'end_all; mountpoint -q "$work/full/journal" && umount "$work/full/journal"; rm -rf "$work"' EXIT

start() { # stage, state, further options
    local stage=$1 state=$2
    shift 2
    "$bin/wiredesk-$stage" --state "$state" "$@" 2>>"$state/log" &
    pids+=($!)
}
wait_for() { # seconds, then a command that shall succeed
    local left=$(($1 * 10))
    shift
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ $left -gt 0 ] || return 1
        sleep 0.1
    done
}
journal() { # a number of the journal's
    "$bin/wiredesk" status --state "$1" --json | sed -n "s/.*\"journal\":{[^}]*\"$2\":\([0-9]*\).*/\1/p"
}
is_ready() { "$bin/wiredesk" status --state "$1" | grep -q '^ingest.* up '; }

documents=1500
mkdir "$work/in"
for ((i = 0; i < documents; i++)); do
    printf '{"id":"d%d","title":"Storm number %d reaches the coast","text":"%s"}\n' $i $i "$(head -c 3000 /dev/urandom | base64 -w 0 | sed 's/.\{7\}/& /g')"
done >"$work/in/storms.jsonl"

# $1: state; further: options of ingest; $make_room is run once feeders have been told busy.
scene() {
    local state=$1
    shift
    start ingest "$state" "$@"
    wait_for 20 is_ready "$state" || { fail "ingest is not up"; cat "$state/log"; return; }
    "$bin/wiredesk" feed --state "$state" --piece 16K --window 8 "$work/in" >"$state/feed.out" 2>"$state/feed.err" &
    local feed=$!
    wait_for 60 grep -q 'ingest is busy' "$state/feed.err" || fail "the feeder was never told busy"
    sleep 1
    local held
    held=$(journal "$state" accepted)
    echo "told busy with $held of $documents documents in the journal"
    if [ "${held:-0}" -lt 1 ] || [ "${held:-0}" -ge $documents ]; then fail "the journal holds ${held:-nothing}"; fi
    kill -0 $feed 2>/dev/null || fail "the feeder gave up"
    [ "$(journal "$state" in_flight)" = "$held" ] || fail "in flight is not what was accepted"
    $make_room
    for stage in report dedup tag normalize; do start $stage "$state"; done
    wait $feed
    local fed=$?
    cat "$state/feed.out" "$state/feed.err"
    [ $fed = 0 ] || fail "the feeder ended with $fed"
    grep -q "accepted $documents documents" "$state/feed.out" || fail "the feeder was not acked $documents documents"
    "$bin/wiredesk" status --state "$state" --settle 120s || fail "it does not balance"
    [ "$(journal "$state" accepted)" = $documents ] || fail "the journal accepted $(journal "$state" accepted), not what was acked"
    [ "$(journal "$state" in_flight)" = 0 ] || fail "something is still in flight"
    [ $status = 0 ] || tail -n 20 "$state/log"
    end_all
}

echo "a journal at its ceiling"
mkdir "$work/ceiling"
make_room=true
scene "$work/ceiling" --journal-max 1M

if [ "$WIREDESK_IN_NAMESPACE" = yes ]; then
    echo "a full disk under the journal"
    mkdir -p "$work/full/journal"
    mount -t tmpfs -o size=24m,mode=0700 none "$work/full/journal"
    head -c 21M /dev/zero >"$work/full/journal/ballast"
    make_room="rm $work/full/journal/ballast"
    scene "$work/full"
else
    echo "no full disk: this machine lets us mount nothing"
fi
exit $status
