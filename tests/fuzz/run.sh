#!/bin/bash
# run.sh BUILD SECONDS|slice: each tests/fuzz/fuzz_x.c with libFuzzer, ASan and UBSan, from its corpus. `slice`: the
# corpus once and 3 s on top. Findings stay in BUILD/fuzz/x/.
set -u
build=$(cd "$1" && pwd)
seconds=$2
here=$(cd "$(dirname "$0")/../.." && pwd)
cd "$here" || exit 1
out=$build/fuzz
status=0
command -v clang >/dev/null || { echo "skip fuzz: clang is not installed"; exit 0; }
# What each target needs is its layer and those below: no SDL, no media.
pkgs="jansson libsodium libconfuse icu-i18n icu-uc sqlite3 libzstd"
# shellcheck disable=SC2046,SC2086
flags="-std=gnu11 -O1 -g -Isrc -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -Wno-unknown-warning-option $(pkg-config --cflags $pkgs)"
for src in tests/fuzz/fuzz_*.c; do
    name=$(basename "$src" .c)
    name=${name#fuzz_}
    mkdir -p "$out/$name"
    bin=$out/$name/fuzz
    mapfile -t needs < <(sed -n 's|^/\* sources: \(.*\) \*/$|\1|p' "$src" | tr ' ' '\n')
    [ ${#needs[@]} -gt 0 ] || needs=('src/base/*.c' 'src/model/*.c')
    # shellcheck disable=SC2206 # patterns are meant to become file names here
    needs=(${needs[@]})
    if [ ! -x "$bin" ] || [ -n "$(find "$src" "${needs[@]}" -newer "$bin" 2>/dev/null | head -1)" ]; then
        # shellcheck disable=SC2086,SC2046
        clang $flags -fsanitize=fuzzer -o "$bin" "$src" "${needs[@]}" $(pkg-config --libs $pkgs) -lm 2>"$out/$name/build.log" ||
            { echo "not ok fuzz $name: does not build"; tail -5 "$out/$name/build.log"; status=1; continue; }
    fi
    mkdir -p "$out/$name/corpus"
    limit=$seconds
    [ "$seconds" = slice ] && limit=3
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
