#include "tests/crash/disk_vfs.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/sqlite/vfs_file.h"
#include "sqlite3.h"

namespace tocsin::testing {

// What those have in common that have a file open, as long as anybody has.
struct InCommon {
  std::vector<std::unique_ptr<char[]>> regions;
  std::set<const void*> locked_by;
  struct Lock {
    std::set<const void*> shared_by;
    const void* held_by = nullptr;
  };
  std::array<Lock, SQLITE_SHM_NLOCK> locks;  // of the regions

  // As https://www.sqlite.org/c3ref/c_shm_exclusive.html has it, for the locks from
  // `first` on.
  bool MayLock(const void* who, int first, int count, bool alone) const {
    return std::all_of(
        locks.begin() + first, locks.begin() + first + count, [&](const Lock& lock) {
          if (lock.held_by != nullptr && lock.held_by != who) return false;
          return !alone || lock.shared_by.size() == lock.shared_by.count(who);
        });
  }
  void Unlock(const void* who, int first, int count) {
    for (int i = first; i < first + count; ++i) {
      locks[i].shared_by.erase(who);
      if (locks[i].held_by == who) locks[i].held_by = nullptr;
    }
  }
};

struct DiskVfs::Registered {
  sqlite3_vfs vfs{};
  Disk* disk = nullptr;
  Claims claims = Claims::kNothing;
  bool copies_log = false;  // into the database, now
  std::map<std::string, std::weak_ptr<InCommon>> in_common = {};  // by the file's name
};

namespace {

// A file that SQLite has open. It gives the memory, and calls no destructor.
struct Opened {
  sqlite3_file base;  // first: it is what SQLite sees
  struct State {
    Disk* disk = nullptr;
    Disk::FilePtr file;
    std::string name;
    bool* copies_log = nullptr;
    bool by_store = false;  // the log, before SQLite has it
    bool is_cut = false;
    bool syncs_name = false;  // with the next sync of the file
    int claims = 0;
    std::shared_ptr<InCommon> in_common = nullptr;
  };
  State* state;
};

Opened::State& Of(sqlite3_file* file) { return *reinterpret_cast<Opened*>(file)->state; }

int CodeOf(Disk::Result result, int failed) {
  if (result == Disk::Result::kDone) return SQLITE_OK;
  return result == Disk::Result::kFull ? SQLITE_FULL : failed;
}

int Close(sqlite3_file* file) {
  Opened::State* const state =
      std::exchange(reinterpret_cast<Opened*>(file)->state, nullptr);
  state->in_common->locked_by.erase(state);
  state->in_common->Unlock(state, 0, SQLITE_SHM_NLOCK);
  delete state;
  return SQLITE_OK;
}

int Read(sqlite3_file* file, void* to, int wanted, sqlite3_int64 at) {
  Opened::State& state = Of(file);
  auto size = static_cast<std::size_t>(wanted);
  auto* bytes = static_cast<char*>(to);
  if (state.disk->Read(*state.file, static_cast<std::size_t>(at), bytes, &size) !=
      Disk::Result::kDone) {
    return SQLITE_IOERR_READ;
  }
  if (size == static_cast<std::size_t>(wanted)) return SQLITE_OK;
  std::fill(bytes + size, bytes + wanted, '\0');
  return SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  Opened::State& state = Of(file);
  const std::string_view bytes(static_cast<const char*>(from),
                               static_cast<std::size_t>(size));
  return CodeOf(state.disk->Write(state.file.get(), static_cast<std::size_t>(at), bytes),
                SQLITE_IOERR_WRITE);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  Opened::State& state = Of(file);
  state.is_cut = true;
  return CodeOf(state.disk->Truncate(state.file.get(), static_cast<std::size_t>(size)),
                SQLITE_IOERR_TRUNCATE);
}

Sync WhatIsSynced(const Opened::State& state) {
  const Sync what = state.disk->SyncOf(state.name, *state.file);
  if (what != Sync::kLog && what != Sync::kLogHeader) return what;
  if (state.by_store) return state.is_cut ? Sync::kLogCutOff : Sync::kLogAsFound;
  return *state.copies_log ? Sync::kLogBeforeCopy : what;
}

int SyncFile(sqlite3_file* file, int /*flags*/) {
  Opened::State& state = Of(file);
  Disk::Result result = state.disk->SyncFile(state.file.get(), WhatIsSynced(state));
  if (result == Disk::Result::kDone && std::exchange(state.syncs_name, false)) {
    result = state.disk->SyncNames(Sync::kNewName);
  }
  return CodeOf(result, SQLITE_IOERR_FSYNC);
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  std::size_t found = 0;
  const Disk::Result result = Of(file).disk->Size(*Of(file).file, &found);
  *size = static_cast<sqlite3_int64>(found);
  return CodeOf(result, SQLITE_IOERR_FSTAT);
}

// The last connection to close copies the log with the database locked against all,
// others with the lock of whoever does so.
int Lock(sqlite3_file* file, int level) {
  Opened::State& state = Of(file);
  std::set<const void*>& locked_by = state.in_common->locked_by;
  if (level == SQLITE_LOCK_EXCLUSIVE) {
    if (locked_by.size() > locked_by.count(&state)) return SQLITE_BUSY;
    *state.copies_log = true;
  }
  locked_by.insert(&state);
  return SQLITE_OK;
}
int Unlock(sqlite3_file* file, int level) {
  Opened::State& state = Of(file);
  *state.copies_log = false;
  if (level == SQLITE_LOCK_NONE) state.in_common->locked_by.erase(&state);
  return SQLITE_OK;
}
int CheckReservedLock(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}
int FileControl(sqlite3_file* file, int what, void*) {
  if (what != sqlite::kForgetsWhatIsNotWritten) return SQLITE_NOTFOUND;
  return Of(file).disk->ReadFromDisk(Of(file).file.get()) == Disk::Result::kDone
             ? SQLITE_OK
             : SQLITE_IOERR;
}
int SectorSize(sqlite3_file* file) { return static_cast<int>(Of(file).disk->sector()); }
int Claims(sqlite3_file* file) { return Of(file).claims; }

int ShmMap(sqlite3_file* file, int region, int size, int extend, void volatile** to) {
  auto& shared = Of(file).in_common->regions;
  const auto wanted = static_cast<std::size_t>(region);
  *to = nullptr;
  if (wanted >= shared.size() && extend == 0) return SQLITE_OK;
  while (wanted >= shared.size()) {
    shared.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  }
  *to = shared[wanted].get();
  return SQLITE_OK;
}
int ShmLock(sqlite3_file* file, int first, int count, int flags) {
  constexpr int kCopiesLog = 1;  // WAL_CKPT_LOCK: https://sqlite.org/walformat.html
  const void* const who = &Of(file);
  InCommon& common = *Of(file).in_common;
  const bool alone = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  if ((flags & SQLITE_SHM_LOCK) == 0) {
    common.Unlock(who, first, count);
  } else if (!common.MayLock(who, first, count, alone)) {
    return SQLITE_BUSY;
  } else {
    for (int i = first; i < first + count; ++i) {
      if (alone) common.locks[i].held_by = who;
      if (!alone) common.locks[i].shared_by.insert(who);
    }
  }
  if (first <= kCopiesLog && kCopiesLog < first + count) {
    *Of(file).copies_log = (flags & SQLITE_SHM_LOCK) != 0;
  }
  return SQLITE_OK;
}
void ShmBarrier(sqlite3_file*) {}
int ShmUnmap(sqlite3_file*, int) { return SQLITE_OK; }

const sqlite3_io_methods* Methods() {
  static const sqlite3_io_methods methods = [] {
    sqlite3_io_methods made{};
    made.iVersion = 2;
    made.xClose = Close;
    made.xRead = Read;
    made.xWrite = Write;
    made.xTruncate = Truncate;
    made.xSync = SyncFile;
    made.xFileSize = FileSize;
    made.xLock = Lock;
    made.xUnlock = Unlock;
    made.xCheckReservedLock = CheckReservedLock;
    made.xFileControl = FileControl;
    made.xSectorSize = SectorSize;
    made.xDeviceCharacteristics = Claims;
    made.xShmMap = ShmMap;
    made.xShmLock = ShmLock;
    made.xShmBarrier = ShmBarrier;
    made.xShmUnmap = ShmUnmap;
    return made;
  }();
  return &methods;
}

Disk& DiskOf(sqlite3_vfs* vfs) { return *static_cast<Disk*>(vfs->pAppData); }

int Delete(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  Disk& disk = DiskOf(vfs);
  Disk::Result result = disk.Remove(name);
  if (result == Disk::Result::kDone && sync_directory != 0) {
    result = disk.SyncNames(Sync::kNewName);
  }
  return CodeOf(result, SQLITE_IOERR_DELETE);
}

int Access(sqlite3_vfs* vfs, const char* name, int, int* can) {
  bool exists = false;
  const Disk::Result result = DiskOf(vfs).Exists(name, &exists);
  *can = exists ? 1 : 0;
  return CodeOf(result, SQLITE_IOERR_ACCESS);
}

int FullPathname(sqlite3_vfs*, const char* name, int room, char* to) {
  const std::size_t size = std::strlen(name) + 1;
  if (size > static_cast<std::size_t>(room)) return SQLITE_CANTOPEN;
  std::copy_n(name, size, to);
  return SQLITE_OK;
}

int Randomness(sqlite3_vfs*, int size, char* to) {
  std::fill_n(to, size, '\7');
  return size;
}
int Wait(sqlite3_vfs*, int microseconds) { return microseconds; }
int CurrentTime(sqlite3_vfs*, sqlite3_int64* milliseconds) {
  *milliseconds = 0;
  return SQLITE_OK;
}
int LastError(sqlite3_vfs*, int, char*) { return 0; }

int NextVfs() {
  static int made = 0;
  return ++made;
}

}  // namespace

DiskVfs::DiskVfs(Disk* disk, enum Claims claims)
    : name_(absl::StrCat("disk", NextVfs())),
      registered_(std::make_unique<Registered>()) {
  registered_->disk = disk;
  registered_->claims = claims;
  sqlite3_vfs& vfs = registered_->vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(Opened);
  vfs.mxPathname = 512;
  vfs.zName = name_.c_str();
  vfs.pAppData = disk;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPathname;
  vfs.xRandomness = Randomness;
  vfs.xSleep = Wait;
  vfs.xGetLastError = LastError;
  vfs.xCurrentTimeInt64 = CurrentTime;
  // SQLite gives no more of the file system than its description, of which this is a
  // part.
  vfs.xOpen = [](sqlite3_vfs* of, const char* name, sqlite3_file* file, int flags,
                 int* opened_as) {
    auto* opened = new (file) Opened{};
    auto& registered = *reinterpret_cast<Registered*>(of);
    const std::string path = name == nullptr ? "" : name;
    Disk::FilePtr found = registered.disk->Open(path, (flags & SQLITE_OPEN_CREATE) != 0);
    if (found == nullptr) return SQLITE_CANTOPEN;
    const bool is_log = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
    opened->state =
        new Opened::State{.disk = registered.disk,
                          .file = std::move(found),
                          .name = path,
                          .copies_log = &registered.copies_log,
                          .by_store = is_log && (flags & SQLITE_OPEN_CREATE) == 0,
                          .syncs_name = is_log && (flags & SQLITE_OPEN_CREATE) != 0,
                          .claims = registered.claims == Claims::kPowersafeOverwrite
                                        ? SQLITE_IOCAP_POWERSAFE_OVERWRITE
                                        : 0};
    std::weak_ptr<InCommon>& in_common = registered.in_common[path];
    opened->state->in_common = in_common.lock();
    if (opened->state->in_common == nullptr) {
      in_common = opened->state->in_common = std::make_shared<InCommon>();
    }
    opened->base.pMethods = Methods();
    if (opened_as != nullptr) *opened_as = flags;
    return SQLITE_OK;
  };
  sqlite3_vfs_register(&vfs, 0);
}

bool DiskVfs::IsInUse() const {
  return std::any_of(registered_->in_common.begin(), registered_->in_common.end(),
                     [](const auto& of_file) { return !of_file.second.expired(); });
}

DiskVfs::~DiskVfs() { sqlite3_vfs_unregister(&registered_->vfs); }

}  // namespace tocsin::testing
