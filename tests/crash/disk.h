#ifndef TOCSIN_TESTS_CRASH_DISK_H_
#define TOCSIN_TESTS_CRASH_DISK_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/random.h"

namespace tocsin::testing {

// What is made durable: a disk can be told to lie about it.
enum class Sync {
  kLog,            // the write-ahead log, at each commit
  kLogHeader,      // its first bytes alone, when it begins anew
  kLogBeforeCopy,  // all of it, before it is copied into the database
  kLogAsFound,     // the same, by the store, before it is read
  kLogCutOff,      // and when it has cut off what was not finished
  kDatabase,       // the database, at the end of a checkpoint
  kJournal,        // the rollback journal, while a database is made
  kMadeDatabase,   // the database beside such a journal
  kNewName,        // the directory, by SQLite, when a journal or log is new
  kNames,          // the directory, by the store
  kDirectoryName,  // the directory above, by the store
};

// What is left of what was not synced when it ends.
enum class Leaves {
  kNothing,
  kFirst,         // the first writes, the last of them torn at any byte
  kFirstSectors,  // the same, torn between sectors
  kSomeWrites,    // any of them
  kSomeSectors,   // any sectors of any of them
  kGarbage,       // as kFirst, and more of the last is there, but as chance wants it
  kEverything,  // as it was: only the process ended, and a later end may forget it still
};
inline constexpr unsigned kWaysToEnd = 7;

// A disk in memory, with the files of one directory, for whatever reads and writes as
// SQLite does. Of each file it knows the bytes that are durable and, in their order, the
// writes and truncations since the last sync. A name is another thing than its file: that
// one is new, or gone, is durable once the directory was synced, and that of the
// directory once the one above was. Until then either may be there after the power went.
//
// Whatever is not named here does not happen: bits do not rot, a sync that was done
// holds, a name is there whole or not at all.
//
// Thread safety: none.
class Disk {
 public:
  static constexpr std::uint64_t kNever = 0;

  // What is to go wrong from when it is switched on; calls are counted from 1.
  struct Plan {
    std::uint64_t power_goes_at = kNever;  // of the calls that change something
    Leaves leaves = Leaves::kNothing;
    std::uint64_t fails_at = kNever;  // of all calls: that one alone fails
    // Bytes that all files together may have.
    std::size_t room = std::numeric_limits<std::size_t>::max();
    std::set<Sync> lies_about = {};  // says that it was done, and does nothing
    // What a sync was to write that failed stays in memory only, as Linux has it: it is
    // read, and no later sync writes it.
    bool failed_sync_forgets = false;
    bool failure_ends = false;  // the call that fails is the last one of the process
  };

  struct File {
    struct Change {
      std::size_t at = 0;  // where bytes are written, or a truncated file ends
      std::string bytes = {};
      bool truncates = false;
    };
    std::string now;
    std::string durable;
    std::vector<Change> changes = {};  // from `durable` to `now`
  };
  using FilePtr = std::shared_ptr<File>;
  enum class Result { kDone, kFailed, kFull };

  Disk(std::uint64_t seed, std::size_t sector) : random_(seed), sector_(sector) {}

  std::size_t sector() const { return sector_; }
  // No power, or switched off.
  bool off() const { return off_; }
  // Whether a call has failed as planned.
  bool has_failed() const { return has_failed_; }
  bool was_full() const { return was_full_; }
  // Since it was switched on.
  std::uint64_t calls() const { return calls_; }
  std::uint64_t changes() const { return changes_; }
  bool directory_is_lost() const { return directory_is_lost_; }

  // What is left then, other than was planned.
  void Leave(Leaves leaves) { plan_.leaves = leaves; }
  // Ends what runs, as planned or otherwise, and begins anew with what is left.
  void SwitchOn(const Plan& next);
  // A file that is there, and durable. What it is; empty where it is not.
  void Put(const std::string& name, std::string bytes);
  std::string Get(const std::string& name) const;
  // The directory was made anew, in one above that is there.
  void MakeDirectory() { directory_is_durable_ = false; }

  // Null where it fails, or there is none and none is to be made.
  FilePtr Open(const std::string& name, bool create);
  Result Read(const File& file, std::size_t at, char* to, std::size_t* size);
  Result Write(File* file, std::size_t at, std::string_view bytes);
  Result Truncate(File* file, std::size_t size);
  Result SyncFile(File* file, Sync what);
  // What a failed sync forgot is read no more.
  Result ReadFromDisk(File* file);
  Result SyncNames(Sync what);
  Result Remove(const std::string& name);
  Result Exists(const std::string& name, bool* exists);
  Result Size(const File& file, std::size_t* size);
  // What a commit of this file makes durable; by its name, as SQLite gives it.
  Sync SyncOf(const std::string& name, const File& file) const;

 private:
  using Names = std::map<std::string, FilePtr>;

  bool Begins();
  // Whether the power is still on after a change.
  bool StaysOn();
  bool HasRoomFor(const File& file, std::size_t size) const;
  static void Make(const File::Change& change, std::string* bytes);
  void Forget(File* file, Leaves leaves);
  void LeaveFirst(File* file, Leaves leaves);
  void LeaveSome(File* file, bool whole);
  void Smudge(std::size_t at, std::size_t size, std::string* bytes);

  Random random_;
  const std::size_t sector_;
  Plan plan_{.leaves = Leaves::kEverything};
  Names names_;
  Names durable_names_;
  bool directory_is_durable_ = true;
  bool directory_is_lost_ = false;
  bool off_ = false;
  bool has_failed_ = false;
  bool was_full_ = false;
  std::uint64_t calls_ = 0;
  std::uint64_t changes_ = 0;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CRASH_DISK_H_
