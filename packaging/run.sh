#!/bin/bash
# run.sh BUILD: the kiosk full screen with the demo village; without a display, a short walk through it and its pictures.
set -eu
build=$1
here=$(cd "$(dirname "$0")/.." && pwd)
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    cat <<END
Weike fills the screen now. To leave it: Alt+F4 where the desktop knows it, or Ctrl+C in this terminal.
  Learners: tap a face; most need no PIN. Who needs one, and which: content/village/members.csv.
  The secretary 陈玉梅 (village office, meetings, registers): PIN 246810.
  The technician (five taps at the top right, beside the language): PIN 135790.
  In a window instead: $build/weike --data $build/village --window 1366x768
END
    exec "$build/weike" --data "$build/village"
fi
echo "Weike: there is no display here, so the kiosk is walked through on one that nobody sees; its pictures go to $build/tour/."
exec "$here/tests/tour/tour.sh" "$build" short
