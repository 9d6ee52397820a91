#include "engine/sqlite/sqlite_store.h"

#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/sqlite/database.h"
#include "engine/sqlite/directory.h"
#include "engine/sqlite/schema.h"
#include "engine/store/notification_fields.h"
#include "xxhash.h"

namespace tocsin::sqlite {
namespace {

constexpr char kLastInstant[] = "last_instant";

std::int64_t ChecksumOf(absl::string_view bytes) {
  return static_cast<std::int64_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

// Also of the numbers beside them.
std::int64_t ChecksumOf(std::int64_t number, absl::string_view bytes) {
  return static_cast<std::int64_t>(XXH3_64bits_withSeed(
      bytes.data(), bytes.size(), static_cast<XXH64_hash_t>(number)));
}
std::int64_t ChecksumOf(const store::Image& image) {
  return ChecksumOf(static_cast<std::int64_t>(image.as_of), image.customers);
}
std::int64_t ChecksumOf(const store::Checkpoint& checkpoint) {
  return ChecksumOf(static_cast<std::int64_t>(checkpoint.step),
                    absl::StrCat(checkpoint.generation, "/", checkpoint.rules.size(), "/",
                                 checkpoint.rules, checkpoint.alerts));
}

std::string TextOf(absl::Time instant) {
  return absl::FormatTime(absl::RFC3339_full, instant, absl::UTCTimeZone());
}

class SqliteStore final : public store::Store {
 public:
  SqliteStore(std::unique_ptr<Directory> directory, std::unique_ptr<Database> database)
      : directory_(std::move(directory)), database_(std::move(database)) {}

  absl::Status Prepare();
  absl::Status Load(store::Loader* loader) override;
  absl::Status Commit(const store::Transaction& transaction) override;

 private:
  absl::Status LoadMeta(store::Loader* loader);
  absl::Status LoadPositions(store::Loader* loader);
  absl::Status LoadOutbox(store::Loader* loader);
  absl::Status LoadCheckpoint(store::Loader* loader);
  absl::Status LoadImages(store::Loader* loader);
  absl::Status LoadJournal(store::Loader* loader);
  absl::Status Write(const store::Transaction& transaction);
  absl::Status WriteCheckpoint(const store::Checkpoint& checkpoint);
  absl::Status WriteAlert(const Alert& alert);
  absl::Status WriteWaiting(const store::Waiting& waiting);
  absl::Status Damaged(absl::string_view what) const {
    return MakeStatus(Reason::kDamaged, absl::StrCat(database_->path(), ": ", what));
  }

  // Released last, so that nobody else opens what is not closed.
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Statement> begin_, commit_, add_entries_, set_position_, set_alert_,
      add_waiting_, remove_waiting_, set_meta_, add_image_, set_checkpoint_,
      drop_checkpoint_, drop_images_, drop_journal_;
  std::int64_t last_row_ = 0;    // of the journal
  std::int64_t checkpoint_ = 0;  // the last one; the images are of the next
  std::int64_t last_image_ = 0;  // of the next one
};

absl::Status SqliteStore::Prepare() {
  absl::Status status = database_->Execute("PRAGMA busy_timeout = 10000");
  // Before anything is written, as it may be somebody else's.
  if (status.ok()) status = PrepareSchema(database_.get());
  // A commit is durable when it returns, also if the power goes; another process may read
  // meanwhile, as a backup does.
  if (status.ok()) status = database_->Execute("PRAGMA journal_mode = WAL");
  if (status.ok()) status = database_->Execute("PRAGMA synchronous = FULL");
  if (status.ok()) status = directory_->Sync();
  if (!status.ok()) return status;
  const struct {
    std::unique_ptr<Statement>* statement;
    absl::string_view sql;
  } all[] = {
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&add_entries_, "INSERT INTO journal VALUES (?, ?, ?, ?)"},
      {&add_image_, "INSERT INTO image VALUES (?, ?, ?, ?, ?)"},
      {&set_checkpoint_, "INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?, ?)"},
      {&drop_checkpoint_, "DELETE FROM checkpoint WHERE number < ?"},
      {&drop_images_, "DELETE FROM image WHERE checkpoint < ?"},
      // The last row that begins at the step or before it may go on behind it.
      {&drop_journal_,
       "DELETE FROM journal WHERE number < "
       "(SELECT max(number) FROM journal WHERE first_step <= ?)"},
      {&set_position_, "INSERT OR REPLACE INTO position VALUES (?, ?)"},
      {&set_alert_, "INSERT OR REPLACE INTO alert VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"},
      {&add_waiting_, "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)"},
      {&remove_waiting_, "DELETE FROM outbox WHERE number = ?"},
      {&set_meta_, "INSERT OR REPLACE INTO meta VALUES (?, ?)"},
  };
  for (const auto& [statement, sql] : all) {
    absl::StatusOr<std::unique_ptr<Statement>> prepared = database_->Prepare(sql);
    if (!prepared.ok()) return prepared.status();
    *statement = *std::move(prepared);
  }
  return absl::OkStatus();
}

absl::Status SqliteStore::Load(store::Loader* loader) {
  absl::Status status = LoadMeta(loader);
  if (status.ok()) status = LoadPositions(loader);
  if (status.ok()) status = LoadOutbox(loader);
  if (status.ok()) status = LoadCheckpoint(loader);
  if (status.ok()) status = LoadImages(loader);
  if (status.ok()) status = LoadJournal(loader);
  return status;
}

absl::Status SqliteStore::LoadCheckpoint(store::Loader* loader) {
  auto query = database_->Prepare(
      "SELECT number, step, generation, checksum, rules, alerts FROM checkpoint");
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> row = (*query)->Step();
  if (!row.ok() || !*row) return row.status();
  checkpoint_ = (*query)->Integer(0);
  const store::Checkpoint checkpoint{
      .step = static_cast<std::uint64_t>((*query)->Integer(1)),
      .generation = static_cast<std::uint64_t>((*query)->Integer(2)),
      .rules = std::string((*query)->Blob(4)),
      .alerts = std::string((*query)->Blob(5))};
  if (ChecksumOf(checkpoint) != (*query)->Integer(3)) {
    return Damaged(absl::StrCat("checkpoint ", checkpoint_, " is not as it was written"));
  }
  const absl::StatusOr<bool> second = (*query)->Step();
  if (!second.ok()) return second.status();
  if (*second) return Damaged("there is a second checkpoint");
  return loader->ACheckpoint(checkpoint);
}

absl::Status SqliteStore::LoadImages(store::Loader* loader) {
  // Those of a checkpoint that nobody finished.
  absl::Status status = database_->Execute(
      absl::StrCat("DELETE FROM image WHERE checkpoint <> ", checkpoint_));
  if (!status.ok()) return status;
  auto query = database_->Prepare(
      "SELECT number, as_of, checksum, customers FROM image ORDER BY number");
  if (!query.ok()) return query.status();
  for (std::int64_t expected = 1;; ++expected) {
    const absl::StatusOr<bool> row = (*query)->Step();
    if (!row.ok() || !*row) return row.status();
    const std::int64_t number = (*query)->Integer(0);
    store::Image image{.as_of = static_cast<std::uint64_t>((*query)->Integer(1)),
                       .customers = std::string((*query)->Blob(3))};
    if (number != expected || ChecksumOf(image) != (*query)->Integer(2)) {
      return Damaged(absl::StrCat("image ", number, " of checkpoint ", checkpoint_,
                                  " is not as it was written"));
    }
    status = loader->AnImage(image);
    if (!status.ok()) return status;
  }
}

absl::Status SqliteStore::LoadMeta(store::Loader* loader) {
  auto query = database_->Prepare("SELECT value FROM meta WHERE key = ?");
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> row = (*query)->Bind(1, kLastInstant).Step();
  if (!row.ok() || !*row) return row.status();
  absl::Time instant;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, (*query)->Text(0), &instant, &error)) {
    return Damaged(absl::StrCat("meta.last_instant is \"", (*query)->Text(0),
                                "\", which is no time: ", error));
  }
  return loader->LastInstant(instant);
}

