#ifndef TOCSIN_ENGINE_WIRE_ALERT_PLACE_H_
#define TOCSIN_ENGINE_WIRE_ALERT_PLACE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace tocsin {

// Where in an array of alerts something is wrong. The texts are read once more, byte
// by byte: a tree knows nothing of lines, and only who is in error needs them.

// `line 12, alert "a0000000-..."`: where the element of the array begins, and its `id`
// if it has one. `json` is JSON.
std::string LineOfAlert(absl::string_view json, std::size_t index);

// The same of the byte at which a text was given up, with the element that it lies in,
// if it lies in one: `line 14, alert "a0000000-...": [3]`. What stands behind the byte
// is only looked at if the text is JSON.
std::string PlaceOfFault(absl::string_view json, std::size_t at, bool is_json);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_ALERT_PLACE_H_
