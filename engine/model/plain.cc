#include "engine/model/plain.h"

#include <limits>
#include <variant>

#include "engine/base/mistake.h"

namespace tocsin::model {
namespace {

Sum SumOf(const PlainSum& plain) {
  return {.value = plain.value, .newest_version = plain.newest_version, .has_data = true};
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
         customer.agenda.first() == absl::InfiniteFuture() && customer.own.IsEmpty();
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

std::optional<PlainAddition> AsPlainAddition(const Fact& fact) {
  if (const auto* spend = std::get_if<SpendAdded>(&fact)) {
    if (spend->contract.has_value() || !spend->group_values.empty()) return std::nullopt;
    return PlainAddition{.subject = SpendIn(spend->credit_type),
                         .posting = {spend->amount, false, spend->version},
                         .time = spend->time};
  }
  if (const auto* usage = std::get_if<UsageAdded>(&fact)) {
    if (!usage->group_values.empty()) return std::nullopt;
    return PlainAddition{.subject = UsageOf(usage->billable_metric),
                         .posting = {usage->quantity, false, usage->version},
                         .time = usage->time};
  }
  return std::nullopt;
}

Fact AsFact(const CustomerId& customer, const PlainAddition& addition) {
  const boost::uuids::uuid& id = addition.subject.id;
  if (addition.subject.info().watched == Watched::kSpend) {
    return SpendAdded{.customer = customer,
                      .amount = addition.posting.amount,
                      .credit_type = CreditTypeId(id),
                      .version = addition.posting.version,
                      .time = addition.time};
  }
  return UsageAdded{.customer = customer,
                    .billable_metric = BillableMetricId(id),
                    .quantity = addition.posting.amount,
                    .version = addition.posting.version,
                    .time = addition.time};
}

}  // namespace tocsin::model
