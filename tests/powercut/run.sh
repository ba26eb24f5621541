#!/bin/sh
# run.sh BUILD [slice|all]: the power-cut loop; "ok" or "not ok" and the score for each way of being cut off.
# slice, for make test, takes some of the cut points, evenly spread; all takes every one.
set -eu
build=$1
case ${2:-slice} in
slice) exec "$build/test/test_powercut" ;;
all) exec "$build/test/test_powercut" all ;;
*) echo "usage: run.sh BUILD [slice|all]" >&2; exit 2 ;;
esac
