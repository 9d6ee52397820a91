#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/http/cursor.h"
#include "engine/http/endpoints.h"
#include "engine/http/respond.h"
#include "openssl/rand.h"
#include "tocsin/requests.h"
#include "tocsin/status.h"

namespace tocsin::http {
namespace {

// A version-4 UUID. Given here and not by the engine, so that the answer is known before
// anything is done.
std::optional<AlertId> NewAlertId() {
  boost::uuids::uuid uuid = {};
  if (RAND_bytes(uuid.data, static_cast<int>(sizeof uuid.data)) != 1) return std::nullopt;
  uuid.data[6] = static_cast<std::uint8_t>((uuid.data[6] & 0x0f) | 0x40);
  uuid.data[8] = static_cast<std::uint8_t>((uuid.data[8] & 0x3f) | 0x80);
  return AlertId(uuid);
}

HttpResponse IdResponse(AlertId alert) {
  return JsonResponse(absl::StrCat("{\"data\":{\"id\":\"", alert.ToString(), "\"}}"));
}

HttpResponse ConflictResponse(const AlertSpec& spec, const absl::Status& status) {
  HttpResponse response = RefusalResponse(status);
  const std::optional<AlertId> holder = ConflictingAlert(status);
  if (!holder.has_value()) return response;
  response.body.pop_back();
  absl::StrAppend(&response.body, ",\"conflicting_id\":\"", holder->ToString(),
                  "\",\"conflicting_value\":");
  AppendJsonText(spec.uniqueness_key.value_or(""), &response.body);
  response.body.push_back('}');
  return response;
}

}  // namespace

HttpResponse CreateAlert(const Call& call) {
  absl::StatusOr<AlertSpec> spec = CreateAlertRequestFromJson(call.request.body);
  if (!spec.ok()) return RefusalResponse(spec.status());
  if (!spec->id.has_value()) spec->id = NewAlertId();
  absl::StatusOr<AlertId> created;
  call.Change(IdResponse(spec->id.value_or(AlertId())),
              [&] { created = call.engine.CreateAlert(*spec); });
  if (!created.ok()) return ConflictResponse(*spec, created.status());
  return IdResponse(*created);
}

HttpResponse UpdateAlert(const Call& call) {
  const absl::StatusOr<AlertUpdateStatement> request =
      UpdateAlertRequestFromJson(call.request.body);
  if (!request.ok()) return RefusalResponse(request.status());
  absl::Status status;
  call.Change(IdResponse(request->alert),
              [&] { status = call.engine.UpdateAlert(request->alert, request->update); });
  if (!status.ok()) return RefusalResponse(status);
  return IdResponse(request->alert);
}

HttpResponse ArchiveAlert(const Call& call) {
  const absl::StatusOr<ArchiveStatement> request =
      ArchiveAlertRequestFromJson(call.request.body);
  if (!request.ok()) return RefusalResponse(request.status());
  absl::Status status;
  call.Change(IdResponse(request->alert), [&] {
    status = call.engine.ArchiveAlert(request->alert, request->options);
  });
  if (ReasonOf(status) == Reason::kAlertArchived) {
    return ErrorResponse(400, "Alert already archived");
  }
  if (!status.ok()) return RefusalResponse(status);
  return IdResponse(request->alert);
}

HttpResponse ListAlerts(const Call& call) {
  const absl::StatusOr<AlertStatuses> statuses =
      ListAlertsRequestFromJson(call.request.body);
  if (!statuses.ok()) return RefusalResponse(statuses.status());
  const absl::StatusOr<std::optional<AlertId>> after =
      AlertCursor(CursorOf::kAlerts, call.request.target);
  if (!after.ok()) return RefusalResponse(after.status());
  std::string body = "{\"data\":[";
  std::size_t written = 0;
  std::optional<AlertId> last;
  std::optional<std::string> next;
  const absl::Status status = call.engine.ForEachAlert([&](const Alert& alert) {
    if (!statuses->Has(alert.status) || next.has_value()) return;
    if (after->has_value() && alert.id <= **after) return;
    if (written == kPageSize) {
      next = CursorBehind(CursorOf::kAlerts, *last);
      return;
    }
    if (written++ > 0) body.push_back(',');
    AppendAlertJson(alert, &body);
    last = alert.id;
  });
  if (!status.ok()) return RefusalResponse(status);
  body.push_back(']');
  AppendNextPage(next, &body);
  body.push_back('}');
  return JsonResponse(std::move(body));
}

}  // namespace tocsin::http
