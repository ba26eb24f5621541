#!/bin/bash
# runs: early
# needs: village
# eyes.sh BUILD [all]: every screen of the tour under the eyes of ui_audit(): targets, gaps, letters, contrast, words cut,
# corners. Without "all" the hardest panel, 15.6" of 1366x768, with the largest letters, in both languages; with it both
# languages, three sizes of letters, four panels, and high contrast, low zone and left hand. Findings: BUILD/eyes/findings.
set -u
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)
out=$build/eyes
if ! command -v Xvfb >/dev/null || [ ! -e "$build/content/built" ]; then
    echo "skip eyes: no Xvfb or no demo lessons (make village)"
    exit 0
fi
rm -rf "$out"
mkdir -p "$out"
# A tone is spoken where the walk speaks.
python3 "$here/tour/voice.py" >"$out/voice.raw"
export SDL_AUDIODRIVER=disk SDL_DISKAUDIOFILE=/dev/null SDL_DISKAUDIOFILEIN=$out/voice.raw WEIKE_LOG=error TZ=Asia/Shanghai WEIKE_IMPORT=$build/content/tree LC_ALL=C.UTF-8
unset WEIKE_DATA
trap 'kill $xvfb ${SERVER_PID:-} 2>/dev/null; rm -rf "$out"/data-* "$out/village"' EXIT
xvfb=
for n in 9 8 7 6 5 4 3 2 1; do
    [ -e /tmp/.X11-unix/X$n ] && continue
    Xvfb :$n -screen 0 1920x1080x24 -nolisten tcp >/dev/null 2>&1 &
    xvfb=$!
    for _ in $(seq 50); do [ -e /tmp/.X11-unix/X$n ] && break; kill -0 $xvfb 2>/dev/null || break; sleep 0.1; done
    [ -e /tmp/.X11-unix/X$n ] && kill -0 $xvfb 2>/dev/null && export DISPLAY=:$n && break
    xvfb=
done
[ -n "$xvfb" ] || [ -n "${DISPLAY:-}" ] || { echo "not ok eyes: no display could be started"; exit 1; }

"$here/../packaging/village.sh" "$build" "$out/village" >/dev/null || { echo "not ok eyes: no village"; exit 1; }

# One walk through one script; its pictures become audits. A step that fails leaves screens unseen: that fails too.
# What happens on the day after the walk is looked at in the same village.
look() { # NAME SCRIPT WINDOW MM LANG TEXT OPTION…
    local name=$1 scripts=$2 window=$3 mm=$4 lang=$5 text=$6 dir=$out/data-$1 script status=0
    shift 6
    cp -r "$out/village" "$dir"
    [ "$scripts" != walk.script ] || scripts="walk.script later.script"
    for script in $scripts; do
        [ "$script" != later.script ] || python3 "$here/tour/later.py" "$dir"
        python3 "$here/tour/words.py" "$lang" "$here/tour/$script" | sed 's/^shot .*/audit/' >"$out/$name.$script"
        (cd "$out" && timeout -k 3 600 "$build/weike" --data "$dir" --window "$window" --panel-mm "$mm" --lang "$lang" --text "$text" \
            "$@" --script "$out/$name.$script" 2>&1) >>"$out/$name.log" || status=1
    done
    rm -rf "$dir"
    echo "$status" >"$out/$name.status"
}

# The scripts of the tour go through the house in any language; those called link.* need a server and a stick and are not ours.
scripts() {
    for s in "$here"/tour/*.script; do
        s=${s##*/}
        case $s in link.* | later.*) ;; *) echo "$s" ;; esac
    done
}
walks() { # WINDOW MM LANG TEXT OPTION…
    local lang=$3 name s
    for s in $(scripts); do
        name=$(echo "${s%.script}-${lang%%-*}-$1-$2-$4$(printf '%s' "${@:5}")" | tr . _)
        echo "$name $s $*"
    done
}
list() {
    local lang text
    for lang in zh-CN en; do
        if [ "$1" != all ]; then
            walks 1366x768 345 $lang 150
            continue
        fi
        for text in 100 125 150; do
            walks 1366x768 345 $lang $text
            walks 1920x1080 345 $lang $text
            walks 1920x1080 476 $lang $text
            walks 1920x1080 708 $lang $text
        done
        walks 1920x1080 476 $lang 100 --contrast
        walks 1920x1080 708 $lang 125 --low-zone
        walks 1366x768 345 $lang 150 --left-hand --contrast
    done
}

# Walks mostly wait for films and frames: four at a time.
while read -r name script window mm lang text options; do
    while [ "$(jobs -pr | grep -vxc "${xvfb:-none}")" -ge 4 ]; do sleep 0.2; done
    # shellcheck disable=SC2086
    look "$name" "$script" "$window" "$mm" "$lang" "$text" $options &
done < <(list "${2:-short}")
while [ "$(jobs -pr | grep -vxc "${xvfb:-none}")" -gt 0 ]; do sleep 0.2; done

screens=0 findings=0 status=0
for log in "$out"/*.log; do
    name=$(basename "$log" .log)
    line=$(awk '/^audit: / { s += $2; f += $4 } END { print s + 0 " screens, " f + 0 " findings" }' "$log")
    seen=${line%% *} found=$(echo "$line" | sed -n 's/.*, \([0-9]*\) findings/\1/p')
    screens=$((screens + ${seen:-0})) findings=$((findings + ${found:-0}))
    if [ "$(cat "$out/$name.status")" = 0 ]; then
        echo "ok eyes: $name: $line"
    else
        echo "not ok eyes: $name: ${line:-the walk stopped}"
        grep -v '^audit:\|^CRITICAL:' "$log" | cut -c1-240 | tee -a "$out/findings" | head -12 | sed 's/^/    /'
        status=1
    fi
done
echo "eyes: $screens screens audited, $findings findings"
exit $status
