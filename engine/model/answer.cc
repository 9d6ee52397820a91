#include "engine/model/answer.h"

#include <cstddef>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "engine/base/limits.h"
#include "engine/model/balance.h"
#include "engine/model/invoice.h"
#include "engine/model/noting.h"
#include "engine/model/posting.h"
#include "engine/model/reading.h"
#include "engine/model/slices.h"
#include "engine/model/touched.h"
#include "engine/model/turn.h"

namespace tocsin::model {
namespace {

// What the answer says of one sum, and what the sum comes to.
struct Told {
  SumKey key;
  Posting posting;
  std::optional<ContractId> contract;
  Sum sum = {};
};

// The sums of spend or usage that an answer speaks of.
class ToldSums {
 public:
  ToldSums(Customer* customer, const Context& context, const AlertVersion& alert,
           const Awaited& awaited)
      : customer_(customer), context_(context), alert_(alert), awaited_(awaited) {}

  Taken TakeIn(absl::Span<const Fact> facts) {
    for (const Fact& fact : facts) {
      if (!Collect(fact)) return Taken::kRefused;
    }
    if (!Replay()) return Taken::kReadAgain;
    if (told_.empty()) return Taken::kAll;
    const Subject& subject = alert_.measure->subject;
    const bool full = customer_->meters.size() >= kSubjectsPerCustomerMax;
    if (full && customer_->FindMeter(subject) == nullptr) return Taken::kRefused;
    meter_ = &customer_->MeterFor(subject);
    Turn turn(customer_, context_, context_.now);
    bool all = true;
    for (const Told& told : told_) all = Set(told, &turn) && all;
    for (const SumKey& of_parts : of_parts_) MoveToParts(of_parts, &turn);
    return all ? Taken::kAll : Taken::kRefused;
  }

 private:
  Trigger trigger() const {
    return alert_.measure->subject.info().watched == Watched::kUsage ? Trigger::kUsage
                                                                     : Trigger::kSpend;
  }

  // Notes what one fact of the answer says. False if it was not asked for.
  bool Collect(const Fact& fact) {
    const auto* spend = std::get_if<SpendTotal>(&fact);
    const auto* usage = std::get_if<UsageTotal>(&fact);
    if (spend == nullptr && usage == nullptr) return false;
    Entry entry;
    std::optional<absl::Time> time;
    if (spend != nullptr) {
      entry = {.subject = SpendIn(spend->credit_type),
               .posting = {spend->total, true, spend->version},
               .contract = spend->contract,
               .group_values = spend->group_values};
      time = spend->time;
    } else {
      entry = {.subject = UsageOf(usage->billable_metric),
               .posting = {usage->total, true, usage->version},
               .contract = std::nullopt,
               .group_values = usage->group_values};
      time = usage->time;
    }
    if (entry.subject != alert_.measure->subject) return false;
    const PeriodState& period = customer_->period;
    // Of another period: one that began meanwhile has it read again.
    if (time.has_value() &&
        (*time < period.current().starts_at || *time >= period.ends_at())) {
      return awaited_.read->log.spoilt();
    }
    ForEachSum(*customer_, context_.catalog, entry, [&](const SumKey& key, const Sum*) {
      const auto [place, inserted] = places_.try_emplace(key, told_.size());
      if (inserted) told_.push_back({key, entry.posting, entry.contract});
      told_[place->second].posting = entry.posting;
    });
    return true;
  }

  bool IsAskedFor(const SumKey& key) const {
    const Measure& measure = *alert_.measure;
    if (measure.IsWhole()) return key == SumKey();
    return key.measure == &measure && awaited_.Concerns(key.instance);
  }

  const Sum* Now(const Told& told) const {
    const Meter* meter = std::as_const(*customer_).FindMeter(alert_.measure->subject);
    if (meter == nullptr) return nullptr;
    if (told.key.measure == nullptr) {
      return told.contract ? meter->contracts().Find(*told.contract) : &meter->whole.sum;
    }
    const Slice* slice = meter->FindSlice(told.key.measure);
    const Instance* instance = slice ? slice->Find(told.key.instance) : nullptr;
    if (instance == nullptr) return nullptr;
    return told.contract ? instance->parts.Find(*told.contract) : &instance->gauge.sum;
  }

