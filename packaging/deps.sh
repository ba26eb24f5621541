#!/bin/bash
# deps.sh [BUILD]: installs what packaging/deps.txt lists and this machine lacks. Nothing missing: silent, at once.
#
# For Debian 12 and its relatives. Says in one line how much it will fetch; asks nothing. The log of apt-get is
# BUILD/deps.log (BUILD is `build` unless told). BUILD/deps.ok remembers the answer until deps.txt or dpkg's own list changes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-build}
list=$here/deps.txt
ok=$build/deps.ok
log=$build/deps.log
status=/var/lib/dpkg/status

if [ -f "$ok" ] && [ "$ok" -nt "$list" ] && [ "$ok" -nt "$status" ]; then exit 0; fi
mkdir -p "$build"

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "deps: this is not a Debian system. Please install what $list names (the libraries with their headers) and try again." >&2
    exit 1
fi

wanted=$(sed 's/#.*//' "$list" | tr -s '[:blank:]' '\n' | sort -u)
# Node that came from elsewhere will do, and Debian's npm cannot be put beside it.
if command -v npm >/dev/null; then wanted=$(echo "$wanted" | grep -vxE 'nodejs|npm'); fi
missing() {
    # shellcheck disable=SC2086 # one word per package
    dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^ii  *//p' | sort -u >"$build/deps.have" || true
    echo "$wanted" | grep -v '^$' | grep -vxF -f "$build/deps.have" || true
    rm -f "$build/deps.have"
}

need=$(missing)
if [ -z "$need" ]; then
    touch "$ok"
    exit 0
fi
count=$(echo "$need" | wc -l)

root() { env DEBIAN_FRONTEND=noninteractive "$@"; }
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "deps: $count packages are missing and there is no sudo. As root: apt-get install --no-install-recommends ${need//$'\n'/ }" >&2
        exit 1
    fi
    root() { sudo env DEBIAN_FRONTEND=noninteractive "$@"; }
fi

fail() {
    tail -n 15 "$log" >&2
    echo "deps: $1 The whole log is $log" >&2
    exit 1
}

update() {
    echo "deps: refreshing the package lists"
    root apt-get -q update >>"$log" 2>&1 || fail "the package lists could not be fetched. Is there a network?"
}

# The files apt-get would fetch, one a line: 'URI' name bytes hash. Installs nothing, whatever apt.conf says.
# Fails when the lists do not know every package.
plan() {
    # shellcheck disable=SC2086
    LC_ALL=C apt-get install -q -y --print-uris --no-install-recommends $need >"$build/deps.plan" 2>&1
}

: >"$log"
fresh=no
# The files keep the dates of the mirror; the directory tells when they were fetched.
if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || [ -n "$(find /var/lib/apt/lists -maxdepth 0 -mtime +7)" ]; then
    update
    fresh=yes
fi
if ! plan && [ "$fresh" = no ]; then
    update
    fresh=yes
fi
if ! plan; then
    cat "$build/deps.plan" >>"$log"
    fail "apt-get does not know every package or cannot combine them."
fi
mb=$(awk '/^\047/ { bytes += $3 } END { printf "%.0f", bytes / 1e6 + 0.5 }' "$build/deps.plan")
rm -f "$build/deps.plan"
echo "deps: installing $count missing packages ($mb MB to download), log in $log"

# shellcheck disable=SC2086
install() { root apt-get -q -y -o DPkg::Lock::Timeout=120 --no-install-recommends install $need >>"$log" 2>&1; }
if ! install; then
    # Lists a few days old may name files that the mirror has replaced since.
    if [ "$fresh" = no ]; then
        update
        install || fail "apt-get could not install them."
    else
        fail "apt-get could not install them."
    fi
fi
left=$(missing)
[ -z "$left" ] || fail "still missing after the installation: ${left//$'\n'/ }."
touch "$ok"
