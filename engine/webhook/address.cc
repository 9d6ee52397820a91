#include "engine/webhook/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/text.h"

namespace tocsin::webhook {
namespace {

constexpr std::size_t kV4At = 12;  // where its four bytes begin
constexpr int kV4Bits = 8 * static_cast<int>(kV4At);

// The first bytes of addresses that are left out, and how many bits of them count.
struct Prefix {
  std::array<std::uint8_t, 6> bytes;
  int bits;
};

// Of IPv4: https://www.iana.org/assignments/iana-ipv4-special-registry.
constexpr Prefix kV4NotPublic[] = {
    {{0}, 8},                  // this network
    {{10}, 8},                 // private
    {{100, 64}, 10},           // shared behind a provider's NAT; Alibaba's metadata
    {{127}, 8},                // loopback
    {{168, 63, 129, 16}, 32},  // Azure's services for its machines, in a public network
    {{169, 254}, 16},          // link-local; metadata of most clouds
    {{172, 16}, 12},           // private
    {{192, 0, 0}, 24},         // protocols; Oracle's metadata
    {{192, 0, 2}, 24},         // documentation
    {{192, 88, 99}, 24},       // relays of 6to4
    {{192, 168}, 16},          // private
    {{198, 18}, 15},           // benchmarks
    {{198, 51, 100}, 24},      // documentation
    {{203, 0, 113}, 24},       // documentation
    {{224}, 4},                // multicast
    {{240}, 4},                // reserved; broadcast
};

// Of IPv6, besides all outside 2000::/3:
// https://www.iana.org/assignments/iana-ipv6-special-registry.
constexpr Prefix kV6NotPublic[] = {
    {{0x20, 0x01, 0x00}, 23},        // protocols: Teredo, ORCHID, benchmarks
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4, which leads to any IPv4 address
    {{0x3f, 0xff, 0x00}, 20},        // documentation
};

constexpr Prefix kV6Unicast = {{0x20}, 3};
// What translates to IPv4, which then decides: 64:ff9b::/96.
constexpr std::array<std::uint8_t, kV4At> kNat64 = {0x00, 0x64, 0xff, 0x9b};
constexpr std::array<std::uint8_t, kV4At> kMapped = {0, 0, 0, 0, 0,    0,
                                                     0, 0, 0, 0, 0xff, 0xff};

// Whether the first bits are the same.
bool SameBits(const std::uint8_t* a, const std::uint8_t* b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (std::memcmp(a, b, whole) != 0) return false;
  const int rest = bits % 8;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

bool StartsWith(const IpAddress& address, const std::array<std::uint8_t, kV4At>& bytes) {
  return std::equal(bytes.begin(), bytes.end(), address.bytes.begin());
}

bool IsPublicV4(const std::uint8_t* bytes) {
  return std::none_of(std::begin(kV4NotPublic), std::end(kV4NotPublic),
                      [bytes](const Prefix& prefix) {
                        return SameBits(bytes, prefix.bytes.data(), prefix.bits);
                      });
}

}  // namespace

std::optional<IpAddress> IpAddress::Parse(absl::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  IpAddress address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  std::copy(kMapped.begin(), kMapped.end(), address.bytes.begin());
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data() + kV4At) == 1) {
    return address;
  }
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::Of(const sockaddr& address) {
  IpAddress ip;
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof v6);
    std::memcpy(ip.bytes.data(), &v6.sin6_addr, ip.bytes.size());
    return ip;
  }
  if (address.sa_family != AF_INET) return std::nullopt;
  sockaddr_in v4;
  std::memcpy(&v4, &address, sizeof v4);
  std::copy(kMapped.begin(), kMapped.end(), ip.bytes.begin());
  std::memcpy(ip.bytes.data() + kV4At, &v4.sin_addr, sizeof v4.sin_addr);
  return ip;
}

bool IpAddress::IsV4() const { return StartsWith(*this, kMapped); }

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (IsV4()) {
    inet_ntop(AF_INET, bytes.data() + kV4At, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  }
  return text;
}

bool IsPublic(const IpAddress& address) {
  const std::uint8_t* const bytes = address.bytes.data();
  if (address.IsV4() || StartsWith(address, kNat64)) return IsPublicV4(bytes + kV4At);
  return SameBits(bytes, kV6Unicast.bytes.data(), kV6Unicast.bits) &&
         std::none_of(std::begin(kV6NotPublic), std::end(kV6NotPublic),
                      [bytes](const Prefix& prefix) {
                        return SameBits(bytes, prefix.bytes.data(), prefix.bits);
                      });
}

std::optional<AddressPolicy::Network> AddressPolicy::ParseNetwork(
    absl::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == absl::string_view::npos) return std::nullopt;
  const std::optional<IpAddress> first = IpAddress::Parse(text.substr(0, slash));
  const absl::string_view digits = text.substr(slash + 1);
  int bits = 0;
  if (!first || digits.empty() || digits.size() > 3 ||
      digits.find_first_not_of("0123456789") != absl::string_view::npos ||
      !absl::SimpleAtoi(digits, &bits)) {
    return std::nullopt;
  }
  const bool is_dotted = text.find(':') == absl::string_view::npos;
  if (bits > (is_dotted ? 32 : 128)) return std::nullopt;
  const Network network = {.first = *first, .bits = is_dotted ? bits + kV4Bits : bits};
  // What is behind the prefix must be nothing: `10.1.2.3/8` may be meant otherwise.
  for (int bit = network.bits; bit < 128; ++bit) {
    const std::uint8_t byte = first->bytes[static_cast<std::size_t>(bit / 8)];
    if ((byte >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  }
  return network;
}

absl::StatusOr<AddressPolicy> AddressPolicy::Make(
    const std::vector<std::string>& networks) {
  AddressPolicy policy;
  for (const std::string& text : networks) {
    const std::optional<Network> network = ParseNetwork(text);
    if (!network) {
      return absl::InvalidArgumentError(
          absl::StrCat(Quote(text),
                       " is not a network like 10.0.0.0/8 or ::1/128: an address, a "
                       "slash and a number of bits, behind which all are 0"));
    }
    policy.allowed_.push_back(*network);
  }
  return policy;
}

bool AddressPolicy::MaySendTo(const IpAddress& address) const {
  // A network of IPv6 says nothing of IPv4, also where it holds the mapped ones.
  return IsPublic(address) ||
         std::any_of(allowed_.begin(), allowed_.end(), [&](const Network& network) {
           return network.first.IsV4() == address.IsV4() &&
                  SameBits(network.first.bytes.data(), address.bytes.data(),
                           network.bits);
         });
}

}  // namespace tocsin::webhook
