#include "engine/model/posting.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/mistake.h"
#include "engine/base/status.h"
#include "engine/model/noting.h"
#include "engine/model/reading.h"
#include "engine/model/slices.h"
#include "engine/model/turn.h"

namespace tocsin::model {
namespace {

__extension__ typedef unsigned __int128 Uint128;

// What the entry makes of one slice, worked out before anything is changed.
struct SliceStep {
  MeasurePtr measure;
  std::string instance;
  Sum part;            // with a contract filter: the contract's part afterwards
  Bounds bounds;       // and those of all parts
  Sum total;           // the gauge's sum afterwards
  bool moves = false;  // whether the gauge's sum is touched
};

// Which gauge: of the subject's whole, or of an instance of a measure.
struct GaugeName {
  const Measure* measure = nullptr;
  absl::string_view instance = "";
};

void MoveGauge(const Customer& customer, const Context& context, const Entry& entry,
               const GaugeName& name, const Sum& after, Gauge* gauge, Turn* turn) {
  const std::optional<Decimal> previous = gauge->sum.value_if_data();
  gauge->sum = after;
  if (gauge->band.Contains(after.value)) return;
  if (TOCSIN_MISTAKE(negative_not_judged) && previous && after.value < *previous) return;
  JudgeGauge(customer, context.catalog, entry.subject, name.measure, name.instance,
             entry.trigger, previous, gauge, turn);
}

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
    if (overflow_ && !TOCSIN_MISTAKE(bounds_ignored)) {
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
    const AlertTypeInfo& info = entry_.subject.info();
    return MakeStatus(
        Reason::kLimitReached,
        absl::StrCat(info.has_billable_metric ? "billable_metric_id " : "credit_type_id ",
                     BillableMetricId(entry_.subject.id).ToString(),
                     " is one too many for customer ", customer_->id.ToString(),
                     "; at most ", kSubjectsPerCustomerMax, " credit types and billable ",
                     "metrics are summed for one in a period"));
  }

  // As `Try`, of one contract's part.
  bool TryPart(const ContractParts* parts, std::optional<Sum>* after, Bounds* bounds) {
    const Sum* before = parts == nullptr ? nullptr : parts->Find(*entry_.contract);
    if (!Try(before, after)) return false;
    const std::optional<Bounds> moved =
        (parts == nullptr ? Bounds() : parts->bounds)
            .With(before == nullptr ? std::nullopt : before->value_if_data(),
                  (*after)->value);
    overflow_ = overflow_ || !moved.has_value();
    *bounds = moved.value_or(Bounds());
    return moved.has_value();
  }

  absl::Status TryContract() {
    const ContractParts* parts = meter_ == nullptr ? nullptr : &meter_->contracts();
    const bool full = parts != nullptr && parts->sums.size() >= kContractsPerCustomerMax;
    if (full && parts->Find(*entry_.contract) == nullptr) {
      return MakeStatus(
          Reason::kLimitReached,
          absl::StrCat("contract ", entry_.contract->ToString(),
                       " is one too many for the customer; at most ",
                       kContractsPerCustomerMax, " are counted in one period"));
    }
    TryPart(parts, &contract_, &contract_bounds_);
    return absl::OkStatus();
  }

  void TrySlice(const MeasurePtr& measure) {
    const bool by_contract = measure->FiltersContracts();
    if (by_contract ? !entry_.contract : (is_total() && entry_.contract)) return;
    SliceStep step{
        .measure = measure, .instance = {}, .part = {}, .bounds = {}, .total = {}};
    if (!MatchGroups(*measure, entry_.group_values, is_total(), &step.instance)) return;
    const Slice* slice = meter_ ? meter_->FindSlice(measure.get()) : nullptr;
    const Instance* instance = nullptr;
    if (slice != nullptr) {
      const auto it = slice->instances.find(step.instance);
      if (it != slice->instances.end()) instance = &it->second;
      const bool full = slice->instances.size() >= context_.groups_per_measure_max;
      if (instance == nullptr && full && measure->FansOut()) {
        if (TOCSIN_MISTAKE(dropped_in_silence)) return;
        dropped_.push_back(measure.get());
        return;
      }
    }
    if (by_contract) {
      TrySlicePart(instance, std::move(step));
      return;
    }
    std::optional<Sum> total;
    if (!Try(instance ? &instance->gauge.sum : nullptr, &total)) return;
    step.total = *total;
    step.moves = true;
    steps_.push_back(std::move(step));
  }

