#ifndef TOCSIN_ENGINE_MODEL_PLAIN_H_
#define TOCSIN_ENGINE_MODEL_PLAIN_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "absl/time/time.h"
#include "engine/model/catalog.h"
#include "engine/model/customer.h"
#include "engine/model/gauge.h"
#include "engine/model/ladder.h"
#include "engine/model/measure.h"
#include "tocsin/fact.h"

// Most customers are *plain*: they have sums of the current period, and whatever else
// there is to know of them follows from these and from the catalog. Nothing was ever
// said of them, nothing is due, and they have no plan, contract, balance or alert of
// their own. They are kept as `PlainSum`s, in an eighth of the memory.
namespace tocsin::model {

// A whole sum of a plain customer.
struct PlainSum {
  Decimal value;
  std::uint64_t newest_version = 0;
  std::uint32_t reached = 0;     // rungs of the ladder, as it was in
  std::uint32_t generation = 0;  // of the catalog, its low bits
};

// The rungs that a plain customer's sum of a subject climbs: those of the alerts for
// everybody. Lives as long as the catalog.
const Ladder& PlainLadder(const Catalog& catalog, const Subject& subject);

// Whether the customer's sums, where they are whole ones, need nothing else of it while
// they stay within their bands: nothing is due or awaited, and the alerts for everybody
// are all there are for it.
bool HasPlainSums(const Customer& customer);
// Whether such a customer is plain, but for its sums.
bool IsPlain(const Customer& customer);
// A meter as a plain sum on the ladder of a catalog's generation; nothing if it is more
// than that.
std::optional<PlainSum> AsPlainSum(const Meter& meter, const Ladder& ladder,
                                   std::uint64_t generation);
// The meter that it was made of, but for its band: who moves it next finds that again.
Meter MeterOf(const Subject& subject, const PlainSum& sum);

// Whether a change of an alert changes nothing for such a sum of a subject: the alert
// watches whole sums, and the value has not reached it, before or after.
bool IsNothingTo(const Subject& subject, const PlainSum& sum, const AlertChange& change);

// A fact that is an addition to the whole sum of a subject and nothing else, whose parts
// it refers to.
struct PlainAddition {
  PlainAddition(const CustomerId& to, const Subject& of, const Decimal& amount_added,
                const std::optional<std::uint64_t>& of_version,
                const std::optional<absl::Time>& at)
      : customer(to), subject(of), amount(amount_added), version(of_version), time(at) {}

  const CustomerId& customer;
  Subject subject;
  const Decimal& amount;
  const std::optional<std::uint64_t>& version;
  const std::optional<absl::Time>& time;
};
// Made in place: a processor that copies as a whole what it has just written in parts
// waits for that, which was a quarter of the time of a batch.
inline std::optional<PlainAddition> AsPlainAddition(const Fact& fact) {
  if (const auto* spend = std::get_if<SpendAdded>(&fact)) {
    if (spend->contract.has_value() || !spend->group_values.empty()) return std::nullopt;
    return std::optional<PlainAddition>(std::in_place, spend->customer,
                                        SpendIn(spend->credit_type), spend->amount,
                                        spend->version, spend->time);
  }
  if (const auto* usage = std::get_if<UsageAdded>(&fact)) {
    if (!usage->group_values.empty()) return std::nullopt;
    return std::optional<PlainAddition>(std::in_place, usage->customer,
                                        UsageOf(usage->billable_metric), usage->quantity,
                                        usage->version, usage->time);
  }
  return std::nullopt;
}
// The same of a fact with group values, of which the catalog keeps no sums.
std::optional<PlainAddition> AsAdditionToWhole(const Fact& fact, const Catalog& catalog);
// The other way round.
Fact AsFact(const PlainAddition& addition);

// Whether the fact is one of these and valid at a glance, as most are.
inline bool IsValidPlain(const Fact& fact, absl::Time now) {
  const std::optional<PlainAddition> addition = AsPlainAddition(fact);
  return addition.has_value() && !addition->customer.is_nil() &&
         !addition->subject.id.is_nil() && addition->amount.IsAmount() &&
         (!addition->time.has_value() || *addition->time <= now);
}

// Adds to a sum of the current period where it crosses nothing. False, and nothing is
// changed, where the fact has to go the long way.
inline bool AddWithinBand(const Ladder& ladder, Decimal amount,
                          const std::optional<std::uint64_t>& version, PlainSum* plain) {
  // Not by `CheckedAdd`, for the same reason: its sum is written in two halves.
  Int128 sum = 0;
  if (__builtin_add_overflow(plain->value.units(), amount.units(), &sum)) return false;
  if (!ladder.BandContains(plain->reached, Decimal::FromUnits(sum))) return false;
  plain->value = Decimal::FromUnits(sum);
  if (version.has_value()) {
    plain->newest_version = std::max(plain->newest_version, *version);
  }
  return true;
}

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_PLAIN_H_
