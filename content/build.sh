#!/bin/bash
# build.sh OUT: builds and signs the demo content.
#
#   OUT/src/COURSE/   what weikectl pack reads: course.json, videos, captions, pictures, questions
#   OUT/src/PACKAGE/  packages of other kinds, as they lie in written/
#   OUT/keys/         the demo key, made here once and never committed
#   OUT/tree/         the signed content tree
#   OUT/work/         intermediate files; safe to delete
#
# $WEIKECTL names the packer; without it only OUT/src is built. Two lessons at a time; only what changed is built again.
set -euo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
[ $# = 1 ] || { echo "usage: content/build.sh OUT" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
tools=("$here/lesson.sh" "$here/draw.sh" "$here/picture.sh" "$here/shapes.svg" "$here/pronounce.txt")

state() { cat "$@" | sha256sum | cut -c1-64; }

# One lesson, if its script, its questions, its drawings or a tool changed. COURSE_DIR/NAME.txt
build_lesson() {
    local course=${1%/*} name key mark drawings
    name=$(basename "$1" .txt)
    mark=$out/work/${course##*/}/$name/built
    mapfile -t drawings < <(sed -nE 's|^> ([^ ]+) .*|'"$course"'/\1.svg|p' "$1" | sort -u)
    key=$({ grep -F "$name" "$course/course.json" | grep -v '"@'"$name:" && state "${tools[@]}" "$course/$name".* "${drawings[@]}"; } | state)
    if [ "$(cat "$mark" 2>/dev/null)" = "$key" ]; then return 0; fi
    "$here/lesson.sh" "$course" "$name" "$out/src/${course##*/}" "${mark%/*}"
    echo "$key" >"$mark"
    echo "content: ${course##*/}/$name, $(($(cat "${mark%/*}/length_ms") / 1000)) s"
}

# "at": "@LESSON:LABEL" in a course.json is the moment before that sentence of that lesson.
list_pauses() { # COURSE: lines for sed
    local s
    for s in "$out/work/$1"/*/timed; do
        if [ -f "$s" ]; then
            awk -F'\t' -v lesson="$(basename "${s%/*}")" '$5 != "-" { printf "s|\"@%s:%s\"|%.2f|\n", lesson, $5, ($1 - 120) / 1000 }' "$s"
        fi
    done
}

# What belongs to a course as a whole: course.json with its lists of stills, and every picture that it or a question
# names: NAME.webp shows all of NAME.svg, NAME.2.webp its second stage.
build_course() {
    local course=$1 target=$out/src/${1##*/} made=$out/work/${1##*/}/pictures picture drawing stage key
    mkdir -p "$made"
    sed -E "$(for s in "$out/work/${course##*/}"/*/stills; do
        if [ -f "$s" ]; then printf 's|"@%s"|%s|\n' "$(basename "${s%/*}")" "$(sed 's/[&|\\]/\\&/g' "$s")"; fi
    done; list_pauses "${course##*/}")" "$course/course.json" >"$target/course.json"
    while read -r picture; do
        drawing=${picture%.webp} stage=9
        if [[ $drawing =~ ^(.*)\.([1-9])$ ]]; then drawing=${BASH_REMATCH[1]} stage=${BASH_REMATCH[2]}; fi
        key=$(state "$here/draw.sh" "$here/picture.sh" "$here/shapes.svg" "$course/$drawing.svg")
        if [ "$(cat "$made/$picture" 2>/dev/null)" = "$key" ]; then continue; fi
        "$here/draw.sh" "$course/$drawing.svg" "$stage" "$made/drawn.png" 1920
        "$here/picture.sh" "$made/drawn.png" "$target/$picture"
        echo "$key" >"$made/$picture"
    done < <(cat "$course"/*.json "$course"/*.gift | grep -oE '[a-z0-9.-]+\.webp' | sort -u)
}

# The number of a version may not stand for two contents. A fresh build takes the author's; while somebody works on a
# package, each build that differs from the last one counts one up, so that it can be imported over that.
number_package() { # DIR FILE
    local target=$out/src/${1##*/} known=$out/work/${1##*/}/version last=0 digest="" author now
    author=$(sed -nE 's/^  "version": ([0-9]+),$/\1/p' "$1/$2")
    if [ -f "$known" ]; then read -r last digest <"$known"; fi
    now=$(cd "$target" && find . -type f -print0 | sort -z | xargs -0 sha256sum | state)
    if [ "$now" != "$digest" ]; then
        last=$((author > last ? author : last + 1))
        echo "$last $now" >"$known"
    fi
    sed -i -E "s/^  \"version\": [0-9]+,$/  \"version\": $last,/" "$target/$2"
}

pack() {
    [ -n "${WEIKECTL:-}" ] || { echo "content: built in $out/src; not packed, because WEIKECTL is not set"; return 0; }
    if [ ! -f "$out/keys/weike.key" ]; then
        mkdir -p "$out/keys"
        "$WEIKECTL" keygen --out "$out/keys" >/dev/null
        rm -rf "$out/tree" # of a key that is gone
    fi
    # One that does not verify (of another key, or of a format before this one) is made anew, not added to.
    if [ -d "$out/tree" ] && ! "$WEIKECTL" verify "$out/tree" --pub "$out/keys/weike.pub" >/dev/null 2>&1; then rm -rf "$out/tree"; fi
    "$WEIKECTL" pack "$out/src" --key "$out/keys/weike.key" --out "$out/tree"
}

everything() { # every source file, and the key the tree is signed with
    (cd "$here" && find . -type f -print0 | sort -z | xargs -0 sha256sum; cat "$out/keys/weike.pub" 2>/dev/null || true) | sha256sum
}

# A look at all sources first: nothing changed, nothing to do.
if [ "$(cat "$out/built" 2>/dev/null)" = "$(everything)" ] && { [ -d "$out/tree" ] || [ -z "${WEIKECTL:-}" ]; }; then exit 0; fi

for course in "$here"/courses/*/; do mkdir -p "$out/src/$(basename "$course")"; done
running=0
for script in "$here"/courses/*/*.txt; do
    if ((running == 2)); then
        wait -n
        running=1
    fi
    build_lesson "$script" &
    running=$((running + 1))
done
for (( ; running > 0; running--)); do wait -n; done
for course in "$here"/courses/*/; do
    build_course "${course%/}"
    number_package "${course%/}" course.json
done
for package in "$here"/written/*/; do # of other kinds: packed as they are written
    [ -d "$package" ] || continue
    rm -rf "$out/src/$(basename "$package")"
    cp -r "${package%/}" "$out/src/"
    mkdir -p "$out/work/$(basename "$package")"
    number_package "${package%/}" "$(basename "$package"/*.json)"
done
pack
everything >"$out/built"
