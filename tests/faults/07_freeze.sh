#!/bin/bash
# The same signed list for ever: lessons stay, and the screen says since when there is no news.
source "$(dirname "$0")/kit.sh"
unit test_syncer test_freeze_is_shown
grep -q 'No news since %s' "$ROOT/assets/po/zh_CN.po" || fail "the sentence is not in the catalogue"
