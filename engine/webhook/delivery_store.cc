#include "engine/webhook/delivery_store.h"

#include <sys/stat.h>

#include <limits>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/directory.h"
#include "engine/sqlite/files.h"
#include "engine/sqlite/found_store.h"
#include "engine/webhook/delivery_rows.h"
#include "engine/webhook/endpoint_rows.h"
#include "engine/webhook/store_file.h"
#include "engine/webhook/store_schema.h"
#include "engine/webhook/store_values.h"

namespace tocsin::webhook {
namespace {

// A delivery that a statement finds, if it is there. `is_bad`: it is, and is not as it
// was written.
absl::StatusOr<std::optional<DeliveryRow>> FindRow(std::uint64_t number,
                                                   const sqlite::Database& database,
                                                   sqlite::Statement* select,
                                                   bool* is_bad = nullptr) {
  const auto reset = absl::MakeCleanup([&] { select->Reset(); });
  const absl::StatusOr<bool> has_row = select->Bind(1, InColumn(number)).Step();
  if (!has_row.ok()) return has_row.status();
  if (!*has_row) return std::nullopt;
  absl::StatusOr<DeliveryRow> row = ReadDeliveryRow(database, *select);
  if (is_bad != nullptr) *is_bad = !row.ok();
  if (!row.ok()) return row.status();
  return *std::move(row);
}

// How many rows a statement returns.
absl::StatusOr<std::size_t> CountRows(sqlite::Statement* statement) {
  const auto reset = absl::MakeCleanup([statement] { statement->Reset(); });
  for (std::size_t rows = 0;; ++rows) {
    const absl::StatusOr<bool> row = statement->Step();
    if (!row.ok()) return row.status();
    if (!*row) return rows;
  }
}

absl::Status Configure(const sqlite::LeftFiles& left, sqlite::Database* database) {
  // A secret that was changed, or moved to a table of today, leaves no trace in the room
  // that it had.
  absl::Status status = database->Execute("PRAGMA secure_delete = ON");
  // Before anything is written, as it may be somebody else's.
  if (status.ok()) status = PrepareWebhookSchema(left, database);
  // Durable when a commit returns; another process may read meanwhile.
  if (status.ok()) status = database->Execute("PRAGMA journal_mode = WAL");
  if (status.ok()) status = database->Execute("PRAGMA synchronous = FULL");
  if (!status.ok() || !database->IsReadOnly()) return status;
  return MakeStatus(Reason::kStoreUnusable,
                    absl::StrCat(database->path(), ": it can only be read"));
}

// Where nothing is in it yet: in a directory of another program nothing is left behind.
absl::Status MakeIn(const std::string& directory, const std::string& file) {
  struct stat found = {};
  if (stat(file.c_str(), &found) == 0 && found.st_size > 0) return absl::OkStatus();
  absl::Status status = sqlite::CheckFoundStore(directory);
  if (status.ok()) MakeForItsOwner(file);
  return status;
}

using OpenedDatabase = absl::StatusOr<std::unique_ptr<sqlite::Database>>;

OpenedDatabase OpenFileIn(const std::string& directory, const sqlite::LockFile& lock,
                          std::string* cut_off) {
  const sqlite::LeftFiles left{.database = WebhooksFileIn(directory),
                               .application = kWebhookApplication,
                               .lock = lock.path(),
                               .noted = lock.noted()};
  absl::StatusOr<std::string> ended = sqlite::TakeFiles(left, "");
  if (!ended.ok()) return ended.status();
  *cut_off = *std::move(ended);
  absl::Status status = MakeIn(directory, left.database);
  if (!status.ok()) return status;
  OpenedDatabase database = sqlite::Database::Open(left.database, "");
  if (!database.ok()) return database;
  // Of another program that writes; meanwhile nothing is sent.
  status = (*database)->Execute("PRAGMA busy_timeout = 1000");
  // What is somebody else's stays as it is.
  if (status.ok()) status = WebhookFormatOf(database->get()).status();
  if (status.ok()) status = KeepForItsOwner(left.database);
  if (status.ok()) status = Configure(left, database->get());
  if (status.ok()) status = sqlite::SyncDirectory(directory);
  if (status.ok()) status = lock.WriteNote();
  if (!status.ok()) return status;
  return database;
}

OpenedDatabase OpenInMemory() {
  OpenedDatabase database = sqlite::Database::Open(":memory:", "");
  if (!database.ok()) return database;
  absl::Status status = Configure({}, database->get());
  if (!status.ok()) return status;
  return database;
}

}  // namespace

struct DeliveryStore::Statements {
  using Statement = std::unique_ptr<sqlite::Statement>;