  void TrySlicePart(const Instance* instance, SliceStep step) {
    std::optional<Sum> part;
    const ContractParts* parts = instance == nullptr ? nullptr : &instance->parts;
    if (!TryPart(parts, &part, &step.bounds)) return;
    step.part = *part;
    step.moves = MatchContract(*step.measure, customer_->FindContract(*entry_.contract));
    if (instance != nullptr) step.total = instance->gauge.sum;
    if (step.moves) {
      const Sum* before = parts == nullptr ? nullptr : parts->Find(*entry_.contract);
      // Within the bounds of the parts, as the parts that pass are some of them; by way
      // of unsigned numbers, as the difference alone may not be.
      const Int128 old = before == nullptr ? 0 : before->value.units();
      step.total.value = Decimal::FromUnits(static_cast<Int128>(
          static_cast<Uint128>(step.total.value.units()) - static_cast<Uint128>(old) +
          static_cast<Uint128>(part->value.units())));
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
      Contract* const contract = customer_->FindContractToChange(*entry_.contract);
      if (contract != nullptr) contract->named_at = context_.now;
    }
    if (!counted_ && dropped_.empty()) return;
    meter_ = &customer_->MeterFor(entry_.subject);
    Turn turn(customer_, context_, context_.now);
    if (whole_) MoveTo(*whole_, nullptr, "", &meter_->whole, &turn);
    if (contract_) {
      ContractParts& contracts = meter_->ContractsToChange();
      contracts.sums[*entry_.contract] = *contract_;
      contracts.bounds = contract_bounds_;
    }
    for (const Measure* measure : dropped_) ++meter_->FindSlice(measure)->group_dropped;
    for (const SliceStep& step : steps_) {
      Instance& instance = SliceFor(step.measure).instances[step.instance];
      if (step.measure->FiltersContracts()) {
        instance.parts.sums[*entry_.contract] = step.part;
        instance.parts.bounds = step.bounds;
      }
      if (!step.moves) continue;
      MoveTo(step.total, step.measure.get(), step.instance, &instance.gauge, &turn);
    }
  }

  void MoveTo(const Sum& after, const Measure* measure, absl::string_view instance,
              Gauge* gauge, Turn* turn) const {
    MoveGauge(*customer_, context_, entry_, {measure, instance}, after, gauge, turn);
  }

  Slice& SliceFor(const MeasurePtr& measure) {
    Slice* slice = meter_->FindSlice(measure.get());
    if (slice != nullptr) return *slice;
    return meter_->AddSlice({.measure = measure, .instances = {}, .group_dropped = 0});
  }

  Customer* const customer_;
  const Context& context_;
  const Entry& entry_;
  Meter* meter_;

  std::optional<Sum> whole_;
  std::optional<Sum> contract_;
  Bounds contract_bounds_;
  absl::InlinedVector<SliceStep, 2> steps_;
  absl::InlinedVector<const Measure*, 2> dropped_;
  bool counted_ = false;
  int ignored_ = 0;
  bool overflow_ = false;
};

// The common case: an addition to the whole alone. Does it and returns true, or changes
// nothing.
bool PostToWhole(Customer* customer, const Context& context, const Entry& entry) {
  if (entry.posting.is_total || entry.contract || !entry.group_values.empty())
    return false;
  Meter* meter = customer->FindMeter(entry.subject);
  if (meter == nullptr && customer->meters.size() >= kSubjectsPerCustomerMax)
    return false;
  // Nothing is in the way of an amount that is the first.
  if (meter == nullptr) meter = &customer->MeterFor(entry.subject);
  Sum sum = meter->whole.sum;
  if (sum.Post(entry.posting) != Posted::kCounted) return false;
  if (meter->whole.band.Contains(sum.value)) {
    meter->whole.sum = sum;
    return true;
  }
  Turn turn(customer, context, context.now);
  MoveGauge(*customer, context, entry, {}, sum, &meter->whole, &turn);
  return true;
}

Outcome PostNow(Customer* customer, const Context& context, const Entry& entry) {
  if (PostToWhole(customer, context, entry)) return Outcome();
  return Poster(customer, context, entry).Run();
}

}  // namespace

void ForEachSum(const Customer& customer, const Catalog& catalog, const Entry& entry,
                absl::FunctionRef<void(const SumKey&, const Sum*)> visit) {
  const Meter* meter = customer.FindMeter(entry.subject);
  const bool total = entry.posting.is_total;
  const bool grouped = !entry.group_values.empty();
  if (!total || (!entry.contract && !grouped)) {
    visit({}, meter == nullptr ? nullptr : &meter->whole.sum);
  }
  if (entry.contract && (!total || !grouped)) {
    visit({.item = entry.contract->uuid()},
          meter == nullptr ? nullptr : meter->contracts().Find(*entry.contract));
  }
  const auto visit_one = [&](const MeasurePtr& measure) {
    const bool by_contract = measure->FiltersContracts();
    if (by_contract ? !entry.contract : (total && entry.contract)) return;
    SumKey key{.measure = measure.get()};
    if (!MatchGroups(*measure, entry.group_values, total, &key.instance)) return;
    const Slice* slice = meter == nullptr ? nullptr : meter->FindSlice(measure.get());
    const Instance* instance = slice == nullptr ? nullptr : slice->Find(key.instance);
    const Sum* now = nullptr;
    if (by_contract) {
      key.item = entry.contract->uuid();
      if (instance != nullptr) now = instance->parts.Find(*entry.contract);
    } else if (instance != nullptr) {
      now = &instance->gauge.sum;
    }
    visit(key, now);
  };
  ForEachKeptMeasure(customer, catalog, entry.subject, visit_one);
}

Outcome Post(Customer* customer, const Context& context, const Entry& entry) {
  if (customer->awaited == nullptr) return PostNow(customer, context, entry);
  Noting noting(customer, NotedKind::kSums, entry.subject);
  if (noting.needed()) {
    ForEachSum(*customer, context.catalog, entry,
               [&noting](const SumKey& key, const Sum* now) { noting.Keep(key, now); });
  }
  Outcome outcome = PostNow(customer, context, entry);
  if (outcome.status.ok()) noting.Add(entry.posting, context);
  return outcome;
}

}  // namespace tocsin::model
