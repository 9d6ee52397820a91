// What an answer of the fact source comes to, with what was counted since it was asked.
#include <algorithm>
#include <utility>
#include <variant>

#include "tests/support/reference_model.h"

namespace tocsin::testing {
namespace {

bool IsInvoice(Watched watched) {
  return watched == Watched::kInvoice || watched == Watched::kInvoicesOfMonth;
}

}  // namespace

// From what the sum was when it was asked: the answer, then all that came since.
std::optional<Sums::Cell> ReferenceRead::With(const Sums::Key& key, const Sums::Cell& now,
                                              const Count& answered) const {
  const auto moved = since.find(key);
  Sums::Cell cell = moved == since.end() ? now : moved->second.before;
  if (!cell.Take(answered)) return std::nullopt;
  if (moved == since.end()) return cell;
  for (const Count& count : moved->second.counts) {
    if (!answered.version || !count.version) return std::nullopt;
    (void)cell.Take(count);
  }
  return cell;
}

// Every read of what a count moves remembers what it was.
void ReferenceModel::NoteCount(Customer& customer, const Count& count) {
  for (auto& [id, state] : customer.states) {
    if (!state.awaited || !state.awaited->read) continue;
    const AlertSpec& spec = alerts_.at(id).spec;
    if (!IsCounted(spec)) continue;
    const Measure measure = MeasureOf(spec);
    if (measure.type != count.type || measure.subject != count.subject) continue;
    SourceRead& read = *state.awaited->read;
    for (const Sums::Key& key : customer.sums.KeysOf(count)) {
      const auto [since, fresh] = read.since.try_emplace(key);
      if (fresh) since->second.before = customer.sums.At(key);
      since->second.counts.push_back(count);
    }
    read.Note(options_.read_additions_max);
  }
}

// Of balances and invoices only how often they were told.
void ReferenceModel::NoteHeld(Customer& customer, Watched watched) {
  for (auto& [id, state] : customer.states) {
    const AlertSpec& spec = alerts_.at(id).spec;
    const Watched theirs = InfoOf(spec.type).watched;
    if (!state.awaited || !state.awaited->read || IsCounted(spec)) continue;
    if (IsInvoice(theirs) != IsInvoice(watched)) continue;
    state.awaited->read->Note(options_.read_additions_max);
  }
}

ReferenceModel::Taken ReferenceModel::TakeFacts(Customer& customer, const Alert& alert,
                                                const Awaited& awaited,
                                                const SourceRead& read) {
  if (IsCounted(alert.spec)) return TakeSums(customer, alert, awaited, read);
  if (read.spoilt) return Taken::kAgain;
  return read.answer->value().empty() ? Taken::kWell : Taken::kNot;
}

ReferenceModel::Taken ReferenceModel::TakeSums(Customer& customer, const Alert& alert,
                                               const Awaited& awaited,
                                               const SourceRead& read) {
  struct Told {
    Sums::Key key;
    Sums::Cell cell;
  };
  Measure own = MeasureOf(alert.spec);
  if (own.keys.empty()) own.contract_filters.clear();
  std::vector<std::pair<Count, std::vector<Told>>> told;
  for (const Fact& fact : **read.answer) {
    const std::optional<Count> count = CountOf(fact);
    if (!count || !count->is_total || count->type != own.type) return Taken::kNot;
    if (count->subject != own.subject) return Taken::kNot;
    told.push_back({*count, {}});
  }
  if (read.spoilt) return Taken::kAgain;
  for (auto& [count, fits] : told) {
    for (const Sums::Key& key : customer.sums.KeysOf(count)) {
      const std::optional<Sums::Cell> cell = read.With(key, customer.sums.At(key), count);
      const bool whole = own.keys.empty() && !own.by_contract;
      const bool asked = key.measure == own && (whole || awaited.Concerns(key.tuple));
      if (!cell && asked) return Taken::kAgain;
      if (cell) fits.push_back({key, *cell});
    }
  }
  const bool spend = own.type == AlertType::kSpendThresholdReached;
  // What its facts come to in between was never there.
  Change change;
  const Values before = LastValues(customer, IsCounted);
  for (const auto& [count, fits] : told) {
    for (const Told& one : fits) SetSum(customer, one.key, one.cell, count);
  }
  JudgeChange(customer, before, IsCounted, spend ? Trigger::kSpend : Trigger::kUsage,
              change);
  Publish(customer, std::move(change), now_);
  return Taken::kWell;
}

// To another read beside it the answer is something that was counted meanwhile, if it
// has a version; of two without none is the newer.
void ReferenceModel::SetSum(Customer& customer, const Sums::Key& key,
                            const Sums::Cell& cell, const Count& count) {
  for (auto& [id, state] : customer.states) {
    if (!state.awaited || !state.awaited->read || !IsCounted(alerts_.at(id).spec))
      continue;
    const Measure measure = MeasureOf(alerts_.at(id).spec);
    if (measure.type != count.type || measure.subject != count.subject) continue;
    SourceRead& read = *state.awaited->read;
    const auto [since, fresh] = read.since.try_emplace(key);
    if (fresh) since->second.before = customer.sums.At(key);
    if (!count.version) continue;
    since->second.counts.push_back(count);
    read.Note(options_.read_additions_max);
  }
  (void)customer.sums.Set(key, cell, options_.groups_per_measure_max);
}

}  // namespace tocsin::testing
