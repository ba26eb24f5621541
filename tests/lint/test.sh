#!/bin/bash
# The rules hold for the sources, and each rule still catches its bad example.
here=$(cd "$(dirname "$0")" && pwd)
status=0
if "$here/lint.sh" --self-test; then echo "ok lint: every rule catches its bad example"; else echo "not ok lint self-test"; status=1; fi
if "$here/lint.sh"; then echo "ok lint: the sources keep the rules"; else echo "not ok lint"; status=1; fi
if "$here/../labels.py"; then echo "ok lint: what scripts and benches tap is what the kiosk says"; else echo "not ok lint: labels"; status=1; fi
exit $status
