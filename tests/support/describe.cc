#include "tests/support/describe.h"

#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/action.h"
#include "tests/support/names.h"
#include "tests/support/reference_model.h"

namespace tocsin::testing {
namespace {

// Debian's Abseil has a string_view of its own, which does not convert.
std::string Text(absl::string_view text) { return std::string(text.data(), text.size()); }

std::string OrNone(const std::optional<Decimal>& value) {
  return value ? value->ToString() : "none";
}

void AddGroups(const std::vector<GroupValue>& groups, Described& described) {
  for (const GroupValue& group : groups) described.fields[group.key] = group.value;
}

// What one instance is about.
template <typename Shown>
void AddInstance(const Shown& shown, Described& described) {
  std::map<std::string, std::string>& fields = described.fields;
  AddGroups(shown.group_values, described);
  if (shown.balance) fields["balance"] = NameOf(*shown.balance);
  if (shown.invoice) fields["invoice"] = NameOf(*shown.invoice);
  if (shown.seat) {
    fields["seat"] = absl::StrCat(shown.seat->group_key, ":", shown.seat->group_value);
  }
  if (shown.custom_field) {
    fields["field"] =
        absl::StrCat(shown.custom_field->key, ":", shown.custom_field->value);
  }
}

}  // namespace

std::string Described::FieldOr(const std::string& key, const std::string& other) const {
  static const std::set<std::string> kOptional = {"credit",  "metric",  "remaining",
                                                  "balance", "invoice", "invoice_type",
                                                  "seat",    "field"};
  auto field = fields.find(key);
  if (field != fields.end()) return field->second;
  return kOptional.count(key) > 0 ? "none" : other;
}

std::string Described::ToString() const {
  std::string text = head;
  for (const auto& [key, value] : fields) absl::StrAppend(&text, " ", key, "=", value);
  return text;
}

Described Describe(const Notification& notification) {
  const bool reached = notification.kind == NotificationKind::kReached;
  Described described;
  described.head =
      absl::StrCat(reached ? "reached " : "resolved ", NameOf(notification.alert), " ",
                   NameOf(notification.customer));
  std::map<std::string, std::string>& fields = described.fields;
  fields["type"] = Text(AlertTypeName(notification.alert_type));
  fields["name"] = notification.alert_name;
  fields["threshold"] = notification.threshold.ToString();
  fields["value"] = notification.value.ToString();
  fields["previous"] = OrNone(notification.previous_value);
  fields["epoch"] = absl::StrCat(notification.epoch);
  fields["seq"] = absl::StrCat(notification.sequence);
  fields["by"] = Text(TriggerName(notification.triggered_by));
  fields["at"] = TimeToText(notification.timestamp);
  if (notification.credit_type) fields["credit"] = NameOf(*notification.credit_type);
  if (notification.billable_metric) {
    fields["metric"] = NameOf(*notification.billable_metric);
  }
  if (notification.remaining_balance) {
    fields["remaining"] = notification.remaining_balance->ToString();
  }
  if (notification.invoice_type) fields["invoice_type"] = *notification.invoice_type;
  AddInstance(notification, described);
  return described;
}

Described Describe(const CustomerAlert& state) {
  Described described;
  described.head = absl::StrCat(NameOf(state.customer), " ", NameOf(state.alert));
  std::map<std::string, std::string>& fields = described.fields;
  fields["type"] = Text(AlertTypeName(state.type));
  fields["alert_status"] = Text(AlertStatusName(state.alert_status));
  fields["name"] = state.alert_name;
  fields["threshold"] = state.threshold.ToString();
  fields["status"] = state.status ? Text(CustomerStatusName(*state.status)) : "none";
  fields["value"] = OrNone(state.value);
  fields["epoch"] = absl::StrCat(state.epoch);
  fields["by"] = state.triggered_by ? Text(TriggerName(*state.triggered_by)) : "none";
  fields["dropped"] = absl::StrCat(state.group_dropped);
  fields["source_failed"] = state.source_failed ? "yes" : "no";
  AddInstance(state, described);
  return described;
}

Described Describe(const Explanation& explanation) {
  Described described = Describe(explanation.state);
  std::map<std::string, std::string>& fields = described.fields;
  const auto& change = explanation.status_change;
  fields["since"] = change ? TimeToText(change->at) : "none";
  fields["since_by"] = change ? Text(TriggerName(change->by)) : "none";
  const auto& due = explanation.due;
  fields["due_since"] = due ? TimeToText(due->since) : "none";
  fields["due"] = due ? absl::StrJoin(due->reasons, ",",
                                      [](std::string* out, Trigger reason) {
                                        absl::StrAppend(out, Text(TriggerName(reason)));
                                      })
                      : "none";
  const auto& last = explanation.last_notification;
  const bool reached = last && last->kind == NotificationKind::kReached;
  fields["last"] = !last ? "none" : reached ? "reached" : "resolved";
  fields["last_at"] = last ? TimeToText(last->at) : "none";
  fields["last_value"] = last ? last->value.ToString() : "none";
  fields["last_epoch"] = last ? absl::StrCat(last->epoch) : "none";
  fields["last_by"] = last ? Text(TriggerName(last->triggered_by)) : "none";
  return described;
}

std::string DescribeStatus(const absl::Status& status) {
  if (status.ok()) return "ok";
  const Reason reason = ReasonIn(status);
  return reason == Reason::kNone ? status.ToString() : Text(ReasonName(reason));
}

std::string Describe(const FactReport& report) {
  switch (report.kind) {
    case FactReport::Kind::kRefused:
      return absl::StrCat("refused ", DescribeStatus(report.status));
    case FactReport::Kind::kStale:
      return "stale";
    case FactReport::Kind::kLate:
      return "late";
    case FactReport::Kind::kDuplicate:
      return "duplicate";
    case FactReport::Kind::kGroupDropped:
      return "dropped";
  }
  return "no such report";
}

std::string Describe(const ApplyResult& result) {
  std::string text = absl::StrCat(
      DescribeStatus(result.status), result.ignored ? " ignored" : "",
      " applied=", result.applied, " refused=", result.refused, " stale=", result.stale,
      " late=", result.late, " dropped=", result.group_dropped);
  for (const FactReport& report : result.reports) {
    absl::StrAppend(&text, " [", report.index, "] ", Describe(report));
  }
  return text;
}

std::string Describe(const ResetOutcome& outcome) {
  return absl::StrCat(NameOf(outcome.customer), " ", NameOf(outcome.alert),
                      " epoch=", outcome.epoch, " kind=", static_cast<int>(outcome.kind),
                      " status=", outcome.status ? static_cast<int>(*outcome.status) : -1,
                      " value=", outcome.value ? outcome.value->ToString() : "none",
                      " notified=", outcome.notified, " newer=", outcome.newer_epoch,
                      " why=", Text(ReasonName(outcome.why)));
}

bool SameButId(const Notification& a, const Notification& b) {
  auto all = [](const Notification& n) {
    return std::tie(n.kind, n.alert_type, n.customer, n.alert, n.alert_name, n.threshold,
                    n.value, n.previous_value, n.epoch, n.sequence, n.triggered_by,
                    n.timestamp, n.credit_type, n.billable_metric, n.remaining_balance,
                    n.group_values, n.balance, n.invoice, n.invoice_type, n.seat,
                    n.custom_field);
  };
  return all(a) == all(b);
}

bool Same(const ApplyResult& a, const ApplyResult& b) {
  auto counts = [](const ApplyResult& r) {
    return std::make_tuple(r.status.code(), ReasonIn(r.status), r.ignored, r.applied,
                           r.refused, r.stale, r.late, r.group_dropped, r.reports.size());
  };
  if (counts(a) != counts(b)) return false;
  for (std::size_t i = 0; i < a.reports.size(); ++i) {
    const FactReport& left = a.reports[i];
    const FactReport& right = b.reports[i];
    if (left.index != right.index || left.kind != right.kind ||
        left.status.code() != right.status.code() ||
        ReasonIn(left.status) != ReasonIn(right.status)) {
      return false;
    }
  }
  return true;
}

bool Same(const ResetOutcome& a, const ResetOutcome& b) {
  auto all = [](const ResetOutcome& o) {
    return std::tie(o.kind, o.customer, o.alert, o.epoch, o.status, o.value, o.notified,
                    o.newer_epoch, o.why);
  };
  return all(a) == all(b);
}

}  // namespace tocsin::testing
