#!/bin/bash
# lint.sh [ROOT]      checks the sources under ROOT (this project unless told) against the rules below
# lint.sh --self-test checks that every rule still catches its bad example in tests/lint/bad/RULE/
#
# One line per finding, "file:line: rule: what to do". Advice does not fail. Needs what packaging/deps.txt lists;
# man pages and scripts are checked where groff and shellcheck are installed.
set -uo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/findings"

report() { cat >>"$work/findings"; }

# Lowest first; one rank for those that may not see each other. pack/author/probe.c is the one step aside (see fences).
rank='BEGIN { split("base:0 model:1 store:2 pack:3 media:4 sync:4 gfx:5 web:5 flow:5 ui:6 app:7 tool:7 hub:7", r, " ")
    for (i in r) { split(r[i], p, ":"); rank[p[1]] = p[2] } }'

rule_arrows() { # a folder includes itself and folders below it
    grep -nE '^[ \t]*#[ \t]*include[ \t]*"' "${sources[@]}" /dev/null | awk "$rank"'
        {
            split($0, at, ":"); n = split(at[1], dir, "/"); layer = dir[2]
            match($0, /"[^"]*"/); path = substr($0, RSTART + 1, RLENGTH - 2)
            where = at[1] ":" at[2] ": arrows: "
            if (path ~ /^\.\.\/(fonts|assets)\//) next # tables that live with the data they describe
            parts = split(path, to, "/")
            if (parts != 2 && parts != 3) { print where "write \"" path "\" with its layer, \"layer/file.h\" or \"layer/noun/file.h\""; next }
            if (!(layer in rank)) { print where "src/" layer " is not a layer; src/ARCHITECTURE.md lists them"; next }
            if (!(to[1] in rank)) { print where "\"" path "\" names no layer"; next }
            if (to[1] != layer && rank[to[1]] >= rank[layer]) print where layer " may not include " to[1] " (\"" path "\")"
        }'
}

# Rooms: the folders of src/, a noun in a layer each. src/nouns.txt has one line for each of them, from which
# tests/lint/nouns.sh makes the table in src/ARCHITECTURE.md.
rule_nouns() {
    local list=src/nouns.txt
    [ -f $list ] || [ -f src/ARCHITECTURE.md ] || return 0
    [ -f $list ] || { echo "$list:1: nouns: is missing; it says what each folder of src/ is about"; return; }
    awk -v list=$list '
        FNR == NR { have[$0]; next }
        /^#/ || /^$/ { next }
        !/^[a-z]+(\/[a-z_]+)? [^ ]/ { print list ":" FNR ": nouns: write \"layer/noun what it is about\""; next }
        ($1 in said) { print list ":" FNR ": nouns: " $1 " stands here twice" }
        { said[$1]; if (!($1 in have)) print list ":" FNR ": nouns: there are no sources in src/" $1 }
        END { for (d in have) if (!(d in said)) print list ":1: nouns: add a line for src/" d }
    ' <(dirname "${sources[@]}" | sed 's|^src/||; p; s|/.*||' | sort -u) $list
    [ ! -f src/ARCHITECTURE.md ] || "$here/nouns.sh" check
}

rule_parts() { # what a noun's files share among themselves is nobody else's
    grep -nE '^[ \t]*#[ \t]*include[ \t]*"[^"]*_(parts|view)\.h"' "${sources[@]}" /dev/null | awk '
        {
            split($0, at, ":"); dir = at[1]; sub(/\/[^\/]*$/, "", dir)
            match($0, /"[^"]*"/); path = substr($0, RSTART + 1, RLENGTH - 2); own = "src/" path; sub(/\/[^\/]*$/, "", own)
            if (dir != own) print at[1] ":" at[2] ": parts: \"" path "\" is for the files of " own " only"
        }'
}

# Inside a layer the folders form no circle. tests/lint/circles.txt names the includes ("from to") that still close one; it
# may only shrink: a line whose circle is gone must go too.
rule_circles() {
    local left=tests/lint/circles.txt
    touch "$work/left"
    grep -HE '^[ \t]*#[ \t]*include[ \t]*"' "${sources[@]}" | awk '
        {
            split($0, at, ":"); from = at[1]; sub(/^src\//, "", from); sub(/\/[^\/]*$/, "", from)
            match($0, /"[^"]*"/); to = substr($0, RSTART + 1, RLENGTH - 2); sub(/\/[^\/]*$/, "", to)
            split(from, f, "/"); split(to, t, "/")
            if (from != to && f[1] == t[1]) print from, to
        }' | sort -u >"$work/edges"
    grep -v '^#' "$left" 2>/dev/null | sort -u >"$work/left"
    comm -23 "$work/edges" "$work/left" | tsort 2>&1 >/dev/null | awk '
        /input contains a loop/ { first = ""; next }
        { sub(/^tsort: /, ""); path = path == "" ? $0 : path " -> " $0 }
        END { if (path != "") print "src:1: circles: folders include each other: " path }'
    while read -r edge; do
        [ -n "$edge" ] || continue
        { comm -23 "$work/edges" "$work/left"; echo "$edge"; } | tsort >/dev/null 2>"$work/loop"
        if ! grep -qxF "$edge" "$work/edges"; then echo "$left:1: circles: nothing includes \"$edge\" any more: delete the line"
        elif [ ! -s "$work/loop" ]; then echo "$left:1: circles: \"$edge\" closes no circle any more: delete the line"; fi
    done <"$work/left"
}

rule_belongs() { # a .c without a header of its name says in its first line what it is, and whose part
    local f name
    for f in "${sources[@]}"; do
        case $f in *.c) ;; *) continue ;; esac
        [ ! -e "${f%.c}.h" ] || continue
        name=$(basename "$f" .c)
        if ! head -n 1 "$f" | grep -qE "^/\* $name\.c - [^ ]"; then echo "$f:1: belongs: begin with /* $name.c - what it does; part of x.h"; continue; fi
        case $name in screen_* | cmd_* | main | *_main) continue ;; esac
        awk '/\*\// { print; exit } { print }' "$f" | grep -qiE 'part of|declared in' || compgen -G "${f%/*}/${name%%_*}*.h" >/dev/null ||
            echo "$f:1: belongs: no header is called like it: say whose part it is"
    done
}

