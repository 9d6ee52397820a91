#!/usr/bin/env bash
# run.sh PROGRAM EXPECTED: runs it, and compares its output where EXPECTED exists.
set -euo pipefail
output=$("$1")
printf '%s\n' "$output"
if [[ -e $2 ]]; then
  diff -u --label "README.md says" --label "the program prints" "$2" <(printf '%s\n' "$output")
fi
