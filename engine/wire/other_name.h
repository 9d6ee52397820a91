#ifndef TOCSIN_ENGINE_WIRE_OTHER_NAME_H_
#define TOCSIN_ENGINE_WIRE_OTHER_NAME_H_

#include <string>

#include "absl/strings/string_view.h"
#include "engine/wire/field_names.h"

namespace tocsin {

// Of a name that stands where only `fields` may: the one that may be meant by it, as
// another word for it or by a slip of the hand. kUnknown: none.
Field FieldMeant(absl::string_view name, FieldSet fields);

// The same for messages, with all names that `what` may have:
// `the field "commit_id" is not one of a reset; balance_id may be meant. Its ...`
std::string DescribeOther(absl::string_view name, FieldSet fields,
                          absl::string_view what);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_OTHER_NAME_H_
