#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "tests/support/reference_model.h"

namespace tocsin::testing {
namespace {

constexpr char kReasonUrl[] = "tests/reason";

absl::StatusCode CodeOf(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return absl::StatusCode::kOk;
    case Reason::kMalformed:
    case Reason::kMissing:
    case Reason::kNotOfThisType:
    case Reason::kTooLong:
      return absl::StatusCode::kInvalidArgument;
    case Reason::kOutOfRange:
    case Reason::kTooFarAhead:
      return absl::StatusCode::kOutOfRange;
    case Reason::kUnknownAlert:
    case Reason::kUnknownCustomer:
    case Reason::kUnknownInstance:
    case Reason::kUnknownBalance:
    case Reason::kNotInScope:
    case Reason::kUnknownEndpoint:
    case Reason::kUnknownDelivery:
      return absl::StatusCode::kNotFound;
    case Reason::kUniquenessKeyUsed:
    case Reason::kAlertIdUsed:
    case Reason::kNameUsed:
      return absl::StatusCode::kAlreadyExists;
    case Reason::kAlertArchived:
    case Reason::kAlertDisabled:
    case Reason::kAlertNotDisabled:
    case Reason::kCustomerArchived:
    case Reason::kPeriodGoesBack:
    case Reason::kCannotChange:
    case Reason::kSourceBusy:
    case Reason::kCalledFromSink:
    case Reason::kStoreUnusable:
    case Reason::kStoreInUse:
    case Reason::kStoreDiffers:
      return absl::StatusCode::kFailedPrecondition;
    case Reason::kLimitReached:
    case Reason::kDiskFull:
      return absl::StatusCode::kResourceExhausted;
    case Reason::kClosing:
    case Reason::kStoreFailed:
    case Reason::kNotKept:
      return absl::StatusCode::kUnavailable;
    case Reason::kDamaged:
      return absl::StatusCode::kDataLoss;
  }
  return absl::StatusCode::kUnknown;
}

}  // namespace

absl::Status Refused(Reason reason) {
  // A quarter of the steps of a simulation are refused: each reason's is made once.
  static const auto* const statuses = [] {
    auto* all = new std::vector<absl::Status>;
    for (int i = 0; i < 256; ++i) {
      all->emplace_back(CodeOf(static_cast<Reason>(i)), "refused by the reference model");
      all->back().SetPayload(kReasonUrl, absl::Cord(absl::StrCat(i)));
    }
    return all;
  }();
  return statuses->at(static_cast<std::size_t>(reason));
}

Reason ReasonIn(const absl::Status& status) {
  const auto payload = status.GetPayload(kReasonUrl);
  if (!payload) return ReasonOf(status);
  return static_cast<Reason>(std::stoi(std::string(*payload)));
}

ReferenceModel::ReferenceModel(Options options) : options_(std::move(options)) {}

absl::Status ReferenceModel::Begin() {
  if (closed_) return Refused(Reason::kClosing);
  now_ = std::max(now_, options_.clock->Now());
  return absl::OkStatus();
}

bool ReferenceModel::InScope(const Alert& alert, const Customer& customer) const {
  if (customer.archived) return false;
  if (alert.spec.customer) return alert.spec.customer == customer.id;
  if (alert.spec.plan) return customer.plan == alert.spec.plan;
  return true;
}

// An alert of one customer asks for the sums of nobody else.
bool ReferenceModel::AsksFor(const Alert& alert, const Target& target,
                             CustomerId customer) const {
  return alert.status != AlertStatus::kArchived && TargetOf(alert.spec) == target &&
         alert.spec.customer.value_or(customer) == customer;
}

void ReferenceModel::KeepTarget(const Alert& alert) {
  if (!IsCounted(alert.spec)) return;
  SpoilReads(alert);
  const Target target = TargetOf(alert.spec);
  for (auto& [id, customer] : customers_) {
    if (AsksFor(alert, target, id)) customer.sums.Keep(MeasureOf(alert.spec));
  }
}

