#!/bin/bash
# stick_kit.sh: villages, sticks and a county for the tests of sticks. Sourced after kit.sh; $1 is the build folder.
CTL=$BUILD/weikectl
MAKE=$BUILD/test/test_stick
[ -x "$CTL" ] && [ -x "$MAKE" ] || fail "weikectl and test_stick are not built (make test-programs)"
mounted=() loops=() daemons=()
cleanup() {
    local m l d
    for m in "${mounted[@]}"; do umount -l "$m" 2>/dev/null || fusermount3 -uz "$m" 2>/dev/null; done
    for d in "${daemons[@]}"; do kill "$d" 2>/dev/null; done
    for l in "${loops[@]}"; do losetup -d "$l" 2>/dev/null; done
}

# village NAME N: a data directory that knows the county and has N records waiting; trusts the author if there is one.
village() {
    mkdir -p "$WORK/$1/trust" "$WORK/keys" "$WORK/nothing"
    "$MAKE" county "$WORK/keys" "$WORK/nothing" >/dev/null && cp "$WORK/keys/county.pub" "$WORK/$1/trust/" || fail "no county"
    "$MAKE" records "$WORK/$1" "$2" || fail "no records"
    [ ! -e "$WORK/author/weike.pub" ] || "$CTL" trust "$WORK/author/weike.pub" --data "$WORK/$1" >/dev/null || fail "no trust"
}

# content DIR MB VERSION: a signed tree below DIR/WEIKE/repo with one lesson of a film of about MB megabytes.
content() {
    need ffmpeg
    [ -e "$WORK/author/weike.key" ] || "$CTL" keygen --out "$WORK/author" >/dev/null || fail "no key"
    mkdir -p "$WORK/src"
    [ -e "$WORK/src/a.mkv" ] || ffmpeg -nostdin -v error -y -f lavfi -i "sine=d=$(($2 * 11))" -ac 1 -ar 44100 -c:a pcm_s16le "$WORK/src/a.mkv" || fail "no film"
    cat >"$WORK/src/course.json" <<END
{"id": "org.example.fraud", "version": $3, "title": {"zh-CN": "防骗", "en": "Fraud"}, "category": "safety",
 "lessons": [{"id": "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01", "title": "一", "media": "a.mkv"}]}
END
    "$CTL" pack "$WORK/src" --key "$WORK/author/weike.key" --out "$1/WEIKE" >/dev/null 2>"$WORK/pack.log" || { cat "$WORK/pack.log"; fail "no tree"; }
}

# county STICK [looks]: "packets records broken"
county() { "$MAKE" "county${2:+-looks}" "$WORK/keys" "$1"; }

# bad_stick BACKING MOUNT FAULT N
bad_stick() {
    need cc pkg-config fusermount3
    pkg-config --exists fuse3 || not_here "libfuse3's development files are not installed"
    [ -e /dev/fuse ] || not_here "/dev/fuse is not there"
    if [ ! -x "$WORK/bad_stick" ]; then
        # shellcheck disable=SC2046
        cc -O1 -o "$WORK/bad_stick" "$ROOT/tests/faults/bad_stick.c" $(pkg-config --cflags --libs fuse3) || fail "bad_stick does not build"
    fi
    mkdir -p "$1" "$2"
    "$WORK/bad_stick" "$@" 2>"$WORK/bad_stick.log" &
    stick_pid=$!
    daemons+=("$stick_pid") mounted+=("$2")
    local _
    for _ in $(seq 100); do mountpoint -q "$2" && return 0; kill -0 "$stick_pid" 2>/dev/null || break; sleep 0.05; done
    grep -qi "permitted\|permission" "$WORK/bad_stick.log" && not_here "FUSE may not be mounted here"
    cat "$WORK/bad_stick.log"
    fail "bad_stick did not start"
}
pull() { fusermount3 -uz "$1" 2>/dev/null || umount -l "$1" 2>/dev/null; }

# real_stick TYPE MB MOUNT [ro]: a file system of that type in a file, through a loop device. 1: not possible here ($why).
# shellcheck disable=SC2034 # why is for the caller
real_stick() {
    local image=$WORK/$1.img dev
    why=
    [ "$(id -u)" = 0 ] || { why="only root may mount"; return 1; }
    if [ ! -e "$image" ]; then
        truncate -s "$2M" "$image"
        case $1 in
            exfat) mkfs.exfat "$image" >/dev/null 2>&1 || { why="mkfs.exfat is missing"; return 1; } ;;
            ntfs) mkfs.ntfs -F -q "$image" >/dev/null 2>&1 || { why="mkfs.ntfs is missing"; return 1; } ;;
            *) mkfs.ext4 -q -F "$image" 2>/dev/null || { why="mkfs.ext4 is missing"; return 1; } ;;
        esac
    fi
    dev=$(losetup ${4:+-r} -f --show "$image" 2>/dev/null) || { why="no loop device is free"; return 1; }
    loops+=("$dev") mounted+=("$3")
    mkdir -p "$3"
    case $1 in
        exfat) mount.exfat-fuse ${4:+-o ro} "$dev" "$3" >/dev/null 2>&1 ;;
        ntfs) ntfs-3g ${4:+-o ro} "$dev" "$3" >/dev/null 2>&1 ;;
        *) mount ${4:+-o ro} "$dev" "$3" 2>/dev/null ;;
    esac || { why="$1 cannot be mounted here"; return 1; }
}
unplug() { # MOUNT
    umount "$1" || fail "cannot unmount $1"
    losetup -d "${loops[-1]}" 2>/dev/null
}
# The daemon behind a FUSE mount of ours.
fuse_pid() { local p; for p in /proc/[0-9]*; do tr '\0' ' ' <"$p/cmdline" 2>/dev/null | grep -qE "exfat-fuse .*$1|ntfs-3g .*$1" && { echo "${p#/proc/}"; return; }; done; }
