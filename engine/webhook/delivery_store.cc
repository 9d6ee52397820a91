#include "engine/webhook/delivery_store.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/directory.h"
#include "engine/webhook/endpoint_rows.h"
#include "engine/webhook/store_file.h"
#include "engine/webhook/store_schema.h"
#include "engine/webhook/store_values.h"

namespace tocsin::webhook {
namespace {

constexpr char kInMemory[] = ":memory:";

// At once is NULL.
void BindDue(int parameter, absl::Time due, sqlite::Statement* to) {
  const bool at_once = due == absl::InfinitePast();
  BindTime(parameter, at_once ? std::nullopt : std::make_optional(due), to);
}

std::int64_t InColumn(std::uint64_t number) { return static_cast<std::int64_t>(number); }

}  // namespace

struct DeliveryStore::Statements {
  using Statement = std::unique_ptr<sqlite::Statement>;

  Statement put_endpoint, remove_endpoint, remove_deliveries;
  Statement insert, update, remove, revive, forget_dead;
  Statement content, knows, dead;
};

DeliveryStore::DeliveryStore(std::unique_ptr<StoreLock> lock,
                             std::unique_ptr<sqlite::Database> database)
    : lock_(std::move(lock)),
      database_(std::move(database)),
      statements_(std::make_unique<Statements>()) {}

DeliveryStore::~DeliveryStore() = default;

absl::StatusOr<std::unique_ptr<DeliveryStore>> DeliveryStore::Open(
    const std::string& directory) {
  std::unique_ptr<StoreLock> lock;
  if (!directory.empty()) {
    absl::StatusOr<std::unique_ptr<StoreLock>> taken = StoreLock::Take(directory);
    if (!taken.ok()) return taken.status();
    lock = *std::move(taken);
  }
  const std::string path = directory.empty() ? kInMemory : WebhooksFileIn(directory);
  if (!directory.empty()) MakeForItsOwner(path);
  absl::StatusOr<std::unique_ptr<sqlite::Database>> database =
      sqlite::Database::Open(path, "");
  if (!database.ok()) return database.status();
  // Of another program that writes; meanwhile nothing is sent.
  absl::Status status = (*database)->Execute("PRAGMA busy_timeout = 1000");
  // Before anything is written, as it may be somebody else's.
  if (status.ok()) status = PrepareWebhookSchema(database->get());
  // Durable when a commit returns; another process may read meanwhile.
  if (status.ok()) status = (*database)->Execute("PRAGMA journal_mode = WAL");
  if (status.ok()) status = (*database)->Execute("PRAGMA synchronous = FULL");
  if (status.ok() && (*database)->IsReadOnly()) {
    status =
        MakeStatus(Reason::kStoreUnusable, absl::StrCat(path, ": it can only be read"));
  }
  if (status.ok() && !directory.empty()) status = sqlite::SyncDirectory(directory);
  if (!status.ok()) return status;
  auto store = absl::WrapUnique(new DeliveryStore(std::move(lock), *std::move(database)));
  status = store->Prepare();
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
  prepare("INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          &all.insert);
  // Without a new failure the last one stays.
  prepare(
      "UPDATE delivery SET attempts = ?1, due_at = ?2, last_failure = iif(?3 = '', "
      "last_failure, ?3), died_at = ?4 WHERE number = ?5",
      &all.update);
  prepare("DELETE FROM delivery WHERE number = ?", &all.remove);
  prepare(
      "UPDATE delivery SET number = ?, accepted_at = ?, attempts = 0, due_at = NULL, "
      "died_at = NULL WHERE number = ? AND died_at IS NOT NULL",
      &all.revive);
  prepare("DELETE FROM delivery WHERE died_at < ?", &all.forget_dead);
  prepare("SELECT notification_id, body FROM delivery WHERE number = ?", &all.content);
  prepare("SELECT 1 FROM delivery WHERE endpoint = ? AND notification_id = ?",
          &all.knows);
  prepare(
      "SELECT number, notification_id, customer_id, alert_id, type, accepted_at, "
      "died_at, attempts, last_failure FROM delivery WHERE endpoint = ? AND number > ? "
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
    if (!columns.status().ok()) return columns.status();
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
  return static_cast<std::uint64_t>(*last);
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
  const auto reset = absl::MakeCleanup([&] { remove.Reset(); });
  remove.Bind(1, InColumn(endpoint)).Bind(2, static_cast<std::int64_t>(max));
  for (std::size_t removed = 0;; ++removed) {
    const absl::StatusOr<bool> row = remove.Step();
    if (!row.ok()) return row.status();
    if (!*row) return removed;
  }
}

absl::Status DeliveryStore::Insert(std::uint64_t number, std::uint64_t endpoint,
                                   const Letter& letter, const DeliveryState& state) {
  using View = absl::string_view;
  sqlite::Statement& insert = *statements_->insert;
  insert.Bind(1, InColumn(number))
      .Bind(2, InColumn(endpoint))
      .Bind(3, View(letter.id.ToString()))
      .Bind(4, View(letter.line.customer.ToString()))
      .Bind(5, View(letter.line.alert.ToString()))
      .Bind(6, View(letter.type));
  BindTime(7, state.accepted_at, &insert);
  insert.Bind(8, std::int64_t{state.attempts});
  BindDue(9, state.due_at, &insert);
  insert.Bind(10, View(state.last_failure));
  BindTime(11, state.died_at, &insert);
  return insert.Bind(12, View(*letter.body)).Run();
}

absl::Status DeliveryStore::Update(std::uint64_t number, const DeliveryState& state) {
  sqlite::Statement& update = *statements_->update;
  update.Bind(1, std::int64_t{state.attempts});
  BindDue(2, state.due_at, &update);
  update.Bind(3, absl::string_view(state.last_failure));
  BindTime(4, state.died_at, &update);
  return update.Bind(5, InColumn(number)).Run();
}

absl::Status DeliveryStore::Remove(std::uint64_t number) {
  return statements_->remove->Bind(1, InColumn(number)).Run();
}

absl::Status DeliveryStore::Revive(std::uint64_t number, std::uint64_t as,
                                   absl::Time now) {
  return statements_->revive->Bind(1, InColumn(as))
      .Bind(2, absl::string_view(TimeText(now)))
      .Bind(3, InColumn(number))
      .Run();
}

absl::Status DeliveryStore::ForgetDead(absl::Time died_before) {
  return statements_->forget_dead->Bind(1, absl::string_view(TimeText(died_before)))
      .Run();
}

absl::StatusOr<DeliveryStore::Content> DeliveryStore::ContentOf(std::uint64_t number) {
  sqlite::Statement& select = *statements_->content;
  const auto reset = absl::MakeCleanup([&] { select.Reset(); });
  const absl::StatusOr<bool> row = select.Bind(1, InColumn(number)).Step();
  if (!row.ok()) return row.status();
  if (!*row) {
    return MakeStatus(Reason::kDamaged,
                      absl::StrCat(database_->path(), ": delivery ", number, " is gone"));
  }
  ColumnReader columns(select);
  Content content;
  columns.Id(0, &content.notification);
  content.body = columns.Text(1);
  if (!columns.status().ok()) return columns.status();
  return content;
}

absl::StatusOr<bool> DeliveryStore::Knows(std::uint64_t endpoint,
                                          NotificationId notification) {
  sqlite::Statement& select = *statements_->knows;
  const auto reset = absl::MakeCleanup([&] { select.Reset(); });
  return select.Bind(1, InColumn(endpoint))
      .Bind(2, absl::string_view(notification.ToString()))
      .Step();
}

absl::StatusOr<std::vector<DeadLetter>> DeliveryStore::Dead(std::uint64_t endpoint,
                                                            std::uint64_t after,
                                                            std::size_t max) {
  sqlite::Statement& select = *statements_->dead;
  const auto reset = absl::MakeCleanup([&] { select.Reset(); });
  select.Bind(1, InColumn(endpoint))
      .Bind(2, InColumn(after))
      .Bind(3, static_cast<std::int64_t>(max));
  std::vector<DeadLetter> letters;
  for (;;) {
    const absl::StatusOr<bool> row = select.Step();
    if (!row.ok()) return row.status();
    if (!*row) return letters;
    ColumnReader columns(select);
    DeadLetter& letter = letters.emplace_back();
    columns.Count(0, &letter.number);
    columns.Id(1, &letter.notification);
    columns.Id(2, &letter.customer);
    columns.Id(3, &letter.alert);
    letter.type = columns.Text(4);
    letter.accepted_at = columns.Time(5);
    letter.died_at = columns.Time(6);
    columns.Count(7, &letter.attempts);
    letter.reason = columns.Text(8);
    if (!columns.status().ok()) return columns.status();
  }
}

}  // namespace tocsin::webhook