// Forgets what no alert asks for any more.
void ReferenceModel::ForgetTarget(const AlertSpec& spec) {
  const Target target = TargetOf(spec);
  for (auto& [id, customer] : customers_) {
    bool asked = false;
    for (const auto& [alert_id, alert] : alerts_) asked |= AsksFor(alert, target, id);
    if (asked) continue;
    if (IsCounted(spec)) customer.sums.Forget(MeasureOf(spec));
    customer.had_balances.erase(target);
  }
}

absl::StatusOr<AlertId> ReferenceModel::CreateAlert(const AlertSpec& spec) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  if (absl::Status status = CheckSpec(spec); !status.ok()) return status;
  if (!spec.id) return absl::UnimplementedError("the model makes no ids");
  if (alerts_.count(*spec.id) > 0) return Refused(Reason::kAlertIdUsed);
  if (spec.uniqueness_key && uniqueness_keys_.count(*spec.uniqueness_key) > 0) {
    return Refused(Reason::kUniquenessKeyUsed);
  }
  if (outbox_.size() >= options_.outbox_max) return Refused(Reason::kLimitReached);
  if (spec.uniqueness_key) uniqueness_keys_[*spec.uniqueness_key] = *spec.id;
  if (spec.customer && customers_.count(*spec.customer) == 0) AddCustomer(*spec.customer);
  const Alert made{.id = *spec.id, .spec = spec, .updated_at = now_};
  DoAllDueByClock(&made);
  const Alert& alert = alerts_[*spec.id] = made;
  KeepTarget(alert);
  Due due;
  due.created = true;
  due.created_notifies = spec.evaluate_on_create;
  for (auto& [id, customer] : customers_) {
    if (InScope(alert, customer)) Watch(customer, alert, due);
  }
  return *spec.id;
}

absl::Status ReferenceModel::UpdateAlert(AlertId id, const AlertUpdate& update) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  if (id.is_nil()) return Refused(Reason::kMissing);
  auto it = alerts_.find(id);
  if (it == alerts_.end()) return Refused(Reason::kUnknownAlert);
  Alert& alert = it->second;
  if (alert.status == AlertStatus::kArchived) return Refused(Reason::kAlertArchived);
  AlertSpec spec = alert.spec;
  if (update.name) spec.name = *update.name;
  if (update.threshold) spec.threshold = *update.threshold;
  if (update.notify_resolved) spec.notify_resolved = *update.notify_resolved;
  if (update.group_values) spec.group_values = *update.group_values;
  if (update.custom_field_filters)
    spec.custom_field_filters = *update.custom_field_filters;
  if (update.invoice_types_filter)
    spec.invoice_types_filter = *update.invoice_types_filter;
  if (update.credit_grant_type_filters) {
    spec.credit_grant_type_filters = *update.credit_grant_type_filters;
  }
  if (update.seat_filter) spec.seat_filter = *update.seat_filter;
  if (update.alert_specifiers) spec.alert_specifiers = *update.alert_specifiers;
  if (absl::Status status = CheckSpec(spec); !status.ok()) return status;
  if (outbox_.size() >= options_.outbox_max) return Refused(Reason::kLimitReached);
  DoAllDueByClock(&alert);
  const AlertSpec before = alert.spec;
  const bool again = update.on_change == OnChange::kNotifyAgain;
  const bool moved = update.threshold.has_value();
  alert.spec = spec;
  alert.updated_at = now_;
  if (TargetOf(spec) != TargetOf(before)) {
    KeepTarget(alert);
    ForgetTarget(before);
    Restart(alert, !FansOut(before) && !FansOut(spec));
  }
  for (auto& [customer_id, customer] : customers_) {
    State& state = customer.states[id];
    // A name owes no judgement.
    if (!state.watching || !(moved || again)) continue;
    NoteDue(state);
    state.due.updated = true;
    state.due.notify_again |= again;
  }
  return absl::OkStatus();
}

