#!/usr/bin/env bash
# run.sh PAGE PROGRAM EXPECTED: runs a page's program, and compares its output where
# EXPECTED exists.
set -euo pipefail
output=$("$2")
printf '%s\n' "$output"
if [[ -e $3 ]]; then
  diff -u --label "$1 says" --label "the program prints" "$3" <(printf '%s\n' "$output")
fi
