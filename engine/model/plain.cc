#include "engine/model/plain.h"

#include <limits>

#include "engine/base/mistake.h"

namespace tocsin::model {
namespace {

Sum SumOf(const PlainSum& plain) {
  return {.value = plain.value, .newest_version = plain.newest_version, .has_data = true};
}

std::optional<PlainAddition> UnlessGroupsAreKept(const PlainAddition& addition,
                                                 const Catalog& catalog) {
  const bool kept = !catalog.subject(addition.subject).slices.empty();
  if (kept && !TOCSIN_MISTAKE(groups_not_kept)) return std::nullopt;
  return addition;
}

}  // namespace

const Ladder& PlainLadder(const Catalog& catalog, const Subject& subject) {
  static const Ladder* const empty = new Ladder();
  const WatchedPtr& whole = catalog.subject(subject).whole;
  return whole == nullptr ? *empty : whole->all;
}

bool HasPlainSums(const Customer& customer) {
  return (customer.pending.empty() || TOCSIN_MISTAKE(folded_while_due)) &&
         customer.awaited == nullptr && !customer.archived &&
         !customer.plan.has_value() && customer.profile.IsEmpty() &&
         customer.contracts.IsEmpty() && customer.holdings == nullptr &&
         customer.agenda.first() == absl::InfiniteFuture() && customer.own.IsEmpty() &&
         customer.stands.IsEmpty();
}

bool IsPlain(const Customer& customer) {
  return customer.states.empty() && customer.sequence == 0 &&
         !customer.may_resolve_at_end && customer.period.IsPlain();
}

std::optional<PlainSum> AsPlainSum(const Meter& meter, const Ladder& ladder,
                                   std::uint64_t generation) {
  const Sum& sum = meter.whole.sum;
  if (!meter.parts.IsEmpty() || !sum.has_data || sum.has_total_version)
    return std::nullopt;
  const std::size_t reached = ladder.Reached(sum.value);
  const Band& band = meter.whole.band;
  const bool as_usual = band == Band::Empty() || band == ladder.BandAt(reached);
  if (!as_usual || reached > std::numeric_limits<std::uint32_t>::max()) {
    return std::nullopt;
  }
  return PlainSum{.value = sum.value,
                  .newest_version = sum.newest_version,
                  .reached = static_cast<std::uint32_t>(reached),
                  .generation = static_cast<std::uint32_t>(generation)};
}

Meter MeterOf(const Subject& subject, const PlainSum& sum) {
  Meter meter;
  meter.subject = subject;
  meter.whole.sum = SumOf(sum);
  return meter;
}

bool IsNothingTo(const Subject& subject, const PlainSum& sum, const AlertChange& change) {
  const AlertVersion& after = *change.after;
  const AlertVersion* const before = change.before.get();
  if (!after.measure->IsWhole() || !after.measure->subject.IsPeriodSum()) return false;
  if (before != nullptr && before->measure != after.measure) return false;
  // Enabled again: what was concluded before is void, also where there was nothing.
  if (after.restarts != (before == nullptr ? 0 : before->restarts)) return false;
  if (after.measure->subject != subject || TOCSIN_MISTAKE(changes_mean_nothing))
    return true;
  return !after.IsReachedAt(sum.value) &&
         (before == nullptr || !before->IsReachedAt(sum.value));
}

std::optional<PlainAddition> AsAdditionToWhole(const Fact& fact, const Catalog& catalog) {
  if (const auto* spend = std::get_if<SpendAdded>(&fact)) {
    if (spend->contract.has_value() || spend->group_values.empty()) return std::nullopt;
    return UnlessGroupsAreKept({spend->customer, SpendIn(spend->credit_type),
                                spend->amount, spend->version, spend->time},
                               catalog);
  }
  if (const auto* usage = std::get_if<UsageAdded>(&fact)) {
    if (usage->group_values.empty()) return std::nullopt;
    return UnlessGroupsAreKept({usage->customer, UsageOf(usage->billable_metric),
                                usage->quantity, usage->version, usage->time},
                               catalog);
  }
  return std::nullopt;
}

Fact AsFact(const PlainAddition& addition) {
  const boost::uuids::uuid& id = addition.subject.id;
  if (addition.subject.info().watched == Watched::kSpend) {
    return SpendAdded{.customer = addition.customer,
                      .amount = addition.amount,
                      .credit_type = CreditTypeId(id),
                      .version = addition.version,
                      .time = addition.time};
  }
  return UsageAdded{.customer = addition.customer,
                    .billable_metric = BillableMetricId(id),
                    .quantity = addition.amount,
                    .version = addition.version,
                    .time = addition.time};
}

}  // namespace tocsin::model
