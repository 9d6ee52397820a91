#include "engine/webhook/endpoint_rows.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "engine/webhook/store_values.h"

namespace tocsin::webhook {
namespace {

constexpr char kSelectEndpoints[] =
    "SELECT number, id, name, url, scheme, alert_types, alerts, customers, headers, "
    "enabled, status, secret, previous_secret, previous_secret_until, created_at, "
    "enabled_at, delivered, failed, last_failure_at, last_failure, last_success_at, "
    "failures_in_a_row, pauses_in_a_row, paused_until FROM endpoint ORDER BY number";

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

absl::StatusOr<EndpointRecord> ReadRow(const sqlite::Statement& row) {
  ColumnReader columns(row);
  EndpointRecord endpoint;
  columns.Count(0, &endpoint.number);
  columns.Id(1, &endpoint.id);
  endpoint.settings.name = columns.Text(2);
  endpoint.settings.url = columns.Text(3);
  const absl::StatusOr<WebhookScheme> scheme = ReadScheme(row.Text(4));
  if (!scheme.ok()) return scheme.status();
  endpoint.settings.scheme = *scheme;
  absl::Status read = ReadFilter(columns.Text(5), columns.Text(6), columns.Text(7),
                                 &endpoint.settings.filter);
  if (read.ok()) read = ReadHeaders(columns.Text(8), &endpoint.settings);
  if (!read.ok()) return read;
  endpoint.settings.enabled = row.Integer(9) != 0;
  const absl::StatusOr<WebhookStatus> status = ReadStatus(row.Text(10));
  if (!status.ok()) return status.status();
  endpoint.status = *status;
  endpoint.secret = columns.Text(11);
  if (!row.IsNull(12)) {
    endpoint.previous_secret = columns.Text(12);
    endpoint.previous_secret_until = columns.Time(13);
  }
  endpoint.created_at = columns.Time(14);
  endpoint.enabled_at = columns.Time(15);
  columns.Count(16, &endpoint.delivered);
  columns.Count(17, &endpoint.failed);
  endpoint.last_failure_at = columns.TimeIfAny(18);
  endpoint.last_failure = columns.Text(19);
  endpoint.last_success_at = columns.TimeIfAny(20);
  columns.Count(21, &endpoint.circuit.failures_in_a_row);
  columns.Count(22, &endpoint.circuit.pauses_in_a_row);
  endpoint.circuit.paused_until = columns.TimeIfAny(23);
  if (!columns.status().ok()) return columns.status();
  return endpoint;
}

}  // namespace

const char kPutEndpoint[] =
    "INSERT OR REPLACE INTO endpoint VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "?, "
    "?, ?, ?, ?, ?, ?, ?, ?, ?)";

absl::Status PutEndpointRow(const EndpointRecord& endpoint, sqlite::Statement* put) {
  const WebhookSettings& settings = endpoint.settings;
  using View = absl::string_view;
  put->Bind(1, Signed(endpoint.number))
      .Bind(2, View(endpoint.id.ToString()))
      .Bind(3, View(settings.name))
      .Bind(4, View(settings.url))
      .Bind(5, SchemeText(settings.scheme))
      .Bind(6, View(TypesText(settings.filter.alert_types)))
      .Bind(7, View(IdsText(settings.filter.alerts)))
      .Bind(8, View(IdsText(settings.filter.customers)))
      .Bind(9, View(HeadersText(settings)))
      .Bind(10, std::int64_t{settings.enabled ? 1 : 0})
      .Bind(11, StatusText(endpoint.status))
      .Bind(12, View(endpoint.secret));
  if (endpoint.previous_secret) {
    put->Bind(13, View(*endpoint.previous_secret))
        .Bind(14, View(TimeText(endpoint.previous_secret_until)));
  } else {
    put->BindNull(13).BindNull(14);
  }
  BindTime(15, endpoint.created_at, put);
  BindTime(16, endpoint.enabled_at, put);
  put->Bind(17, Signed(endpoint.delivered)).Bind(18, Signed(endpoint.failed));
  BindTime(19, endpoint.last_failure_at, put);
  put->Bind(20, View(endpoint.last_failure));
  BindTime(21, endpoint.last_success_at, put);
  put->Bind(22, std::int64_t{endpoint.circuit.failures_in_a_row})
      .Bind(23, std::int64_t{endpoint.circuit.pauses_in_a_row});
  BindTime(24, endpoint.circuit.paused_until, put);
  return put->Run();
}

absl::StatusOr<std::vector<EndpointRecord>> ReadEndpointRows(sqlite::Database* database) {
  absl::StatusOr<std::unique_ptr<sqlite::Statement>> select =
      database->Prepare(kSelectEndpoints);
  if (!select.ok()) return select.status();
  std::vector<EndpointRecord> endpoints;
  for (;;) {
    const absl::StatusOr<bool> row = (*select)->Step();
    if (!row.ok()) return row.status();
    if (!*row) return endpoints;
    absl::StatusOr<EndpointRecord> endpoint = ReadRow(**select);
    if (!endpoint.ok()) return endpoint.status();
    endpoints.push_back(*std::move(endpoint));
  }
}

}  // namespace tocsin::webhook
