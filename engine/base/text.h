#ifndef TOCSIN_ENGINE_BASE_TEXT_H_
#define TOCSIN_ENGINE_BASE_TEXT_H_

#include <string>

#include "absl/base/attributes.h"
#include "absl/strings/string_view.h"

namespace tocsin {

// Whether `text` is UTF-8 as RFC 3629 has it: no surrogates, no overlong forms,
// nothing above U+10FFFF. NUL is a character like any other.
bool IsValidUtf8(absl::string_view text);

// `text` in double quotes, for a message: on one line and valid UTF-8 whatever
// the bytes are. Control characters, quotes, backslashes and bytes that are not
// UTF-8 are escaped; what goes on behind kQuotedMax bytes is cut at a character
// and shown as `...` behind the closing quote.
ABSL_ATTRIBUTE_COLD std::string Quote(absl::string_view text);

// Appends `text` as a JSON string with its quotes. Only what RFC 8259 demands
// is escaped, so one text has one form. `text` must be valid UTF-8; bytes that
// are not are passed on as they are.
void AppendJsonString(absl::string_view text, std::string* out);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_TEXT_H_
