#!/bin/bash
# A stick with very many files, deep folders, 5 TB of nothing: "not prepared for this kiosk", within two seconds.
source "$(dirname "$0")/kit.sh"
unit test_stick_scan too_many_files_are_told_soon deep_folders_and_huge_files_cost_nothing
