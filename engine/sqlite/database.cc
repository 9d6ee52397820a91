#include "engine/sqlite/database.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/vfs_file.h"
#include "sqlite3.h"

namespace tocsin::sqlite {
namespace {

constexpr char kWhatItMayBe[] =
    "; it is damaged, or what is left of a copy that did not come to its end";
constexpr char kWhatItNeeds[] =
    "; it and what SQLite keeps beside it are files, and no links, that this user can "
    "open, and who writes makes some in its directory";

constexpr char kWhatTakesItBack[] =
    "; a change of it did not come to its end, and is taken back by the journal beside "
    "it "
    "when an engine, or sqlite3, opens it";

// SQLite has one code for what it calls so and for what is wrong with a statement: the
// header says that the schema has a format above 4, and no SQLite has written another.
// https://www.sqlite.org/fileformat2.html#schema_format_number
constexpr absl::string_view kOfNoFormat = "unsupported file format";

Reason ReasonFor(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Reason::kDamaged;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return Reason::kStoreUnusable;
    case SQLITE_FULL:
      return Reason::kDiskFull;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Reason::kStoreInUse;
    default:
      return Reason::kStoreFailed;
  }
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void Database::Close::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}

Statement& Statement::Bind(int parameter, std::int64_t value) {
  const int result = sqlite3_bind_int64(statement_.get(), parameter, value);
  if (bound_ == SQLITE_OK) bound_ = result;
  return *this;
}

Statement& Statement::Bind(int parameter, absl::string_view text) {
  const int result = sqlite3_bind_text64(statement_.get(), parameter, text.data(),
                                         text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (bound_ == SQLITE_OK) bound_ = result;
  return *this;
}

Statement& Statement::BindNull(int parameter) {
  const int result = sqlite3_bind_null(statement_.get(), parameter);
  if (bound_ == SQLITE_OK) bound_ = result;
  return *this;
}

Statement& Statement::BindBlob(int parameter, absl::string_view bytes) {
  // No bytes are not NULL.
  const char* data = bytes.empty() ? "" : bytes.data();
  const int result =
      sqlite3_bind_blob64(statement_.get(), parameter, data, bytes.size(), SQLITE_STATIC);
  if (bound_ == SQLITE_OK) bound_ = result;
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  const int bound = std::exchange(bound_, SQLITE_OK);
  const int result = bound != SQLITE_OK ? bound : sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return database_->Error(result, sqlite3_sql(statement_.get()));
}

absl::Status Statement::Run() {
  const absl::StatusOr<bool> row = Step();
  Reset();
  return row.status();
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

int Statement::columns() const { return sqlite3_column_count(statement_.get()); }

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

bool Statement::HasDeclaredType(int column) const {
  const char* const declared = sqlite3_column_decltype(statement_.get(), column);
  const absl::string_view type = declared == nullptr ? "" : declared;
  const int stored = sqlite3_column_type(statement_.get(), column);
  if (type == "INTEGER") return stored == SQLITE_INTEGER;
  return type == "TEXT" ? stored == SQLITE_TEXT : stored == SQLITE_BLOB;
}

std::int64_t Statement::Integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

absl::string_view Statement::Text(int column) const {
  const auto* text =
      reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return text == nullptr ? absl::string_view()
                         : absl::string_view(text, static_cast<std::size_t>(size));
}

absl::string_view Statement::Blob(int column) const {
  const auto* bytes =
      static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? absl::string_view()
                          : absl::string_view(bytes, static_cast<std::size_t>(size));
}

Database::Database(std::string path) : path_(std::move(path)) {}
Database::~Database() = default;

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path,
                                                         const std::string& vfs) {
  return OpenWith(path, vfs, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

absl::StatusOr<std::unique_ptr<Database>> Database::OpenToRead(const std::string& path,
                                                               const std::string& vfs) {
  return OpenWith(path, vfs, SQLITE_OPEN_READONLY);
}

absl::StatusOr<std::unique_ptr<Database>> Database::OpenWith(const std::string& path,
                                                             const std::string& vfs,
                                                             int flags) {
  std::unique_ptr<Database> database = absl::WrapUnique(new Database(path));
  sqlite3* connection = nullptr;
  const int result =
      sqlite3_open_v2(path.c_str(), &connection, flags | SQLITE_OPEN_NOMUTEX,
                      vfs.empty() ? nullptr : vfs.c_str());
  database->connection_.reset(connection);
  if (result != SQLITE_OK) return database->Error(result, "opening it");
  sqlite3_extended_result_codes(connection, 1);
  return database;
}

bool Database::IsReadOnly() const {
  return sqlite3_db_readonly(connection_.get(), "main") != 0;
}

absl::Status Database::Execute(const std::string& sql, absl::string_view doing) {
  const int result =
      sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (result == SQLITE_OK) return absl::OkStatus();
  return Error(result, doing.empty() ? sql : doing);
}

absl::StatusOr<std::unique_ptr<Statement>> Database::Prepare(absl::string_view sql) {
  sqlite3_stmt* prepared = nullptr;
  const int result =
      sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (result != SQLITE_OK) return Error(result, sql);
  auto statement = std::make_unique<Statement>();
  statement->database_ = this;
  statement->statement_.reset(prepared);
  return statement;
}

absl::StatusOr<std::int64_t> Database::QueryInteger(absl::string_view sql) {
  absl::StatusOr<std::unique_ptr<Statement>> query = Prepare(sql);
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> row = (*query)->Step();
  if (!row.ok()) return row.status();
  if (!*row) return Error(SQLITE_CORRUPT, absl::StrCat("no row comes of ", sql));
  return (*query)->Integer(0);
}

absl::StatusOr<std::string> Database::QueryText(absl::string_view sql) {
  absl::StatusOr<std::unique_ptr<Statement>> query = Prepare(sql);
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> row = (*query)->Step();
  if (!row.ok()) return row.status();
  if (!*row) return Error(SQLITE_CORRUPT, absl::StrCat("no row comes of ", sql));
  return std::string((*query)->Text(0));
}

void Database::EndWhen(std::function<bool()> ends) {
  constexpr int kInstructions = 10'000;  // well below a millisecond
  ends_ = std::move(ends);
  const auto asks = +[](void* kept) {
    return (*static_cast<const std::function<bool()>*>(kept))() ? 1 : 0;
  };
  sqlite3_progress_handler(connection_.get(), kInstructions, asks, &ends_);
}

sqlite3_file* Database::FileOf(int which) const {
  sqlite3_file* file = nullptr;
  const int result = sqlite3_file_control(connection_.get(), "main", which, &file);
  return result == SQLITE_OK && file != nullptr && file->pMethods != nullptr ? file
                                                                             : nullptr;
}

bool Database::FillsSectorsOfLog() const {
  sqlite3_file* const file = FileOf(SQLITE_FCNTL_FILE_POINTER);
  return file == nullptr || sqlite::FillsSectorsOfLog(file);
}

void Database::LeaveLog() {
  const auto note = +[](void* pages, sqlite3*, const char*, int count) {
    *static_cast<int*>(pages) = count;
    return SQLITE_OK;
  };
  // In the place of the hook that copies it.
  sqlite3_wal_hook(connection_.get(), note, &log_pages_);
}

absl::StatusOr<int> Database::CopyLog() {
  int pages = 0, copied = 0;
  const int result = sqlite3_wal_checkpoint_v2(
      connection_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
  if (result != SQLITE_OK) return Error(result, "copying its log into it");
  return copied;
}

absl::Status Database::TrustLog() {
  // The first look at the database opens the log.
  absl::Status status = QueryInteger("PRAGMA schema_version").status();
  if (!status.ok()) return status;
  sqlite3_file* const log = FileOf(SQLITE_FCNTL_JOURNAL_POINTER);
  if (log == nullptr) {
    return MakeStatus(Reason::kStoreUnusable,
                      absl::StrCat(path_, ": it has no log, as it is not in WAL mode"));
  }
  trusting_ = std::make_unique<sqlite3_io_methods>(*log->pMethods);
  // Of a later version more would be there than was copied.
  trusting_->iVersion = std::min(trusting_->iVersion, 3);
  trusting_->xSync = [](sqlite3_file*, int) { return SQLITE_OK; };
  log->pMethods = trusting_.get();
  return status;
}

absl::Status Database::Sync() {
  sqlite3_file* const file = FileOf(SQLITE_FCNTL_FILE_POINTER);
  const int result =
      file == nullptr ? SQLITE_CANTOPEN : file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
  if (result == SQLITE_OK) return absl::OkStatus();
  // Past the connection, which knows of no error.
  return MakeStatus(ReasonFor(result),
                    absl::StrCat(path_, ": ", sqlite3_errstr(result), " (SQLite ", result,
                                 "), while syncing it"));
}

absl::Status Database::CheckHeader() const {
  // https://www.sqlite.org/fileformat2.html#file_format_version_numbers
  constexpr int kWriteVersionAt = 18;
  constexpr char kNewestVersion = 2;
  // By SQLite's own file: to open and close another would take its locks away.
  sqlite3_file* const file = FileOf(SQLITE_FCNTL_FILE_POINTER);
  char versions[2] = {kNewestVersion, kNewestVersion};
  if (file == nullptr || file->pMethods == nullptr ||
      file->pMethods->xRead(file, versions, 2, kWriteVersionAt) != SQLITE_OK) {
    return absl::OkStatus();
  }
  if (versions[0] == versions[1] && versions[0] >= 1 && versions[0] <= kNewestVersion) {
    return absl::OkStatus();
  }
  return MakeStatus(
      Reason::kDamaged,
      absl::StrCat(path_, ": its header says versions ", static_cast<int>(versions[0]),
                   " and ", static_cast<int>(versions[1]), ", where both are 2"));
}

void Database::ForgetCopied() {
  sqlite3_file* const file = FileOf(SQLITE_FCNTL_FILE_POINTER);
  // Whoever is copying just now finds out as well.
  if (file != nullptr) static_cast<void>(sqlite::ForgetCopied(file));
}

void Database::RunNoTriggers() {
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
}

void Database::KeepLogAtClose() {
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

absl::Status Database::CopyTo(Database* other) {
  constexpr int kPages = 256;
  sqlite3_backup* backup =
      sqlite3_backup_init(other->connection_.get(), "main", connection_.get(), "main");
  if (backup == nullptr) {
    return other->Error(sqlite3_errcode(other->connection_.get()), "beginning to copy");
  }
  int result = SQLITE_OK;
  while (result == SQLITE_OK) {
    result = sqlite3_backup_step(backup, kPages);
    if (result == SQLITE_OK && ends_ && ends_()) result = SQLITE_INTERRUPT;
  }
  const int finished = sqlite3_backup_finish(backup);
  if (result == SQLITE_DONE) result = finished;
  if (result == SQLITE_OK) return absl::OkStatus();
  return MakeStatus(ReasonFor(result),
                    absl::StrCat("copying ", path_, " to ", other->path_, ": ",
                                 sqlite3_errstr(result), " (SQLite ", result, ")"));
}

absl::Status Database::Error(int code, absl::string_view doing) const {
  const char* said =
      connection_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection_.get());
  const Reason reason =
      code == SQLITE_ERROR && said == kOfNoFormat ? Reason::kDamaged : ReasonFor(code);
  return MakeStatus(reason,
                    absl::StrCat(path_, ": ", said, " (SQLite ", code, "), while ", doing,
                                 reason == Reason::kStoreInUse      ? kWhoLocksIt
                                 : code == SQLITE_READONLY_ROLLBACK ? kWhatTakesItBack
                                 : reason == Reason::kStoreUnusable ? kWhatItNeeds
                                 : (code & 0xff) == SQLITE_NOTADB   ? kWhatItMayBe
                                                                    : ""));
}

}  // namespace tocsin::sqlite
