#ifndef TOCSIN_ENGINE_HTTP_TARGET_H_
#define TOCSIN_ENGINE_HTTP_TARGET_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tocsin::http {

// `/v1/facts` of `/v1/facts?source=x`. Nothing in it is decoded: no path of ours has
// anything to encode, so one that has is another one.
absl::string_view PathOf(absl::string_view target);

// A parameter of the query, decoded; nothing if there is none. Error: kInvalidArgument
// if it stands twice, or is not percent-encoded UTF-8.
absl::StatusOr<std::optional<std::string>> QueryParameter(absl::string_view target,
                                                          absl::string_view name);

// Whether the query has parameters of these names only: one that is misspelt must not be
// passed over where it says what is done. Error: kInvalidArgument.
absl::Status CheckQueryNames(absl::string_view target,
                             absl::Span<const absl::string_view> names);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_TARGET_H_
