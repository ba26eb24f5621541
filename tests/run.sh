#!/bin/bash
# run.sh BUILD MODE: every test; one line each; ends in "N passed, N failed". A failed one shows its output.
#
# tests/unit/LAYER/test_x.c   cmocka, counted by test case          tests/lint       the rules of the house
# tests/e2e/*.sh        whole programs                        tests/powercut   a slice of the power-cut loop
# tests/fuzz            each target on its corpus, briefly         tests/faults     every attack and fault we know, by number
# A script prints "ok NAME", "not ok NAME" or "skip NAME: why" a line for each thing it shows. What a machine cannot
# do is said aloud as skipped and never counts as passed.
#
# jobs.py lists them. What measures time runs first, alone; the rest as many at a time as there are processors, each with a display
# of its own. TIMES=1 says what each cost; JOBS=FILE runs the lines of FILE instead (check.sh).
set -u
build=$(cd "$1" && pwd)
mode=${2:-release}
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.." || exit 1
TMPDIR=$(mktemp -d)
chmod 755 "$TMPDIR" # servers of the tests drop root
export TMPDIR BUILD=$build SDL_AUDIODRIVER=dummy TZ=Asia/Shanghai LC_ALL=C.UTF-8 WEIKE_LOG=${WEIKE_LOG:-error}
# Only for programs of MODE=asan and MODE=tsan; others do not look at them.
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
export LSAN_OPTIONS="suppressions='$PWD/tests/lsan.supp':print_suppressions=0"
export TSAN_OPTIONS="suppressions='$PWD/tests/tsan.supp':second_deadlock_stack=1:halt_on_error=1"
servers=()
trap 'kill "${servers[@]}" 2>/dev/null; rm -rf "$TMPDIR"' EXIT
lanes=$(nproc)
[ "$lanes" -le 4 ] || lanes=4
more=$((lanes + 1)) # whole programs wait for films and fingers more than they compute

RUN=$TMPDIR/run         # logs of jobs, what they counted, displays
UNIT_LOGS=$RUN/unit-logs # the faults look up there what was shown already
mkdir -p "$UNIT_LOGS" "$RUN/display"
export RUN UNIT_LOGS

# A display for each lane. Below 10, where MIT-SHM is used by every program.
if command -v Xvfb >/dev/null; then
    for n in 8 7 6 5 4 3 2 1; do
        [ "${#servers[@]}" -lt "$more" ] || break
        [ -e /tmp/.X11-unix/X$n ] && continue
        Xvfb :$n -screen 0 1920x1080x24 -nolisten tcp >/dev/null 2>&1 &
        servers+=($!)
        for _ in $(seq 50); do [ -e /tmp/.X11-unix/X$n ] && break; sleep 0.1; done
        touch "$RUN/display/$n"
    done
fi

# with_display COMMAND…: with one that no other job uses.
with_display() {
    local d
    for d in "$RUN"/display/*; do
        [ -e "$d" ] || break
        exec 8>"$d"
        if flock -n 8; then
            DISPLAY=:${d##*/} "$@" 8>&-
            return
        fi
    done
    "$@"
}

counted() { echo "$1 $2 $3" >>"$RUN/counts"; } # PASSED FAILED SKIPPED
show() { sed 's/^/    /' "$1" | tail -60; }

unit() { # PROGRAM
    local name=${1##*/} log=$UNIT_LOGS/${1##*/} p f s
    with_display timeout -k 5 "${UNIT_SECONDS:-120}" "$1" >"$log.now" 2>&1
    local rc=$?
    mv "$log.now" "$log"
    p=$(sed -nE 's/^\[  PASSED  \] ([0-9]+) test.*/\1/p' "$log" | tail -1)
    f=$(sed -nE 's/^\[  FAILED  \] ([0-9]+) test.*/\1/p' "$log" | tail -1)
    s=$(grep -c '^\[  SKIPPED \] test' "$log")
    [ $rc -eq 0 ] || [ -n "${f:-}" ] || f=1
    counted "${p:-0}" "${f:-0}" "$s"
    if [ $rc -ne 0 ]; then
        echo "FAILED $name (status $rc)"
        show "$log"
    else
        echo "ok     $name: ${p:-0}"
    fi
    grep -h '^skip' "$log"
}

script() { # NAME COMMAND…: counts the script's own lines
    local name=$1 log p f s
    log=$(mktemp "$RUN/log.XXXXXX")
    shift
    with_display timeout -k 5 "${SCRIPT_SECONDS:-900}" "$@" >"$log" 2>&1
    local rc=$?
    p=$(grep -c '^ok ' "$log") f=$(grep -c '^not ok ' "$log") s=$(grep -c '^skip ' "$log")
    if [ $rc -ne 0 ] || [ "$f" -ne 0 ]; then
        [ "$f" -ne 0 ] || f=1
        echo "FAILED $name (status $rc)"
        show "$log"
    elif [ "$p" -eq 0 ] && [ "$s" -eq 0 ]; then
        f=1
        echo "FAILED $name: it showed nothing"
        show "$log"
    else
        echo "ok     $name: $p"
    fi
    counted "$p" "$f" "$s"
    grep '^skip ' "$log"
}

job() { # a line of the list: what it prints comes out in one piece
    local out began=$EPOCHREALTIME cpu=$RUN/cpu.$BASHPID
    out=$(eval "$1"; times >"$cpu")
    flock "$RUN/display" echo "$out"
    # `times` says it as 0m1.250s 0m0.310s, of the shell and of what it waited for.
    awk -v began="$began" -v now="$EPOCHREALTIME" -v what="$1" '{ for (i = 1; i <= 2; i++) { split($i, t, "m"); cpu += t[1] * 60 + t[2] } }
        END { printf "%.1f %.1f %s\n", cpu, now - began, what }' "$cpu" >>"$RUN/seconds"
    rm -f "$cpu"
}
times_of_all() { # which took longest
    echo "processor s, s on the clock, test:"
    sort -rn "$RUN/seconds" | head -40 | sed "s|'||g; s|$BUILD/||g; s|^|    |"
    awk '{ cpu += $1 } END { printf "    %.1f s of processor in all\n", cpu }' "$RUN/seconds"
}
export -f with_display counted show unit script job
run() { xargs -r -d '\n' -P "$1" -n 1 bash -c 'job "$0"'; } # LANES; jobs come in as lines

village() { make -s BUILD="$BUILD" village >"$RUN/village.log" 2>&1 || { echo "FAILED make village"; show "$RUN/village.log"; counted 0 1 0; }; }
export -f village

jobs=${JOBS:-$RUN/jobs}
[ -n "${JOBS:-}" ] || tests/jobs.py "$build" "$mode" >"$jobs" || exit 1
stage() { awk -F'\t' -v stage="$1" '$1 == stage { print $4 }' "$jobs" | run "$2"; } # NAME LANES
stage alone 1
stage first "$lanes"
stage rest "$more"
[ -z "${TIMES:-}" ] || times_of_all
read -r passed failed skipped <<<"$(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$RUN/counts")"
[ "$skipped" -eq 0 ] || echo "$skipped skipped on this machine, each with its reason above"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
