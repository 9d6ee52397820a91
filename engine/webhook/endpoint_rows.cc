#include "engine/webhook/endpoint_rows.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "engine/sqlite/row.h"
#include "engine/webhook/signature.h"
#include "engine/webhook/store_values.h"

namespace tocsin::webhook {
namespace {

// In the place of a status.
constexpr absl::string_view kRemoved = "removed";

absl::StatusOr<EndpointRecord> ReadRow(const sqlite::Statement& row) {
  ColumnReader columns(row);
  EndpointRecord endpoint;
  columns.Count(0, &endpoint.number);
  columns.Id(2, &endpoint.id);
  endpoint.settings.name = columns.Text(3);
  endpoint.settings.url = columns.Text(4);
  const absl::StatusOr<WebhookScheme> scheme = ReadScheme(row.Text(5));
  if (!scheme.ok()) return scheme.status();
  endpoint.settings.scheme = *scheme;
  absl::Status read = ReadFilter(columns.Text(6), columns.Text(7), columns.Text(8),
                                 &endpoint.settings.filter);
  if (read.ok()) read = ReadHeaders(columns.Text(9), &endpoint.settings);
  if (!read.ok()) return read;
  endpoint.settings.enabled = row.Integer(10) != 0;
  endpoint.is_removed = row.Text(11) == kRemoved;
  if (!endpoint.is_removed) {
    const absl::StatusOr<WebhookStatus> status = ReadStatus(row.Text(11));
    if (!status.ok()) return status.status();
    endpoint.status = *status;
  }
  endpoint.secret = columns.Text(12);
  if (!row.IsNull(13)) {
    endpoint.previous_secret = columns.Text(13);
    endpoint.previous_secret_until = columns.Time(14);
    if (!row.IsNull(25)) {
      std::int64_t overlap_ms = 0;
      columns.Count(25, &overlap_ms);
      endpoint.overlap = absl::Milliseconds(overlap_ms);
    }
  }
  endpoint.created_at = columns.Time(15);
  endpoint.enabled_at = columns.Time(16);
  columns.Count(17, &endpoint.delivered);
  columns.Count(18, &endpoint.failed);
  endpoint.last_failure_at = columns.TimeIfAny(19);
  endpoint.last_failure = columns.Text(20);
  endpoint.last_success_at = columns.TimeIfAny(21);
  columns.Count(22, &endpoint.circuit.failures_in_a_row);
  columns.Count(23, &endpoint.circuit.pauses_in_a_row);
  endpoint.circuit.paused_until = columns.TimeIfAny(24);
  if (!columns.status().ok()) return columns.status();
  read = CheckSecret(endpoint.settings.scheme, endpoint.secret);
  if (!read.ok()) return read;
  return endpoint;
}

}  // namespace

const char kPutEndpoint[] =
    "INSERT OR REPLACE INTO endpoint VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

absl::Status PutEndpointRow(const EndpointRecord& endpoint, sqlite::Statement* put) {
  const WebhookSettings& settings = endpoint.settings;
  const Circuit::State& circuit = endpoint.circuit;
  std::optional<std::string> previous_until;
  if (endpoint.previous_secret) previous_until = TimeText(endpoint.previous_secret_until);
  using View = absl::string_view;
  // Rows of this database have no sum of them all.
  std::uint64_t sum = 0;
  sqlite::RowWriter writer(kEndpointTable, put);
  writer.Add(InColumn(endpoint.number))
      .Add(View(endpoint.id.ToString()))
      .Add(View(settings.name))
      .Add(View(settings.url))
      .Add(SchemeText(settings.scheme))
      .Add(View(TypesText(settings.filter.alert_types)))
      .Add(View(IdsText(settings.filter.alerts)))
      .Add(View(IdsText(settings.filter.customers)))
      .Add(View(HeadersText(settings)))
      .Add(std::int64_t{settings.enabled ? 1 : 0})
      .Add(endpoint.is_removed ? kRemoved : StatusText(endpoint.status))
      .Add(View(endpoint.secret))
      .AddIfAny(endpoint.previous_secret)
      .AddIfAny(previous_until)
      .Add(View(TimeText(endpoint.created_at)))
      .Add(View(TimeText(endpoint.enabled_at)))
      .Add(InColumn(endpoint.delivered))
      .Add(InColumn(endpoint.failed))
      .AddIfAny(TimeTextIfAny(endpoint.last_failure_at))
      .Add(View(endpoint.last_failure))
      .AddIfAny(TimeTextIfAny(endpoint.last_success_at))
      .Add(std::int64_t{circuit.failures_in_a_row})
      .Add(std::int64_t{circuit.pauses_in_a_row})
      .AddIfAny(TimeTextIfAny(circuit.paused_until));
  if (endpoint.previous_secret && endpoint.overlap) {
    writer.Add(absl::ToInt64Milliseconds(*endpoint.overlap));
  } else {
    writer.AddIfAny(std::nullopt);
  }
  return writer.Write(&sum);
}

absl::StatusOr<std::vector<EndpointRecord>> ReadEndpointRows(sqlite::Database* database) {
  absl::StatusOr<std::unique_ptr<sqlite::Statement>> select =
      database->Prepare("SELECT * FROM endpoint ORDER BY number");
  if (!select.ok()) return select.status();
  std::vector<EndpointRecord> endpoints;
  for (;;) {
    const absl::StatusOr<bool> row = (*select)->Step();
    if (!row.ok()) return row.status();
    if (!*row) return endpoints;
    absl::Status status = CheckRow(*database, kEndpointTable, **select);
    if (!status.ok()) return status;
    absl::StatusOr<EndpointRecord> endpoint = ReadRow(**select);
    if (!endpoint.ok()) {
      const auto number = static_cast<std::uint64_t>((*select)->Integer(0));
      return OfRow(*database, kEndpointTable, number, endpoint.status());
    }
    endpoints.push_back(*std::move(endpoint));
  }
}

}  // namespace tocsin::webhook