absl::Status SqliteStore::LoadPositions(store::Loader* loader) {
  auto query = database_->Prepare("SELECT source, source_offset FROM position");
  if (!query.ok()) return query.status();
  while (true) {
    const absl::StatusOr<bool> row = (*query)->Step();
    if (!row.ok() || !*row) return row.status();
    Position position{.source = std::string((*query)->Text(0))};
    if (!absl::SimpleAtoi((*query)->Text(1), &position.offset)) {
      return Damaged(absl::StrCat("the position of source \"", position.source,
                                  "\" is \"", (*query)->Text(1),
                                  "\", which is no number"));
    }
    absl::Status status = loader->APosition(position);
    if (!status.ok()) return status;
  }
}

absl::Status SqliteStore::LoadOutbox(store::Loader* loader) {
  auto query =
      database_->Prepare("SELECT number, checksum, content FROM outbox ORDER BY number");
  if (!query.ok()) return query.status();
  while (true) {
    const absl::StatusOr<bool> row = (*query)->Step();
    if (!row.ok() || !*row) return row.status();
    const std::int64_t number = (*query)->Integer(0);
    const absl::string_view content = (*query)->Blob(2);
    store::Reader reader(content);
    store::Waiting waiting{.number = static_cast<std::uint64_t>(number),
                           .notification = reader.Next<Notification>()};
    if (ChecksumOf(content) != (*query)->Integer(1) || !reader.AtEnd()) {
      return Damaged(absl::StrCat("row ", number, " of outbox is not as it was written"));
    }
    absl::Status status = loader->AWaiting(std::move(waiting));
    if (!status.ok()) return status;
  }
}