# A public function stands in the x.c or x_*.c of its header x.h; x_parts.h and x_view.h count as x.h, screen_x.c as x.c.
rule_homes() {
    awk '
        function whole(text) { sub(/^[^:]*:[0-9]*:/, "", text); return text }
        function note(text, where, line, name, d, own) {
            if (text ~ /^(static|typedef|extern|enum|struct [a-z_0-9]+ \{|union|#|}|\{)/ || text !~ /\(/) return
            name = text; sub(/ *\(.*/, "", name); sub(/.*[ *]/, "", name)
            if (name !~ /^[a-z_][a-z_0-9]*$/ || name == "__attribute__") return
            if (where ~ /\.h$/) { declared[name] = where; line_of[name] = line } else defined[name] = where
        }
        {
            split($0, at, ":"); text = whole($0)
            if (at[1] != file) { file = at[1]; before = "" }
            if (text ~ /^[a-z_]/ && text !~ /;$/) { before = before == "" ? text : before; start = at[2] }
            if (at[1] ~ /\.h$/) { if (text ~ /^[a-z_].*\(/) note(text, at[1], at[2]) }
            else if (text ~ /^\{/ && before != "") note(before, at[1], at[2])
            if (text !~ /^[ \t]/ || text ~ /;$/) if (!(text ~ /^[a-z_]/ && text !~ /;$/)) before = ""
        }
        END {
            for (name in declared) {
                if (!(name in defined)) continue
                h = declared[name]; c = defined[name]; hd = h; cd = c
                sub(/\/[^\/]*$/, "", hd); sub(/\/[^\/]*$/, "", cd)
                sub(/.*\//, "", h); sub(/.*\//, "", c); sub(/\.h$/, "", h); sub(/\.c$/, "", c)
                sub(/_(parts|view)$/, "", h); sub(/^screen_/, "", c)
                if (hd != cd || (c != h && index(c, h "_") != 1))
                    print declared[name] ":" line_of[name] ": homes: " name "() stands in " defined[name]
            }
        }' "$work/code"
}

rule_fences() { # a library is known to one place only
    local header places
    while read -r header places; do
        grep -nE "^[ \t]*#[ \t]*include[ \t]*[<\"]($header)" "${sources[@]}" /dev/null | grep -vE "^src/($places)" |
            sed -E "s@^([^:]*:[0-9]+):.*<(.*)>.*@\1: fences: <\2> belongs to src/ $places only@"
    done <<'END'
sqlite3\.h store/
libav|libsw media/|pack/author/probe\.c
SDL gfx/|ui/|app/|media/sound/audio_out\.c|media/microphone/recorder_main\.c
sodium base/hash\.c|pack/
curl sync/http/http\.c
microhttpd web/
confuse base/
libyuv gfx/|media/
sonic media/
rime app/keyboard/pinyin
opusenc media/microphone/
opusfile media/voice/mouth_main\.c
espeak-ng media/voice/mouth_main\.c
cairo|pango tool/print
END
}

# SQL, and the calls that take it (store/db.h), stand in store/ and behind the hub's ledger only. tests/lint/sql.txt names the
# files elsewhere that still have some; it may only shrink: a file that has none any more must go from it too.
rule_sql() {
    local left=tests/lint/sql.txt file
    {
        grep -HE '(^|[^A-Za-z0-9_])(db_(query|exec|begin|commit|rollback)|query_(run|row|end))[ ]*\(' "$work/code"
        grep -HE '"[ (]*(SELECT .*[^"]|INSERT (OR [A-Z]+ )?INTO|UPDATE [a-z]+ SET|DELETE FROM|WITH (RECURSIVE )?[a-z]+|(CREATE|ALTER|DROP) (TABLE|INDEX|TRIGGER|VIEW)|PRAGMA [a-z_]+|BEGIN IMMEDIATE)' "$work/nocomment"
    } | sed -E 's/^[^:]*:([^:]*:[0-9]+):.*/\1/' | grep -vE '^src/(store/|hub/ledger/lite)' | sort -t: -u -k1,1 -k2,2n >"$work/sql"
    grep -v '^#' "$left" >"$work/left" 2>/dev/null
    grep -vF -f <(sed 's/$/:/' "$work/left") "$work/sql" |
        sed 's|$|: sql: give store/, or the ledger of the hub (hub/ledger/), a word for it|'
    while read -r file; do
        grep -qF "$file:" "$work/sql" || echo "$left:1: sql: $file has none any more: delete the line"
    done <"$work/left"
}

rule_calls() { # nothing that cannot know how long its buffer is, nothing through a shell
    grep -E '(^|[^A-Za-z0-9_>.])(strcpy|strcat|sprintf|vsprintf|gets|strtok|system|popen|alloca)[ ]*\(' "$work/code" |
        sed -E 's/^([^:]*:[0-9]+):.*[^A-Za-z0-9_](strcpy|strcat|sprintf|vsprintf|gets|strtok|system|popen|alloca)[ ]*\(.*/\1: calls: \2() is banned/'
}

rule_guards() { # src/ui/nav.h -> WEIKE_UI_NAV_H
    local f name
    for f in "${headers[@]}"; do
        name=${f#src/} name=WEIKE_$(tr 'a-z/.-' 'A-Z___' <<<"$name")
        if ! grep -q "^#ifndef $name\$" "$f" || ! grep -q "^#define $name\$" "$f"; then echo "$f:1: guards: #ifndef $name, #define $name are missing"; fi
    done
}

rule_purpose() { # the first line of a header says what the module is for
    local f
    for f in "${headers[@]}"; do
        head -n 1 "$f" | grep -qE "^/\* $(basename "$f" .h)\.h - [^ ]" || echo "$f:1: purpose: begin with /* $(basename "$f") - what it is for …"
    done
}

rule_tabs() { grep -nP '^ *\t' "${sources[@]}" /dev/null | sed -E 's/^([^:]*:[0-9]+):.*/\1: tabs: indent by four spaces/'; }

rule_length() { # advice only: a file that long usually holds two nouns
    wc -l "${sources[@]}" /dev/null | awk '$2 != "total" && $1 > 600 { print $2 ":1: length: advice: " $1 " lines; 600 are enough" }'
}

rule_width() { # advice only, one line for all: where most are; texts alone on a line may be long
    awk 'length > 110 && !/^[ \t]*"/ { all++; n[FILENAME]++; if (!(FILENAME in at)) at[FILENAME] = FNR; if (n[FILENAME] > n[worst]) worst = FILENAME }
        END { if (all) print worst ":" at[worst] ": width: advice: " all " lines pass 110 columns, " n[worst] " of them here" }' "${sources[@]}" /dev/null
}

rule_words() { # texts on the screen are English message ids; Chinese stands in zh_CN.po, or in a table marked so
    local f
    for f in $(grep -lP '[\x{2E80}-\x{9FFF}\x{FF00}-\x{FFEF}]' "${sources[@]}" /dev/null | grep -E '^src/(app|ui)/.*\.c$'); do
        awk '/\/\* not translated/ { if ($0 !~ /[;}][^;}]*$/ || $0 ~ /\{[^}]*$/) open = 1; print FNR; next } open { print FNR } /^[ \t]*};/ { open = 0 }' "$f" >"$work/allowed"
        grep -F "$f:" "$work/nocomment" | grep -P '"[^"]*[\x{2E80}-\x{9FFF}\x{FF00}-\x{FFEF}]' | awk -F: -v allowed="$work/allowed" '
            BEGIN { while ((getline n < allowed) > 0) ok[n] = 1 }
            !($2 in ok) { print $1 ":" $2 ": words: write the text in English inside tr(); its Chinese goes to assets/po/zh_CN.po" }'
    done
}

rule_po() { # every message has a translation that is finished and has the same %s
    local po=assets/po/zh_CN.po
    "$here/po.sh" extract "$work/now.pot" || { echo "src:0: po: xgettext failed"; return; }
    if [ ! -s "$work/now.pot" ]; then return; fi
    if [ ! -f $po ]; then echo "$po:1: po: there are messages but no translation file; run tests/lint/po.sh update"; return; fi
    msgfmt --check-format -o /dev/null $po 2>&1 | sed -E 's/^([^:]*:[0-9]+): /\1: po: /; /^msgfmt/d; /^[^:]*$/d'
    msgmerge --quiet --no-fuzzy-matching --no-wrap $po "$work/now.pot" -o "$work/merged.po" || { echo "$po:1: po: msgmerge failed"; return; }
    msgattrib --untranslated --no-obsolete --no-wrap "$work/merged.po" | untranslated "has no translation"
    msgattrib --only-fuzzy --no-obsolete --no-wrap $po | untranslated "is marked fuzzy: check it and remove the mark"
}
untranslated() { awk -v why="$1" '/^#: / { at = $2 } /^msgid "./ { print at ": po: " substr($0, 7) " " why " (tests/lint/po.sh update)"; at = "assets/po/zh_CN.po:1" }'; }

rule_man() {
    local page
    command -v groff >/dev/null || return 0
    for page in packaging/*.[1-8]; do
        [ -f "$page" ] || continue
        groff -K utf8 -man -ww -rF0 -Tutf8 -z "$page" 2>&1 | sed -E "s|^[^:]*:(<[^>]*>\|[^:]*):([0-9]+): *|$page:\2: man: |"
    done
}

rule_scripts() {
    local scripts
    command -v shellcheck >/dev/null || return 0
    mapfile -t scripts < <(find . -path ./build -prune -o -path ./tests/lint/bad -prune -o \( -name '*.sh' -o -path ./.ci/run \) -type f -print | sort)
    if [ ${#scripts[@]} -gt 0 ]; then
        shellcheck --severity=warning --exclude=SC1112 --format=gcc "${scripts[@]}" | sed -E 's|^\./||; s|^([^:]*:[0-9]+):[0-9]+: |\1: scripts: |'
    fi
}

rules=(arrows nouns parts circles belongs homes fences sql calls guards purpose tabs length width words po man scripts)

check() { # ROOT
    cd "$1" || exit 2
    mapfile -t sources < <(find src -name '*.[ch]' | sort)
    mapfile -t headers < <(printf '%s\n' "${sources[@]}" | grep '\.h$')
    awk -f "$here/strip.awk" -v blank=1 "${sources[@]}" /dev/null >"$work/code"
    awk -f "$here/strip.awk" "${sources[@]}" /dev/null >"$work/nocomment"
    for rule in "${rules[@]}"; do "rule_$rule" 2>&1 | report; done
    cat "$work/findings"
    ! grep -vqE ': (length|width|homes): advice: ' "$work/findings"
}

self_test() {
    local dir rule failed=0
    for rule in "${rules[@]}"; do
        dir=$here/bad/$rule
        if [ "$rule" = man ] && ! command -v groff >/dev/null; then continue; fi
        if [ "$rule" = scripts ] && ! command -v shellcheck >/dev/null; then continue; fi
        if [ ! -d "$dir" ]; then echo "lint: rule $rule has no bad example $dir"; failed=1; continue; fi
        "$0" "$dir" >"$work/out" 2>&1
        local status=$? others
        others=$(grep -vE ": $rule: " "$work/out")
        if ! grep -qE ": $rule: " "$work/out" || [ -n "$others" ]; then
            echo "lint: rule $rule does not catch exactly its bad example:"; cat "$work/out"; failed=1
        elif [[ "$rule" = length || "$rule" = width ]]; then
            if [ $status != 0 ]; then echo "lint: rule $rule must only warn"; failed=1; fi
        elif [ $status = 0 ]; then echo "lint: rule $rule reports, but does not fail"; failed=1
        fi
    done
    if ! "$0" "$here/good" >"$work/out" 2>&1; then echo "lint: the good example is refused:"; cat "$work/out"; failed=1; fi
    return $failed
}

if [ "${1:-}" = --self-test ]; then self_test; exit $?; fi
check "${1:-$here/../..}"
