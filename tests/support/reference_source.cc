// What waits for the fact source, and what becomes of its reads.
#include <algorithm>
#include <utility>

#include "tests/support/reference_model.h"

namespace tocsin::testing {
namespace {

constexpr absl::Duration kFirstWait = absl::Milliseconds(100);
constexpr absl::Duration kLongestWait = absl::Minutes(1);

absl::Duration WaitAfter(int attempts) {
  absl::Duration wait = kFirstWait;
  for (int i = 1; i < attempts && wait < kLongestWait; ++i) wait *= 2;
  return std::min(wait, kLongestWait);
}

}  // namespace

// Nobody can be asked for the end of a plan.
bool ReferenceModel::IsRead(const Alert& alert) const {
  return options_.fact_source != nullptr &&
         InfoOf(alert.spec.type).watched != Watched::kPlan;
}

void ReferenceModel::AwaitSource(Customer& customer, const Alert& alert,
                                 const std::optional<Tuple>& tuple) {
  State& state = customer.states[alert.id];
  const bool fresh = !state.awaited.has_value();
  if (fresh) state.awaited.emplace();
  Awaited& awaited = *state.awaited;
  if (fresh) awaited.since = now_;
  awaited.StartOver();
  AddInstances(customer, alert);
  const Values last = LastValues(customer, IsAny);
  const auto values = last.find(alert.id);
  for (const auto& [known, instance] : state.instances) {
    if (!instance.judged || awaited.Concerns(known) || values == last.end()) continue;
    if (tuple && known != *tuple) continue;
    const auto value = values->second.find(known);
    if (value != values->second.end()) awaited.judged[known] = value->second;
  }
  if (!tuple) {
    awaited.whole = true;
  } else if (!awaited.whole) {
    awaited.tuples.insert(*tuple);
  }
}

// Another alert begins to have sums of its own: what is read of the same cannot be told
// from what came meanwhile.
void ReferenceModel::SpoilReads(const Alert& alert) {
  const Target target = TargetOf(alert.spec);
  const Measure measure = MeasureOf(alert.spec);
  if (measure.keys.empty() && !measure.by_contract) return;
  for (auto& [id, customer] : customers_) {
    bool begins = AsksFor(alert, target, id);
    for (const auto& [other_id, other] : alerts_) {
      if (other_id != alert.id && AsksFor(other, target, id)) begins = false;
    }
    if (!begins) continue;
    for (auto& [reading_id, state] : customer.states) {
      if (!state.awaited || !state.awaited->read) continue;
      const AlertSpec& read = alerts_.at(reading_id).spec;
      if (!IsCounted(read)) continue;
      const Measure theirs = MeasureOf(read);
      if (theirs.type == measure.type && theirs.subject == measure.subject) {
        state.awaited->read->spoilt = true;
      }
    }
  }
}

bool ReferenceModel::IsDueNow(const State& state) {
  if (state.judged_before_read) return true;
  if (!state.awaited) return Owes(state);
  const Due& due = state.due;
  return due.restarted || due.updated || due.created || due.came;
}

void ReferenceModel::BeginRead(Customer& customer, const Alert& alert, Awaited& awaited) {
  ++awaited.attempts;
  ++stats_.source_reads;
  awaited.read.emplace();
  awaited.read->number = stats_.source_reads;
  awaited.read->deadline = now_ + options_.source_timeout;
  BegunRead begun;
  begun.number = awaited.read->number;
  begun.request.customer = customer.id;
  begun.request.alert = alert.id;
  begun.request.spec = alert.spec;
  begun.request.period_starts_at = customer.current.start;
  begun.request.period_ends_at = Boundary(customer);
  begun.request.attempt = awaited.attempts;
  if (!awaited.whole) {
    for (const Tuple& tuple : awaited.tuples) {
      CustomerAlert shown;
      ShowInstance(alert.spec, tuple, shown);
      InstanceSelector selector;
      selector.group_values = shown.group_values;
      selector.balance = shown.balance;
      selector.invoice = shown.invoice;
      selector.seat = shown.seat;
      selector.custom_field = shown.custom_field;
      begun.request.instances.push_back(std::move(selector));
    }
  }
  begun_.push_back(std::move(begun));
}

void ReferenceModel::BeginReads(CustomerId id) {
  const auto it = customers_.find(id);
  if (it == customers_.end()) return;
  for (auto& [alert, state] : it->second.states) {
    if (!state.awaited || state.awaited->read || state.awaited->latest > now_) continue;
    BeginRead(it->second, alerts_.at(alert), *state.awaited);
  }
}

std::optional<ReferenceModel::BegunRead> ReferenceModel::TakeBegun(CustomerId customer,
                                                                   AlertId alert) {
  const auto is_it = [&](const BegunRead& begun) {
    return begun.request.customer == customer && begun.request.alert == alert;
  };
  auto it = std::find_if(begun_.begin(), begun_.end(), is_it);
  if (it == begun_.end()) {
    const auto known = customers_.find(customer);
    if (known == customers_.end()) return std::nullopt;
    DoDueByClock(known->second);
    State& state = known->second.states[alert];
    if (!state.awaited || state.awaited->read) return std::nullopt;
    if (state.awaited->earliest > now_) return std::nullopt;
    BeginRead(known->second, alerts_.at(alert), *state.awaited);
    it = begun_.end() - 1;
  }
  BegunRead begun = std::move(*it);
  begun_.erase(it);
  return begun;
}

void ReferenceModel::Answer(CustomerId customer, AlertId alert, std::uint64_t number,
                            absl::StatusOr<std::vector<Fact>> answer) {
  State& state = customers_.at(customer).states[alert];
  if (!state.awaited || !state.awaited->read) return;
  SourceRead& read = *state.awaited->read;
  if (read.number != number || read.answer || read.deadline <= now_) return;
  if (answer.ok()) {
    for (const Fact& fact : *answer) {
      const CustomerId of =
          std::visit([](const auto& any) { return any.customer; }, fact);
      absl::Status status =
          of == customer ? CheckFact(fact) : Refused(Reason::kMalformed);
      if (status.ok()) continue;
      answer = std::move(status);
      break;
    }
  }
  read.answer = std::move(answer);
}

// Whether what was answered, or was not in time, ends the wait.
void ReferenceModel::TakeAnswer(Customer& customer, const Alert& alert, State& state) {
  Awaited& awaited = *state.awaited;
  const SourceRead read = *awaited.read;
  const bool answered = read.answer && read.answer->ok();
  const Taken taken = answered ? TakeFacts(customer, alert, awaited, read) : Taken::kNot;
  awaited.read.reset();
  const bool over = taken == Taken::kWell;
  if (taken == Taken::kNot) {
    ++stats_.source_failures;
    const absl::Duration wait = WaitAfter(awaited.attempts);
    awaited.earliest = now_ + wait / 2;
    awaited.latest = now_ + wait;
  } else if (!over) {
    awaited.earliest = awaited.latest = absl::InfinitePast();
  }
  const bool in_failure = !over && awaited.attempts >= options_.source_attempts_max;
  if (!over && !in_failure) return;
  state.source_failed = in_failure;
  if (in_failure) ++stats_.source_given_up;
  state.judged_before_read = std::move(awaited.judged);
  // A reset of instances of which none is left is owed no more.
  state.awaited.reset();
  AddInstances(customer, alert);
}

// One after the other: what is read of one alert meets nothing that is due of another.
void ReferenceModel::TakeAnswers(Customer& customer) {
  for (auto& [id, state] : customer.states) {
    if (!state.awaited || !state.awaited->read) continue;
    if (!state.awaited->read->answer && state.awaited->read->deadline > now_) continue;
    TakeAnswer(customer, alerts_.at(id), state);
    Settle(customer, now_);
  }
}

void ReferenceModel::BringUp(Customer& customer) {
  Settle(customer, now_);
  TakeAnswers(customer);
}

bool ReferenceModel::AwaitsSource(CustomerId customer) const {
  const auto it = customers_.find(customer);
  return it != customers_.end() &&
         std::any_of(it->second.states.begin(), it->second.states.end(),
                     [](const auto& one) { return one.second.awaited.has_value(); });
}

bool ReferenceModel::NeedsTask(CustomerId customer) const {
  const auto it = customers_.find(customer);
  if (it == customers_.end()) return false;
  for (const auto& [id, state] : it->second.states) {
    if (IsDueNow(state)) return true;
    if (!state.awaited) continue;
    const std::optional<SourceRead>& read = state.awaited->read;
    if (read ? read->answer.has_value() : state.awaited->latest == absl::InfinitePast()) {
      return true;
    }
  }
  return false;
}

bool ReferenceModel::NeedsDrain(CustomerId customer) const {
  if (NeedsTask(customer)) return true;
  const auto it = customers_.find(customer);
  if (it == customers_.end()) return false;
  for (const auto& [id, state] : it->second.states) {
    if (!state.awaited) continue;
    const std::optional<SourceRead>& read = state.awaited->read;
    if ((read ? read->deadline : state.awaited->latest) <= now_) return true;
  }
  return false;
}

}  // namespace tocsin::testing