absl::Status SqliteStore::LoadJournal(store::Loader* loader) {
  auto query = database_->Prepare(
      "SELECT number, first_step, checksum, entries FROM journal ORDER BY number");
  if (!query.ok()) return query.status();
  while (true) {
    const absl::StatusOr<bool> row = (*query)->Step();
    if (!row.ok() || !*row) return row.status();
    const std::int64_t number = (*query)->Integer(0);
    if (last_row_ != 0 && number != last_row_ + 1) {
      return Damaged(absl::StrCat("row ", last_row_ + 1, " of journal is missing"));
    }
    const std::int64_t first_step = (*query)->Integer(1);
    const absl::string_view entries = (*query)->Blob(3);
    if (ChecksumOf(first_step, entries) != (*query)->Integer(2)) {
      return Damaged(
          absl::StrCat("row ", number, " of journal is not as it was written"));
    }
    absl::Status status =
        loader->Entries(static_cast<std::uint64_t>(first_step), entries);
    if (!status.ok()) {
      return MakeStatus(ReasonOf(status),
                        absl::StrCat(database_->path(), ": row ", number,
                                     " of journal: ", status.message()));
    }
    last_row_ = number;
  }
}

absl::Status SqliteStore::Commit(const store::Transaction& transaction) {
  absl::Status status = begin_->Run();
  if (status.ok()) status = Write(transaction);
  if (status.ok()) status = commit_->Run();
  if (status.ok()) return status;
  return MakeStatus(Reason::kStoreFailed, status.message());
}

