#!/bin/bash
# runs: early
# registers.sh BUILD: registers as an office meets them: made at a terminal, their code asked at the county, the chain after somebody
# helped himself to the database, a correction and the hours after it.
set -u
BUILD=$(cd "$1" && pwd)
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
cd "$ROOT" || exit 1
export BUILD WEIKE_LOG=${WEIKE_LOG:-error} LC_ALL=C.UTF-8 TZ=Asia/Shanghai
unset WEIKE_DATA
WORK=$(mktemp -d)
source tests/hub/kit.sh
trap 'hubs_end; rm -rf "$WORK"' EXIT
ctl=$BUILD/weikectl D=$WORK/t
status=0
ok() { echo "ok registers: $1"; }
bad() { echo "not ok registers: $1"; shift; printf '    %s\n' "$@"; status=1; }
same() { if [ "$2" = "$3" ]; then ok "$1"; else bad "$1" "got  $2" "want $3"; fi; } # NAME GOT WANT
has() { if grep -qE -- "$3" <<<"$2"; then ok "$1"; else bad "$1" "want $3 in:" "$2"; fi; } # NAME TEXT PATTERN
sql() { python3 - "$1" "$2" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1]); db.executescript(sys.argv[2]); db.commit()
END
}
code_of() { grep -oE 'code [0-9A-Z-]{14}' <<<"$1" | cut -c6-; }

# --- a terminal with members and a viewing ---
printf 'name,id,role\n王小明,v1,\n=陈大,v2,\n李书记,v9,书记\n' >"$WORK/people.csv"
mkdir -p "$D"
"$ctl" member import "$WORK/people.csv" --data "$D" >/dev/null 2>"$WORK/err" || bad "members" "$(cat "$WORK/err")"
month=$(date +%Y-%m) began=$(($(date -d "$month-01 10:00" +%s) * 1000))
V=0190aaaa-0000-7000-8000-000000000010 S=0190aaaa-0000-7000-8000-000000000011
sql "$D/weike.db" "
INSERT INTO viewing (id, member_id, content_id, course_id, course_version, category, year, state, began_ms, clock, boot_id, began_boot_ms, saved_ms,
  saved_boot_ms, length_ms, completion_permille, position_ms, played, watched_ms, verified_ms, review_ms, screen_ms, ended_by)
VALUES ('$V', 'v1', 'c5b5fe2c-0000-4a49-87e4-59d48cdd50b7', 'cn.x', 1, 'safety', ${month%-*}, 1, $began, 2, 'b', 0, $began + 90000, 90000, 60000, 900, 0,
  '0.000[.]60.000', 60000, 60000, 0, 90000, 'finished');
INSERT INTO hours_month VALUES ('v1', ${month/-/}, 'safety', 90000, 60000, 60000, 0);
INSERT INTO hours_lesson VALUES ('v1', ${month/-/}, 'c5b5fe2c-0000-4a49-87e4-59d48cdd50b7', 'safety', 90000, 60000, 60000, 0, $began);
INSERT INTO counted VALUES ('v1', 'c5b5fe2c-0000-4a49-87e4-59d48cdd50b7', ${month%-*}, '0.000[.]60.000', '0.000[.]60.000', 60000);"

# --- the files ---
said=$("$ctl" register csv viewing --out "$WORK/v.csv" --data "$D" 2>&1); first=$(code_of "$said")
has "a register has a code" "$said" 'made, 1 rows|1 rows, code [0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}'
same "it begins with a byte order mark" "$(head -c 3 "$WORK/v.csv" | od -An -tx1 | tr -d ' \n')" efbbbf
has "heads in both languages" "$(head -1 "$WORK/v.csv")" '姓名 \(full_name\)'
same "lines end with CR LF" "$(grep -c $'\r$' "$WORK/v.csv")" "$(wc -l <"$WORK/v.csv")"
same "made again it keeps its code" "$(code_of "$("$ctl" register csv viewing --out "$WORK/v2.csv" --data "$D" 2>&1)")" "$first"
has "hours: nobody's zero is empty, no cell is a formula" "$("$ctl" register csv hours --data "$D" 2>/dev/null)" "^'=陈大,v2,全部,0,0,0,"
"$ctl" register pdf viewing --out "$WORK/v.pdf" --data "$D" 2>/dev/null; has "pages" "$(head -c 8 "$WORK/v.pdf")" '^%PDF-1'
"$ctl" register pdf viewing --out "$WORK/v3.pdf" --data "$D" 2>/dev/null; cmp -s "$WORK/v.pdf" "$WORK/v3.pdf"; same "the same pages byte for byte" $? 0
mkdir "$WORK/stick"; "$ctl" register save hours --to "$WORK/stick" --data "$D" >"$WORK/out" 2>&1
same "onto a stick: both forms" "$(find "$WORK/stick/registers" -type f | wc -l)" 2
has "a wrong kind is told" "$("$ctl" register csv nonsense --data "$D" 2>&1)" 'KIND is viewing'
has "a wrong month, too" "$("$ctl" register csv viewing --month 2026-13 --data "$D" 2>&1)" 'such as 2026-11'

