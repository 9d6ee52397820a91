#ifndef TOCSIN_ENGINE_WIRE_READ_BODY_H_
#define TOCSIN_ENGINE_WIRE_READ_BODY_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/status.h"
#include "engine/wire/field_reader.h"
#include "engine/wire/json_tree.h"
#include "engine/wire/statement_fields.h"
#include "tocsin/json.h"

namespace tocsin {

// Reads a text of one JSON object by `read(FieldReader&, Request*)`. `what` is what the
// text is called in messages.
template <typename Request, typename Read>
absl::StatusOr<Request> ReadBody(absl::string_view json, Read read,
                                 OtherNames others = OtherNames::kPassedOver,
                                 absl::string_view what = "the body") {
  if (json.size() > kStatementBytesMax) return TextTooLong(json, kStatementBytesMax);
  if (absl::StripAsciiWhitespace(json).empty()) {
    return MakeStatus(Reason::kMalformed,
                      absl::StrCat(what, " is empty, must be a JSON object"));
  }
  JsonTree tree(kStatementValuesMax);
  if (absl::Status status = tree.Parse(json); !status.ok()) return status;
  if (tree.root().kind != JsonKind::kObject) {
    return MakeStatus(Reason::kMalformed,
                      absl::StrCat(what, " is ", JsonKindName(tree.root().kind),
                                   ", must be a JSON object"));
  }
  Request request;
  FieldReader in(tree.root(), nullptr, others);
  read(in, &request);
  if (!in.ok()) return in.status();
  return request;
}

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_READ_BODY_H_
