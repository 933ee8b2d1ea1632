#!/bin/bash
# run_hardening.sh - the programs are built so that a slip in one is hard to use: told by readelf from what was built, not from its flags.
set -u
bin=$1
command -v readelf >/dev/null || { echo 'skipped: needs readelf (binutils)'; exit 77; }
status=0
want() { # program, fact, and a command that finds it
    local program=$1 fact=$2
    shift 2
    "$@" >/dev/null || { echo "FAIL $program: $fact"; status=1; }
}
not() { ! "$@"; }

for program in wiredesk wiredesk-ingest wiredesk-normalize wiredesk-tag wiredesk-dedup wiredesk-report; do
    all=$(readelf -hdlW "$bin/$program") || { echo "FAIL $program: cannot be read"; exit 1; }
    calls=$(readelf --dyn-syms -W "$bin/$program")
    grep -q '__asan_init' <<<"$calls" && { echo 'skipped: a build with sanitizers'; exit 77; }
    want $program 'is position independent' grep -E 'Type: +DYN \(Position-Independent Executable' <<<"$all"
    want $program 'its tables are read-only once it runs (RELRO)' grep -E '^ +GNU_RELRO ' <<<"$all"
    want $program 'all its calls are bound at the start (BIND_NOW)' grep -E 'FLAGS.*(BIND_NOW|Flags: .*NOW)' <<<"$all"
    want $program 'its stack holds no code' grep -E '^ +GNU_STACK .* RW +0x' <<<"$all"
    want $program 'no part is both written and executed' not grep -E '^ +LOAD .* RWE ' <<<"$all"
    want $program 'code is not patched at the start' not grep TEXTREL <<<"$all"
    want $program 'it looks for libraries where the system does' not grep -E 'R(UN)?PATH' <<<"$all"
    want $program 'its frames are guarded (stack protector)' grep -E ' __stack_chk_fail@' <<<"$calls"
    want $program 'copies are held against the size of their target (fortify)' grep -E ' __(memcpy|snprintf|vsnprintf|read|fprintf|memmove|printf)_chk@' <<<"$calls"
done
# Stack clash protection leaves no name: large frames are probed a page at a time.
objdump -d --no-show-raw-insn "$bin/wiredesk-report" 2>/dev/null | grep -qE 'orq +\$0x0,(0x[0-9a-f]+)?\(%rsp\)|str +xzr, \[sp' ||
    { echo 'FAIL wiredesk-report: large frames are probed (stack clash protection)'; status=1; }
[ $status = 0 ] && echo ok
exit $status
