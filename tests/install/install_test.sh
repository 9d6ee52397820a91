#!/usr/bin/env bash
# install_test.sh BUILD CONSUMER WORK CXX: what is installed is enough to build
# and run a host program, which is then linked with Abseil and with what the store is
# made of, and nothing else.
set -euo pipefail
build=$1 consumer=$2 work=$3 cxx=$4

fail() {
  printf 'install_test: %s\n' "$1" >&2
  exit 1
}

rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
cmake -S "$consumer" -B "$work/build" -G Ninja -DCMAKE_CXX_COMPILER="$cxx" \
  -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CXX_COMPILER_LAUNCHER=
cmake --build "$work/build"

said=$("$work/build/host")
[[ $said == "spend_threshold_reached at 100" ]] ||
  fail "the host program said '$said', not 'spend_threshold_reached at 100'"
said=$("$work/build/json_host")
[[ $said == "read 42.5" ]] || fail "the json host said '$said', not 'read 42.5'"
if [[ -e $work/prefix/include/tocsin/http.h ]]; then
  said=$("$work/build/http_host")
  [[ $said == '200 {"data":[],"next_page":null}' ]] || fail "the http host said '$said'"
fi

# The static library hides from ldd what is linked in; the link line does not.
link_line=$(ninja -C "$work/build" -t commands host | tail -n 1)
grep -q libtocsin.a <<<"$link_line" || fail "not linked with libtocsin.a: $link_line"
for word in $link_line; do
  case $word in
    *libtocsin.a | *libabsl_* | -latomic) ;; # Abseil's own
    *libsqlite3.so | *libxxhash.so) ;;
    *.a | *.so | *.so.* | -l*) fail "the host is linked with $word" ;;
  esac
done

while read -r library _; do
  case $library in
    libsqlite3.* | libxxhash.* | libz.*) ;; # of the store
    libabsl_* | libstdc++.* | libm.* | libgcc_s.* | libc.* | linux-vdso.* | /lib*/ld-linux*) ;;
    *) fail "the host needs $library at run time" ;;
  esac
done < <(ldd "$work/build/host")
