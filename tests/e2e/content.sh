#!/bin/bash
# content.sh BUILD: content/build.sh on a small course of its own: timing, both forms, versions, mistakes told by name;
# and the demo courses' texts, without building their films.
set -u
export LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1795000000
ctl=$(cd "$1" && pwd)/weikectl
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
status=0
ok() { echo "ok $1"; }
bad() { echo "not ok $1"; [ -z "${2:-}" ] || printf '%s\n' "$2" | sed 's/^/    /'; status=1; }
check() { # NAME COMMAND…
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then ok "$name"; else bad "$name" "$said"; fi
}

# --- a course of two sentences ---
mkdir -p content/courses/small
cp "$root"/content/*.sh "$root"/content/shapes.svg "$root"/content/pronounce.txt content/
cd content/courses/small || exit 1
cat >one.svg <<'END'
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720">
<!-- shapes -->
<rect width="1280" height="720" class="go3"/><use href="#granny" transform="translate(640 400)"/>
<use href="#yes" class="s2" transform="translate(900 200)"/><use href="#no" class="only1" transform="translate(900 200)"/>
</svg>
END
cat >talk.txt <<'END'
# a remark
> one 1
* 先挂断电话。
  Hang up first.
> one 2
* [call] 再拨打110 & 问清楚。
  Then call 110 & ask.
END
printf '// weike: at=@call id=a\n::甲:: 拨打110。 {T####对。}\n' >talk.gift
printf '// weike: at=@call id=a\n::A:: Call 110. {T####Yes.}\n' >talk.en.gift
cat >course.json <<'END'
{
  "id": "org.weike.test.small",
  "version": 3,
  "title": {"zh-CN": "小", "en": "Small"},
  "lessons": [{
    "id": "5b0c6c1e-7a3d-4f0e-9c55-0d1f3a7e9901", "title": "一", "poster": "one.1.webp",
    "media": [{"file": "talk.opus", "weight": "light", "stills": ["@talk"]}, {"file": "talk.mp4", "weight": "480p"}],
    "captions": [{"lang": "zh-CN", "file": "talk.zh.vtt"}, {"lang": "en", "file": "talk.en.vtt"}],
    "questions": "talk.gift", "translations": {"en": "talk.en.gift"}}]
}
END
cd "$work" || exit 1
build() { WEIKECTL=$ctl content/build.sh "$work/$1"; }
src=a/src/small

check "content: builds, signs and packs" build a
check "content: the tree verifies" "$ctl" verify a/tree --pub a/keys/weike.pub
seconds() { ffprobe -v error -show_entries format=duration -of csv=p=0 "$1"; }
near() { awk "BEGIN { d = $1 - $2; exit !(d < 0.15 && d > -0.15) }"; }
check "content: film and sound last the same" near "$(seconds $src/talk.mp4)" "$(seconds $src/talk.opus)"
cue_ms() { sed -nE "$1"'s/^([0-9]+):([0-9]+):([0-9]+)\.([0-9]+) --> .*/\1 \2 \3 \4/p' "$src/talk.zh.vtt" | awk '{ print (($1 * 60 + $2) * 60 + $3) * 1000 + $4 }'; }
at=$(sed -nE 's/.*at=([0-9.]+) .*/\1/p' $src/talk.gift)
check "content: a question points to its sentence" near "$at" "$(awk "BEGIN { print $(cue_ms 8) / 1000 }")"
check "content: captions are escaped" grep -q '110 &amp; 问' $src/talk.zh.vtt
still=$(grep -oE '"at": [0-9.]+' $src/course.json | tail -1)
check "content: the second drawing comes just before its sentence" near "$(awk "BEGIN { print ${still#*: } + 0.25 }")" "$at"
check "content: stages differ" bash -c "! cmp -s $src/one.1.webp $src/one.2.webp"

before=$(find a -type f -printf '%p %T@\n' | sort)
build a >said.txt 2>&1
if [ ! -s said.txt ] && [ "$before" = "$(find a -type f -printf '%p %T@\n' | sort)" ]; then ok "content: nothing changed, nothing done"; else bad "content: nothing changed, nothing done" "$(cat said.txt)"; fi
build b >/dev/null 2>&1
check "content: the same sources give the same files" diff -r a/src b/src

sed -i 's/先挂断电话/马上挂断电话/' content/courses/small/talk.txt
build a >/dev/null 2>&1
check "content: a changed course counts one version up" grep -q '"version": 4,' $src/course.json
check "content: … and is published over the old one" bash -c "'$ctl' verify a/tree --pub a/keys/weike.pub | grep -q 'version 4'"

refuses() { # NAME SED-COMMAND FILE PATTERN
    cp -r content broken
    sed -i "$2" "broken/courses/small/$3"
    if said=$(broken/build.sh "$work/c" 2>&1); then bad "content refuses $1" "$said"
    elif ! grep -qE "$4" <<<"$said"; then bad "content refuses $1" "$said"
    else ok "content refuses $1"; fi
    rm -rf broken c
}
refuses "a sentence without English" '/Hang up/d' talk.txt 'talk.txt.*|line 5: .*English'
refuses "a drawing that is not there" 's/^> one 2/> two 2/' talk.txt 'two\.svg'
refuses "a question that points nowhere" 's/@call/@cal/' talk.gift 'no such name'
refuses "a drawing that is not SVG" 's/<rect/<rect </' one.svg 'one|XML|SVG'

# --- the demo courses ---
cd "$root/content/courses" || exit 1
for t in */*.txt; do
    name=${t%.txt}
    [ "$(grep -c '^\* ' "$t")" = "$(grep -c '^  [^ ]' "$t")" ] || bad "content: $t: a sentence has no English"
    grep -ohE 'at=@[a-z0-9-]+|: "@[a-z0-9-]+"' "$name".gift "$name".en.gift "$name".json 2>/dev/null | sed -E 's/.*@([a-z0-9-]+).*/\1/' | sort -u |
        while read -r label; do grep -qE "^\* \[$label\]" "$t" || echo "$t: [$label]"; done
    sed -nE 's/^> ([^ ]+) .*/\1/p' "$t" | sort -u | while read -r drawing; do [ -f "${t%/*}/$drawing.svg" ] || echo "$t: $drawing.svg"; done
done >"$work/missing"
if [ -s "$work/missing" ]; then bad "content: every name that a demo lesson uses exists" "$(cat "$work/missing")"; else ok "content: every name that a demo lesson uses exists"; fi
kinds=""
grep -qhE '\{T' ./*/*.gift && kinds+="T"
grep -qhE '^~%' ./*/*.gift && kinds+="M"
grep -qhE '\{#' ./*/*.gift && kinds+="N"
grep -qhE '^=.* -> ' ./*/*.gift && kinds+="P"
grep -qh 'kind=sequencing' ./*/*.gift && kinds+="S"
grep -qh 'kind=likert' ./*/*.gift && kinds+="L"
grep -qhE '"id": "c[0-9]+".*"picture"' ./*/*.json && kinds+="O"
if [ "$kinds" = TMNPSLO ]; then ok "content: every kind of question occurs"; else bad "content: every kind of question occurs" "only $kinds"; fi
exit $status