  Statement put_endpoint, remove_endpoint, remove_deliveries;
  Statement insert, change, bury, remove, forget_dead;
  Statement find, knows, dead, some_dead;
};

DeliveryStore::DeliveryStore(std::unique_ptr<sqlite::LockFile> lock,
                             std::unique_ptr<sqlite::Database> database)
    : lock_(std::move(lock)),
      database_(std::move(database)),
      statements_(std::make_unique<Statements>()) {}

DeliveryStore::~DeliveryStore() = default;

absl::StatusOr<std::unique_ptr<DeliveryStore>> DeliveryStore::Open(
    const std::string& directory) {
  std::unique_ptr<sqlite::LockFile> lock;
  if (!directory.empty()) {
    absl::StatusOr<std::unique_ptr<sqlite::LockFile>> taken = TakeStoreLock(directory);
    if (!taken.ok()) return taken.status();
    lock = *std::move(taken);
  }
  std::string cut_off;
  OpenedDatabase database =
      directory.empty() ? OpenInMemory() : OpenFileIn(directory, *lock, &cut_off);
  if (!database.ok()) return database.status();
  auto store = absl::WrapUnique(new DeliveryStore(std::move(lock), *std::move(database)));
  store->cut_off_ = std::move(cut_off);
  absl::Status status = store->Prepare();
  if (!status.ok()) return status;
  return store;
}

absl::Status DeliveryStore::Prepare() {
  absl::Status status;
  const auto prepare = [&](absl::string_view sql, Statements::Statement* statement) {
    if (!status.ok()) return;
    absl::StatusOr<Statements::Statement> prepared = database_->Prepare(sql);
    status = prepared.status();
    if (prepared.ok()) *statement = *std::move(prepared);
  };
  Statements& all = *statements_;
  prepare(kPutEndpoint, &all.put_endpoint);
  prepare("DELETE FROM endpoint WHERE number = ?", &all.remove_endpoint);
  prepare(
      "DELETE FROM delivery WHERE number IN (SELECT number FROM delivery "
      "WHERE endpoint = ? LIMIT ?) RETURNING 1",
      &all.remove_deliveries);
  prepare(kInsertDelivery, &all.insert);
  prepare(kChangeDelivery, &all.change);
  prepare("UPDATE delivery SET died_at = ? WHERE number = ?", &all.bury);
  prepare("DELETE FROM delivery WHERE number = ?", &all.remove);
  prepare(
      "SELECT max(number), count(*) FROM (SELECT number FROM delivery "
      "WHERE endpoint = ? AND number > ? AND died_at IS NOT NULL "
      "ORDER BY number LIMIT ?)",
      &all.some_dead);
  prepare(
      "DELETE FROM delivery WHERE endpoint = ? AND number > ? AND number <= ? "
      "AND died_at IS NOT NULL AND died_at < ? RETURNING 1",
      &all.forget_dead);
  prepare("SELECT * FROM delivery WHERE number = ?", &all.find);
  prepare("SELECT 1 FROM delivery WHERE endpoint = ? AND notification_id = ?",
          &all.knows);
  prepare(
      "SELECT * FROM delivery WHERE endpoint = ? AND number > ? "
      "AND died_at IS NOT NULL ORDER BY number LIMIT ?",
      &all.dead);
  return status;
}

absl::StatusOr<std::vector<EndpointRecord>> DeliveryStore::Endpoints() {
  return ReadEndpointRows(database_.get());
}

absl::Status DeliveryStore::EachWaiting(absl::FunctionRef<void(const Found&)> take) {
  absl::StatusOr<Statements::Statement> select = database_->Prepare(
      "SELECT number, endpoint, customer_id, alert_id, accepted_at, attempts, due_at "
      "FROM delivery WHERE died_at IS NULL ORDER BY number");
  if (!select.ok()) return select.status();
  for (;;) {
    const absl::StatusOr<bool> row = (*select)->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    ColumnReader columns(**select);
    Found found;
    columns.Count(0, &found.number);
    columns.Count(1, &found.endpoint);
    columns.Id(2, &found.line.customer);
    columns.Id(3, &found.line.alert);
    found.accepted_at = columns.Time(4);
    columns.Count(5, &found.attempts);
    found.due_at = columns.TimeIfAny(6).value_or(absl::InfinitePast());
    if (!columns.status().ok()) {
      return OfRow(*database_, kDeliveryTable, found.number, columns.status());
    }
    take(found);
  }
}

absl::StatusOr<std::vector<DeliveryStore::DeadOf>> DeliveryStore::CountDead() {
  absl::StatusOr<Statements::Statement> select = database_->Prepare(
      "SELECT endpoint, count(*) FROM delivery WHERE died_at IS NOT NULL "
      "GROUP BY endpoint");
  if (!select.ok()) return select.status();
  std::vector<DeadOf> counts;
  for (;;) {
    const absl::StatusOr<bool> row = (*select)->Step();
    if (!row.ok()) return row.status();
    if (!*row) return counts;
    counts.push_back({.endpoint = static_cast<std::uint64_t>((*select)->Integer(0)),
                      .count = static_cast<std::uint64_t>((*select)->Integer(1))});
  }
}

absl::StatusOr<std::uint64_t> DeliveryStore::LastNumber() {
  // The first is what was given to rows that are gone; the second may have been given to
  // one that was revived.
  const absl::StatusOr<std::int64_t> last = database_->QueryInteger(
      "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'delivery'), "
      "0), "
      "coalesce((SELECT max(number) FROM delivery), 0))");
  if (!last.ok()) return last.status();
  if (*last < std::numeric_limits<std::int64_t>::max()) {
    return static_cast<std::uint64_t>(*last);
  }
  return MakeStatus(Reason::kDamaged,
                    absl::StrCat(database_->path(), ": the last number of a delivery is ",
                                 *last, ", behind which there is none"));
}

absl::Status DeliveryStore::Write(absl::FunctionRef<absl::Status()> write) {
  absl::Status status = database_->Execute("BEGIN IMMEDIATE");
  if (!status.ok()) return status;
  status = write();
  if (status.ok()) status = database_->Execute("COMMIT");
  // After some errors SQLite has done it already.
  if (!status.ok()) database_->Execute("ROLLBACK").IgnoreError();
  return status;
}

absl::Status DeliveryStore::PutEndpoint(const EndpointRecord& endpoint) {
  return PutEndpointRow(endpoint, statements_->put_endpoint.get());
}

absl::Status DeliveryStore::RemoveEndpoint(std::uint64_t endpoint) {
  return statements_->remove_endpoint->Bind(1, InColumn(endpoint)).Run();
}

absl::StatusOr<std::size_t> DeliveryStore::RemoveDeliveries(std::uint64_t endpoint,
                                                            std::size_t max) {
  sqlite::Statement& remove = *statements_->remove_deliveries;
  return CountRows(
      &remove.Bind(1, InColumn(endpoint)).Bind(2, static_cast<std::int64_t>(max)));
}

absl::Status DeliveryStore::Insert(std::uint64_t number, std::uint64_t endpoint,
                                   const Letter& letter, const DeliveryState& state) {
  const DeliveryRow row{.number = number,
                        .endpoint = endpoint,
                        .notification = letter.id,
                        .line = letter.line,
                        .type = letter.type,
                        .state = state,
                        .body = *letter.body};
  return InsertDeliveryRow(row, statements_->insert.get());
}

absl::Status DeliveryStore::Update(std::uint64_t number, const DeliveryState& state) {
  bool is_bad = false;
  absl::StatusOr<std::optional<DeliveryRow>> row =
      FindRow(number, *database_, statements_->find.get(), &is_bad);
  if (is_bad && !state.died_at) return absl::OkStatus();
  if (is_bad) {
    BindTime(1, state.died_at, statements_->bury.get());
    return statements_->bury->Bind(2, InColumn(number)).Run();
  }
  // Of one that is gone there is nothing to keep.
  if (!row.ok() || !row->has_value()) return row.status();
  DeliveryState& kept = (*row)->state;
  kept.attempts = state.attempts;
  kept.due_at = state.due_at;
  // Without a new failure the last one stays.
  if (!state.last_failure.empty()) kept.last_failure = state.last_failure;
  kept.died_at = state.died_at;
  return ChangeDeliveryRow(number, **row, statements_->change.get());
}

absl::Status DeliveryStore::Remove(std::uint64_t number) {
  return statements_->remove->Bind(1, InColumn(number)).Run();
}

absl::Status DeliveryStore::Revive(std::uint64_t number, std::uint64_t as,
                                   absl::Time now) {
  absl::StatusOr<std::optional<DeliveryRow>> row =
      FindRow(number, *database_, statements_->find.get());
  if (!row.ok() || !row->has_value() || !(*row)->state.died_at) return row.status();
  (*row)->number = as;
  (*row)->state = {.accepted_at = now, .last_failure = (*row)->state.last_failure};
  return ChangeDeliveryRow(number, **row, statements_->change.get());
}

absl::StatusOr<DeliveryStore::Forgotten> DeliveryStore::ForgetDead(
    std::uint64_t endpoint, std::uint64_t after, std::size_t max,
    absl::Time died_before) {
  sqlite::Statement& some = *statements_->some_dead;
  const auto reset = absl::MakeCleanup([&] { some.Reset(); });
  const auto limit = static_cast<std::int64_t>(max);
  const absl::StatusOr<bool> row =
      some.Bind(1, InColumn(endpoint)).Bind(2, InColumn(after)).Bind(3, limit).Step();
  if (!row.ok()) return row.status();
  const auto last = static_cast<std::uint64_t>(some.Integer(0));
  Forgotten forgotten;
  if (some.Integer(1) == limit) forgotten.next_after = last;
  const absl::StatusOr<std::size_t> removed =
      CountRows(&statements_->forget_dead->Bind(1, InColumn(endpoint))
                     .Bind(2, InColumn(after))
                     .Bind(3, InColumn(last))
                     .Bind(4, absl::string_view(TimeText(died_before))));
  if (!removed.ok()) return removed.status();
  forgotten.count = *removed;
  return forgotten;
}

absl::StatusOr<DeliveryStore::Content> DeliveryStore::ContentOf(std::uint64_t number) {
  bool is_bad = false;
  absl::StatusOr<std::optional<DeliveryRow>> row =
      FindRow(number, *database_, statements_->find.get(), &is_bad);
  if (is_bad) return Content{.damaged = row.status()};
  if (!row.ok()) return row.status();
  if (row->has_value()) {
    return Content{.notification = (*row)->notification, .body = std::move((*row)->body)};
  }
  return Content{.damaged = MakeStatus(Reason::kDamaged,
                                       absl::StrCat(database_->path(), ": row ", number,
                                                    " of ", kDeliveryTable, " is gone"))};
}

absl::StatusOr<bool> DeliveryStore::Knows(std::uint64_t endpoint,
                                          NotificationId notification) {
  sqlite::Statement& select = *statements_->knows;
  const auto reset = absl::MakeCleanup([&] { select.Reset(); });
  return select.Bind(1, InColumn(endpoint))
      .Bind(2, absl::string_view(notification.ToString()))
      .Step();
}

absl::StatusOr<DeliveryStore::FoundDead> DeliveryStore::Dead(std::uint64_t endpoint,
                                                             std::uint64_t after,
                                                             std::size_t max) {
  sqlite::Statement& select = *statements_->dead;
  const auto reset = absl::MakeCleanup([&] { select.Reset(); });
  select.Bind(1, InColumn(endpoint))
      .Bind(2, InColumn(after))
      .Bind(3, static_cast<std::int64_t>(max));
  FoundDead dead;
  for (;;) {
    const absl::StatusOr<bool> row = select.Step();
    if (!row.ok()) return row.status();
    if (!*row) return dead;
    dead.last = static_cast<std::uint64_t>(select.Integer(0));
    absl::StatusOr<DeliveryRow> found = ReadDeliveryRow(*database_, select);
    dead.damaged.Update(found.status());
    if (!found.ok()) {
      dead.letters.push_back({.number = dead.last, .is_readable = false});
      continue;
    }
    DeliveryState& state = found->state;
    dead.letters.push_back({.number = found->number,
                            .notification = found->notification,
                            .customer = found->line.customer,
                            .alert = found->line.alert,
                            .type = std::move(found->type),
                            .accepted_at = state.accepted_at,
                            .died_at = state.died_at.value_or(state.accepted_at),
                            .attempts = state.attempts,
                            .reason = std::move(state.last_failure)});
  }
}

}  // namespace tocsin::webhook
