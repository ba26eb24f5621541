#!/bin/bash
# Names in NFC and NFD, or that differ only in case, stay apart: what matters is named by hash, in lower-case hex.
source "$(dirname "$0")/kit.sh"
unit test_stick_scan names_that_differ_in_form_or_case_stay_apart names_are_counted
