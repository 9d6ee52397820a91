#ifndef TOCSIN_REQUESTS_H_
#define TOCSIN_REQUESTS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tocsin/alert.h"
#include "tocsin/customer_alert.h"
#include "tocsin/explanation.h"
#include "tocsin/fact.h"
#include "tocsin/history.h"
#include "tocsin/ids.h"
#include "tocsin/json.h"

namespace tocsin {

// The bodies of the HTTP endpoints, read from JSON, and what they answer, written as
// JSON (of the library target `tocsin_json`).
//
// Bodies are read as json.h says, but for one thing: a field that is not known is passed
// over, at whatever depth, as clients of a later version may send more. A body is one
// JSON object. The notation of the forms is that of json.h.

// /v1/customer-alerts/reset, get and explain: what `{"type":"reset"}` of json.h is,
// without a type: {"customer_id":U,"alert_id":U} and what names one instance.
absl::StatusOr<ResetStatement> CustomerAlertRequestFromJson(absl::string_view json);

// /v1/customer-alerts/reset-many: {"alert_id":U} or {"customer_id":U}, and "resume":S? of
// the answer before.
struct ResetManyRequest {
  std::optional<AlertId> alert = std::nullopt;  // one of the two
  std::optional<CustomerId> customer = std::nullopt;
  std::string resume = {};
};
absl::StatusOr<ResetManyRequest> ResetManyRequestFromJson(absl::string_view json);

// Those that are asked for.
struct AlertStatuses {
  bool enabled = true;
  bool disabled = false;
  bool archived = false;

  bool Has(AlertStatus status) const;
};

// /v1/customer-alerts/list:
//   {"customer_id":U,"alert_statuses":["ENABLED"|"DISABLED"|"ARCHIVED"]?}
// in either case; left out or empty: enabled ones.
struct ListCustomerAlertsRequest {
  CustomerId customer = {};
  AlertStatuses statuses = {};
};
absl::StatusOr<ListCustomerAlertsRequest> ListCustomerAlertsRequestFromJson(
    absl::string_view json);

// /v1/alerts/list: {"alert_statuses":[...]?}
absl::StatusOr<AlertStatuses> ListAlertsRequestFromJson(absl::string_view json);

// /v1/customer-alerts/history:
//   {"customer_id":U,"alert_id":U,"starts_at":T?,"ends_at":T?}
// with what became of it in `[starts_at, ends_at)`.
struct HistoryRequest {
  CustomerId customer = {};
  AlertId alert = {};
  HistoryRange range = {};
};
absl::StatusOr<HistoryRequest> HistoryRequestFromJson(absl::string_view json);

// /v1/alerts/create: as `AlertSpecFromJson`.
absl::StatusOr<AlertSpec> CreateAlertRequestFromJson(absl::string_view json);

// /v1/alerts/update: what `{"type":"alert_update"}` of json.h is, without a type.
absl::StatusOr<AlertUpdateStatement> UpdateAlertRequestFromJson(absl::string_view json);

// /v1/alerts/archive: {"id":U,"release_uniqueness_key":B?}
absl::StatusOr<ArchiveStatement> ArchiveAlertRequestFromJson(absl::string_view json);

// /v1/facts: what can be read is apart from what cannot.
struct FactsRequest {
  struct Refused {
    std::size_t index = 0;  // in the request
    absl::Status status = absl::OkStatus();
  };

  std::vector<Fact> facts = {};
  // Of each of `facts`, where it stands in the request.
  std::vector<std::size_t> indices = {};
  // The `"fact_id":S` (1 to 128 bytes) of each of `facts`, empty where it has none; no
  // elements if no fact has one.
  std::vector<std::string> fact_ids = {};
  std::vector<Refused> refused = {};  // by index
};

// An array of facts in the forms of json.h. Error: kInvalidArgument for what is no JSON
// array of at least one value and at most `facts_max`. An element that is no fact is
// refused alone.
absl::StatusOr<FactsRequest> FactsFromJsonArray(absl::string_view json,
                                                std::size_t facts_max);

// One fact a line. An empty line counts as one, and is passed over. Error:
// kInvalidArgument if there is no line but empty ones, or more than `facts_max`. A line
// that cannot be read is refused alone.
absl::StatusOr<FactsRequest> FactsFromJsonLines(absl::string_view lines,
                                                std::size_t facts_max);

// Whether the alert has an instance for each of what it leaves open: each balance,
// invoice, seat, or value of a group key or custom field.
bool FansOut(const AlertSpec& spec);

// Appends an alert:
//   {"id":U,"name":S,"type":S,"status":S,"threshold":D,"updated_at":T,
//    "uniqueness_key":S?,"credit_type":{"id":U,"name":S}?,the filters as given,
//    "billable_metric_id":U?,"customer_id":U?,"plan_id":U?,"evaluate_on_create":B,
//    "notify_resolved":B}
// A credit type other than USD in cents is named by its id.
void AppendAlertJson(const Alert& alert, std::string* out);

// Appends a customer alert; `alert` is the one it is of:
//   {"customer_id":U,"customer_status":S|null,"triggered_by":S|null,"value":D|null,
//    "epoch":N,"group_dropped":N,"source_failed":B,"alert":{...}}
// and of one instance the fields that name it. `instances`, if not null, is added as in
// `AppendStateJson`.
void AppendCustomerAlertJson(const CustomerAlert& state, const Alert& alert,
                             const std::vector<CustomerAlert>* instances,
                             std::string* out);

// Appends why a customer alert is what it is:
//   {"customer_alert":{...},"status_change":{"at":T,"by":S}|null,
//    "last_notification":{"id":U,"kind":"reached"|"resolved","at":T,"value":D,"epoch":N,
//                         "triggered_by":S}|null,
//    "due":{"since":T,"reasons":[S]}|null}
void AppendExplanationJson(const Explanation& explanation, const Alert& alert,
                           std::string* out);

// Appends an event of an alert of that type:
//   {"number":N,"at":T,"customer_status":S|null,"triggered_by":S,"of_all_customers":B,
//    "epoch":N,"value":D,"notification_id":U|null}
// and of one instance the fields that name it.
void AppendHistoryEventJson(const HistoryEvent& event, AlertType type, std::string* out);

}  // namespace tocsin

#endif  // TOCSIN_REQUESTS_H_
