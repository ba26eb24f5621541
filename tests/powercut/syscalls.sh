#!/bin/bash
# syscalls.sh BUILD [slice|all|errors]: what a technician does, with strace in the way of each system call that changes the
# disk: killed at its entry (slice, all), or answered with an error (errors: no more files, no memory, full, broken). Then
# the data must be as before or as after, whole, and the same command must get it done.
# slice, for make test, takes a few points of each call, all up to sixty, evenly spread. Status 77: not possible here, the last line says why.
set -u
ctl=$(cd "$1" && pwd)/weikectl
which=${2:-slice}
points=2 # of each call in a scenario
[ "$which" = all ] && points=60
calls=(openat write pwrite64 fsync fdatasync ftruncate rename unlink mkdir fallocate)
declare -A how
for c in "${calls[@]}"; do how[$c]=signal=KILL; done
if [ "$which" = errors ]; then
    calls=(openat mmap write pwrite64 fsync fdatasync rename mkdir)
    how=([openat]=error=EMFILE [mmap]=error=ENOMEM [write]=error=ENOSPC [pwrite64]=error=EIO [fsync]=error=EIO [fdatasync]=error=EIO
        [rename]=error=ENOSPC [mkdir]=error=ENOSPC)
fi
export LC_ALL=C.UTF-8 WEIKE_LOG=error
unset WEIKE_DATA
work=$(TMPDIR=${TMPDIR:-$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)} mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

skip() { echo "skip syscalls: not possible here, because $*"; exit 77; }
command -v strace >/dev/null || skip "strace is not installed"
command -v ffmpeg >/dev/null || skip "ffmpeg is not installed"
strace -qq -o /dev/null -e inject=getppid:signal=KILL:when=1 true 2>/dev/null || skip "strace may not trace"

# --- two versions of a small course ---
mkdir -p src/fraud
ffmpeg -nostdin -v error -y -f lavfi -i testsrc=d=1:s=160x120:r=5 -f lavfi -i sine=d=1 -shortest \
    -c:v libx264 -preset ultrafast -c:a aac src/fraud/a.mp4 || skip "ffmpeg makes no film"
cp src/fraud/a.mp4 src/fraud/b.mp4
printf '\0' >>src/fraud/b.mp4
printf '// weike: id=q1\n::1::Give the code?{F}\n' >src/fraud/a.gift
version() { # NUMBER FILM
    cat >src/fraud/course.json <<END
{"id": "org.example.fraud", "version": $1, "title": {"en": "Fraud $1"}, "category": "safety",
 "lessons": [{"id": "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01", "title": {"en": "One"}, "media": "$2.mp4", "questions": "a.gift"}]}
END
    SOURCE_DATE_EPOCH=179500000$1 "$ctl" pack src --key keys/weike.key --out "tree$1" >/dev/null || exit 1
}
"$ctl" keygen --out keys >/dev/null || exit 1
version 1 a
cp -r tree1 tree2
version 2 b
cp -r tree2 tree3
version 3 a

# --- data directories to begin with: nothing; the first version; the second, with members ---
"$ctl" trust keys/weike.pub --data d0 >/dev/null
cp -r d0 d1 && "$ctl" import tree1 --data d1 >/dev/null
cp -r d1 d2 && "$ctl" import tree2 --data d2 >/dev/null
printf '姓名,编号\n王小明,m1\n李红,m2\n' >roster.csv
cp -r d2 d3 && "$ctl" member import roster.csv --data d3 >/dev/null

