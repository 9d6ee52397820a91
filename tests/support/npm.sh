# shellcheck shell=bash
# Sourced by the run.sh of tests in JavaScript.

# needs PROGRAM...: ends where one of them is not there.
needs() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || {
      echo "there is no $program here; ./dev test installs it" >&2
      exit 1
    }
  done
}

# has_packages SOURCE: has the packages of SOURCE/package-lock.json in this folder.
has_packages() {
  cmp -s "$1/package-lock.json" installed.json && return
  cp "$1/package.json" "$1/package-lock.json" .
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json installed.json
}
