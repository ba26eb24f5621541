#!/bin/bash
# lesson.sh COURSE_DIR NAME OUT_DIR WORK_DIR: makes one lesson of the demo content from NAME.txt and its drawings.
#
# NAME.txt is read sentence by sentence: each is spoken by espeak-ng and measured, and from these lengths come the
# sound, both captions, the seconds that questions point to, and when each drawing is shown. course.json says in
# which forms the lesson is wanted, by file name: NAME.mp4, NAME.webm, NAME.opus (with "stills": ["@NAME"]).
# The same input gives the same bytes. Called by build.sh.
set -euo pipefail
export LC_ALL=C.UTF-8 SVT_LOG=1
here=$(cd "$(dirname "$0")" && pwd)
course=$1 name=$2 out=$3 work=$4

rate=22050 # espeak-ng's own; samples are 16 bit mono
words_a_minute=150 # about 165 characters, a calm speaker
fade=0.4 fps=15 # enough for slow movements, and kind to slow machines
gain="volume=1.6dB,alimiter=limit=0.89:level=disabled" # brings this voice to about -16 LUFS

fail() {
    echo "content: $course/$name.txt: $1" >&2
    exit 1
}

# TEXT -> work/sentences: drawing, stage, label ("-" if none), Chinese, English; separated by tabs.
read_script() {
    awk -v OFS='\t' '
        function bad(why) { print "line " NR ": " why > "/dev/stderr"; broken = 1; exit 1 }
        /^#/ || /^[ \t]*$/ { next }
        /^> / { if (NF != 3) bad("expected: > drawing stage"); drawing = $2; stage = $3; next }
        /^\* / {
            if (drawing == "") bad("a sentence before the first drawing")
            if (zh != "") bad("the sentence above has no English line")
            label = "-"; zh = substr($0, 3)
            if (match(zh, /^\[[a-z0-9-]+\] /)) { label = substr(zh, 2, RLENGTH - 3); zh = substr(zh, RLENGTH + 1) }
            next
        }
        /^  [^ ]/ { if (zh == "") bad("an English line without a sentence"); print drawing, stage, label, zh, substr($0, 3); zh = ""; next }
        { bad("neither > drawing, * sentence, English line nor # comment") }
        END { if (!broken && zh != "") bad("the last sentence has no English line") }
    ' "$course/$name.txt" >"$work/sentences" || fail "cannot be read"
}

# One raw sound file per sentence, and work/timed: start and end in milliseconds before the fields of work/sentences.
speak() {
    sed -E '/^(#|$)/d; s/^([^\t]+)\t(.*)$/s|\1| \2 |g/' "$here/pronounce.txt" >"$work/pronounce.sed"
    local at=0 previous="" drawing stage label zh en pause samples
    : >"$work/timed"
    : >"$work/voice.raw"
    silence() { # MS
        local n=$(($1 * rate / 1000))
        head -c $((n * 2)) /dev/zero >>"$work/voice.raw"
        at=$((at + n))
    }
    while IFS=$'\t' read -r drawing stage label zh en; do
        pause=250
        if [ "$drawing" != "$previous" ]; then pause=800; fi
        silence "$pause"
        previous=$drawing
        sed -f "$work/pronounce.sed" <<<"$zh" | espeak-ng -v cmn-latn-pinyin -s "$words_a_minute" -w "$work/one.wav"
        samples=$((($(stat -c %s "$work/one.wav") - 44) / 2))
        tail -c +45 "$work/one.wav" >>"$work/voice.raw"
        printf '%d\t%d\t%s\t%s\t%s\t%s\t%s\n' $((at * 1000 / rate)) $(((at + samples) * 1000 / rate)) \
            "$drawing" "$stage" "$label" "$zh" "$en" >>"$work/timed"
        at=$((at + samples))
    done <"$work/sentences"
    silence 1500
    echo $((at * 1000 / rate)) >"$work/length_ms"
}

# A cue stays until shortly before the next one, so that slow readers keep up.
captions() { # LANG FIELD
    awk -F'\t' -v field="$2" -v length_ms="$(cat "$work/length_ms")" '
        function clock(ms) { return sprintf("%02d:%02d:%02d.%03d", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000) }
        function cue(end) { printf "\n%d\n%s --> %s\n%s\n", ++n, clock(start), clock(end), text }
        BEGIN { print "WEBVTT" }
        NR > 1 { cue($1 - 80) }
        { start = $1; text = $field; gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text) }
        END { cue(length_ms) }
    ' "$work/timed" >"$out/$name.$1.vtt"
}

# work/shots: second at which a drawing begins to show, second at which the next has come up, drawing, stage, "new" or "same".
list_shots() {
    awk -F'\t' -v fade="$fade" -v length_ms="$(cat "$work/length_ms")" '
        function flush(next_s) { printf "%.2f\t%.2f\t%s\t%s\t%s\n", start, next_s, drawing, stage, kind }
        {
            if ($3 == drawing && $4 == stage) next
            at = NR == 1 ? 0 : $1 / 1000 - 0.25
            if (NR > 1) flush(at + fade)
            kind = $3 == drawing ? "same" : "new"; start = at; drawing = $3; stage = $4
        }
        END { flush(length_ms / 1000) }
    ' "$work/timed" >"$work/shots"
}