absl::Status SqliteStore::Write(const store::Transaction& transaction) {
  absl::Status status;
  if (!transaction.entries.empty()) {
    const auto first_step = static_cast<std::int64_t>(transaction.first_step);
    status = add_entries_->Bind(1, ++last_row_)
                 .Bind(2, first_step)
                 .Bind(3, ChecksumOf(first_step, transaction.entries))
                 .BindBlob(4, transaction.entries)
                 .Run();
  }
  for (const store::Image& image : transaction.images) {
    if (!status.ok()) return status;
    status = add_image_->Bind(1, checkpoint_ + 1)
                 .Bind(2, ++last_image_)
                 .Bind(3, static_cast<std::int64_t>(image.as_of))
                 .Bind(4, ChecksumOf(image))
                 .BindBlob(5, image.customers)
                 .Run();
  }
  if (status.ok() && transaction.checkpoint.has_value()) {
    status = WriteCheckpoint(*transaction.checkpoint);
  }
  for (const Position& position : transaction.positions) {
    if (!status.ok()) return status;
    status = set_position_->Bind(1, position.source)
                 .Bind(2, absl::StrCat(position.offset))
                 .Run();
  }
  for (const Alert& alert : transaction.alerts) {
    if (!status.ok()) return status;
    status = WriteAlert(alert);
  }
  for (const store::Waiting& waiting : transaction.decided) {
    if (!status.ok()) return status;
    status = WriteWaiting(waiting);
  }
  for (const std::uint64_t number : transaction.taken) {
    if (!status.ok()) return status;
    status = remove_waiting_->Bind(1, static_cast<std::int64_t>(number)).Run();
  }
  if (!status.ok()) return status;
  return set_meta_->Bind(1, kLastInstant).Bind(2, TextOf(transaction.last_instant)).Run();
}

absl::Status SqliteStore::WriteCheckpoint(const store::Checkpoint& checkpoint) {
  const auto step = static_cast<std::int64_t>(checkpoint.step);
  absl::Status status = set_checkpoint_->Bind(1, ++checkpoint_)
                            .Bind(2, step)
                            .Bind(3, static_cast<std::int64_t>(checkpoint.generation))
                            .Bind(4, ChecksumOf(checkpoint))
                            .BindBlob(5, checkpoint.rules)
                            .BindBlob(6, checkpoint.alerts)
                            .Run();
  last_image_ = 0;
  if (status.ok()) status = drop_checkpoint_->Bind(1, checkpoint_).Run();
  if (status.ok()) status = drop_images_->Bind(1, checkpoint_).Run();
  if (status.ok()) status = drop_journal_->Bind(1, step + 1).Run();
  return status;
}

absl::Status SqliteStore::WriteAlert(const Alert& alert) {
  const AlertSpec& spec = alert.spec;
  set_alert_->Bind(1, alert.id.ToString())
      .Bind(2, InfoOf(spec.type).name)
      .Bind(3, spec.name)
      .Bind(4, spec.threshold->ToString())
      .Bind(5, AlertStatusName(alert.status))
      .Bind(9, TextOf(alert.updated_at));
  if (spec.customer.has_value()) set_alert_->Bind(6, spec.customer->ToString());
  if (spec.plan.has_value()) set_alert_->Bind(7, spec.plan->ToString());
  if (spec.uniqueness_key.has_value()) set_alert_->Bind(8, *spec.uniqueness_key);
  return set_alert_->Run();
}

absl::Status SqliteStore::WriteWaiting(const store::Waiting& waiting) {
  const Notification& notification = waiting.notification;
  std::string content;
  store::Writer write(&content);
  write(notification);
  return add_waiting_->Bind(1, static_cast<std::int64_t>(waiting.number))
      .Bind(2, notification.id.ToString())
      .Bind(3, notification.customer.ToString())
      .Bind(4, notification.alert.ToString())
      .Bind(5, ToJson(notification))
      .Bind(6, ChecksumOf(content))
      .BindBlob(7, content)
      .Run();
}

}  // namespace

absl::StatusOr<std::unique_ptr<store::Store>> OpenStore(const std::string& directory,
                                                        const std::string& vfs) {
  absl::StatusOr<std::unique_ptr<Directory>> taken = Directory::Take(directory);
  if (!taken.ok()) return taken.status();
  const std::string file = (*taken)->FileOf("tocsin.db");
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(file, vfs);
  if (!database.ok()) return database.status();
  auto store = std::make_unique<SqliteStore>(*std::move(taken), *std::move(database));
  absl::Status status = store->Prepare();
  if (!status.ok()) return status;
  return store;
}

}  // namespace tocsin::sqlite
