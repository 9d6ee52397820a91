#ifndef TOCSIN_ENGINE_WIRE_ALERT_JSON_H_
#define TOCSIN_ENGINE_WIRE_ALERT_JSON_H_

#include "engine/wire/field_reader.h"
#include "tocsin/alert.h"

namespace tocsin {

// Reads an alert's definition. What is wrong stays in `in.status()`.
void ReadAlertSpec(FieldReader& in, AlertSpec* spec);

// By what a line names an alert: either, or both if they agree.
inline constexpr FieldSet kAlertIdFields = {Field::kId, Field::kAlertId};

// Reads what is to change of an alert, from a line that names it: all but its id.
void ReadAlertUpdate(FieldReader& in, AlertUpdate* update);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_ALERT_JSON_H_
