#include "engine/model/posting.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/model/reading.h"
#include "engine/model/slices.h"
#include "engine/model/turn.h"

namespace tocsin::model {
namespace {

// What the entry makes of one slice, worked out before anything is changed.
struct SliceStep {
  MeasurePtr measure;
  std::string instance;
  Sum part;            // with a contract filter: the contract's part afterwards
  Sum total;           // the gauge's sum afterwards
  bool moves = false;  // whether the gauge's sum is touched
};

// Works out what an entry does to every sum it speaks of; `Commit` then does it.
// Two passes, so that a sum that does not fit refuses the fact whole.
class Poster {
 public:
  Poster(Customer* customer, const Context& context, const Entry& entry)
      : customer_(customer), context_(context), entry_(entry) {
    meter_ = customer->FindMeter(entry.subject);
  }

  Outcome Run() {
    Outcome outcome;
    outcome.status = CheckSubject();
    if (!outcome.status.ok()) return outcome;
    if (SpeaksOfWhole()) Try(meter_ ? &meter_->whole.sum : nullptr, &whole_);
    if (SpeaksOfContract()) {
      outcome.status = TryContract();
      if (!outcome.status.ok()) return outcome;
    }
    ForEachKeptMeasure(*customer_, context_.catalog, entry_.subject,
                       [this](const MeasurePtr& measure) { TrySlice(measure); });
    if (overflow_) {
      outcome.status = Overflow();
      return outcome;
    }
    outcome.group_dropped = !dropped_.empty();
    outcome.stale = ignored_ > 0 && !counted_ && dropped_.empty();
    Commit();
    return outcome;
  }

 private:
  bool is_total() const { return entry_.posting.is_total; }
  bool SpeaksOfWhole() const {
    return !is_total() || (!entry_.contract && entry_.group_values.empty());
  }
  bool SpeaksOfContract() const {
    return entry_.contract && (!is_total() || entry_.group_values.empty());
  }

  // Works out the sum after the posting; true if it counts.
  bool Try(const Sum* before, std::optional<Sum>* after) {
    Sum sum = before == nullptr ? Sum() : *before;
    switch (sum.Post(entry_.posting)) {
      case Posted::kCounted:
        *after = sum;
        counted_ = true;
        return true;
      case Posted::kStale:
        ++ignored_;
        return false;
      case Posted::kOverflow:
        overflow_ = true;
        return false;
    }
    return false;
  }

  absl::Status CheckSubject() const {
    if (meter_ || customer_->meters.size() < kSubjectsPerCustomerMax) {
      return absl::OkStatus();
    }
    return MakeStatus(
        Reason::kLimitReached,
        absl::StrCat("customer ", customer_->id.ToString(), " has facts of ",
                     customer_->meters.size(), " credit types and billable metrics ",
                     "already, the most that are summed for one"));
  }

  absl::Status TryContract() {
    const Sum* before = nullptr;
    if (meter_ != nullptr) {
      const auto it = meter_->contracts.find(*entry_.contract);
      if (it != meter_->contracts.end()) before = &it->second;
      if (before == nullptr && meter_->contracts.size() >= kContractsPerCustomerMax) {
        return MakeStatus(
            Reason::kLimitReached,
            absl::StrCat("contract ", entry_.contract->ToString(),
                         " is one too many for the customer; at most ",
                         kContractsPerCustomerMax, " are counted in one period"));
      }
    }
    Try(before, &contract_);
    return absl::OkStatus();
  }

  void TrySlice(const MeasurePtr& measure) {
    const bool by_contract = measure->FiltersContracts();
    if (by_contract ? !entry_.contract : (is_total() && entry_.contract)) return;
    SliceStep step{.measure = measure, .instance = {}, .part = {}, .total = {}};
    if (!MatchGroups(*measure, entry_.group_values, is_total(), &step.instance)) return;
    const Slice* slice = meter_ ? meter_->FindSlice(measure.get()) : nullptr;
    const Instance* instance = nullptr;
    if (slice != nullptr) {
      const auto it = slice->instances.find(step.instance);
      if (it != slice->instances.end()) instance = &it->second;
      const bool full = slice->instances.size() >= context_.groups_per_measure_max;
      if (instance == nullptr && full && measure->FansOut()) {
        dropped_.push_back(measure.get());
        return;
      }
    }
    if (by_contract) {
      TryPart(instance, std::move(step));
      return;
    }
    std::optional<Sum> total;
    if (!Try(instance ? &instance->gauge.sum : nullptr, &total)) return;
    step.total = *total;
    step.moves = true;
    steps_.push_back(std::move(step));
  }

