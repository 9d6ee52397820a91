#ifndef TOCSIN_ENGINE_HTTP_HEAD_SYNTAX_H_
#define TOCSIN_ENGINE_HTTP_HEAD_SYNTAX_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "engine/http/gate.h"

namespace tocsin::http {

// Each reads a line into the head, or says why it cannot be. A line has no end of line
// in it.
std::optional<Refusal> ReadRequestLine(absl::string_view line, Head* head);
std::optional<Refusal> ReadFieldLine(absl::string_view line, Head* head);

// What all fields say together: host, framing, connection.
std::optional<Refusal> ReadMeaning(Head* head);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_HEAD_SYNTAX_H_