draw_shots() {
    local drawing stage
    while read -r drawing stage; do
        [ -f "$course/$drawing.svg" ] || fail "there is no drawing $drawing.svg"
        "$here/draw.sh" "$course/$drawing.svg" "$stage" "$work/$drawing.$stage.png" 1708
    done < <(cut -f3,4 "$work/shots" | sort -u)
}

# Each drawing settles from a slight close-up; stages and drawings fade into each other.
film() { # OUT codec options…
    local target=$1 inputs=() graph="" last="" k=0 start end drawing stage kind zoom moving
    shift
    while IFS=$'\t' read -r start end drawing stage kind; do
        zoom=1 moving=1
        if [ "$kind" = new ]; then moving=$((fps * 5 / 2)) zoom="1+0.06*pow(1-on/$moving\,3)"; fi
        inputs+=(-i "$work/$drawing.$stage.png")
        graph+="[$k:v]format=yuv444p,zoompan=z='$zoom':x='(iw-iw/zoom)/2':y='(ih-ih/zoom)/2':d=$moving:s=854x480:fps=$fps,format=yuv420p,"
        # Numbered anew after the padding: zoompan and tpad count time differently.
        graph+="tpad=stop=-1:stop_mode=clone,trim=end_frame=$(awk "BEGIN { printf \"%d\", ($end - $start) * $fps + 0.5 }"),"
        graph+="settb=1/$fps,setpts=N[p$k];"
        if [ "$k" -gt 0 ]; then graph+="${last}[p$k]xfade=transition=fade:duration=$fade:offset=${start}[x$k];" last="[x$k]"; else last="[p0]"; fi
        k=$((k + 1))
    done <"$work/shots"
    ffmpeg -nostdin -v error -y -filter_threads 1 -filter_complex_threads 1 "${inputs[@]}" \
        -f s16le -ar $rate -ac 1 -i "$work/voice.raw" -filter_complex "${graph%;}" -map "$last" -map "$k:a" \
        -af "$gain" -ar 48000 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1 \
        -metadata:s:a:0 language=zho "$@" "$work/film.${target##*.}"
    mv "$work/film.${target##*.}" "$target"
}

sound() { # OUT
    ffmpeg -nostdin -v error -y -f s16le -ar $rate -ac 1 -i "$work/voice.raw" -af "$gain" -ar 48000 -c:a libopus -b:a 24k \
        -fflags +bitexact -flags:a +bitexact -map_metadata -1 -metadata:s:a:0 language=zho "$work/sound.opus"
    mv "$work/sound.opus" "$1"
}

# The pictures of the light form, and the list that course.json takes in place of "@NAME".
stills() {
    local start end drawing stage kind list=""
    while IFS=$'\t' read -r start end drawing stage kind; do
        "$here/picture.sh" "$work/$drawing.$stage.png" "$out/$drawing.$stage.webp"
        list+="${list:+, }{\"at\": $start, \"file\": \"$drawing.$stage.webp\"}"
    done <"$work/shots"
    echo "$list" >"$work/stills"
}

# NAME.gift and NAME.en.gift with at=@label made into seconds, or NAME.json with "@label" made into milliseconds.
questions() {
    local from
    awk -F'\t' '$5 != "-" { printf "s|at=@%s\\b|at=%.1f|g\ns|: \"@%s\"|: %d|g\n", $5, $1 / 1000, $5, $1 }' "$work/timed" >"$work/labels.sed"
    for from in "$course/$name.gift" "$course/$name.en.gift" "$course/$name.json"; do
        [ -f "$from" ] || continue
        sed -f "$work/labels.sed" "$from" >"$out/${from##*/}"
        if grep -nE 'at=@|: "@' "$out/${from##*/}" >&2; then fail "${from##*/} points to a sentence that has no such name"; fi
    done
}

wanted() { grep -q "\"$name\.$1\"" "$course/course.json"; }

mkdir -p "$out" "$work"
read_script
speak
captions zh 6
captions en 7
list_shots
draw_shots
if wanted mp4; then
    film "$out/$name.mp4" -c:v libx264 -preset veryfast -tune animation -crf 25 -g $((fps * 5)) -threads 1 -pix_fmt yuv420p \
        -c:a aac -b:a 48k -movflags +faststart
fi
if wanted webm; then
    film "$out/$name.webm" -c:v libsvtav1 -preset 10 -crf 38 -g $((fps * 5)) -svtav1-params lp=1 -pix_fmt yuv420p -c:a libopus -b:a 24k
fi
if wanted opus; then sound "$out/$name.opus"; fi
if grep -q "\"@$name\"" "$course/course.json"; then stills; fi
questions
