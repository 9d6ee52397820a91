#include "engine/sqlite/as_found.h"

#include <sys/stat.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/sqlite/files.h"
#include "engine/sqlite/vfs_file.h"
#include "engine/sqlite/wal.h"
#include "sqlite3.h"

namespace tocsin::sqlite {
namespace {

constexpr char kAsFound[] = "tocsin-as-found";

// Without methods for an index of the log that processes share SQLite makes one of its
// own in memory, where the connection is the only one by what it says.
constexpr int kMethodsWithoutSharedIndex = 1;

// Files are those of the system's VFS, with methods of their own behind them: their
// locks stay what they are to SQLite, which closes a file of whom another connection of
// this process has a lock no sooner than that.
std::size_t BytesBeforeMethods(const sqlite3_vfs& system) {
  constexpr std::size_t kAlignment = alignof(sqlite3_io_methods);
  const auto bytes = static_cast<std::size_t>(system.szOsFile);
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

int RefuseWrite(sqlite3_file*, const void*, int, sqlite3_int64) {
  return SQLITE_READONLY;
}
int RefuseTruncate(sqlite3_file*, sqlite3_int64) { return SQLITE_READONLY; }
int NeedNoSync(sqlite3_file*, int) { return SQLITE_OK; }
int NeedNoLock(sqlite3_file*, int) { return SQLITE_OK; }
int NobodyReserves(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}
// Then SQLite looks for no log.
int NobodyChanges(sqlite3_file*) { return SQLITE_IOCAP_IMMUTABLE; }
int RefuseDelete(sqlite3_vfs*, const char*, int) { return SQLITE_READONLY; }

bool IsThere(const std::string& path) {
  struct stat found = {};
  return stat(path.c_str(), &found) == 0;
}

int OpenAsFound(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                int* flags_out) {
  auto* const system = static_cast<sqlite3_vfs*>(vfs->pAppData);
  constexpr int kOfTheStore =
      SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
  if ((flags & kOfTheStore) == 0) {
    return system->xOpen(system, name, file, flags, flags_out);
  }
  flags &= ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_DELETEONCLOSE);
  const int result =
      system->xOpen(system, name, file, flags | SQLITE_OPEN_READONLY, flags_out);
  if (result != SQLITE_OK || file->pMethods == nullptr) return result;
  auto* const methods = reinterpret_cast<sqlite3_io_methods*>(
      reinterpret_cast<std::byte*>(file) + BytesBeforeMethods(*system));
  *methods = *file->pMethods;
  methods->iVersion = kMethodsWithoutSharedIndex;
  methods->xWrite = RefuseWrite;
  methods->xTruncate = RefuseTruncate;
  methods->xSync = NeedNoSync;
  methods->xLock = NeedNoLock;
  methods->xUnlock = NeedNoLock;
  methods->xCheckReservedLock = NobodyReserves;
  // A log that is not there cannot be opened, and one need not be. A journal says that
  // what is in the file is no state of it.
  const bool is_alone = (flags & SQLITE_OPEN_MAIN_DB) != 0 &&
                        !IsThere(absl::StrCat(name, "-wal")) &&
                        !HasJournal(name, "").value_or(true);
  if (is_alone) methods->xDeviceCharacteristics = NobodyChanges;
  file->pMethods = methods;
  return SQLITE_OK;
}

// Registers it with SQLite, once.
bool HasAsFound() {
  static const bool is_registered = [] {
    sqlite3_vfs* const system = sqlite3_vfs_find(nullptr);
    if (system == nullptr) return false;
    static sqlite3_vfs as_found = *system;
    as_found.zName = kAsFound;
    as_found.szOsFile =
        static_cast<int>(BytesBeforeMethods(*system) + sizeof(sqlite3_io_methods));
    as_found.pAppData = system;
    as_found.xOpen = OpenAsFound;
    as_found.xDelete = RefuseDelete;
    return sqlite3_vfs_register(&as_found, 0) == SQLITE_OK;
  }();
  return is_registered;
}

// By which it is seen that somebody wrote.
using Trace = std::array<std::int64_t, 10>;

Trace TraceOf(const std::string& file) {
  Trace trace = {};
  std::size_t at = 0;
  for (const char* end : {"", "-wal"}) {
    struct stat found = {};
    if (stat(absl::StrCat(file, end).c_str(), &found) != 0) found = {};
    for (const std::int64_t value : {static_cast<std::int64_t>(found.st_ino),
                                     static_cast<std::int64_t>(found.st_size),
                                     static_cast<std::int64_t>(found.st_mtim.tv_sec),
                                     static_cast<std::int64_t>(found.st_mtim.tv_nsec),
                                     static_cast<std::int64_t>(found.st_nlink)}) {
      trace[at++] = value;
    }
  }
  return trace;
}

// SQLite would end a log in silence where it is damaged, as if nothing were behind that.
absl::StatusOr<WalEnd> CheckLog(const std::string& file, VfsFile* database) {
  // SQLite does not open as a log what has no database beside it.
  if (database == nullptr) return WalEnd();
  const std::string log = absl::StrCat(file, "-wal");
  const absl::StatusOr<std::unique_ptr<VfsFile>> wal =
      VfsFile::Open(log, VfsFile::Kind::kWal, kAsFound);
  if (!wal.ok()) return wal.status();
  if (*wal == nullptr || (*wal)->size() == 0) return WalEnd();
  return CheckWal(log, database->FillsSectorsOfLog(), wal->get(), database);
}

absl::StatusOr<std::string> CheckLogOf(const std::string& file) {
  const auto database = VfsFile::Open(file, VfsFile::Kind::kDatabase, kAsFound);
  if (!database.ok()) return database.status();
  absl::StatusOr<WalEnd> end = CheckLog(file, database->get());
  if (!end.ok()) return end.status();
  return std::move(end->cut_off);
}

absl::Status ReadBy(const std::string& file, const std::string& vfs, bool is_alone,
                    absl::FunctionRef<absl::Status(Database*)> read,
                    std::function<bool()> ends) {
  absl::StatusOr<std::unique_ptr<Database>> database = Database::OpenToRead(file, vfs);
  if (!database.ok()) return database.status();
  if (ends) (*database)->EndWhen(std::move(ends));
  absl::Status status = (*database)->Execute(is_alone ? "PRAGMA locking_mode = EXCLUSIVE"
                                                      : "PRAGMA busy_timeout = 10000");
  // The instant is that of the first reading.
  if (status.ok()) {
    status = (*database)->Execute("BEGIN; SELECT count(*) FROM sqlite_schema");
  }
  return status.ok() ? read(database->get()) : status;
}

}  // namespace

absl::StatusOr<std::string> ReadAsFound(const std::string& file,
                                        absl::FunctionRef<absl::Status(Database*)> read) {
  const absl::Status are_files = CheckAreFiles(file);
  if (!are_files.ok()) return are_files;
  const Trace before = TraceOf(file);
  const auto somebody_wrote = [&] { return TraceOf(file) != before; };
  if (HasAsFound()) {
    absl::StatusOr<std::string> cut_off = CheckLogOf(file);
    absl::Status status = cut_off.status();
    if (status.ok()) status = ReadBy(file, kAsFound, true, read, somebody_wrote);
    if (!somebody_wrote()) return status.ok() ? std::move(cut_off) : status;
  }
  absl::Status status = ReadBy(file, "", false, read, nullptr);
  if (!status.ok()) return status;
  return "";
}

absl::StatusOr<std::string> FirstPageAsFound(const std::string& file) {
  const auto database =
      VfsFile::Open(file, VfsFile::Kind::kDatabase, HasAsFound() ? kAsFound : "");
  if (!database.ok()) return database.status();
  absl::StatusOr<WalEnd> end = CheckLog(file, database->get());
  if (end.ok() && !end->first_page.empty()) return std::move(end->first_page);
  if (!end.ok() && !absl::IsDataLoss(end.status())) return end.status();
  return ReadFirstPage(database->get());
}

}  // namespace tocsin::sqlite
