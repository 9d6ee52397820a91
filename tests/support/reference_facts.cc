#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "tests/support/reference_model.h"

namespace tocsin::testing {

ReferenceModel::Customer& ReferenceModel::AddCustomer(CustomerId id) {
  Customer& customer = customers_[id];
  customer.id = id;
  customer.came = customers_.size() - 1;
  customer.moment = {.at = now_, .early = false};
  customer.current = PolicyPeriod(now_);
  customer.sums = Sums(options_.tracked_group_keys);
  for (const auto& [alert_id, alert] : alerts_) {
    const bool asks = AsksFor(alert, TargetOf(alert.spec), id);
    if (asks && IsCounted(alert.spec)) customer.sums.Keep(MeasureOf(alert.spec));
    if (alert.status != AlertStatus::kEnabled || !InScope(alert, customer)) continue;
    customer.states[alert_id].watching = true;
    AddInstances(customer, alert);
  }
  // What is kept when they come knows all of them.
  customer.sums.Clear();
  return customer;
}

ApplyResult ReferenceModel::Apply(absl::Span<const Fact> facts,
                                  const ApplyOptions& options) {
  ApplyResult result;
  result.status = Begin();
  if (!result.status.ok()) return result;
  if (!HasRoom()) {
    result.status = Refused(Reason::kLimitReached);
    return result;
  }
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
  if (options.position) positions_[options.position->source] = options.position->offset;
  for (std::size_t i = 0; i < facts.size(); ++i) ApplyOne(facts[i], i, result);
  stats_.facts_applied += result.applied;
  stats_.facts_refused += result.refused;
  stats_.facts_stale += result.stale;
  stats_.facts_late += result.late;
  stats_.facts_group_dropped += result.group_dropped;
  return result;
}

absl::StatusOr<Tracked> ReferenceModel::Track(CustomerId, CreditTypeId) {
  return absl::UnimplementedError("the model has no handles");
}

absl::StatusOr<Tracked> ReferenceModel::Track(CustomerId, BillableMetricId) {
  return absl::UnimplementedError("the model has no handles");
}

ApplyResult ReferenceModel::ApplyTracked(absl::Span<const TrackedFact>,
                                         const ApplyOptions&) {
  return {.status = absl::UnimplementedError("the model has no handles")};
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
  if (known == customers_.end() && std::holds_alternative<BalanceDrawn>(fact)) {
    return refuse(Refused(Reason::kUnknownBalance));
  }
  Customer& customer = known != customers_.end() ? known->second : AddCustomer(id);
  DoDueByClock(customer);
  BringUp(customer);
  if (const std::optional<Count> count = CountOf(fact)) {
    return ApplyCount(*count, index, result);
  }
  absl::Status status = absl::OkStatus();
  bool stale = false;
  if (const auto* period = std::get_if<PeriodTold>(&fact)) {
    status = ApplyPeriod(customer, *period);
  } else if (const auto* balance = std::get_if<BalanceTold>(&fact)) {
    status = ApplyBalance(customer, *balance, stale);
  } else if (const auto* drawn = std::get_if<BalanceDrawn>(&fact)) {
    status = ApplyDraw(customer, *drawn, stale);
  } else if (const auto* invoice = std::get_if<InvoiceTold>(&fact)) {
    status = ApplyInvoice(customer, *invoice, stale);
  } else if (told != nullptr) {
    ApplyCustomer(customer, *told);
  } else {
    ApplyContract(customer, std::get<ContractTold>(fact));
  }
  if (!status.ok()) return refuse(status);
  if (std::holds_alternative<InvoiceTold>(fact)) {
    NoteHeld(customer, Watched::kInvoice);
  } else if (std::holds_alternative<BalanceTold>(fact) ||
             std::holds_alternative<BalanceDrawn>(fact)) {
    NoteHeld(customer, Watched::kBalance);
  }
  ++(stale ? result.stale : result.applied);
  if (!stale) return;
  result.reports.push_back({index, FactReport::Kind::kStale, absl::OkStatus()});
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
  EndPeriodsUpTo(customer, time);
  if (count.contract) customer.contracts_named_at[*count.contract] = now_;
  NoteCount(customer, count);
  const Values before = LastValues(customer, IsCounted);
  const std::vector<Sums::Fed> fed =
      customer.sums.Feed(count, options_.groups_per_measure_max);
  Change change;
  const bool spend = count.type == AlertType::kSpendThresholdReached;
  JudgeChange(customer, before, IsCounted, spend ? Trigger::kSpend : Trigger::kUsage,
              change);
  Publish(customer, std::move(change), now_);
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
  if (period.start < customer.current.start && customer.told) {
    return Refused(Reason::kPeriodGoesBack);
  }
  customer.told = true;
  if (period.start == customer.current.start) {
    customer.current.end = period.end;
  } else if (period.start > now_) {
    customer.waiting = period;
  } else {
    Change change;
    BeginPeriod(customer, period, now_, change);
    Publish(customer, std::move(change), now_);
  }
  // An end that lies behind has come now.
  EndPeriodsUpTo(customer, now_);
  return absl::OkStatus();
}

void ReferenceModel::ApplyCustomer(Customer& customer, const CustomerTold& told) {
  const Values before = LastValues(customer, IsAny);
  if (!told.plan.keeps()) customer.plan = told.plan.value();
  if (!told.plan_ends_at.keeps()) {
    customer.plan_ends_at = told.plan_ends_at.value();
    customer.plan_end_told_at = now_;
  }
  if (told.archived) customer.archived = *told.archived;
  if (customer.archived) {
    customer.sums.Clear();
    customer.contracts.clear();
    customer.balances.clear();
    customer.invoices.clear();
    customer.had_balances.clear();
    customer.days_judged_at.clear();
  }
  // Who stays in scope is judged by what has changed, who comes into it afresh.
  std::vector<const Alert*> came;
  for (const auto& [id, alert] : alerts_) {
    State& state = customer.states[id];
    const bool in_scope = InScope(alert, customer);
    if (!in_scope) {
      DropWaiters(customer, alert,
                  customer.archived ? Reason::kCustomerArchived : Reason::kNotInScope);
      Unwatch(state);
    }
    if (customer.archived) state.instances.clear();
    if (in_scope && alert.status == AlertStatus::kEnabled && !state.watching) {
      came.push_back(&alert);
    }
  }
  Change change;
  JudgeChange(customer, before, IsAny, Trigger::kCustomer, change);
  Due due;
  due.came = true;
  for (const Alert* alert : came) Watch(customer, *alert, due);
  JudgeDue(customer, change);
  Publish(customer, std::move(change), now_);
}

void ReferenceModel::ApplyContract(Customer& customer, const ContractTold& told) {
  const Values before = LastValues(customer, IsCounted);
  customer.contracts[told.contract] = told.custom_fields;
  customer.contracts_named_at[told.contract] = now_;
  Change change;
  JudgeChange(customer, before, IsCounted, Trigger::kCustomer, change);
  Publish(customer, std::move(change), now_);
}

}  // namespace tocsin::testing
