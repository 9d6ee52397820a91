#ifndef TOCSIN_ENGINE_WIRE_SELECTOR_JSON_H_
#define TOCSIN_ENGINE_WIRE_SELECTOR_JSON_H_

#include "engine/wire/field_reader.h"
#include "tocsin/customer_alert.h"

namespace tocsin {

// The names by which one instance is named.
inline constexpr FieldSet kSelectorFields = {Field::kGroupValues, Field::kBalanceId,
                                             Field::kInvoiceId, Field::kSeatFilter,
                                             Field::kAlertSpecifiers};

// Reads which instance of an alert is meant: one of
//
//   "group_values": [{"key":S,"value":S}] or {S:S}
//   "balance_id": U
//   "invoice_id": U
//   "seat_filter": {"seat_group_key":S,"seat_group_value":S}
//   "alert_specifiers": [{"custom_field_filters":[{"entity":S?,"key":S,"value":S}]}]
//
// or none: the whole. What is wrong stays in `in.status()`.
void ReadSelector(FieldReader& in, InstanceSelector* instance);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_SELECTOR_JSON_H_
