#!/bin/bash
# tour.sh BUILD: a script of the tour that fails is named, the others still go, and the tour ends with 1. The programs are stand-ins:
# what is looked at is tests/tour/tour.sh itself.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
check() { # NAME COMMAND…
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then echo "ok tour: $name"; else echo "not ok tour: $name"; sed 's/^/    /' "$work/log" "$work/said"; status=1; fi
}
command -v Xvfb >/dev/null || { echo "skip tour: no X display (Xvfb)"; exit 0; }

b=$work/build
mkdir -p "$b/content/src"/{phone-fraud,flood,village-board} "$b/content/tree" "$b/content/keys"
touch "$b/content/built"
cat >"$b/weike" <<'END'
#!/bin/bash
# Notes which script it was given, and where; fails at those of $FALLS. The walk leaves the tables that later.py moves.
echo "$(basename "${*: -1}") $(basename "$PWD")" >>"$RUNS"
while [ "$1" != --data ]; do shift; done
sqlite3 "$2/weike.db" 'CREATE TABLE IF NOT EXISTS review(due_day, last_day); CREATE TABLE IF NOT EXISTS question_tally(asked, wrong)'
[[ " ${FALLS:-} " != *" $(basename "$PWD") "* ]] || [[ "${*: -1}" != */later.* ]] || { echo "script line 7: tap Two questions is not on the screen" >&2; exit 1; }
END
cat >"$b/weikectl" <<'END'
#!/bin/bash
[ "$1" != report ] || echo '{}'
END
chmod +x "$b/weike" "$b/weikectl"

tour() { # FALLS [short]
    : >"$work/runs"
    FALLS=$1 RUNS=$work/runs "$here/tour/tour.sh" "$b" "${@:2}" >"$work/said" 2>&1
}
fails_at_one() {
    tour zh-1366
    [ $? = 1 ] && grep -q 'script line 7' "$work/said" && grep -q '^tour: FAILED: later in zh-1366; ' "$work/said"
}
all_were_run() { [ "$(sort -u "$work/runs" | wc -l)" = 14 ] && grep -q 'registers.zh-CN.script zh-1366' "$work/runs" && grep -q 'link.en.script link-en' "$work/runs"; }
short() {
    tour '' short && [ "$(cat "$work/runs")" = 'walk.zh-CN.script zh-1920' ]
}
check "one that fails is named, and the status is 1" fails_at_one
check "the others were still run" all_were_run
check "nothing failed: 0" tour ''
check "short is one walk in Chinese" short
exit $status
