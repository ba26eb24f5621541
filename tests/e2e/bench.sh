#!/bin/bash
# bench.sh BUILD: every part of the bench runs to its end, on little data; what it measures means nothing here.
# runs: early
# needs: village bench-tools
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
command -v Xvfb >/dev/null && [ -e "$1/village/.made" ] || { echo "skip bench: no Xvfb or no demo village (make village)"; exit 0; }
parts="playback kiosk crowd voice uplink herd hub"
need() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || { echo "skip bench $2: $1 is not installed"; return 1; }; }
for peer in ffplay mpv; do need $peer playback || parts=${parts/playback/}; done
if [ "$(id -u)" != 0 ] || ! unshare -n true 2>/dev/null; then
    echo "skip bench wire: needs root for network namespaces"
else
    all=1
    for peer in nginx rsync zsync casync ostree ethtool; do need $peer wire || all=0; done
    [ $all = 0 ] || parts="$parts wire"
fi
# shellcheck disable=SC2086 # one word a part
timeout -k 5 600 "$here/bench/bench.sh" "$1" slice $parts
