#include "engine/http/cursor.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "engine/http/target.h"

namespace tocsin::http {
namespace {

std::string CursorText(CursorOf list, absl::string_view bytes) {
  return absl::WebSafeBase64Escape(
      absl::StrCat(std::string(1, static_cast<char>(list)), bytes));
}

// The bytes that were made a cursor of; none: there is no cursor.
absl::StatusOr<std::string> CursorBytes(CursorOf list, absl::string_view target,
                                        std::size_t size) {
  absl::StatusOr<std::optional<std::string>> given = QueryParameter(target, "next_page");
  if (!given.ok()) return given.status();
  if (!given->has_value() || (*given)->empty()) return std::string();
  std::string bytes;
  // What is decoded generously is taken only as it was written.
  const bool is_ours = absl::WebSafeBase64Unescape(**given, &bytes) &&
                       bytes.size() == size + 1 &&
                       bytes.front() == static_cast<char>(list) &&
                       CursorText(list, bytes.substr(1)) == **given;
  if (is_ours) return bytes.substr(1);
  return absl::InvalidArgumentError(
      "next_page must be the next_page of the answer before, for the same list");
}

template <typename AnyId>
std::string IdCursorText(CursorOf list, AnyId last) {
  const boost::uuids::uuid& uuid = last.uuid();
  return CursorText(list, std::string(uuid.begin(), uuid.end()));
}

template <typename AnyId>
absl::StatusOr<std::optional<AnyId>> IdCursor(CursorOf list, absl::string_view target) {
  boost::uuids::uuid uuid = {};
  const absl::StatusOr<std::string> bytes = CursorBytes(list, target, uuid.size());
  if (!bytes.ok()) return bytes.status();
  if (bytes->empty()) return std::optional<AnyId>();
  std::copy(bytes->begin(), bytes->end(), uuid.begin());
  return std::optional<AnyId>(AnyId(uuid));
}

}  // namespace

std::string CursorBehind(CursorOf list, AlertId last) { return IdCursorText(list, last); }

std::string CursorBehind(EndpointId last) {
  return IdCursorText(CursorOf::kWebhooks, last);
}

std::string CursorBehind(CursorOf list, std::uint64_t last) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>((last >> shift) & 0xff));
  }
  return CursorText(list, bytes);
}

absl::StatusOr<std::optional<AlertId>> AlertCursor(CursorOf list,
                                                   absl::string_view target) {
  return IdCursor<AlertId>(list, target);
}

absl::StatusOr<std::optional<EndpointId>> EndpointCursor(absl::string_view target) {
  return IdCursor<EndpointId>(CursorOf::kWebhooks, target);
}

absl::StatusOr<std::uint64_t> NumberCursor(CursorOf list, absl::string_view target) {
  const absl::StatusOr<std::string> bytes = CursorBytes(list, target, 8);
  if (!bytes.ok()) return bytes.status();
  std::uint64_t number = 0;
  for (const char byte : *bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

void AppendNextPage(const std::optional<std::string>& cursor, std::string* out) {
  if (cursor.has_value()) {
    absl::StrAppend(out, ",\"next_page\":\"", *cursor, "\"");
  } else {
    out->append(",\"next_page\":null");
  }
}

}  // namespace tocsin::http
