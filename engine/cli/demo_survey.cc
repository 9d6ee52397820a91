#include "engine/cli/demo_survey.h"

#include <algorithm>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "engine/cli/demo_percentile.h"
#include "engine/cli/demo_text.h"
#include "engine/cli/parse_pipeline.h"

namespace tocsin::cli {
namespace {

constexpr std::size_t kSubjectsWatchedMax = 4;
constexpr std::size_t kGroupTotalsMax = 1'000'000;
constexpr std::size_t kLimitPercent = 95;
constexpr std::size_t kFanOutPercent = 99;
constexpr std::int64_t kGuardFactor = 10;
constexpr std::int64_t kGuardMax = Decimal::kAmountMax / 2;

template <typename Totals>
std::vector<Decimal> ValuesOf(const Totals& totals) {
  std::vector<Decimal> values;
  values.reserve(totals.size());
  for (const auto& [key, total] : totals) values.push_back(total);
  return values;
}

Decimal Clamp(Decimal value, std::int64_t max) {
  return std::clamp(value, Decimal::FromInteger(-max), Decimal::FromInteger(max));
}

// Above what anybody has by right.
Decimal GuardOver(Decimal largest) {
  largest = std::max(largest, Decimal::FromInteger(1));
  if (largest >= Decimal::FromInteger(kGuardMax / kGuardFactor)) {
    return Decimal::FromInteger(kGuardMax);
  }
  return Decimal::FromUnits(largest.units() * kGuardFactor);
}

// What the guard is to the largest total.
std::string TextOfGuard(Decimal guard, Decimal largest) {
  const bool by_factor = guard.units() / kGuardFactor == largest.units();
  return by_factor ? absl::StrCat(kGuardFactor, " times the largest total")
                   : absl::StrCat("the largest total is ", largest.ToString());
}

// `the 95th percentile`, where it is that.
std::string TextOfPercentile(Decimal threshold, Decimal percentile, std::size_t percent) {
  return absl::StrCat(threshold == percentile ? "" : "as near as this comes to ", "the ",
                      percent, "th percentile");
}

template <typename SubjectId>
std::string TextOfSubject(const SubjectId& id) {
  if (const auto* metric = std::get_if<BillableMetricId>(&id)) {
    return absl::StrCat("usage of metric ", metric->ToString());
  }
  const CreditTypeId credit_type = std::get<CreditTypeId>(id);
  if (credit_type == UsdCents()) return "spend in USD cents";
  return absl::StrCat("spend in credit type ", credit_type.ToString());
}

template <typename SubjectId>
std::string UnitOfSubject(const SubjectId& id) {
  const auto* credit_type = std::get_if<CreditTypeId>(&id);
  return credit_type != nullptr && *credit_type == UsdCents() ? "cents" : "";
}

template <typename SubjectId>
AlertSpec SpecFor(const SubjectId& id, std::string name, Decimal threshold) {
  AlertSpec spec = {.name = std::move(name), .threshold = threshold};
  if (const auto* metric = std::get_if<BillableMetricId>(&id)) {
    spec.type = AlertType::kUsageThresholdReached;
    spec.billable_metric = *metric;
  } else {
    spec.credit_type = std::get<CreditTypeId>(id);
  }
  return spec;
}

}  // namespace

absl::Status DemoSurvey::Read(ByteSource* source) {
  absl::StatusOr<std::unique_ptr<ParsePipeline>> pipeline =
      ParsePipeline::Start(source, 1);
  if (!pipeline.ok()) return pipeline.status();
  while (true) {
    const absl::StatusOr<ParsedChunk*> chunk = (*pipeline)->Next();
    if (!chunk.ok()) return chunk.status();
    if (*chunk == nullptr) return absl::OkStatus();
    for (const Step& step : (*chunk)->steps) {
      if (!starts_at_.has_value() && step.time != absl::InfinitePast()) {
        starts_at_ = step.time;
      }
    }
    other_statements_ += (*chunk)->controls.size();
    for (const Fact& fact : (*chunk)->facts) Add(fact);
  }
}

void DemoSurvey::Add(const Fact& fact) {
  ++facts_;
  customers_.insert(std::visit([](const auto& told) { return told.customer; }, fact));
  if (const auto* added = std::get_if<SpendAdded>(&fact)) {
    Add({.customer = added->customer,
         .subject = added->credit_type,
         .amount = added->amount,
         .group_values = &added->group_values});
  } else if (const auto* total = std::get_if<SpendTotal>(&fact)) {
    if (total->contract.has_value()) return;
    Add({.customer = total->customer,
         .subject = total->credit_type,
         .amount = total->total,
         .is_total = true,
         .group_values = &total->group_values});
  } else if (const auto* used = std::get_if<UsageAdded>(&fact)) {
    Add({.customer = used->customer,
         .subject = used->billable_metric,
         .amount = used->quantity,
         .group_values = &used->group_values});
  } else if (const auto* usage = std::get_if<UsageTotal>(&fact)) {
    Add({.customer = usage->customer,
         .subject = usage->billable_metric,
         .amount = usage->total,
         .is_total = true,
         .group_values = &usage->group_values});
  } else {
    holdings_.Add(fact);
  }
}

void DemoSurvey::Add(const Told& told) {
  const auto [at, is_new] = subject_index_.try_emplace(told.subject, subjects_.size());
  if (is_new) subjects_.push_back({.id = told.subject});
  Subject& subject = subjects_[at->second];
  ++subject.facts;
  if (!told.group_values->empty()) AddGroups(told);
  if (told.is_total) {
    if (told.group_values->empty()) subject.totals[told.customer] = told.amount;
    return;
  }
  Decimal& total = subject.totals[told.customer];
  // The engine will refuse a fact that makes a sum overflow.
  total = CheckedAdd(total, told.amount).value_or(total);
}

void DemoSurvey::AddGroups(const Told& told) {
  if (!group_subject_.has_value()) {
    group_subject_ = told.subject;
    group_key_ = told.group_values->front().key;
  }
  if (told.subject != *group_subject_ || group_totals_.size() >= kGroupTotalsMax) return;
  for (const GroupValue& group : *told.group_values) {
    if (group.key != group_key_) continue;
    Decimal& total = group_totals_[{told.customer, group.value}];
    total = told.is_total ? told.amount : CheckedAdd(total, told.amount).value_or(total);
  }
}

std::vector<DemoAlert> DemoSurvey::ChooseAlerts() const {
  std::vector<const Subject*> busiest;
  for (const Subject& subject : subjects_) {
    if (!subject.totals.empty()) busiest.push_back(&subject);
  }
  std::stable_sort(busiest.begin(), busiest.end(),
                   [](const auto* a, const auto* b) { return a->facts > b->facts; });
  busiest.resize(std::min(busiest.size(), kSubjectsWatchedMax));
  std::vector<DemoAlert> alerts;
  for (const Subject* subject : busiest) AddLimit(*subject, &alerts);
  if (!group_totals_.empty()) AddFanOut(&alerts);
  holdings_.AddAlerts(&alerts);
  return alerts;
}

void DemoSurvey::AddLimit(const Subject& subject, std::vector<DemoAlert>* alerts) const {
  const std::vector<Decimal> totals = ValuesOf(subject.totals);
  const Decimal percentile = Percentile(totals, kLimitPercent);
  const Decimal limit = Clamp(percentile, kGuardMax / 2);
  const Decimal largest = *std::max_element(totals.begin(), totals.end());
  const Decimal guard = GuardOver(largest);
  const std::string what = TextOfSubject(subject.id);
  const std::size_t index = alerts->size();
  alerts->push_back(
      {.mark = MarkOf(index),
       .says = absl::StrCat(what, " reaches ", limit.ToString(), ", ",
                            TextOfPercentile(limit, percentile, kLimitPercent),
                            " of the totals of ", Counted(totals.size(), "customer")),
       .unit = UnitOfSubject(subject.id),
       .spec = SpecFor(subject.id, absl::StrCat("limit: ", what), limit),
       .guard = index + 1});
  DemoAlert watch = {.mark = MarkOf(index + 1),
                     .says = absl::StrCat("the same reaches ", guard.ToString(), ", ",
                                          TextOfGuard(guard, largest), "; ",
                                          "says also when it falls back"),
                     .unit = UnitOfSubject(subject.id),
                     .spec = SpecFor(subject.id, absl::StrCat("guard: ", what), guard)};
  watch.spec.notify_resolved = true;
  alerts->push_back(std::move(watch));
}

void DemoSurvey::AddFanOut(std::vector<DemoAlert>* alerts) const {
  const std::vector<Decimal> totals = ValuesOf(group_totals_);
  const Decimal percentile = Percentile(totals, kFanOutPercent);
  const Decimal threshold = Clamp(percentile, kGuardMax / 2);
  std::string what = TextOfSubject(*group_subject_);
  DemoAlert alert = {
      .mark = MarkOf(alerts->size()),
      .says = absl::StrCat(what, ", for one `", TextOfName(group_key_), "`, reaches ",
                           threshold.ToString(), ", ",
                           TextOfPercentile(threshold, percentile, kFanOutPercent),
                           " of these"),
      .unit = UnitOfSubject(*group_subject_),
      .spec = SpecFor(*group_subject_, "for one group value", threshold)};
  alert.spec.group_values = {{.key = group_key_}};
  alert.spec.notify_resolved = true;
  alerts->push_back(std::move(alert));
}

}  // namespace tocsin::cli
