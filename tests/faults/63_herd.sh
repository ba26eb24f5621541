#!/bin/bash
# Ten thousand kiosks start together while the server is out: the real pace.c keeps them below 60 requests a second.
source "$(dirname "$0")/kit.sh"
unit test_pace test_ten_thousand_kiosks
grep 'herd 0' "$WORK/unit.log" || true
