#!/bin/bash
# subset.sh BUILD: cuts the Chinese face of each weight down to what an installer or a rescue screen needs: the 6,763
# characters of GB2312, Latin, punctuation, and whatever the program's own words use. Leaves BUILD/fonts/*.otf.
# The kiosk itself keeps the whole family, because people's names use characters far outside GB2312.
set -eu
build=${1:-build}
cd "$(dirname "$0")/.."
for tool in hb-subset fc-match iconv; do
    command -v $tool >/dev/null || { echo "make fonts: $tool is missing; install libharfbuzz-bin, fontconfig and libc-bin" >&2; exit 1; }
done
out=$build/fonts
mkdir -p "$out"
chars=$out/characters.txt

# GB2312 rows 1-9 (marks, kana, Greek …) and 16-87 (characters): two bytes each, 0xA1 and up.
gb2312() {
    local row cell
    for row in $(seq 1 9) $(seq 16 87); do
        for cell in $(seq 1 94); do
            printf "\\x$(printf %x $((row + 160)))\\x$(printf %x $((cell + 160)))"
        done
    done | iconv -c -f GB2312 -t UTF-8
}
{
    gb2312
    for code in $(seq 32 126) $(seq 160 255); do printf "\\U$(printf %08x "$code")"; done
    printf '“”‘’—…·•–€°×÷'
    cat assets/po/*.po 2>/dev/null || true
} >"$chars"

subset() { # NAME FAMILY WEIGHT
    local found file index family
    found=$(fc-match -f '%{file}\t%{index}\t%{family[0]}\n' "$2:weight=$3:slant=0")
    IFS=$'\t' read -r file index family <<<"$found"
    [ "$family" = "$2" ] || { echo "make fonts: the family \"$2\" is not installed (fontconfig offers \"$family\")" >&2; exit 1; }
    hb-subset --face-index=$((index & 65535)) --text-file="$chars" --layout-features='kern,liga,locl,ccmp,mark,mkmk' \
        --output-file="$out/$1.otf" "$file"
    printf '%s: %s of %s\n' "$out/$1.otf" "$(du -h "$out/$1.otf" | cut -f1)" "$(du -h "$file" | cut -f1)"
}
family=$(sed -n 's/^FAMILY("zh-CN", "\(.*\)")$/\1/p' fonts/families.def | head -1)
subset sans-sc-regular "$family" 80
subset sans-sc-bold "$family" 200
