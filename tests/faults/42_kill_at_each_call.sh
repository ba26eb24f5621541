#!/bin/bash
# Killed at system calls of import, activate and sweep, at each write of records and receipts: never half.
source "$(dirname "$0")/kit.sh"
source "$(dirname "$0")/cut_kit.sh"
cut "power cut"
unit test_send a_cut_between_any_two_writes a_whole_run_with_a_fault_at_each_write
script syscalls.sh slice
