#ifndef TOCSIN_ENGINE_WIRE_FIELD_NAMES_H_
#define TOCSIN_ENGINE_WIRE_FIELD_NAMES_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace tocsin {

// Every name of a field that the wire format knows, at whatever place.
enum class Field : std::uint8_t {
  kActive,
  kAlert,
  kAlertId,
  kAlertSpecifiers,
  kAlertType,
  kAmount,
  kArchived,
  kBalanceId,
  kBalanceType,
  kBillableMetricId,
  kContractId,
  kCreditGrantType,
  kCreditGrantTypeFilters,
  kCreditTypeId,
  kCustomFieldFilters,
  kCustomFields,
  kCustomerId,
  kEndsAt,
  kEntity,
  kEvaluateOnCreate,
  kExclude,
  kGranted,
  kGroupValues,
  kId,
  kInvoiceId,
  kInvoiceType,
  kInvoiceTypesFilter,
  kKey,
  kName,
  kNotifyResolved,
  kOnChange,
  kPlanEndsAt,
  kPlanId,
  kQuantity,
  kReleaseUniquenessKey,
  kRemaining,
  kSeat,
  kSeatFilter,
  kSeatGroupKey,
  kSeatGroupValue,
  kStartsAt,
  kThreshold,
  kTimestamp,
  kTotal,
  kType,
  kUniquenessKey,
  kValue,
  kVersion,
  kUnknown,  // any other name; the last one
};

inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::kUnknown);

// `customer_id`, as on the wire.
absl::string_view FieldName(Field field);

// kUnknown for a name that is not of the format.
Field FieldFromName(absl::string_view name);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_FIELD_NAMES_H_
