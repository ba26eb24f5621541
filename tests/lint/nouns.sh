#!/bin/bash
# nouns.sh update: makes the table of rooms in src/ARCHITECTURE.md from src/nouns.txt
# nouns.sh check:  says so if it is another; run in the root of the sources
set -euo pipefail
export LC_ALL=C.UTF-8

table() {
    awk '
        function flush() { if (row != "") print row " | " libraries " |" }
        /^#/ || /^$/ { next }
        {
            room = $1; $1 = ""; about = substr($0, 2); only = ""
            if ((i = index(about, " | "))) { only = substr(about, i + 3); about = substr(about, 1, i - 1) }
        }
        room !~ /\// { flush(); row = "| `" room "/` | " about; libraries = only; next }
        { sub(/.*\//, "", room); row = row "<br>`" room "/` " about; if (only != "") libraries = libraries (libraries == "" ? "" : "; ") only ": `" room "/`" }
        END { flush() }' src/nouns.txt
}
page() {
    awk -v table="$(table)" '
        /^<!-- rooms:/ { print; print "| layer | what it is about, and its nouns | only here |"; print "|---|---|---|"; print table; skip = 1; next }
        /^<!-- \/rooms/ { skip = 0 }
        !skip' src/ARCHITECTURE.md
}

case "${1:-}" in
    check) page | cmp -s - src/ARCHITECTURE.md || echo "src/ARCHITECTURE.md:1: nouns: its table is not what src/nouns.txt says: run tests/lint/nouns.sh update" ;;
    update)
        cd "$(dirname "$0")/../.."
        page >src/ARCHITECTURE.md.new
        mv src/ARCHITECTURE.md.new src/ARCHITECTURE.md
        ;;
    *)
        echo "usage: nouns.sh update | nouns.sh check" >&2
        exit 2
        ;;
esac
