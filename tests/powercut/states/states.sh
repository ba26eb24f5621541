#!/bin/bash
# states.sh BUILD [COUNT [SEED]]: the small life of tests/powercut/test_powercut.c on a real ext4 whose disk writes down
# every write and flush; then COUNT states that a power cut could have left, mounted (ext4 replays its journal) and looked
# at: the database sound, nothing acknowledged lost, no file under its final name with other bytes. Last, a disk that lies
# about flushes: some of its states must be found bad, or the looking is worth nothing. Status 77: not possible here.
set -u
build=$(cd "$1" && pwd)
count=${2:-36} seed=${3:-1}
here=$(cd "$(dirname "$0")" && pwd)
export LC_ALL=C.UTF-8 TZ=UTC WEIKE_LOG=error
work=$(TMPDIR=${TMPDIR:-$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)} mktemp -d)
daemon=''
cleanup() {
    mountpoint -q "$work/fs" && umount "$work/fs"
    mountpoint -q "$work/log" && umount -l "$work/log"
    [ -n "$daemon" ] && wait "$daemon" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
skip() { echo "skip power-cut states: not possible here, because $*"; exit 77; }

[ "$(id -u)" = 0 ] || skip "only root may mount a disk image"
[ -e /dev/fuse ] || skip "there is no /dev/fuse"
[ -e /dev/loop-control ] || skip "there is no /dev/loop-control"
command -v mkfs.ext4 >/dev/null || skip "mkfs.ext4 is not installed"
pkg-config --exists fuse3 || skip "libfuse3-dev is not installed"
for p in logdisk states; do
    [ "$build/test/$p" -nt "$here/$p.c" ] && continue
    read -ra flags <<<"$(pkg-config --cflags --libs fuse3)"
    cc -std=gnu11 -O2 -Wall -Wextra -o "$build/test/$p" "$here/$p.c" "${flags[@]}" || exit 1
done
life=$build/test/test_powercut
[ -x "$life" ] || { echo "not ok power-cut states: $life is not built"; exit 1; }

# --- the life, on the logged disk ---
cd "$work" || exit 1
mkdir log fs out
truncate -s 192M disk.img
mkfs.ext4 -q -F disk.img
cp --sparse=always disk.img start.img
"$build/test/logdisk" disk.img writes.log log 2>fuse.txt &
daemon=$!
for _ in $(seq 100); do [ -e log/disk ] && break; kill -0 $daemon 2>/dev/null || skip "FUSE does not mount here: $(tail -1 fuse.txt)"; sleep 0.05; done
[ -e log/disk ] || skip "FUSE does not mount here"
mount -o loop log/disk fs 2>mount.txt || skip "a loop device does not mount here: $(tail -1 mount.txt)"
"$life" live fs/d log/mark >live.txt 2>&1 || { cat live.txt; echo "not ok power-cut states: the life itself fails"; exit 1; }
umount fs
gone() { for _ in $(seq 100); do umount log 2>/dev/null && return; sleep 0.05; done; umount -l log; } # the loop device lets go later
gone
wait $daemon
daemon=''

# --- states ---
failed=0
look() { # [lie]: good and bad of them
    local good=0 bad=0 line why # S: the program that makes the states
    cp --sparse=always start.img base.img
    coproc S { exec "$build/test/states" writes.log base.img "$n" "$seed" out "$@"; }
    local pid=$S_PID from to
    exec {from}<&"${S[0]}" {to}>&"${S[1]}" # bash takes S away when the program ends
    while read -r line <&"$from"; do
        if ! mount -o loop out/state.img fs 2>why.txt; then
            why="does not mount: $(tail -1 why.txt)"
        else
            why=$("$life" check fs/d out/marks 2>/dev/null) && why=''
            umount fs
        fi
        if [ -z "$why" ]; then good=$((good + 1)); else
            bad=$((bad + 1))
            [ $# -gt 0 ] || echo "FAIL state $line: $why"
        fi
        echo next 1>&"$to"
    done
    exec {from}<&- {to}>&-
    wait "$pid" 2>/dev/null
    result="$good $bad"
}
n=$count
look
read -r good bad <<<"$result"
[ "$bad" = 0 ] && [ "$good" = "$count" ] || failed=1
echo "$([ $failed = 0 ] && echo ok || echo not ok) power-cut states: $good of $count sound, nothing acknowledged lost (seed $seed)"
n=$(((count + 2) / 3))
look lie
read -r good bad <<<"$result"
[ "$bad" -gt 0 ] || failed=1
echo "$([ "$bad" -gt 0 ] && echo ok || echo not ok) a disk that lies about flushes is found out: $bad of $n states bad"
exit $failed
