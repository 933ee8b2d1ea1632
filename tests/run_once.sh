#!/bin/bash
# run_once.sh - scripts/run --once on the examples: five daemons, every document has its outcome, every kind of line comes, the sum holds.
set -u
bin=$1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0
fail() { echo "FAIL: $*"; status=1; }

scripts/run --once --bin "$bin" --state "$work/state" >"$work/out" 2>"$work/err"
ended=$?
cat "$work/err"
cat "$work/out"
[ $ended = 0 ] || fail "ended with status $ended"
stream=$(cat "$work"/state/report/stream/*.jsonl)

count() { # lines of the stream that have all of these words
    local n=$stream word
    for word in "$@"; do n=$(grep -F "$word" <<<"$n"); done
    [ -z "$n" ] && echo 0 || wc -l <<<"$n"
}
[ "$(count '"type":"article"')" = 11 ] || fail "$(count '"type":"article"') article lines, not 11"
[ "$(count '"type":"reject"')" = 1 ] || fail "$(count '"type":"reject"') reject lines, not 1"
[ "$(count '"type":"reject"' 10-empty-page.html)" = 1 ] || fail "the empty page is not the rejected one"
[ "$(count '"type":"quote"')" -ge 8 ] || fail "fewer than 8 quote lines"
[ "$(count '"type":"story"' '"op":"new"')" -ge 3 ] || fail "fewer than 3 stories"
[ "$(count '"type":"article"' 03-evening-news '"of":')" -ge 1 ] || fail "the syndicated page is not known as a copy"
[ "$(count '"type":"article"' 07-veldhaven '"of":')" -ge 1 ] || fail "the edited reprint is not known as a copy"
[ "$(count '"type":"article"' 05-harbour-post '"of":')" -ge 1 ] || fail "the correction is not known to be another article again"
grep -q 'every document is accounted for' "$work/err" || fail "status does not say that all is accounted for"
grep -q 'accepted 12 documents' "$work/err" || fail "feed does not say that it fed 12 documents"

# The numbers of the lines have no gap and no repeat, over all files.
seqs=$(sed -n 's/^{"v":1,"seq":\([0-9]*\),.*/\1/p' <<<"$stream")
[ "$seqs" = "$(seq 1 "$(wc -l <<<"$seqs")")" ] || fail "line numbers have a gap or a repeat"

# Fed again, the same files change nothing but the count of `again`.
before=$(wc -l <<<"$(grep -vF '"type":"stats"' <<<"$stream")")
scripts/run --once --bin "$bin" --state "$work/state" >"$work/out" 2>"$work/err"
ended=$?
[ $ended = 0 ] || { fail "the second run ended with status $ended"; cat "$work/err"; }
stream=$(cat "$work"/state/report/stream/*.jsonl)
after=$(wc -l <<<"$(grep -vF '"type":"stats"' <<<"$stream")")
[ "$before" = "$after" ] || fail "fed again, $before lines became $after"
grep -q '+ 12 again' "$work/err" || { fail "the second run does not count 12 again"; cat "$work/err"; }

# A document and a story can be looked up while no daemon runs.
"$bin/wiredesk" show --state "$work/state" 04-islander.html | grep -q 'Mette Dahl' || fail "show does not find a document by its file's name"
story=$(sed -n 's/^{[^}]*"type":"story","op":"new","id":"\([^"]*\)".*/\1/p' <<<"$stream" | head -n 1)
"$bin/wiredesk" show --state "$work/state" "$story" | grep -q "^-- $story rev" || fail "show does not find story $story"
exit $status
