#!/bin/bash
# start.sh BUILD PORT LOG: a real LRS (@learninglocker/xapi-statements, GPL-3, a remote end in tests only) on 127.0.0.1:PORT,
# without a database: what it holds is gone with it. Installed into BUILD/lrs the first time. Becomes the server
# (exec), so that its caller has its process id. Status 77: it cannot be installed here.
set -u
build=$1 port=$2 log=$3
here=$(cd "$(dirname "$0")" && pwd)
lrs=$build/lrs
server=$lrs/node_modules/@learninglocker/xapi-statements/dist/server.js
command -v node >/dev/null && command -v npm >/dev/null || { echo "node and npm are not installed"; exit 77; }
if [ ! -f "$server" ]; then
    mkdir -p "$lrs"
    cp "$here/package.json" "$here/package-lock.json" "$lrs/"
    (cd "$lrs" && timeout 300 npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1) || { echo "npm ci failed, see $lrs/npm.log"; exit 77; }
fi
[ "$port" = 0 ] && exit 0 # only installs
mkdir -p "$log.d"
cd "$log.d" || exit 1
export AUTH_REPO=test EVENTS_REPO=test MODELS_REPO=memory STORAGE_REPO=local EXPRESS_PORT=$port WINSTON_CONSOLE_LEVEL=error
exec node "$server" >"$log" 2>&1