  void TryPart(const Instance* instance, SliceStep step) {
    const Sum* before = nullptr;
    if (instance != nullptr) {
      step.total = instance->gauge.sum;
      const auto it = instance->parts.find(*entry_.contract);
      if (it != instance->parts.end()) before = &it->second;
    }
    std::optional<Sum> part;
    if (!Try(before, &part)) return;
    step.part = *part;
    step.moves = MatchContract(*step.measure, customer_->FindContract(*entry_.contract));
    if (step.moves) {
      const auto rise = CheckedSub(part->value, before ? before->value : Decimal());
      const auto total = rise ? CheckedAdd(step.total.value, *rise) : std::nullopt;
      overflow_ = overflow_ || !total.has_value();
      step.total.value = total.value_or(Decimal());
      step.total.has_data = true;
    }
    steps_.push_back(std::move(step));
  }

  absl::Status Overflow() const {
    return MakeStatus(
        Reason::kOutOfRange,
        absl::StrCat(is_total() ? "total " : "amount ", entry_.posting.amount.ToString(),
                     " would take a sum of customer ", customer_->id.ToString(),
                     " beyond 128 bits (about +-1.7 * 10^26)"));
  }

  void Commit() {
    if (entry_.contract) {
      const auto contract = customer_->contracts.find(*entry_.contract);
      if (contract != customer_->contracts.end()) contract->second.named_at = context_.now;
    }
    if (!counted_ && dropped_.empty()) return;
    meter_ = &customer_->MeterFor(entry_.subject);
    Turn turn(customer_, context_, context_.now);
    if (whole_) Move(nullptr, "", *whole_, &meter_->whole, &turn);
    if (contract_) meter_->contracts[*entry_.contract] = *contract_;
    for (const Measure* measure : dropped_) ++meter_->FindSlice(measure)->group_dropped;
    for (const SliceStep& step : steps_) {
      Instance& instance = SliceFor(step.measure).instances[step.instance];
      if (step.measure->FiltersContracts()) instance.parts[*entry_.contract] = step.part;
      if (!step.moves) continue;
      Move(step.measure.get(), step.instance, step.total, &instance.gauge, &turn);
    }
  }

  Slice& SliceFor(const MeasurePtr& measure) {
    Slice* slice = meter_->FindSlice(measure.get());
    if (slice != nullptr) return *slice;
    meter_->slices.push_back({.measure = measure, .instances = {}, .group_dropped = 0});
    return meter_->slices.back();
  }

  void Move(const Measure* measure, absl::string_view instance, const Sum& after,
            Gauge* gauge, Turn* turn) {
    const std::optional<Decimal> previous = gauge->sum.value_if_data();
    gauge->sum = after;
    if (gauge->band.Contains(after.value)) return;
    JudgeGauge(*customer_, context_.catalog, entry_.subject, measure, instance,
               entry_.trigger, previous, gauge, turn);
  }

  Customer* const customer_;
  const Context& context_;
  const Entry& entry_;
  Meter* meter_;

  std::optional<Sum> whole_;
  std::optional<Sum> contract_;
  absl::InlinedVector<SliceStep, 2> steps_;
  absl::InlinedVector<const Measure*, 2> dropped_;
  bool counted_ = false;
  int ignored_ = 0;
  bool overflow_ = false;
};

// The common case: an addition to the whole that crosses nothing. Does it and
// returns true, or changes nothing.
bool PostInsideBand(Customer* customer, const Entry& entry) {
  if (entry.posting.is_total || entry.contract || !entry.group_values.empty())
    return false;
  Meter* meter = customer->FindMeter(entry.subject);
  if (meter == nullptr) return false;
  Sum sum = meter->whole.sum;
  if (sum.Post(entry.posting) != Posted::kCounted) return false;
  if (!meter->whole.band.Contains(sum.value)) return false;
  meter->whole.sum = sum;
  return true;
}

}  // namespace

Outcome Post(Customer* customer, const Context& context, const Entry& entry) {
  if (PostInsideBand(customer, entry)) return Outcome();
  return Poster(customer, context, entry).Run();
}

}  // namespace tocsin::model
