#ifndef TOCSIN_ENGINE_WEBHOOK_ADDRESS_H_
#define TOCSIN_ENGINE_WEBHOOK_ADDRESS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sockaddr;

namespace tocsin::webhook {

// An IP address: 16 bytes, of IPv4 the mapped ones, so that `::ffff:7f00:1` and
// `127.0.0.1` are the same.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes = {};

  // `192.0.2.1` or `2001:db8::1`, and no other spelling.
  static std::optional<IpAddress> Parse(absl::string_view text);
  // Nothing for what is neither IPv4 nor IPv6.
  static std::optional<IpAddress> Of(const sockaddr& address);

  bool IsV4() const;
  std::string ToString() const;
};

// Whether an address is one that anybody in the internet may be reached by: no loopback,
// private, link-local, shared, documentation, multicast or reserved one, none that leads
// to such a one by a translation, and none of a cloud's services for its own machines.
bool IsPublic(const IpAddress& address);

// Where may be sent to.
//
// Thread safety: a value type.
class AddressPolicy {
 public:
  // Public addresses, and those of these networks, as `10.0.0.0/8` or `::1/128`.
  // Error: kInvalidArgument for one that is none.
  static absl::StatusOr<AddressPolicy> Make(const std::vector<std::string>& networks);

  bool MaySendTo(const IpAddress& address) const;

 private:
  struct Network {
    IpAddress first = {};
    int bits = 128;
  };

  static std::optional<Network> ParseNetwork(absl::string_view text);

  std::vector<Network> allowed_;
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_ADDRESS_H_
