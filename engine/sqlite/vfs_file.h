#ifndef TOCSIN_ENGINE_SQLITE_VFS_FILE_H_
#define TOCSIN_ENGINE_SQLITE_VFS_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/sqlite/wal.h"

struct sqlite3_file;
struct sqlite3_vfs;

namespace tocsin::sqlite {

// Asks a file of a file system other than the system's, by `xFileControl`, to be read
// from the disk.
inline constexpr int kForgetsWhatIsNotWritten = 1'953'457'011;

// What an error adds to SQLite's "database is locked", as that comes after a wait.
inline constexpr char kWhoLocksIt[] =
    "; another program goes on holding a lock on it, as sqlite3 does amid a transaction "
    "that writes; end that one";

// Whether SQLite fills the sectors of the log of this database, as the disk may spoil
// what is beside a write.
bool FillsSectorsOfLog(sqlite3_file* database);

// Has all of the log copied into the database again, by whoever copies it next. How much
// of it was copied is known in memory only, which all share who have the database open,
// also where a sync has failed and what was copied is lost. Returns SQLite's code: busy
// where somebody is copying.
int ForgetCopied(sqlite3_file* database);

// A file of a store as one of SQLite's file systems has it, for who looks at it before
// SQLite does.
//
// Thread safety: none.
class VfsFile final : public ByteSource {
 public:
  enum class Kind { kDatabase, kDatabaseToTake, kWal, kRollbackJournal };

  // Null where there is none. `vfs` as for `Database`. Errors: kUnavailable;
  // kFailedPrecondition where it cannot be opened.
  static absl::StatusOr<std::unique_ptr<VfsFile>> Open(const std::string& path, Kind kind,
                                                       const std::string& vfs);
  ~VfsFile() override;
  VfsFile(const VfsFile&) = delete;
  VfsFile& operator=(const VfsFile&) = delete;

  std::int64_t size() const override { return size_; }
  const std::string& path() const { return path_; }
  // Whether it was opened to be written, and can only be read.
  bool is_read_only() const { return is_read_only_; }
  // Of a database.
  bool FillsSectorsOfLog() const { return sqlite::FillsSectorsOfLog(file_); }
  // Of a database to take. Has it alone, or, beside others that have it open, in this
  // process or another, its log: until this is gone nobody else opens the database, or
  // none of those writes to the log, copies it or removes it. Waits a while for who does.
  // Errors: kFailedPrecondition (kStoreInUse) where somebody goes on with that;
  // kUnavailable.
  absl::Status Take();
  // Where others have it open SQLite believes the memory that they share, whatever is in
  // the log: where the log ends, and how much of it was copied. From now on it reads the
  // log before it believes them, as after the end of a process that was writing there.
  void HaveLogRecovered();
  absl::Status Read(std::int64_t at, std::size_t count, char* to) override;
  // Of a log only. Error: kUnavailable.
  absl::Status Truncate(std::int64_t size);
  absl::Status Sync();
  // Syncs it, and has it read from the disk from then on. What a sync could not write
  // Linux keeps in memory and takes for written: it would be read as long as the power is
  // on, and no later sync would write it. https://lwn.net/Articles/752063/
  absl::Status ForgetWhatIsNotWritten();

 private:
  VfsFile(std::string path, sqlite3_vfs* system)
      : path_(std::move(path)), system_(system) {}
  struct FreeName {
    void operator()(const char* name) const;
  };
  absl::Status AskForSize();
  absl::Status Error(int code, const char* doing) const;

  const std::string path_;
  sqlite3_vfs* const system_;
  // The path with what SQLite's file systems look for around it.
  // https://www.sqlite.org/c3ref/create_filename.html
  std::unique_ptr<const char, FreeName> name_;
  std::unique_ptr<char[]> memory_;  // of SQLite's description of it
  sqlite3_file* file_ = nullptr;    // there
  std::int64_t size_ = 0;
  bool is_read_only_ = false;
  bool is_beside_others_ = false;
  volatile std::uint32_t* index_ = nullptr;  // what those share; null where it is nothing
};

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_VFS_FILE_H_
