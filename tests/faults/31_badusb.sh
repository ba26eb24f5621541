#!/bin/bash
# A keyboard or network card in the shell of a stick: only usb-storage and uas block devices are ever sticks, and the rule
# that mounts them asks for nothing else.
source "$(dirname "$0")/kit.sh"
command -v umockdev-run >/dev/null || not_here "umockdev is not installed"
unit test_stick_watch only_usb_storage_counts systemd_is_asked_to_mount
rules=$ROOT/packaging/90-weike-stick.rules
grep -q 'SUBSYSTEM!="block", GOTO="weike_stick_end"' "$rules" && grep -q 'ID_USB_DRIVER}=="?\*", ENV{ID_USB_DRIVER}!="usb-storage|uas"' "$rules" ||
    fail "the udev rule lets other devices through"
grep -q 'nosuid,nodev,noexec' "$rules" || fail "the udev rule mounts programs or devices"
echo "that a keyboard's keystrokes reach no shell is the work of the kiosk's session (no terminal, no other window)"