# --- the county ---
hub_start county || { bad "a hub starts"; exit 1; }
C=${HUB_URL[county]}
setup=$(sed -n 's/.*One-time code for the first[^:]*: \([a-z0-9-]*\).*/\1/p' "$WORK/county.out")
nonce=$(curl -s "$C/status" | grep -oE 'value="[0-9a-f]{16,}"' | head -1 | grep -oE '[0-9a-f]{16,}')
curl -s -o /dev/null --data-urlencode "nonce=$nonce" --data-urlencode "code=$setup" -d 'name=li&password=geheim-22&again=geheim-22' "$C/admin/setup"
site=$("$BUILD/weike-hub" enrol 清水村 --data "$WORK/county" 2>/dev/null | grep -oE '[a-z0-9]{4}(-[a-z0-9]{4})+' | head -1)
printf 'server = "%s"\n' "$C" >>"$D/weike.conf"
"$ctl" enrol "$site" --data "$D" >"$WORK/out" 2>&1 || bad "it enrols" "$(cat "$WORK/out")"
send() { timeout -k 5 60 "$ctl" sync --once --json --data "$D" >"$WORK/out" 2>&1; }
send
ask() { curl -s -u li:geheim-22 "$@"; }
same "nobody asks without a password" "$(curl -s -o /dev/null -w '%{http_code}' "$C/register?code=$first")" 401
page=$(ask "$C/register?code=$first")
has "the county knows the code" "$page" "清水村"
has "and the chain it rests on" "$page" 'The chain of records fits|rests on no chain'
has "typed as people type" "$(ask "$C/register?code=$(tr 'A-Z-' 'a-z ' <<<"$first" | sed 's/ /%20/g')")" "$first"
has "the very file" "$(ask -F "file=@$WORK/v.csv" "$C/register")" 'This is the very file'
sed 's/王小明/王大明/' "$WORK/v.csv" >"$WORK/forged.csv"
has "a forged one is not" "$(ask --data-binary "@$WORK/forged.csv" -H 'Content-Type: text/csv' "$C/register")" 'Not the file'
"$ctl" register csv hours --out "$WORK/h.csv" --data "$D" 2>/dev/null
"$ctl" register csv equipment --out "$WORK/e.csv" --data "$D" 2>"$WORK/code"; send
has "a later one rests on the earlier" "$(ask "$C/register?code=$(code_of "$(cat "$WORK/code")")")" 'The chain of records fits'

# --- a correction ---
has "nothing is corrected that is not there" "$("$ctl" register void 0190aaaa-0000-7000-8000-0000000000ff --by v9 --data "$D" 2>&1)" 'no record of a viewing'
"$ctl" register void "$S" --by v9 --reason wrong-person --instead v2 --data "$D" >"$WORK/out" 2>&1 || bad "a viewing is corrected" "$(cat "$WORK/out")"
has "the old row stays, void" "$("$ctl" register csv viewing --data "$D" 2>/dev/null)" '王小明,v1,.*,作废,记错了人'
has "the new one is there" "$("$ctl" register csv viewing --data "$D" 2>/dev/null)" '陈大,v2,.*,1,1,0,更正,记错了人'
has "the hours follow" "$("$ctl" report hours --csv --from "$month" --to "$month" --data "$D")" "陈大,v2,0.02,0.01,0.01"
[ "$(code_of "$("$ctl" register csv viewing --out "$WORK/v4.csv" --data "$D" 2>&1)")" != "$first" ]; same "a changed register has another code" $? 0

# --- somebody helps himself ---
same "the chain is whole" "$("$ctl" register verify --data "$D" >/dev/null 2>&1; echo $?)" 0
cp -r "$D" "$WORK/forged"; sql "$WORK/forged/weike.db" "UPDATE statement SET body = replace(body, 'viewing', 'viewink') WHERE seq = 1"
has "a changed record is named" "$("$ctl" register verify --data "$WORK/forged" 2>&1)" 'row 1 of [0-9-]+ was changed'
has "doctor says it, too" "$("$ctl" doctor --data "$WORK/forged" 2>&1)" 'bad +chain +row 1 of'
rm -r "$WORK/forged"; cp -r "$D" "$WORK/forged"; sql "$WORK/forged/weike.db" "DELETE FROM statement WHERE seq = 2"
has "a removed one as well" "$("$ctl" register verify --data "$WORK/forged" 2>&1)" 'rows 2 to 2 were taken out'
exit $status
