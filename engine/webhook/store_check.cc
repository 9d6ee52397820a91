#include "engine/webhook/store_check.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/status.h"
#include "engine/sqlite/application.h"
#include "engine/webhook/delivery_rows.h"
#include "engine/webhook/endpoint_rows.h"
#include "engine/webhook/store_schema.h"

namespace tocsin::webhook {
namespace {

absl::Status Damaged(const sqlite::Database& database, absl::string_view what) {
  return MakeStatus(
      Reason::kDamaged,
      absl::StrCat(database.path(), ": it is damaged: ", what, "; restore a copy"));
}

// The statements that made what is in a database, by the names of that.
absl::StatusOr<std::map<std::string, std::string>> MadeBy(sqlite::Database* database) {
  auto select = database->Prepare(
      "SELECT name, type || ' of ' || tbl_name || ': ' || coalesce(sql, '') "
      "FROM sqlite_schema");
  if (!select.ok()) return select.status();
  std::map<std::string, std::string> made;
  for (;;) {
    const absl::StatusOr<bool> row = (*select)->Step();
    if (!row.ok()) return row.status();
    if (!*row) return made;
    made[std::string((*select)->Text(0))] = std::string((*select)->Text(1));
  }
}

// A column that has another name, or an index of other rows, would be believed.
absl::Status CheckTables(sqlite::Database* database) {
  const auto model = sqlite::Database::Open(":memory:", "");
  if (!model.ok()) return model.status();
  absl::Status status = (*model)->Execute(kWebhookTables, "making its like");
  if (!status.ok()) return status;
  const auto right = MadeBy(model->get());
  if (!right.ok()) return right.status();
  const auto found = MadeBy(database);
  if (!found.ok()) return found.status();
  for (const auto& [name, statement] : *right) {
    const auto same = found->find(name);
    if (same != found->end() && same->second == statement) continue;
    return Damaged(*database, absl::StrCat("its ", name, " is not as it was made"));
  }
  return absl::OkStatus();
}

absl::Status CheckRows(sqlite::Database* database) {
  const absl::StatusOr<std::vector<EndpointRecord>> endpoints =
      ReadEndpointRows(database);
  if (!endpoints.ok()) return endpoints.status();
  absl::flat_hash_set<std::uint64_t> known;
  for (const EndpointRecord& endpoint : *endpoints) known.insert(endpoint.number);
  auto select = database->Prepare("SELECT * FROM delivery ORDER BY number");
  if (!select.ok()) return select.status();
  for (;;) {
    const absl::StatusOr<bool> has_row = (*select)->Step();
    if (!has_row.ok() || !*has_row) return has_row.status();
    const absl::StatusOr<DeliveryRow> row = ReadDeliveryRow(*database, **select);
    if (!row.ok()) return row.status();
    if (known.contains(row->endpoint)) continue;
    return MakeStatus(
        Reason::kDamaged,
        absl::StrCat(database->path(), ": row ", row->number, " of ", kDeliveryTable,
                     " is for endpoint ", row->endpoint, ", which is not there"));
  }
}

}  // namespace

absl::Status CheckPages(sqlite::Database* database) {
  const absl::StatusOr<std::string> found =
      sqlite::FindBadPage("PRAGMA integrity_check(1)", database);
  if (!found.ok()) return found.status();
  return found->empty() ? absl::OkStatus() : Damaged(*database, *found);
}

absl::Status CheckWebhooks(sqlite::Database* database) {
  absl::Status status = CheckPages(database);
  if (status.ok()) status = CheckTables(database);
  return status.ok() ? CheckRows(database) : status;
}

}  // namespace tocsin::webhook