  // Works out what the sums come to. False if one of those that were asked for cannot
  // be told; any other stays as it is then, as after a stale fact.
  bool Replay() {
    std::vector<Told> fit;
    if (awaited_.read->log.spoilt()) return false;
    for (Told& told : told_) {
      const std::optional<ReadLog::Replayed> replayed =
          awaited_.read->log.Replay(told.key, Now(told), told.posting);
      if (!replayed.has_value() && IsAskedFor(told.key)) return false;
      if (!replayed.has_value()) continue;
      told.sum = replayed->sum;
      fit.push_back(std::move(told));
    }
    told_ = std::move(fit);
    return true;
  }

  // Sets one sum, and judges it. False if there is no room for it.
  bool Set(const Told& told, Turn* turn) {
    const SumKey& key = told.key;
    Noting noting(customer_, NotedKind::kSums, meter_->subject);
    noting.Keep(key, Now(told));
    if (key.measure == nullptr && !told.contract) {
      Move(nullptr, "", told.sum, &meter_->whole, turn);
    } else if (key.measure == nullptr) {
      const bool full = meter_->contracts().sums.size() >= kContractsPerCustomerMax;
      if (full && Now(told) == nullptr) return false;
      if (!SetPart(told, &meter_->ContractsToChange())) return false;
    } else if (!SetInSlice(told, turn)) {
      return false;
    }
    // Of two reads without versions none is the newer one.
    if (told.posting.version.has_value()) noting.Add(told.posting, context_);
    return true;
  }

  static bool SetPart(const Told& told, ContractParts* parts) {
    const Sum* before = parts->Find(*told.contract);
    const std::optional<Bounds> bounds = parts->bounds.With(
        before == nullptr ? std::nullopt : before->value_if_data(), told.sum.value);
    if (!bounds.has_value()) return false;
    parts->bounds = *bounds;
    parts->sums[*told.contract] = told.sum;
    return true;
  }

  bool SetInSlice(const Told& told, Turn* turn) {
    Slice& slice = SliceFor(told.key.measure);
    const Measure& measure = *slice.measure;
    Instance* instance = slice.Find(told.key.instance);
    const bool full = slice.instances.size() >= context_.groups_per_measure_max;
    if (instance == nullptr && full && measure.FansOut()) {
      ++slice.group_dropped;
      return true;
    }
    if (instance == nullptr) instance = &slice.instances[told.key.instance];
    if (!told.contract) {
      Move(&measure, told.key.instance, told.sum, &instance->gauge, turn);
      return true;
    }
    if (!SetPart(told, &instance->parts)) return false;
    of_parts_.insert({.measure = &measure, .instance = told.key.instance});
    return true;
  }

  // Only once all its parts are set: what they come to in between was never there.
  void MoveToParts(const SumKey& key, Turn* turn) {
    Instance* const instance = SliceFor(key.measure).Find(key.instance);
    Move(key.measure, key.instance,
         SumOfParts(*key.measure, *instance, *customer_->contracts), &instance->gauge,
         turn);
  }

  Slice& SliceFor(const Measure* measure) {
    Slice* slice = meter_->FindSlice(measure);
    if (slice != nullptr) return *slice;
    ForEachKeptMeasure(*customer_, context_.catalog, meter_->subject,
                       [this, measure, &slice](const MeasurePtr& kept) {
                         if (kept.get() != measure) return;
                         slice = &meter_->AddSlice({.measure = kept, .instances = {}});
                       });
    return *slice;
  }

  void Move(const Measure* measure, absl::string_view instance, const Sum& after,
            Gauge* gauge, Turn* turn) {
    const std::optional<Decimal> previous = gauge->sum.value_if_data();
    gauge->sum = after;
    JudgeGauge(*customer_, context_.catalog, meter_->subject, measure, instance,
               trigger(), previous, gauge, turn);
  }