# DIR -> what a person would see. Fails if doctor finds anything wrong with it.
state() {
    if ! "$ctl" doctor --data "$1" >doctor.txt 2>&1 && grep -qE '^bad' doctor.txt && grep -E '^bad' doctor.txt | grep -qvE '^bad +(clock|fonts|room)'; then
        cat doctor.txt
        return 1
    fi
    python3 - "$1" <<'END'
import os, sqlite3, sys
path = sys.argv[1] + "/weike.db"
def ask(sql):
    try:
        return db.execute(sql).fetchall()
    except sqlite3.OperationalError as e:
        if "no such table" in str(e): # not made yet
            return [] if "package" in sql else [(0,)]
        raise
db = sqlite3.connect("file:%s?mode=ro" % path if os.path.exists(path) else ":memory:", uri=True)
print(ask("SELECT id, version, lessons, total FROM package WHERE active = 1"), ask("SELECT count(*) FROM member WHERE active = 1"),
      ask("SELECT count(*) FROM statement"), ask("SELECT count(*) FROM lesson WHERE ready <> 1"))
END
}

disturb() { # CALL N COMMAND…: its status
    local call=$1 n=$2
    shift 2
    (strace -f -qq -o /dev/null -e trace="$call" -e inject="$call":"${how[$call]}":when="$n" "$@" >/dev/null 2>&1; exit $?) 2>/dev/null
}

# CALL -> which of its calls change the disk (n-th, n-th …), evenly spread
wanted() {
    grep -E "^[0-9]+ +$1\(" trace.txt | awk -v call="$1" -v most="$points" '
        (call != "openat" && call != "mmap") || /MAP_ANONYMOUS/ || /O_CREAT|O_RDWR|O_WRONLY/ { at[++n] = NR }
        END { step = n > most ? n / most : 1; for (i = 1; i <= n; i += step) print at[int(i)] }'
}

failed=0
scenario() { # NAME BASE COMMAND… (the data directory is d)
    local name=$1 base=$2 before after got made=0 held=0 call n rc
    shift 2
    rm -rf d && cp -a "$base" d && before=$(state d)
    "$@" >/dev/null 2>err.txt || { cat err.txt; echo "not ok $name: fails without any kill"; failed=1; return; }
    after=$(state d) || { echo "not ok $name: not whole without any kill: $after"; failed=1; return; }
    rm -rf d && cp -a "$base" d
    strace -f -qq -o trace.txt -e trace="$(IFS=,; echo "${calls[*]}")" "$@" >/dev/null 2>&1
    for call in "${calls[@]}"; do
        for n in $(wanted "$call"); do
            rm -rf d && cp -a "$base" d
            disturb "$call" "$n" "$@"
            rc=$?
            [ "$which" = errors ] || [ $rc -ge 128 ] || continue
            made=$((made + 1))
            if ! got=$(state d) || { [ "$got" != "$before" ] && [ "$got" != "$after" ]; }; then
                echo "FAIL $name, at $call $n: $got; neither $before nor $after"
            elif [ $rc = 0 ] && [ "$got" != "$after" ]; then
                echo "FAIL $name, at $call $n: said to be done, and is not"
            elif ! "$@" >/dev/null 2>err.txt && ! already "$got" "$after"; then
                echo "FAIL $name, at $call $n: cannot be done again: $(cat err.txt)"
            elif ! got=$(state d) || [ "$got" != "$after" ]; then
                echo "FAIL $name, at $call $n and done again: $got, not $after"
            else
                held=$((held + 1))
            fi
        done
    done
    [ "$made" -gt 0 ] && [ "$held" = "$made" ] || failed=1
    echo "$([ "$made" -gt 0 ] && [ "$held" = "$made" ] && echo ok || echo not ok) $name: ${how[write]#*=} and the like at $made points, $held held"
}
already() { [ "$1" = "$2" ]; } # done before the kill: a refusal to do it twice is fine

scenario "first import" d0 "$ctl" import tree1 --data d
[ "$which" = all ] && scenario "update" d1 "$ctl" import tree2 --data d
scenario "update and sweep" d2 "$ctl" import tree3 --data d
[ "$which" = all ] && scenario "roster" d2 "$ctl" member import roster.csv --data d
[ "$which" = all ] && scenario "doctor" d3 "$ctl" doctor --repair --data d
exit $failed
