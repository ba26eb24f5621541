#!/bin/bash
# run.sh BUILD SECONDS|slice: each tests/fuzz/fuzz_x.c with libFuzzer, ASan and UBSan, from its corpus. `slice`: the
# corpus once and 1 s on top (`make fuzz` is what searches). Findings stay in BUILD/fuzz/x/.
set -u
build=$(cd "$1" && pwd)
seconds=$2
here=$(cd "$(dirname "$0")/../.." && pwd)
cd "$here" || exit 1
out=$build/fuzz
status=0
command -v clang >/dev/null || { echo "skip fuzz: clang is not installed"; exit 0; }
mkdir -p "$out"
make -k -j "$(nproc)" -f tests/fuzz/fuzz.mk OUT="$out" >"$out/build.log" 2>&1 # what did not build is said below
for src in tests/fuzz/fuzz_*.c; do
    name=$(basename "$src" .c)
    name=${name#fuzz_}
    mkdir -p "$out/$name"
    bin=$out/$name/fuzz
    make -q -f tests/fuzz/fuzz.mk OUT="$out" "$bin" 2>/dev/null ||
        { echo "not ok fuzz $name: does not build"; grep -A3 error "$out/build.log" | head -5; status=1; continue; }
    mkdir -p "$out/$name/corpus"
    limit=$seconds
    [ "$seconds" = slice ] && limit=1
    if (cd "$out/$name" && ./fuzz -max_total_time="$limit" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 corpus \
        "$here/tests/fuzz/corpus/$name" >run.log 2>&1); then
        echo "ok fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$name/run.log") runs"
    else
        echo "not ok fuzz $name: see $out/$name"
        tail -15 "$out/$name/run.log"
        status=1
    fi
done
exit $status
