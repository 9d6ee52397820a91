#ifndef TOCSIN_ENGINE_WIRE_FIELD_NAMES_H_
#define TOCSIN_ENGINE_WIRE_FIELD_NAMES_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "absl/strings/string_view.h"

namespace tocsin {

// Every name of a field that the wire format knows, at whatever place.
enum class Field : std::uint8_t {
  kActive,
  kAlert,
  kAlertId,
  kAlertIds,
  kAlertSpecifiers,
  kAlertStatuses,
  kAlertType,
  kAlertTypes,
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
  kCustomerIds,
  kEnabled,
  kEndsAt,
  kEntity,
  kEvaluateOnCreate,
  kEverything,
  kExclude,
  kFactId,
  kGranted,
  kGroupValues,
  kHeaders,
  kId,
  kInvoiceId,
  kInvoiceType,
  kInvoiceTypesFilter,
  kKey,
  kName,
  kNotifyResolved,
  kNumber,
  kOnChange,
  kOverlapSeconds,
  kPlanEndsAt,
  kPlanId,
  kQuantity,
  kReleaseUniquenessKey,
  kRemaining,
  kResume,
  kSeat,
  kSeatFilter,
  kSeatGroupKey,
  kSeatGroupValue,
  kSecret,
  kSecretFile,
  kSignature,
  kStartsAt,
  kThreshold,
  kTimestamp,
  kTotal,
  kType,
  kUniquenessKey,
  kUrl,
  kValue,
  kVersion,
  kUnknown,  // any other name; the last one
};

inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::kUnknown);

// Those names that an object may have.
class FieldSet {
 public:
  constexpr FieldSet(std::initializer_list<Field> fields) {
    for (const Field field : fields) bits_ |= BitOf(field);
  }

  static constexpr std::uint64_t BitOf(Field field) {
    static_assert(kFieldCount < 64, "a bit for each field, and one for kUnknown");
    return std::uint64_t{1} << static_cast<unsigned>(field);
  }

  constexpr bool Has(Field field) const { return (bits_ & BitOf(field)) != 0; }
  constexpr bool HasAll(std::uint64_t bits) const { return (bits & ~bits_) == 0; }
  friend constexpr FieldSet operator|(FieldSet a, FieldSet b) {
    a.bits_ |= b.bits_;
    return a;
  }

 private:
  std::uint64_t bits_ = 0;
};

// `customer_id`, as on the wire.
absl::string_view FieldName(Field field);

// kUnknown for a name that is not of the format.
Field FieldFromName(absl::string_view name);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_FIELD_NAMES_H_
