#include "engine/model/holdings.h"

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"

namespace tocsin::model {

absl::Status TooManyHeld(CustomerId customer, absl::string_view what, std::size_t max) {
  return MakeStatus(
      Reason::kLimitReached,
      absl::StrCat("customer ", customer.ToString(), " has ", max, " ", what,
                   ", the most that are remembered for one "
                   "(Options::instances_per_customer_max)"));
}

absl::Status HeldOverflow(CustomerId customer, absl::string_view what, Decimal amount) {
  return MakeStatus(Reason::kOutOfRange,
                    absl::StrCat(amount.ToString(), " would take the sum of the ", what,
                                 " of customer ", customer.ToString(),
                                 " beyond 128 bits (about +-1.7 * 10^26)"));
}

}  // namespace tocsin::model
