#!/usr/bin/env bash
# addresses_test.sh SENDER: no socket is connected to an address to which nothing may be
# sent, however it is spelt, whatever names resolve to, and when. In a network of its own,
# in which these addresses are there, with a name server, and seen by strace.
# Ends with 77 where the machine lets nobody have a network of its own.
set -euo pipefail

if [[ $1 != --inside ]]; then
  flags=(--net --mount)
  [[ $EUID -eq 0 ]] || flags+=(--map-root-user)
  unshare "${flags[@]}" true 2>/dev/null || {
    echo "left out: there are no network namespaces here" >&2
    exit 77
  }
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  unshare "${flags[@]}" "$0" --inside "$(realpath "$1")" "$work"
  exit
fi
sender=$2 work=$3

fail() {
  printf 'addresses_test: %s\n' "$1" >&2
  exit 1
}

for program in dnsmasq strace ip; do
  command -v "$program" >/dev/null || fail "there is no $program; ./dev test installs it"
done

# A connection to any of these would be made.
public=203.0.114.7
forbidden=(10.0.0.1 100.100.100.200 168.63.129.16 169.254.169.254 172.16.0.1 192.168.0.1)
ip link set lo up
for address in "$public" "${forbidden[@]}"; do ip addr add "$address/32" dev lo; done
for address in fd00:ec2::254 2a00:1450::7 2002:7f00:1::1 fe80::1; do
  ip -6 addr add "$address/128" dev lo
done

echo "hosts: dns" >"$work/nsswitch.conf"
mount --bind "$work/nsswitch.conf" /etc/nsswitch.conf
say_server() {
  printf 'nameserver %s\noptions timeout:30 attempts:5\n' "$1" >"$work/resolv.conf"
}
say_server 127.0.0.1
mount --bind "$work/resolv.conf" "$(realpath /etc/resolv.conf)"

names=(loopback.test "${forbidden[@]/%/.test}" ula.test tunnel.test mapped.test link.test
  both.test)
{
  echo "127.0.0.1 loopback.test"
  for address in "${forbidden[@]}"; do echo "$address $address.test"; done
  echo "fd00:ec2::254 ula.test"
  echo "2002:7f00:1::1 tunnel.test"
  echo "::ffff:127.0.0.1 mapped.test"
  echo "fe80::1 link.test"
  # In one answer.
  echo "10.0.0.1 both.test"
  echo "$public both.test"
  echo "fd00:ec2::254 both.test"
} >"$work/hosts"
echo "$public turning.test" >"$work/turning"
end_names() {
  local pid
  pid=$(cat "$work/pid") && kill "$pid" && tail --pid="$pid" -f /dev/null
}
# It is ready once it is in the background.
begin_names() {
  dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --bind-interfaces --user=root \
    --listen-address=127.0.0.1 --addn-hosts="$work/hosts" --addn-hosts="$work/turning" \
    --pid-file="$work/pid" --log-facility="$work/log"
}
begin_names
trap end_names EXIT

# send ARGUMENT...: $work/out says what came of it; connected, to which addresses.
send() {
  timeout 100 strace -f -qq -yy -e trace=connect -o "$work/trace" "$sender" "$@" \
    >"$work/out" || fail "the sender failed: $(cat "$work/out")"
  # The resolver connects sockets of UDP, too, and sends nothing: it asks the kernel by
  # which way it would go.
  sed -nE 's/.*connect\([0-9]+<TCP.*(inet_addr\(|AF_INET6, )"([^"]+)".*/\2/p' \
    "$work/trace" >"$work/connected"
}
connected() { sort -u "$work/connected" | tr '\n' ' '; }

# That a connection would be seen, of each kind, and would be made.
send --listen 8080 --allow 0.0.0.0/0 --allow ::/0 \
  "http://$public:8080" http://10.0.0.1:8080 http://loopback.test:8080 \
  "http://[fd00:ec2::254]:8080" http://ula.test:8080
[[ $(connected) == "10.0.0.1 127.0.0.1 $public fd00:ec2::254 " ]] ||
  fail "what is allowed was connected to: $(connected); $(cat "$work/trace")"
grep -q $'^connections\t3$' "$work/out" || fail "not all came in: $(cat "$work/out")"

urls=()
for host in "${forbidden[@]}" "${names[@]:0:11}" \
  127.0.0.1 127.1 2130706433 0x7f.1 0x7f000001 0177.0.0.1 017700000001 0 0.0.0.0 \
  %31%32%37.0.0.1 0xa9fea9fe 2852039166 10.1 0xa.1 \
  "[::1]" "[::]" "[0:0::1]" "[::ffff:7f00:1]" "[::ffff:127.0.0.1]" "[::127.0.0.1]" \
  "[fd00:ec2::254]" "[2002:7f00:1::1]" "[fe80::1%25lo]" "[64:ff9b::7f00:1]"; do
  urls+=("http://$host:8080/")
done
send --listen 8080 "${urls[@]}"
[[ ! -s $work/connected ]] || fail "connected to $(connected)"
refused=$(grep -cE $'\t0\t.*(not public|could not be resolved)' "$work/out")
[[ $refused -eq ${#urls[@]} ]] ||
  fail "$refused of ${#urls[@]} were refused: $(cat "$work/out")"
said=$(grep -c 'not public' "$work/out")
[[ $said -ge $((${#urls[@]} - 3)) ]] || fail "only $said for their address: $(cat "$work/out")"
grep -q $'^connections\t0$' "$work/out" || fail "some came in: $(cat "$work/out")"

# Of several addresses only the one that may be, whether or not anybody is there.
send --listen 8080 http://both.test:8080/ http://both.test:8081/
[[ $(connected) == "$public " ]] || fail "of several, connected to: $(connected)"
[[ $(grep -c $'\t200\t' "$work/out") -eq 1 ]] || fail "of several: $(cat "$work/out")"

# A name that is good first, and then is not.
send --listen 8080 http://turning.test:8080/
[[ $(connected) == "$public " ]] || fail "before it turned, connected to: $(connected)"
echo "127.0.0.1 turning.test" >"$work/turning"
end_names
begin_names
send --listen 8080 http://turning.test:8080/
[[ ! -s $work/connected ]] || fail "after it turned, connected to: $(connected)"
grep -q 'not public' "$work/out" || fail "after it turned: $(cat "$work/out")"

# Whose name nobody resolves holds up nobody else: the resolver would go on for minutes.
coproc silent {
  python3 -c 'import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.53", 53))
print("ready", flush=True)
sys.stdin.read()'
}
read -r _ <&"${silent[0]}"
say_server 127.0.0.53
send --listen 8080 --timeout 300 http://slow.test:8080/ "http://$public:8080/"
grep -q $'^http://slow.test:8080/\t0\tno connection within 300ms' "$work/out" ||
  fail "of a silent name server: $(cat "$work/out")"
grep -q $'\t200\t' "$work/out" || fail "behind a silent name server: $(cat "$work/out")"
