#include <cstddef>
#include <cstdint>
#include <string>

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

void AppendBigEndian(std::uint64_t number, std::size_t bytes, std::string* out) {
  char buffer[sizeof number];
  for (std::size_t i = 0; i < sizeof number; ++i) {
    buffer[i] = static_cast<char>((number >> (8 * (sizeof number - 1 - i))) & 0xff);
  }
  out->append(buffer + sizeof number - bytes, bytes);
}

void AppendBytesField(absl::string_view bytes, std::string* out) {
  AppendBigEndian(bytes.size(), 4, out);
  out->append(bytes.data(), bytes.size());
}

void AppendNumberField(std::uint64_t number, std::size_t bytes, std::string* out) {
  AppendBigEndian(bytes, 4, out);
  AppendBigEndian(number, bytes, out);
}

absl::string_view BytesOf(const boost::uuids::uuid& uuid) {
  return {reinterpret_cast<const char*>(uuid.data), sizeof uuid.data};
}

}  // namespace

NotificationId IdOf(const model::Decision& decision) {
  std::string name;
  name.reserve(96 + decision.instance.size());
  AppendBytesField(BytesOf(decision.customer.uuid()), &name);
  AppendBytesField(BytesOf(decision.alert->id().uuid()), &name);
  if (!TOCSIN_MISTAKE(id_without_instance)) AppendBytesField(decision.instance, &name);
  AppendNumberField(TOCSIN_MISTAKE(id_without_epoch) ? 0 : decision.epoch, 8, &name);
  AppendNumberField(decision.kind == NotificationKind::kResolved ? 1 : 0, 1, &name);
  AppendNumberField(TOCSIN_MISTAKE(id_without_crossing) ? 0 : decision.crossing, 8,
                    &name);
  return NotificationId(NameUuid(kNamespace, name));
}

}  // namespace tocsin::notify
