#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/container/fixed_array.h"
#include "absl/strings/string_view.h"
#include "boost/uuid/uuid.hpp"
#include "engine/base/mistake.h"
#include "engine/base/name_uuid.h"
#include "engine/notify/notification.h"

namespace tocsin::notify {
namespace {

// 6b1d1d0e-5d0f-4b53-9c0a-2f3e8a7c41d7
constexpr boost::uuids::uuid kNamespace = {{0x6b, 0x1d, 0x1d, 0x0e, 0x5d, 0x0f, 0x4b,
                                            0x53, 0x9c, 0x0a, 0x2f, 0x3e, 0x8a, 0x7c,
                                            0x41, 0xd7}};

// Writes the fields of a name, each behind its length, into memory that has room.
class NameWriter {
 public:
  explicit NameWriter(char* out) : out_(out) {}

  void Bytes(absl::string_view bytes) {
    BigEndian<std::uint32_t>(static_cast<std::uint32_t>(bytes.size()));
    std::copy(bytes.begin(), bytes.end(), out_);
    out_ += bytes.size();
  }
  template <typename T>
  void Number(T number) {
    BigEndian<std::uint32_t>(sizeof number);
    BigEndian(number);
  }

 private:
  template <typename T>
  void BigEndian(T number) {
    for (int shift = 8 * (sizeof number - 1); shift >= 0; shift -= 8) {
      *out_++ = static_cast<char>((number >> shift) & 0xff);
    }
  }

  char* out_;
};

absl::string_view BytesOf(const boost::uuids::uuid& uuid) {
  return {reinterpret_cast<const char*>(uuid.data), sizeof uuid.data};
}

}  // namespace

NotificationId IdOf(const model::Decision& decision) {
  absl::string_view instance = decision.instance;
  if (TOCSIN_MISTAKE(id_without_instance)) instance = "";
  // Six fields, each with four bytes of length: two ids, the instance, two numbers and
  // one byte. Few instances have more than the rest.
  constexpr std::size_t kAllButInstance = std::size_t{6} * 4 + 16 + 16 + 8 + 8 + 1;
  const std::size_t size = kAllButInstance + instance.size();
  absl::FixedArray<char, 128> name(size);
  NameWriter out(name.data());
  out.Bytes(BytesOf(decision.customer.uuid()));
  out.Bytes(BytesOf(decision.alert->id().uuid()));
  out.Bytes(instance);
  out.Number<std::uint64_t>(TOCSIN_MISTAKE(id_without_epoch) ? 0 : decision.epoch);
  out.Number<std::uint8_t>(decision.kind == NotificationKind::kResolved ? 1 : 0);
  out.Number<std::uint64_t>(TOCSIN_MISTAKE(id_without_crossing) ? 0 : decision.crossing);
  return NotificationId(NameUuid(kNamespace, {name.data(), size}));
}

}  // namespace tocsin::notify
