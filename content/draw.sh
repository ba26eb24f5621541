#!/bin/bash
# draw.sh DRAWING.svg STAGE OUT.png [WIDTH]: one drawing as a picture, with the shared shapes put in and
# everything that belongs to a later stage left out. For build.sh, and to look at a drawing while drawing it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
svg=$1 stage=$2 out=$3 width=${4:-1280}
later=""
for ((s = stage + 1; s <= 9; s++)); do later+=".s$s,"; done
{
    sed '/<!-- shapes -->/,$d' "$svg"
    cat "$here/shapes.svg"
    if [ -n "$later" ]; then printf '<style>%s { display: none }</style>\n' "${later%,}"; fi
    for ((s = 1; s < stage; s++)); do printf '<style>.only%d { display: none }</style>\n' "$s"; done
    sed '1,/<!-- shapes -->/d' "$svg"
} | rsvg-convert --width "$width" --height $((width * 9 / 16)) --output "$out"
