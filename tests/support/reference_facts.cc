#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "absl/time/civil_time.h"
#include "tests/support/reference_model.h"

namespace tocsin::testing {

ReferenceModel::Period ReferenceModel::PolicyPeriod(absl::Time at) const {
  if (options_.period_policy == PeriodPolicy::kOpenEnded) return Period{};
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilMonth month(absl::ToCivilSecond(at, utc));
  return Period{absl::FromCivil(month, utc), absl::FromCivil(month + 1, utc)};
}

ReferenceModel::Customer& ReferenceModel::AddCustomer(CustomerId id) {
  Customer& customer = customers_[id];
  customer.id = id;
  customer.current = PolicyPeriod(now_);
  customer.sums = Sums(options_.tracked_group_keys);
  for (const auto& [alert_id, alert] : alerts_) {
    const Measure measure = MeasureOf(alert.spec);
    if (AsksFor(alert, measure, id)) customer.sums.Keep(measure);
    if (alert.status != AlertStatus::kEnabled || !InScope(alert, customer)) continue;
    customer.states[alert_id].watching = true;
    AddInstances(customer, alert);
  }
  return customer;
}

absl::Time ReferenceModel::Boundary(const Customer& customer) const {
  if (!customer.waiting) return customer.current.end;
  return std::min(customer.current.end, customer.waiting->start);
}

void ReferenceModel::DoDueByClock(Customer& customer) {
  while (Boundary(customer) <= now_) EndPeriod(customer, Boundary(customer));
}

// In the order of the instants, customers at one instant by id. Before an alert of
// one customer changes, nobody else's time matters.
void ReferenceModel::DoAllDueByClock(const Alert* changing) {
  while (true) {
    Customer* next = nullptr;
    for (auto& [id, customer] : customers_) {
      if (Boundary(customer) > now_) continue;
      if (changing != nullptr && changing->spec.customer.value_or(id) != id) continue;
      if (next == nullptr || Boundary(customer) < Boundary(*next)) next = &customer;
    }
    if (next == nullptr) return;
    EndPeriod(*next, Boundary(*next));
  }
}

void ReferenceModel::EndPeriod(Customer& customer, absl::Time decided_at) {
  Settle(customer, decided_at);
  const absl::Time end = Boundary(customer);
  Period next{end, absl::InfiniteFuture()};
  if (customer.waiting && customer.waiting->start <= end) {
    next = *customer.waiting;
    customer.waiting.reset();
  } else if (!customer.told) {
    next = PolicyPeriod(end);
  }
  BeginPeriod(customer, next, decided_at);
}

void ReferenceModel::BeginPeriod(Customer& customer, Period next, absl::Time decided_at) {
  Change change;
  for (auto& [id, state] : customer.states) {
    const Alert& alert = alerts_.at(id);
    for (auto& [tuple, instance] : state.instances) {
      if (!state.watching || instance.status != CustomerStatus::kInAlarm) continue;
      instance.status = CustomerStatus::kOk;
      const bool reached_before = instance.last &&
                                  instance.last->kind == NotificationKind::kReached &&
                                  instance.last->epoch == instance.epoch;
      if (!alert.spec.notify_resolved || !reached_before) continue;
      Decision decision;
      decision.kind = NotificationKind::kResolved;
      decision.alert = &alert;
      decision.tuple = tuple;
      decision.previous = Value(customer, alert, tuple);
      decision.trigger = Trigger::kPeriod;
      Note(state, instance, std::move(decision), change);
    }
    if (MeasureOf(alert.spec).fans_out()) state.instances.clear();
  }
  customer.sums.Clear();
  customer.current = next;
  Publish(customer, std::move(change), decided_at);
}

absl::Status ReferenceModel::CheckFact(const Fact& fact) const {
  if (const auto* told = std::get_if<PeriodTold>(&fact)) {
    if (told->customer.is_nil()) return Refused(Reason::kMissing);
    if (told->ends_at <= told->starts_at) return Refused(Reason::kMalformed);
    return absl::OkStatus();
  }
  if (const auto* told = std::get_if<CustomerTold>(&fact)) {
    if (told->customer.is_nil()) return Refused(Reason::kMissing);
    if (!told->plan.keeps() && told->plan.value() && told->plan.value()->is_nil()) {
      return Refused(Reason::kMissing);
    }
    return absl::OkStatus();
  }
  if (const auto* told = std::get_if<ContractTold>(&fact)) {
    if (told->customer.is_nil() || told->contract.is_nil())
      return Refused(Reason::kMissing);
    return absl::OkStatus();
  }
  const Count count = *CountOf(fact);
  if (count.customer.is_nil() || count.subject.is_nil()) return Refused(Reason::kMissing);
  if (count.contract && count.contract->is_nil()) return Refused(Reason::kMissing);
  if (count.groups.size() > 16) return Refused(Reason::kTooLong);
  std::set<std::string> keys;
  for (const GroupValue& group : count.groups) {
    if (group.key.empty()) return Refused(Reason::kMissing);
    if (!keys.insert(group.key).second) return Refused(Reason::kMalformed);
  }
  if (!count.amount.IsAmount()) return Refused(Reason::kOutOfRange);
  if (count.time && *count.time > now_ + options_.event_time_ahead_max) {
    return Refused(Reason::kTooFarAhead);
  }
  return absl::OkStatus();
}

ApplyResult ReferenceModel::Apply(absl::Span<const Fact> facts,
                                  const ApplyOptions& options) {
  ApplyResult result;
  result.status = Begin();
  if (!result.status.ok()) return result;
  if (options.position && options.position->source.empty()) {
    result.status = Refused(Reason::kMissing);
    return result;
  }
  if (options.position) {
    auto last = positions_.find(options.position->source);
    if (last != positions_.end() && options.position->offset <= last->second) {
      result.ignored = true;
      return result;
    }
  }
  if (outbox_.size() >= options_.outbox_max) {
    result.status = Refused(Reason::kLimitReached);
    return result;
  }
  if (options.position) positions_[options.position->source] = options.position->offset;
  for (std::size_t i = 0; i < facts.size(); ++i) ApplyOne(facts[i], i, result);
  stats_.facts_applied += result.applied;
  stats_.facts_refused += result.refused;
  stats_.facts_stale += result.stale;
  stats_.facts_late += result.late;
  stats_.facts_group_dropped += result.group_dropped;
  return result;
}

void ReferenceModel::ApplyOne(const Fact& fact, std::size_t index, ApplyResult& result) {
  auto refuse = [&result, index](absl::Status status) {
    ++result.refused;
    result.reports.push_back({index, FactReport::Kind::kRefused, std::move(status)});
  };
  if (absl::Status status = CheckFact(fact); !status.ok()) return refuse(status);
  const CustomerId id = std::visit([](const auto& any) { return any.customer; }, fact);
  const auto* told = std::get_if<CustomerTold>(&fact);
  const bool brings_back = told != nullptr && told->archived == false;
  auto known = customers_.find(id);
  if (known != customers_.end() && known->second.archived && !brings_back) {
    return refuse(Refused(Reason::kCustomerArchived));
  }
  Customer& customer = known != customers_.end() ? known->second : AddCustomer(id);
  DoDueByClock(customer);
  Settle(customer, now_);
  if (const std::optional<Count> count = CountOf(fact)) {
    return ApplyCount(*count, index, result);
  }
  if (const auto* period = std::get_if<PeriodTold>(&fact)) {
    absl::Status status = ApplyPeriod(customer, *period);
    if (!status.ok()) return refuse(status);
  } else if (told != nullptr) {
    ApplyCustomer(customer, *told);
  } else {
    ApplyContract(customer, std::get<ContractTold>(fact));
  }
  ++result.applied;
}

void ReferenceModel::ApplyCount(const Count& count, std::size_t index,
                                ApplyResult& result) {
  Customer& customer = customers_.at(count.customer);
  const absl::Time time = count.time.value_or(now_);
  if (time < customer.current.start) {
    ++result.late;
    result.reports.push_back({index, FactReport::Kind::kLate, absl::OkStatus()});
    return;
  }
  while (Boundary(customer) <= time) EndPeriod(customer, now_);
  const Values before = AllValues(customer);
  const std::vector<Sums::Fed> fed =
      customer.sums.Feed(count, options_.groups_per_measure_max);
  JudgeFact(customer, before,
            count.type == AlertType::kSpendThresholdReached ? Trigger::kSpend
                                                            : Trigger::kUsage);
  auto is_stale = [](Sums::Fed one) { return one == Sums::Fed::kStale; };
  if (!fed.empty() && std::all_of(fed.begin(), fed.end(), is_stale)) {
    ++result.stale;
    result.reports.push_back({index, FactReport::Kind::kStale, absl::OkStatus()});
    return;
  }
  ++result.applied;
  if (std::count(fed.begin(), fed.end(), Sums::Fed::kDropped) == 0) return;
  ++result.group_dropped;
  result.reports.push_back({index, FactReport::Kind::kGroupDropped, absl::OkStatus()});
}

absl::Status ReferenceModel::ApplyPeriod(Customer& customer, const PeriodTold& told) {
  const Period period{told.starts_at, told.ends_at};
  if (period.start == customer.current.start) {
    customer.told = true;
    customer.current.end = period.end;
    // An end that lies behind has come now.
    if (Boundary(customer) <= now_) EndPeriod(customer, now_);
    DoDueByClock(customer);
    return absl::OkStatus();
  }
  if (period.start < customer.current.start && customer.told) {
    return Refused(Reason::kPeriodGoesBack);
  }
  customer.told = true;
  if (period.start > now_) {
    customer.waiting = period;
    return absl::OkStatus();
  }
  BeginPeriod(customer, period, now_);
  DoDueByClock(customer);
  return absl::OkStatus();
}

void ReferenceModel::ApplyCustomer(Customer& customer, const CustomerTold& told) {
  if (!told.plan.keeps()) customer.plan = told.plan.value();
  if (told.archived) customer.archived = *told.archived;
  if (customer.archived) {
    customer.sums.Clear();
    customer.contracts.clear();
  }
  Due came;
  came.came = true;
  for (const auto& [id, alert] : alerts_) {
    State& state = customer.states[id];
    const bool watches =
        alert.status == AlertStatus::kEnabled && InScope(alert, customer);
    if (watches && !state.watching) Watch(customer, alert, came);
    if (!watches && !InScope(alert, customer)) Unwatch(state);
  }
  Settle(customer, now_);
}

void ReferenceModel::ApplyContract(Customer& customer, const ContractTold& told) {
  const Values before = AllValues(customer);
  customer.contracts[told.contract] = told.custom_fields;
  JudgeFact(customer, before, Trigger::kCustomer);
}

}  // namespace tocsin::testing
