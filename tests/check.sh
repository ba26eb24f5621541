#!/bin/bash
# check.sh BUILD MODE NAME…: the tests called so, and no more than they need is built: `make check T=room` for everything that
# has "room" among the words of its name (unit test, whole program, fault), T=39 for a fault by its number, T="room quiz" for both.
set -u
build=$1 mode=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.." || exit 1
if [ $# -eq 0 ]; then
    echo "make check T=NAME runs the tests called NAME and builds no more than they need:"
    echo "  make check T=room         unit tests, whole programs and faults with the word room in their name"
    echo "  make check T=39           fault 39 (tests/faults/rows.txt says what it is)"
    echo "  make check T='quiz lint'  several; also powercut, fuzz, lint, village"
    echo "make test runs all of them."
    exit 2
fi
jobs=$(mktemp)
trap 'rm -f "$jobs"' EXIT
if ! tests/jobs.py "$build" | python3 -c '
import re, sys
jobs = [line.rstrip("\n").split("\t") for line in sys.stdin]
asked = [re.sub(r"^test_|\.(sh|c)$", "", a.replace("-", "_").split("/")[-1]) for a in sys.argv[1:]]
chosen, unknown = [], []
for name in asked:
    by_word = [j for j in jobs if f"_{name}_" in f"_{j[1]}_"]
    found = by_word or [j for j in jobs if name in j[1]]
    unknown += [] if found else [name]
    chosen += [j for j in found if j not in chosen]
if unknown:
    import difflib
    near = difflib.get_close_matches(unknown[0], sorted({w for j in jobs for w in [j[1], *j[1].split("_")]}), 5, 0.5)
    hint = ": " + ", ".join(near) + "?" if near else ""
    sys.exit("check: no test is called " + " or ".join(unknown) + hint)
for j in jobs:
    if j in chosen:
        print("\t".join(j))
' "$@" >"$jobs"; then
    exit 2
fi
# What each needs, once: names of make, or files of the build.
targets=$(cut -f3 "$jobs" | tr ' ' '\n' | sort -u | sed "s|^test/|$build/test/|" | grep .)
# shellcheck disable=SC2086 # one word a target
if [ -n "$targets" ] && ! make -s -j"$(nproc)" BUILD="$build" MODE="$mode" $targets >"$jobs.log" 2>&1; then
    grep -E 'error|\*\*\*' "$jobs.log" | head -20
    rm -f "$jobs.log"
    exit 1
fi
rm -f "$jobs.log"
JOBS=$jobs tests/run.sh "$build" "$mode"
