#!/bin/bash
# run.sh BUILD [slice|all]: cut off in every way we know; "ok", "not ok" or "skip NAME: why" and the score for each.
#   test_powercut   every write of a small life: killed, disk full, write error
#   syscalls.sh     weikectl killed, or answered with an error, at each system call that changes the disk
#   upgrade.sh      the first start on the data of an older version, killed at each write (its slice is in tests/e2e)
#   states/         what a power cut can leave of a real ext4: any subset of the writes after the last flush
# slice, for make test, takes some of the cut points, evenly spread; all takes every write, up to sixty of each system call,
# and 500 states.
set -u
build=$1 which=${2:-slice}
here=$(cd "$(dirname "$0")" && pwd)
failed=0
part() { # COMMAND…: 77 has said why it is not possible here. `make test` keeps what it said, for the faults
    local rc log=/dev/null name
    name=$(basename "$1")
    [ "$#" -lt 3 ] || name=$name-${*:3}
    [ -z "${UNIT_LOGS:-}" ] || log=$UNIT_LOGS/$name
    "$@" 2>&1 | tee "${log}${UNIT_LOGS:+.now}"
    rc=${PIPESTATUS[0]}
    [ -z "${UNIT_LOGS:-}" ] || { [ "$name" = test_powercut ] || echo "$rc" >>"$log.now"; mv "$log.now" "$log"; }
    case $rc in 0 | 77) ;; *) failed=1 ;; esac
}
case $which in
slice)
    part "$build/test/test_powercut"
    part "$here/syscalls.sh" "$build" slice
    part "$here/states/states.sh" "$build" 36
    ;;
all)
    part "$build/test/test_powercut" all
    part "$here/syscalls.sh" "$build" all
    part "$here/syscalls.sh" "$build" errors
    part "$here/states/states.sh" "$build" 500
    part "$here/../e2e/upgrade.sh" "$build" all
    ;;
*) echo "usage: run.sh BUILD [slice|all]" >&2; exit 2 ;;
esac
exit $failed
