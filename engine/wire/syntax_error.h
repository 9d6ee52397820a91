#ifndef TOCSIN_ENGINE_WIRE_SYNTAX_ERROR_H_
#define TOCSIN_ENGINE_WIRE_SYNTAX_ERROR_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "boost/json/error.hpp"
#include "engine/wire/json_tree.h"

namespace tocsin {

// Bytes of a text shown where it is in error.
inline constexpr std::size_t kSyntaxShownMax = 20;

// Where the parser gave a text up, and what it knew then.
struct SyntaxFault {
  absl::string_view json;
  std::size_t at = 0;
  boost::json::error error = boost::json::error::syntax;
  absl::string_view key;            // whose value was being read, if any
  const JsonValue* last = nullptr;  // the value read last, if any
};

// What is wrong with the text, in our words. kMalformed; kOutOfRange for an exponent
// that the parser does not take.
absl::Status SyntaxError(const SyntaxFault& fault);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_SYNTAX_ERROR_H_
