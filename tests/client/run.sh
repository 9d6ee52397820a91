#!/usr/bin/env bash
# run.sh BUILD_FOLDER TOCSIN [TEST]: has the packages of package-lock.json in the build
# folder, and runs a test there.
set -euo pipefail
source=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
export TOCSIN_BINARY=$2 TOCSIN_DOCS=$source/../../docs
cd "$1"
for program in node npm curl python3; do
  command -v "$program" >/dev/null || {
    echo "there is no $program here; ./dev test installs it" >&2
    exit 1
  }
done
if [[ $# -eq 2 ]]; then
  cmp -s "$source/package-lock.json" installed.json && exit 0
  cp "$source/package.json" "$source/package-lock.json" .
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json installed.json
  exit 0
fi
# Copies, as a module's packages are looked for where the file is.
work=$(mktemp -d -p .)
trap 'rm -rf "$work"' EXIT
cp "$source"/*.mjs "$work"
node --test "$work/$3"
