#!/usr/bin/env bash
# run.sh BUILD_FOLDER TOCSIN [SCREENSHOTS]: has the packages of package-lock.json in the
# build folder, and runs the tests there.
set -euo pipefail
source=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
export TOCSIN_BINARY=$2 TOCSIN_SCREENSHOTS=${3:-}
cd "$1"
# shellcheck source=tests/support/npm.sh
source "$source/../support/npm.sh"
needs node npm chromium
if [[ $# -eq 2 ]]; then
  has_packages "$source"
  exit 0
fi
mkdir -p "$TOCSIN_SCREENSHOTS"
# Copies, as a module's packages are looked for where the file is.
work=$(mktemp -d -p .)
trap 'rm -rf "$work"' EXIT
cp "$source"/*.mjs "$source"/../client/server.mjs "$work"
mkdir "$work/console"
cp "$source"/../../engine/http/console/*.js "$work/console"
echo '{"type": "module"}' >"$work/console/package.json"
# One browser at a time.
node --test --test-concurrency=1 "$work"/*_test.mjs
