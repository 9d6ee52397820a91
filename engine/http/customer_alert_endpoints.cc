#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/http/admission.h"
#include "engine/http/cursor.h"
#include "engine/http/endpoints.h"
#include "engine/http/respond.h"
#include "tocsin/requests.h"
#include "tocsin/status.h"

namespace tocsin::http {
namespace {

// Instances that are written beside a whole; others can be asked for by name.
constexpr std::size_t kInstancesShown = 1'000;

using ById = std::map<AlertId, CustomerAlert>;

// One more than a page of those behind `after`, so that it is seen whether more follow.
void KeepPage(ById* states) {
  while (states->size() > kPageSize + 1) states->erase(std::prev(states->end()));
}

absl::Status AddEnabled(Engine& engine, CustomerId customer,
                        const std::optional<AlertId>& after, bool wanted, ById* states) {
  return engine.ForEachCustomerAlert(customer, [&](const CustomerAlert& state) {
    if (!wanted || (after.has_value() && state.alert <= *after)) return;
    if (states->size() <= kPageSize) states->emplace(state.alert, state);
  });
}

// The disabled and archived ones, which the engine knows by alert only.
absl::Status AddOthers(Engine& engine, CustomerId customer,
                       const std::optional<AlertId>& after, AlertStatuses statuses,
                       ById* states) {
  std::vector<AlertId> alerts;
  absl::Status status = engine.ForEachAlert([&](const Alert& alert) {
    if (alert.status == AlertStatus::kEnabled || !statuses.Has(alert.status)) return;
    if (after.has_value() && alert.id <= *after) return;
    if (alert.spec.customer.value_or(customer) == customer) alerts.push_back(alert.id);
  });
  std::size_t found = 0;
  for (const AlertId& alert : alerts) {
    if (!status.ok() || found > kPageSize) break;
    const absl::StatusOr<CustomerAlert> state = engine.GetCustomerAlert(customer, alert);
    if (ReasonOf(state.status()) == Reason::kNotInScope) continue;
    if (!state.ok()) return state.status();
    // One that was enabled meanwhile is none of those asked for.
    if (!statuses.Has(state->alert_status)) continue;
    ++found;
    states->insert_or_assign(alert, *state);
  }
  return status;
}

absl::StatusOr<std::vector<CustomerAlert>> InstancesOf(Engine& engine,
                                                       const CustomerAlert& whole) {
  std::vector<CustomerAlert> instances;
  absl::Status status = engine.ForEachInstance(
      whole.customer, whole.alert, [&instances](const CustomerAlert& instance) {
        if (instances.size() < kInstancesShown) instances.push_back(instance);
      });
  if (!status.ok()) return status;
  return instances;
}

HttpResponse PageOf(Engine& engine, const ById& states) {
  std::string body = "{\"data\":[";
  std::size_t written = 0;
  std::optional<std::string> next;
  for (const auto& [id, state] : states) {
    if (written == kPageSize) break;
    const absl::StatusOr<Alert> alert = engine.GetAlert(id);
    if (!alert.ok()) return RefusalResponse(alert.status());
    if (written++ > 0) body.push_back(',');
    AppendCustomerAlertJson(state, *alert, nullptr, &body);
    if (written == kPageSize && states.size() > kPageSize) {
      next = CursorBehind(CursorOf::kCustomerAlerts, id);
    }
  }
  body.push_back(']');
  AppendNextPage(next, &body);
  body.push_back('}');
  return JsonResponse(std::move(body));
}

}  // namespace

HttpResponse ResetCustomerAlert(const Call& call) {
  absl::StatusOr<ResetStatement> request =
      CustomerAlertRequestFromJson(call.request.body);
  if (!request.ok()) return RefusalResponse(request.status());
  absl::Status status;
  call.Change({}, [&] {
    status = call.engine.Reset(request->customer, request->alert, request->instance);
  });
  if (!status.ok()) return RefusalResponse(status);
  return {};
}

HttpResponse ResetMany(const Call& call) {
  const absl::StatusOr<ResetManyRequest> request =
      ResetManyRequestFromJson(call.request.body);
  if (!request.ok()) return RefusalResponse(request.status());
  const BulkResetResult result =
      request->alert.has_value()
          ? call.engine.ResetAll(*request->alert, request->resume, call.stopping)
          : call.engine.ResetAll(*request->customer, request->resume, call.stopping);
  // Where to go on, of an engine that goes: another one has no use for it.
  const bool is_stopped = result.status.ok() && !result.resume.empty();
  if (is_stopped && result.taken == 0) return Stopping();
  // An error says that nothing was changed, so what was taken in part is none; but for a
  // store that failed, of which nobody knows.
  if (!result.status.ok() &&
      (result.taken == 0 || ReasonOf(result.status) == Reason::kStoreFailed)) {
    return RefusalResponse(result.status);
  }
  std::string body = absl::StrCat(
      "{\"data\":{\"taken\":", result.taken,
      ",\"done\":", result.status.ok() && !is_stopped ? "true" : "false", ",\"resume\":");
  if (result.resume.empty() || is_stopped) {
    body.append("null");
  } else {
    AppendJsonText(result.resume, &body);
  }
  const Reason stopped_by = is_stopped ? Reason::kClosing : ReasonOf(result.status);
  if (stopped_by != Reason::kNone) {
    absl::StrAppend(&body, ",\"stopped_by\":\"", ReasonName(stopped_by), "\"");
  }
  body.append("}}");
  return JsonResponse(std::move(body));
}

HttpResponse GetCustomerAlert(const Call& call) {
  const absl::StatusOr<ResetStatement> request =
      CustomerAlertRequestFromJson(call.request.body);
  if (!request.ok()) return RefusalResponse(request.status());
  const absl::StatusOr<CustomerAlert> state =
      call.engine.GetCustomerAlert(request->customer, request->alert, request->instance);
  if (!state.ok()) return RefusalResponse(state.status());
  const absl::StatusOr<Alert> alert = call.engine.GetAlert(request->alert);
  if (!alert.ok()) return RefusalResponse(alert.status());
  std::string body = "{\"data\":";
  if (request->instance.empty() && FansOut(alert->spec)) {
    const absl::StatusOr<std::vector<CustomerAlert>> instances =
        InstancesOf(call.engine, *state);
    if (!instances.ok()) return RefusalResponse(instances.status());
    AppendCustomerAlertJson(*state, *alert, &*instances, &body);
  } else {
    AppendCustomerAlertJson(*state, *alert, nullptr, &body);
  }
  body.push_back('}');
  return JsonResponse(std::move(body));
}

HttpResponse ListCustomerAlerts(const Call& call) {
  const absl::StatusOr<ListCustomerAlertsRequest> request =
      ListCustomerAlertsRequestFromJson(call.request.body);
  if (!request.ok()) return RefusalResponse(request.status());
  const absl::StatusOr<std::optional<AlertId>> after =
      AlertCursor(CursorOf::kCustomerAlerts, call.request.target);
  if (!after.ok()) return RefusalResponse(after.status());
  ById states;
  const AlertStatuses& statuses = request->statuses;
  absl::Status status =
      AddEnabled(call.engine, request->customer, *after, statuses.enabled, &states);
  if (status.ok() && (statuses.disabled || statuses.archived)) {
    status = AddOthers(call.engine, request->customer, *after, statuses, &states);
  }
  if (!status.ok()) return RefusalResponse(status);
  KeepPage(&states);
  return PageOf(call.engine, states);
}

HttpResponse ExplainCustomerAlert(const Call& call) {
  const absl::StatusOr<ResetStatement> request =
      CustomerAlertRequestFromJson(call.request.body);
  if (!request.ok()) return RefusalResponse(request.status());
  const absl::StatusOr<Explanation> explanation =
      call.engine.Explain(request->customer, request->alert, request->instance);
  if (!explanation.ok()) return RefusalResponse(explanation.status());
  const absl::StatusOr<Alert> alert = call.engine.GetAlert(request->alert);
  if (!alert.ok()) return RefusalResponse(alert.status());
  std::string body = "{\"data\":";
  AppendExplanationJson(*explanation, *alert, &body);
  body.push_back('}');
  return JsonResponse(std::move(body));
}

HttpResponse CustomerAlertHistory(const Call& call) {
  absl::StatusOr<HistoryRequest> request = HistoryRequestFromJson(call.request.body);
  if (!request.ok()) return RefusalResponse(request.status());
  const absl::StatusOr<std::uint64_t> after =
      NumberCursor(CursorOf::kHistory, call.request.target);
  if (!after.ok()) return RefusalResponse(after.status());
  request->range.after = *after;
  request->range.limit = kPageSize + 1;
  const absl::StatusOr<std::vector<HistoryEvent>> events =
      call.engine.History(request->customer, request->alert, request->range);
  if (!events.ok()) return RefusalResponse(events.status());
  const absl::StatusOr<Alert> alert = call.engine.GetAlert(request->alert);
  if (!alert.ok()) return RefusalResponse(alert.status());
  std::string body = "{\"data\":[";
  const std::size_t shown = std::min(events->size(), kPageSize);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) body.push_back(',');
    AppendHistoryEventJson((*events)[i], alert->spec.type, &body);
  }
  body.push_back(']');
  AppendNextPage(
      events->size() > shown
          ? std::optional(CursorBehind(CursorOf::kHistory, (*events)[shown - 1].number))
          : std::nullopt,
      &body);
  body.push_back('}');
  return JsonResponse(std::move(body));
}

}  // namespace tocsin::http
