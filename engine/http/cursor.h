#ifndef TOCSIN_ENGINE_HTTP_CURSOR_H_
#define TOCSIN_ENGINE_HTTP_CURSOR_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tocsin/ids.h"

namespace tocsin::http {

inline constexpr std::size_t kPageSize = 100;

// Of which list a cursor is, so that one is not taken for another's.
enum class CursorOf : char {
  kAlerts = 'a',
  kCustomerAlerts = 'c',
  kDeadLetters = 'd',
  kHistory = 'h',
  kWebhooks = 'w'
};

// A cursor names the last element of a page, and the next page has what is behind that.
// So it stays right whatever is created or taken away in between.
std::string CursorBehind(CursorOf list, AlertId last);
std::string CursorBehind(CursorOf list, std::uint64_t last);
std::string CursorBehind(EndpointId last);  // of kWebhooks

// `next_page` of the query. Nothing if it is not given, or empty: the first page.
absl::StatusOr<std::optional<AlertId>> AlertCursor(CursorOf list,
                                                   absl::string_view target);
absl::StatusOr<std::optional<EndpointId>> EndpointCursor(absl::string_view target);
absl::StatusOr<std::uint64_t> NumberCursor(CursorOf list, absl::string_view target);

// Appends `,"next_page":` with the cursor in quotes, or null.
void AppendNextPage(const std::optional<std::string>& cursor, std::string* out);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_CURSOR_H_
