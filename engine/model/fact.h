#ifndef TOCSIN_ENGINE_MODEL_FACT_H_
#define TOCSIN_ENGINE_MODEL_FACT_H_

#include <optional>
#include <variant>

#include "absl/base/attributes.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/model/customer.h"
#include "engine/model/posting.h"
#include "tocsin/fact.h"

namespace tocsin::model {

// The customer a fact speaks of.
inline const CustomerId& CustomerOf(const Fact& fact) {
  // Most are of these two, and a visit would jump by a table.
  if (const auto* spend = std::get_if<SpendAdded>(&fact)) return spend->customer;
  if (const auto* usage = std::get_if<UsageAdded>(&fact)) return usage->customer;
  return std::visit([](const auto& one) -> const CustomerId& { return one.customer; },
                    fact);
}

// Whether a fact can be applied to any customer at all. Errors, first match first:
// kInvalidArgument for a nil id, or group values or custom fields that are
// malformed; kOutOfRange for an amount beyond +-10^18; kInvalidArgument for a
// period or balance that ends before it starts; kOutOfRange for a time further than
// `ahead_max` past `now`.
absl::Status ValidateFact(const Fact& fact, absl::Time now, absl::Duration ahead_max);

// Whether a fact can be the first of its customer: a draw cannot.
inline bool MayBeFirst(const Fact& fact) {
  return !std::holds_alternative<BalanceDrawn>(fact);
}
// The refusal of one that cannot and is.
ABSL_ATTRIBUTE_COLD absl::Status NotKnown(const Fact& fact);

// Applies a valid fact to its customer and decides everything that it causes.
Outcome ApplyFact(Customer* customer, const Context& context, const Fact& fact);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_FACT_H_
