#ifndef TOCSIN_ENGINE_WIRE_FLAT_JSON_H_
#define TOCSIN_ENGINE_WIRE_FLAT_JSON_H_

#include <array>
#include <cstddef>

#include "absl/strings/string_view.h"
#include "engine/wire/json_tree.h"

namespace tocsin {

inline constexpr std::size_t kFlatValuesMax = 32;
using FlatValues = std::array<JsonValue, kFlatValuesMax>;

// Reads an object as programs write facts into `values`, in the order of a JsonTree:
// strings of ASCII without escapes, numbers without exponents, `true`, `false`, `null`
// and objects of these, with no key twice. Such lines come by the million, and this takes
// half of what a parser of all JSON does.
//
// False for any other text, right or wrong: that is left to such a parser, and what
// stands in `values` then means nothing.
bool ReadFlatJson(absl::string_view json, FlatValues* values);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_FLAT_JSON_H_
