#include "engine/sqlite/vfs_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/wal_frame.h"
#include "sqlite3.h"

namespace tocsin::sqlite {

bool FillsSectorsOfLog(sqlite3_file* database) {
  return (database->pMethods->xDeviceCharacteristics(database) &
          SQLITE_IOCAP_POWERSAFE_OVERWRITE) == 0;
}

absl::StatusOr<std::unique_ptr<VfsFile>> VfsFile::Open(const std::string& path, Kind kind,
                                                       const std::string& vfs) {
  sqlite3_vfs* const system = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  if (system == nullptr) {
    return MakeStatus(Reason::kStoreUnusable,
                      absl::StrCat(path, ": SQLite has no file system \"", vfs, "\""));
  }
  std::unique_ptr<VfsFile> opened = absl::WrapUnique(new VfsFile(path));
  int exists = 0;
  int result =
      system->xAccess(system, opened->path_.c_str(), SQLITE_ACCESS_EXISTS, &exists);
  if (result != SQLITE_OK) return opened->Error(result, "looking for it");
  if (exists == 0) return nullptr;
  opened->memory_ = std::make_unique<char[]>(static_cast<std::size_t>(system->szOsFile));
  auto* const file = reinterpret_cast<sqlite3_file*>(opened->memory_.get());
  const int flags =
      (kind == Kind::kWal ? SQLITE_OPEN_WAL : SQLITE_OPEN_MAIN_DB) |
      (kind == Kind::kDatabase ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
  int opened_as = 0;
  result = system->xOpen(system, opened->path_.c_str(), file, flags, &opened_as);
  if (file->pMethods != nullptr) opened->file_ = file;
  if (result != SQLITE_OK) return opened->Error(result, "opening it");
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

VfsFile::~VfsFile() {
  if (file_ == nullptr) return;
  file_->pMethods->xUnlock(file_, SQLITE_LOCK_NONE);
  file_->pMethods->xClose(file_);
}

bool VfsFile::Take() {
  // Whoever has it open in WAL mode has it locked so that nobody else has it alone.
  if (file_->pMethods->xLock(file_, SQLITE_LOCK_SHARED) == SQLITE_OK &&
      file_->pMethods->xLock(file_, SQLITE_LOCK_EXCLUSIVE) == SQLITE_OK) {
    return true;
  }
  file_->pMethods->xUnlock(file_, SQLITE_LOCK_NONE);
  return false;
}

std::optional<std::int64_t> VfsFile::LogEndOfOthers() {
  constexpr int kRegionSize = 32'768;
  void volatile* region = nullptr;
  const int result = file_->pMethods->xShmMap(file_, 0, kRegionSize, 0, &region);
  std::optional<std::int64_t> end;
  if (result == SQLITE_OK && region != nullptr) {
    // https://www.sqlite.org/walformat.html#the_wal_index_header
    const auto* const bytes = static_cast<const volatile char*>(region);
    const auto* const words = static_cast<const volatile std::uint32_t*>(region);
    const std::uint32_t frames = words[4];
    const auto size =
        static_cast<std::int64_t>(static_cast<const volatile std::uint16_t*>(region)[7]);
    const std::int64_t page_size = size == 1 ? std::int64_t{kPageSizeMax} : size;
    constexpr auto kFrame = static_cast<std::int64_t>(kFrameHeaderSize);
    if (bytes[12] != 0) {
      end = static_cast<std::int64_t>(kWalHeaderSize) + frames * (kFrame + page_size);
    }
  }
  file_->pMethods->xShmUnmap(file_, 0);
  return end;
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
  const Reason reason =
      (code & 0xff) == SQLITE_CANTOPEN ? Reason::kStoreUnusable : Reason::kStoreFailed;
  return MakeStatus(reason, absl::StrCat(path_, ": ", sqlite3_errstr(code), " (SQLite ",
                                         code, "), while ", doing));
}

}  // namespace tocsin::sqlite
