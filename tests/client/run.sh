#!/usr/bin/env bash
# run.sh BUILD_FOLDER TOCSIN [TEST]: has the packages of package-lock.json in the build
# folder, and runs a test there.
set -euo pipefail
source=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
export TOCSIN_BINARY=$2 TOCSIN_DOCS=$source/../../docs
cd "$1"
# shellcheck source=tests/support/npm.sh
source "$source/../support/npm.sh"
needs node npm curl python3
if [[ $# -eq 2 ]]; then
  has_packages "$source"
  exit 0
fi
# Copies, as a module's packages are looked for where the file is.
work=$(mktemp -d -p .)
trap 'rm -rf "$work"' EXIT
cp "$source"/*.mjs "$work"
node --test "$work/$3"
