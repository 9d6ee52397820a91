#ifndef TOCSIN_ENGINE_WIRE_FACT_FIELDS_H_
#define TOCSIN_ENGINE_WIRE_FACT_FIELDS_H_

#include "engine/wire/field_names.h"

namespace tocsin {

// The names that each kind of fact has. It may carry others, which are passed over.

// Of every line, whatever it says.
inline constexpr FieldSet kLineFields = {Field::kType, Field::kTimestamp};

inline constexpr FieldSet kEveryFact = kLineFields | FieldSet{Field::kCustomerId};
inline constexpr FieldSet kEveryCount =
    kEveryFact | FieldSet{Field::kTotal, Field::kGroupValues, Field::kVersion};
inline constexpr FieldSet kSpendFields =
    kEveryCount | FieldSet{Field::kAmount, Field::kCreditTypeId, Field::kContractId};
inline constexpr FieldSet kUsageFields =
    kEveryCount | FieldSet{Field::kQuantity, Field::kBillableMetricId};
inline constexpr FieldSet kDrawFields =
    kEveryFact | FieldSet{Field::kBalanceId, Field::kAmount, Field::kVersion};
inline constexpr FieldSet kBalanceFields =
    kEveryFact |
    FieldSet{Field::kBalanceId, Field::kBalanceType,  Field::kCreditTypeId,
             Field::kGranted,   Field::kRemaining,    Field::kStartsAt,
             Field::kEndsAt,    Field::kCustomFields, Field::kCreditGrantType,
             Field::kSeat,      Field::kVersion};
inline constexpr FieldSet kInvoiceFields =
    kEveryFact | FieldSet{Field::kInvoiceId, Field::kInvoiceType, Field::kCreditTypeId,
                          Field::kTotal,     Field::kActive,      Field::kVersion};
inline constexpr FieldSet kCustomerFields =
    kEveryFact |
    FieldSet{Field::kPlanId, Field::kPlanEndsAt, Field::kCustomFields, Field::kArchived};
inline constexpr FieldSet kContractFields =
    kEveryFact | FieldSet{Field::kContractId, Field::kCustomFields};
inline constexpr FieldSet kPeriodFields =
    kEveryFact | FieldSet{Field::kStartsAt, Field::kEndsAt};

// What any of them has.
inline constexpr FieldSet kAllFactFields =
    kSpendFields | kUsageFields | kDrawFields | kBalanceFields | kInvoiceFields |
    kCustomerFields | kContractFields | kPeriodFields;

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_FACT_FIELDS_H_
