#!/bin/bash
# kit.sh: servers on free ports of the loopback for shell tests; source it. $NETWORK is a folder for their files; call
# net_stop at the end. Each net_… function sets $url.
NET=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
net_pids=()
mkfifo "$NETWORK/hold" && exec {net_hold}<>"$NETWORK/hold" # stands for an input that never ends

# A service that says its port on its first line.
net_service() { # NAME COMMAND…
    local name=$1 port
    shift
    : >"$NETWORK/$name.out"
    "$@" >"$NETWORK/$name.out" 2>"$NETWORK/$name.err" <&$net_hold &
    net_pids+=($!)
    for _ in $(seq 200); do
        port=$(head -n 1 "$NETWORK/$name.out")
        [ -n "$port" ] && break
        read -r -t 0.05 <&$net_hold
    done
    [ -n "$port" ] || { cat "$NETWORK/$name.err"; return 1; }
    url=http://127.0.0.1:$port
}

# A server that can misbehave (server.py); rules with net_rules.
net_server() { net_service "server$RANDOM" python3 "$NET/server.py" "$@"; }
net_rules() { curl -s --noproxy '*' -X POST --data "$2" "$1/!rules" >/dev/null; } # URL JSON
net_log() { curl -s --noproxy '*' "$1/!log"; }

# Something in the way (proxy.py): cuts, limits, counts.
net_proxy() {
    net_counts=$NETWORK/counts$RANDOM
    net_service "proxy$RANDOM" python3 "$NET/proxy.py" --stats "$net_counts" "$@"
}
# What the newest of them has handed down: bytes, connections, cuts.
net_stats() { cat "$net_counts"; }

# nginx from Debian over FOLDER; more lines for the server block in $2. Its log is $NETWORK/access.log.
net_nginx() {
    local dir=$NETWORK/ngx$RANDOM port
    mkdir -p "$dir"
    port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
    cat >"$dir/nginx.conf" <<END
$([ "$(id -u)" = 0 ] && echo "user root;") daemon off; worker_processes 1; pid $dir/pid; error_log $dir/error.log;
events { worker_connections 64; }
http { log_format brief '\$request_uri \$status \$body_bytes_sent \$request_length \$bytes_sent \$http_range'; access_log $NETWORK/access.log brief;
 client_body_temp_path $dir/b; proxy_temp_path $dir/p; fastcgi_temp_path $dir/f; uwsgi_temp_path $dir/u; scgi_temp_path $dir/s;
 types { } default_type application/octet-stream;
 server { listen 127.0.0.1:$port; root $1; ${2:-} } }
END
    nginx -p "$dir" -c "$dir/nginx.conf" 2>"$dir/said" &
    net_pids+=($!)
    url=http://127.0.0.1:$port
    timeout 20 bash -c "until curl -s --noproxy '*' -o /dev/null '$url/'; do :; done" || { cat "$dir/said"; return 1; }
}

net_stop() {
    [ ${#net_pids[@]} -eq 0 ] || kill "${net_pids[@]}" 2>/dev/null
    wait "${net_pids[@]}" 2>/dev/null
    net_pids=()
}
