#!/usr/bin/env bash
# run.sh PROGRAM [--write]: counts the instructions of PROGRAM's cases and compares them
# with those in kept.txt, or writes that file. Exit status 77: nothing was compared.
set -euo pipefail
program=$1 mode=${2:-}
kept=$(dirname "${BASH_SOURCE[0]}")/kept.txt
percent=3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

skip() {
  printf '\ninstructions: NOT COMPARED: %s\n\n' "$1"
  exit 77
}

command -v valgrind >"$work/where" || skip "valgrind is not installed"
built=$("$program" --built)
kept_built=$(sed -n 's/^built //p' "$kept")
[[ $mode == --write || $built == "$kept_built" ]] ||
  skip "$kept is of what is built by '$kept_built', this was built by '$built'"

# count CASE: instructions of one. Valgrind puts everything at the same addresses each
# time, on which hashes hang.
count() {
  local facts total
  if ! facts=$(valgrind --tool=callgrind --callgrind-out-file="$work/out" \
    --collect-atstart=no --toggle-collect=TocsinCounted "$program" "$1" 2>"$work/log"); then
    cat "$work/log" >&2
    return 1
  fi
  total=$(awk '$1 == "totals:" || $1 == "summary:" { print $2; exit }' "$work/out")
  awk -v total="$total" -v facts="$facts" 'BEGIN {
    if (total == 0 || facts == 0) exit 1
    printf "%.1f\n", total / facts
  }' || {
    printf 'instructions: %s: nothing was counted\n' "$1" >&2
    return 1
  }
}

declare -A now
mapfile -t cases < <("$program")
for name in "${cases[@]}"; do
  now[$name]=$(count "$name")
done

if [[ $mode == --write ]]; then
  {
    sed -n '/^#/p' "$kept"
    printf 'built %s\n' "$built"
    for name in "${cases[@]}"; do printf '%s %s\n' "$name" "${now[$name]}"; done
  } >"$work/kept"
  cp "$work/kept" "$kept"
  cat "$kept"
  exit 0
fi

{
  for name in "${cases[@]}"; do printf 'now %s %s\n' "$name" "${now[$name]}"; done
  grep -v -e '^#' -e '^built ' "$kept" | sed 's/^/kept /'
} | awk -v percent="$percent" '
  $1 == "now" { now[$2] = $3; order[++count] = $2; next }
  { kept[$2] = $3; if (!($2 in now)) { order[++count] = $2 } }
  END {
    printf "instructions     kept      now   change\n"
    for (i = 1; i <= count; ++i) {
      name = order[i]
      if (!(name in kept) || !(name in now)) {
        printf "%-12s %s\n", name, name in now ? "NOT KEPT: ./dev instructions --write" \
                                               : "IS NO CASE: ./dev instructions --write"
        failed = 1
        continue
      }
      change = 100 * (now[name] - kept[name]) / kept[name]
      verdict = ""
      if (change > percent) verdict = "MORE than is kept; if that must be: ./dev instructions --write"
      if (change < -percent) verdict = "LESS than is kept: ./dev instructions --write"
      printf "%-12s %8.1f %8.1f %+7.2f%%  %s\n", name, kept[name], now[name], change, verdict
      if (verdict != "") failed = 1
    }
    exit failed
  }'
