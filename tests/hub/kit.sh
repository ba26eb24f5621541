#!/bin/bash
# kit.sh: hubs as real processes, for tests of the hub. Set WORK and BUILD first; `hubs_end` at the end.
HUB_PIDS=()

# hub_start NAME [OPTION…]: HUB_PORT[NAME], HUB_URL[NAME], HUB_PID[NAME]; its folder is WORK/NAME.
declare -A HUB_PORT HUB_URL HUB_PID
hub_start() {
    local name=$1 port=${HUB_PORT[$1]:-0}
    shift
    : >"$WORK/$name.out"
    "$BUILD/weike-hub" --data "$WORK/$name" --listen "127.0.0.1:$port" "$@" >"$WORK/$name.out" 2>>"$WORK/$name.log" &
    HUB_PID[$name]=$!
    HUB_PIDS+=($!)
    for _ in $(seq 200); do
        HUB_PORT[$name]=$(sed -nE 's/.* port ([0-9]+)$/\1/p' "$WORK/$name.out")
        [ -n "${HUB_PORT[$name]}" ] && break
        kill -0 "${HUB_PID[$name]}" 2>/dev/null || break
        sleep 0.05
    done
    HUB_URL[$name]=http://127.0.0.1:${HUB_PORT[$name]}
    [ -n "${HUB_PORT[$name]}" ] || { cat "$WORK/$name.log"; return 1; }
}
hub_stop() { # NAME [SIGNAL]: waits until it is gone; its exit status
    kill "-${2:-TERM}" "${HUB_PID[$1]}" 2>/dev/null
    wait "${HUB_PID[$1]}" 2>/dev/null
}
hub_joins() { # NAME ABOVE: NAME enters ABOVE
    local code
    code=$("$BUILD/weike-hub" enrol "$1" --hub --data "$WORK/$2" 2>/dev/null) || return 1
    "$BUILD/weike-hub" join "$code" --upstream "${HUB_URL[$2]}" --data "$WORK/$1" >/dev/null
}
hubs_end() {
    local p
    for p in "${HUB_PIDS[@]}"; do kill "$p" 2>/dev/null; done
    for p in "${HUB_PIDS[@]}"; do wait "$p" 2>/dev/null; done
    return 0
}
hub_field() { # NAME FIELD: a number of its status
    "$BUILD/weike-hub" status --json --data "$WORK/$1" | python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$2"
}