// Begins every customer in scope afresh with the next epoch.
void ReferenceModel::Restart(Alert& alert, bool keep_single) {
  Due due;
  due.restarted = true;
  for (auto& [id, customer] : customers_) {
    if (!InScope(alert, customer)) {
      const auto left = customer.states.find(alert.id);
      // Those of other filters are other instances, also for who is away.
      if (left != customer.states.end() && !keep_single) left->second.instances.clear();
      continue;
    }
    State& state = customer.states[alert.id];
    ++state.epoch;
    state.by.reset();
    state.begun = Explanation::Change{now_, Trigger::kAlertUpdated};
    Supersede(customer, alert, std::nullopt);
    // A reset that is owed stays owed, also where its instance goes.
    for (const auto& [tuple, instance] : state.instances) {
      if (state.watching) state.due.reset |= instance.due.reset;
    }
    if (state.awaited) {
      state.due.reset = true;
      state.awaited->whole = true;
      state.awaited->judged.clear();
      state.awaited->StartOver();
    }
    if (!keep_single) state.instances.clear();
    for (auto& [tuple, instance] : state.instances) instance.epoch = state.epoch;
    if (alert.status == AlertStatus::kEnabled) Watch(customer, alert, due);
  }
}

void ReferenceModel::StopWatching(const Alert& alert) {
  for (auto& [id, customer] : customers_) {
    State& state = customer.states[alert.id];
    DropWaiters(customer, alert,
                alert.status == AlertStatus::kArchived ? Reason::kAlertArchived
                                                       : Reason::kAlertDisabled);
    state.watching = false;
    state.awaited.reset();
    state.due = Due{};
    for (auto& [tuple, instance] : state.instances) instance.due = Due{};
  }
}

absl::Status ReferenceModel::ArchiveAlert(AlertId id, const ArchiveOptions& options) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  if (id.is_nil()) return Refused(Reason::kMissing);
  auto it = alerts_.find(id);
  if (it == alerts_.end()) return Refused(Reason::kUnknownAlert);
  Alert& alert = it->second;
  if (alert.status == AlertStatus::kArchived) return Refused(Reason::kAlertArchived);
  DoAllDueByClock(&alert);
  alert.status = AlertStatus::kArchived;
  alert.updated_at = now_;
  if (options.release_uniqueness_key && alert.spec.uniqueness_key) {
    uniqueness_keys_.erase(*alert.spec.uniqueness_key);
  }
  StopWatching(alert);
  ForgetTarget(alert.spec);
  return absl::OkStatus();
}

absl::Status ReferenceModel::DisableAlert(AlertId id) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  if (id.is_nil()) return Refused(Reason::kMissing);
  auto it = alerts_.find(id);
  if (it == alerts_.end()) return Refused(Reason::kUnknownAlert);
  Alert& alert = it->second;
  if (alert.status == AlertStatus::kArchived) return Refused(Reason::kAlertArchived);
  if (alert.status == AlertStatus::kDisabled) return Refused(Reason::kAlertDisabled);
  DoAllDueByClock(&alert);
  alert.status = AlertStatus::kDisabled;
  alert.updated_at = now_;
  StopWatching(alert);
  return absl::OkStatus();
}

absl::Status ReferenceModel::EnableAlert(AlertId id) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  if (id.is_nil()) return Refused(Reason::kMissing);
  auto it = alerts_.find(id);
  if (it == alerts_.end()) return Refused(Reason::kUnknownAlert);
  Alert& alert = it->second;
  if (alert.status == AlertStatus::kArchived) return Refused(Reason::kAlertArchived);
  if (alert.status != AlertStatus::kDisabled) return Refused(Reason::kAlertNotDisabled);
  if (outbox_.size() >= options_.outbox_max) return Refused(Reason::kLimitReached);
  DoAllDueByClock(&alert);
  alert.status = AlertStatus::kEnabled;
  alert.updated_at = now_;
  Restart(alert, true);
  return absl::OkStatus();
}

}  // namespace tocsin::testing
