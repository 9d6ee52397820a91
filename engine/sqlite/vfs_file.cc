#include "engine/sqlite/vfs_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "sqlite3.h"

namespace tocsin::sqlite {

bool FillsSectorsOfLog(sqlite3_file* database) {
  return (database->pMethods->xDeviceCharacteristics(database) &
          SQLITE_IOCAP_POWERSAFE_OVERWRITE) == 0;
}

namespace {

// https://www.sqlite.org/walformat.html#locks
constexpr int kCopyLock = 1;
constexpr int kRecoveryLocks = 3;  // to write, to copy and to recover: the first
constexpr int kToLock = SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE;
constexpr int kToUnlock = SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE;

// Of the memory that all share who have a database open, as words:
// https://www.sqlite.org/walformat.html#the_wal_index_header
constexpr int kHeaders = 24;  // so many, of both headers
constexpr int kCopied = 24;   // how much of the log was copied

int MapIndex(sqlite3_file* database, volatile std::uint32_t** index) {
  constexpr int kRegionSize = 32'768;
  void volatile* region = nullptr;
  const int result = database->pMethods->xShmMap(database, 0, kRegionSize, 0, &region);
  *index = static_cast<volatile std::uint32_t*>(region);
  return result;
}

// For as long as SQLite waits in a store.
template <typename Lock>
int LockSoon(sqlite3_vfs* system, Lock lock) {
  constexpr int kTries = 1'000;
  constexpr int kMicroseconds = 10'000;
  int result = lock();
  for (int i = 0; result == SQLITE_BUSY && i < kTries; ++i) {
    system->xSleep(system, kMicroseconds);
    result = lock();
  }
  return result;
}

int FlagsToOpen(VfsFile::Kind kind) {
  switch (kind) {
    case VfsFile::Kind::kDatabase:
      return SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READONLY;
    case VfsFile::Kind::kDatabaseToTake:
      return SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE;
    case VfsFile::Kind::kWal:
      return SQLITE_OPEN_WAL | SQLITE_OPEN_READWRITE;
    case VfsFile::Kind::kRollbackJournal:
      return SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_READONLY;
  }
  return 0;
}

}  // namespace

int ForgetCopied(sqlite3_file* database) {
  volatile std::uint32_t* index = nullptr;
  int result = MapIndex(database, &index);
  if (result != SQLITE_OK || index == nullptr) return result;
  result = database->pMethods->xShmLock(database, kCopyLock, 1, kToLock);
  if (result != SQLITE_OK) return result;
  index[kCopied] = 0;
  return database->pMethods->xShmLock(database, kCopyLock, 1, kToUnlock);
}

absl::StatusOr<std::unique_ptr<VfsFile>> VfsFile::Open(const std::string& path, Kind kind,
                                                       const std::string& vfs) {
  sqlite3_vfs* const system = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  if (system == nullptr) {
    return MakeStatus(Reason::kStoreUnusable,
                      absl::StrCat(path, ": SQLite has no file system \"", vfs, "\""));
  }
  // Some of its functions have room for as much, and write beyond it.
  const auto longest = static_cast<std::size_t>(system->mxPathname) - sizeof("-journal");
  if (path.size() > longest) {
    return MakeStatus(Reason::kStoreUnusable,
                      absl::StrCat(path, ": the name has ", path.size(),
                                   " bytes; SQLite takes ", longest, " at most"));
  }
  std::unique_ptr<VfsFile> opened = absl::WrapUnique(new VfsFile(path, system));
  int exists = 0;
  int result =
      system->xAccess(system, opened->path_.c_str(), SQLITE_ACCESS_EXISTS, &exists);
  if (result != SQLITE_OK) return opened->Error(result, "looking for it");
  if (exists == 0) return nullptr;
  opened->name_.reset(sqlite3_create_filename(
      path.c_str(), absl::StrCat(path, "-journal").c_str(),
      absl::StrCat(path, "-wal").c_str(), /*nParam=*/0, /*azParam=*/nullptr));
  if (opened->name_ == nullptr) return opened->Error(SQLITE_NOMEM, "opening it");
  opened->memory_ = std::make_unique<char[]>(static_cast<std::size_t>(system->szOsFile));
  auto* const file = reinterpret_cast<sqlite3_file*>(opened->memory_.get());
  int opened_as = 0;
  result =
      system->xOpen(system, opened->name_.get(), file, FlagsToOpen(kind), &opened_as);
  if (file->pMethods != nullptr) opened->file_ = file;
  if (result != SQLITE_OK) return opened->Error(result, "opening it");
  opened->is_read_only_ = (opened_as & SQLITE_OPEN_READONLY) != 0;
  absl::Status status = opened->AskForSize();
  if (!status.ok()) return status;
  return opened;
}

absl::Status VfsFile::AskForSize() {
  sqlite3_int64 size = 0;
  const int result = file_->pMethods->xFileSize(file_, &size);
  if (result != SQLITE_OK) return Error(result, "asking for its size");
  size_ = size;
  return absl::OkStatus();
}

void VfsFile::FreeName::operator()(const char* name) const {
  sqlite3_free_filename(const_cast<char*>(name));
}

VfsFile::~VfsFile() {
  if (file_ == nullptr) return;
  if (is_beside_others_) {
    file_->pMethods->xShmLock(file_, 0, kRecoveryLocks, kToUnlock);
    file_->pMethods->xShmUnmap(file_, 0);
  }
  file_->pMethods->xUnlock(file_, SQLITE_LOCK_NONE);
  file_->pMethods->xClose(file_);
}

absl::Status VfsFile::Take() {
  int result = LockSoon(
      system_, [this] { return file_->pMethods->xLock(file_, SQLITE_LOCK_SHARED); });
  if (result != SQLITE_OK) return Error(result, "locking it");
  // Whoever has it open in WAL mode has it locked so that nobody else has it alone.
  result = file_->pMethods->xLock(file_, SQLITE_LOCK_EXCLUSIVE);
  if (result == SQLITE_OK) return absl::OkStatus();
  if (result != SQLITE_BUSY) return Error(result, "locking it");
  // So none of them is the last, who copies the log and removes it.
  file_->pMethods->xUnlock(file_, SQLITE_LOCK_SHARED);
  result = MapIndex(file_, &index_);
  if (result == SQLITE_OK) {
    result = LockSoon(system_, [this] {
      return file_->pMethods->xShmLock(file_, 0, kRecoveryLocks, kToLock);
    });
    is_beside_others_ = result == SQLITE_OK;
    if (!is_beside_others_) file_->pMethods->xShmUnmap(file_, 0);
  }
  return is_beside_others_ ? absl::OkStatus()
                           : Error(result, "keeping others from its log");
}

void VfsFile::HaveLogRecovered() {
  if (!is_beside_others_ || index_ == nullptr) return;
  std::fill_n(index_, kHeaders, 0);
  file_->pMethods->xShmBarrier(file_);
}

absl::Status VfsFile::Read(std::int64_t at, std::size_t count, char* to) {
  const int result = file_->pMethods->xRead(file_, to, static_cast<int>(count), at);
  return result == SQLITE_OK ? absl::OkStatus() : Error(result, "reading it");
}

absl::Status VfsFile::Truncate(std::int64_t size) {
  const int result = file_->pMethods->xTruncate(file_, size);
  if (result != SQLITE_OK) return Error(result, "truncating it");
  size_ = size;
  return absl::OkStatus();
}

absl::Status VfsFile::Sync() {
  const int result = file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL);
  return result == SQLITE_OK ? absl::OkStatus() : Error(result, "syncing it");
}

absl::Status VfsFile::ForgetWhatIsNotWritten() {
  absl::Status status = Sync();
  if (!status.ok()) return status;
  const int result =
      file_->pMethods->xFileControl(file_, kForgetsWhatIsNotWritten, nullptr);
  if (result == SQLITE_OK) return AskForSize();
  if (result != SQLITE_NOTFOUND) return Error(result, "reading it from the disk");
  const int file = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  const bool forgot = file >= 0 && posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) == 0;
  if (file >= 0) close(file);
  return forgot ? AskForSize() : Error(SQLITE_IOERR_READ, "reading it from the disk");
}

absl::Status VfsFile::Error(int code, const char* doing) const {
  Reason reason = Reason::kStoreFailed;
  if ((code & 0xff) == SQLITE_CANTOPEN) reason = Reason::kStoreUnusable;
  if ((code & 0xff) == SQLITE_BUSY) reason = Reason::kStoreInUse;
  return MakeStatus(
      reason,
      absl::StrCat(path_, ": ", sqlite3_errstr(code), " (SQLite ", code, "), while ",
                   doing, reason == Reason::kStoreInUse ? kWhoLocksIt : ""));
}

}  // namespace tocsin::sqlite