  Customer* const customer_;
  const Context& context_;
  const AlertVersion& alert_;
  const Awaited& awaited_;
  Meter* meter_ = nullptr;
  std::vector<Told> told_;
  absl::flat_hash_map<SumKey, std::size_t> places_;
  absl::flat_hash_set<SumKey> of_parts_;  // instances of whose parts some were set
};

// What differs between balances and invoices.
struct OfBalances {
  using FactType = BalanceTold;
  static constexpr NotedKind kKind = NotedKind::kBalances;
  static SumKey KeyOf(const BalanceTold& fact) { return {.item = fact.balance.uuid()}; }
  static Posting PostingOf(const BalanceTold& fact) {
    return {fact.remaining, true, fact.version};
  }
  static const Sum* Now(const Customer& customer, const BalanceTold& fact) {
    return RemainingOf(customer, fact.balance);
  }
  static Outcome Tell(Customer* customer, const Context& context, const BalanceTold& fact,
                      const Sum& sum, Touched* touched) {
    return TakeInBalance(customer, context, fact, &sum, touched);
  }
};

struct OfInvoices {
  using FactType = InvoiceTold;
  static constexpr NotedKind kKind = NotedKind::kInvoices;
  static SumKey KeyOf(const InvoiceTold& fact) { return {.item = fact.invoice.uuid()}; }
  static Posting PostingOf(const InvoiceTold& fact) {
    return {fact.total, true, fact.version};
  }
  static const Sum* Now(const Customer& customer, const InvoiceTold& fact) {
    return TotalOf(customer, fact.invoice);
  }
  static Outcome Tell(Customer* customer, const Context& context, const InvoiceTold& fact,
                      const Sum& sum, Touched* touched) {
    return TakeInInvoice(customer, context, fact, &sum, touched);
  }
};

template <typename Of>
Taken TakeInHeld(Customer* customer, const Context& context, const ReadLog& log,
                 absl::Span<const Fact> facts) {
  if (log.spoilt()) return Taken::kReadAgain;
  std::vector<const typename Of::FactType*> stated;
  absl::flat_hash_map<SumKey, std::size_t> places;
  for (const Fact& fact : facts) {
    const auto* one = std::get_if<typename Of::FactType>(&fact);
    if (one == nullptr) return Taken::kRefused;
    const auto [place, inserted] = places.try_emplace(Of::KeyOf(*one), stated.size());
    if (inserted) stated.push_back(one);
    stated[place->second] = one;
  }
  std::vector<std::pair<const typename Of::FactType*, Sum>> told;
  for (const auto* one : stated) {
    const std::optional<ReadLog::Replayed> replayed =
        log.Replay(Of::KeyOf(*one), Of::Now(*customer, *one), Of::PostingOf(*one));
    if (!replayed.has_value()) return Taken::kReadAgain;
    // What was told of it meanwhile is the newer statement.
    if (!replayed->superseded) told.push_back({one, replayed->sum});
  }
  bool all = true;
  Turn turn(customer, context, context.now);
  Touched touched(customer, context, context.now, context.now);
  for (const auto& [fact, sum] : told) {
    Noting noting(customer, Of::kKind);
    noting.Keep(Of::KeyOf(*fact), Of::Now(*customer, *fact));
    const bool ok = Of::Tell(customer, context, *fact, sum, &touched).status.ok();
    if (ok && fact->version.has_value()) noting.Add(Of::PostingOf(*fact), context);
    all = all && ok;
  }
  // Only once all of them are told: what they come to in between was never there.
  touched.Judge(&turn);
  return all ? Taken::kAll : Taken::kRefused;
}

}  // namespace

Taken TakeAnswerIn(Customer* customer, const Context& context, const AlertVersion& alert,
                   const Awaited& awaited, absl::Span<const Fact> facts) {
  switch (NotedKindOf(alert.measure->subject)) {
    case NotedKind::kSums:
      return ToldSums(customer, context, alert, awaited).TakeIn(facts);
    case NotedKind::kBalances:
      return TakeInHeld<OfBalances>(customer, context, awaited.read->log, facts);
    case NotedKind::kInvoices:
      return TakeInHeld<OfInvoices>(customer, context, awaited.read->log, facts);
  }
  return Taken::kRefused;
}

}  // namespace tocsin::model
