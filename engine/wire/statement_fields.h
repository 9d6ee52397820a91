#ifndef TOCSIN_ENGINE_WIRE_STATEMENT_FIELDS_H_
#define TOCSIN_ENGINE_WIRE_STATEMENT_FIELDS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/wire/field_reader.h"
#include "engine/wire/json_tree.h"
#include "tocsin/json.h"

namespace tocsin {

// What lines of a replay and bodies of requests have in common. What is wrong stays in
// `in.status()`.

// The alert that a line speaks of. `usual` is the name that the form has for it.
void RequireAlertId(FieldReader& in, Field usual, AlertId* alert);

void ReadReset(FieldReader& in, Statement* statement);
void ReadUpdate(FieldReader& in, Statement* statement);
void ReadArchive(FieldReader& in, Statement* statement);

// Reads any fact, and refuses what is none.
void ReadFact(FieldReader& in, Statement* statement);

// The errors of a whole text.
absl::Status TextTooLong(absl::string_view json, std::size_t bytes_max);
absl::Status TextIsNot(absl::string_view want, const JsonValue& value);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_STATEMENT_FIELDS_H_
