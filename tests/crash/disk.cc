#include "tests/crash/disk.h"

#include <algorithm>
#include <set>
#include <utility>

namespace tocsin::testing {
namespace {

bool EndsWith(std::string_view text, std::string_view end) { return text.ends_with(end); }

constexpr std::string_view kLogEnd = "-wal";
constexpr std::string_view kJournalEnd = "-journal";
constexpr std::size_t kLogHeaderSize = 32;

}  // namespace

void Disk::SwitchOn(const Plan& next) {
  if (plan_.leaves != Leaves::kEverything) {
    // Of a file that has a name only before, or only after, the directory is synced too.
    std::set<FilePtr> files;
    for (const Names& names : {names_, durable_names_}) {
      for (const auto& [name, file] : names) files.insert(file);
    }
    // By name, as addresses are chance.
    for (Names* names : {&names_, &durable_names_}) {
      for (const auto& [name, file] : *names) {
        if (files.erase(file) > 0) Forget(file.get(), plan_.leaves);
      }
    }
    std::set<std::string> all;
    for (const auto& [name, file] : names_) all.insert(name);
    for (const auto& [name, file] : durable_names_) all.insert(name);
    Names left;
    for (const std::string& name : all) {
      const Names& from = random_.Below(2) == 0 ? names_ : durable_names_;
      const auto found = from.find(name);
      if (found != from.end()) left.insert(*found);
    }
    directory_is_lost_ = !directory_is_durable_ && random_.Below(2) == 0;
    if (directory_is_lost_) left.clear();
    directory_is_durable_ = true;
    names_ = left;
    durable_names_ = std::move(left);
  } else {
    directory_is_lost_ = false;
  }
  plan_ = next;
  off_ = false;
  has_failed_ = false;
  was_full_ = false;
  calls_ = 0;
  changes_ = 0;
}

void Disk::Put(const std::string& name, std::string bytes) {
  FilePtr file = std::make_shared<File>(File{.now = bytes, .durable = std::move(bytes)});
  names_[name] = file;
  durable_names_[name] = std::move(file);
}

std::string Disk::Get(const std::string& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? "" : found->second->now;
}

bool Disk::Begins() {
  if (off_) return false;
  if (++calls_ != plan_.fails_at) return true;
  has_failed_ = true;
  off_ = plan_.failure_ends;
  return false;
}

bool Disk::StaysOn() {
  off_ = ++changes_ == plan_.power_goes_at;
  return !off_;
}

Disk::FilePtr Disk::Open(const std::string& name, bool create) {
  if (!Begins()) return nullptr;
  const auto found = names_.find(name);
  if (found != names_.end()) return found->second;
  if (!create) return nullptr;
  FilePtr file = std::make_shared<File>();
  if (!name.empty()) names_.emplace(name, file);
  return StaysOn() ? file : nullptr;
}

Disk::Result Disk::Read(const File& file, std::size_t at, char* to, std::size_t* size) {
  if (!Begins()) return Result::kFailed;
  *size = at < file.now.size() ? std::min(*size, file.now.size() - at) : 0;
  std::copy_n(file.now.data() + std::min(at, file.now.size()), *size, to);
  return Result::kDone;
}

bool Disk::HasRoomFor(const File& file, std::size_t size) const {
  if (plan_.room == Plan().room) return true;
  if (size <= file.now.size()) return true;
  std::size_t taken = size - file.now.size();
  for (const auto& [name, one] : names_) taken += one->now.size();
  return taken <= plan_.room;
}

Disk::Result Disk::Write(File* file, std::size_t at, std::string_view bytes) {
  const bool begins = Begins();
  if (off_) return Result::kFailed;
  const bool full = begins && !HasRoomFor(*file, at + bytes.size());
  was_full_ = was_full_ || full;
  // What fails may have been done in part.
  if (!begins || full) {
    bytes = bytes.substr(0, random_.Below(static_cast<unsigned>(bytes.size())));
    while (full && !HasRoomFor(*file, at + bytes.size())) {
      bytes = bytes.substr(0, bytes.size() / 2);
    }
  }
  if (!bytes.empty()) {
    file->changes.push_back({.at = at, .bytes = std::string(bytes)});
    Make(file->changes.back(), &file->now);
  }
  if (full) return Result::kFull;
  return begins && StaysOn() ? Result::kDone : Result::kFailed;
}

Disk::Result Disk::Truncate(File* file, std::size_t size) {
  if (!Begins()) return Result::kFailed;
  file->changes.push_back({.at = size, .truncates = true});
  Make(file->changes.back(), &file->now);
  return StaysOn() ? Result::kDone : Result::kFailed;
}

Disk::Result Disk::SyncFile(File* file, Sync what) {
  const bool was_on = !off_;
  if (!Begins()) {
    if (was_on && plan_.failed_sync_forgets) file->changes.clear();
    return Result::kFailed;
  }
  if (!StaysOn()) return Result::kFailed;
  if (plan_.lies_about.contains(what)) return Result::kDone;
  for (const File::Change& change : file->changes) Make(change, &file->durable);
  file->changes.clear();
  return Result::kDone;
}

Disk::Result Disk::ReadFromDisk(File* file) {
  if (!Begins()) return Result::kFailed;
  file->now = file->durable;
  for (const File::Change& change : file->changes) Make(change, &file->now);
  return Result::kDone;
}

Disk::Result Disk::SyncNames(Sync what) {
  if (!Begins() || !StaysOn()) return Result::kFailed;
  if (plan_.lies_about.contains(what)) return Result::kDone;
  if (what == Sync::kDirectoryName) {
    directory_is_durable_ = true;
  } else {
    durable_names_ = names_;
  }
  return Result::kDone;
}

Disk::Result Disk::Remove(const std::string& name) {
  if (!Begins()) return Result::kFailed;
  names_.erase(name);
  return StaysOn() ? Result::kDone : Result::kFailed;
}

Disk::Result Disk::Exists(const std::string& name, bool* exists) {
  *exists = names_.contains(name);
  return Begins() ? Result::kDone : Result::kFailed;
}

Disk::Result Disk::Size(const File& file, std::size_t* size) {
  *size = file.now.size();
  return Begins() ? Result::kDone : Result::kFailed;
}

Sync Disk::SyncOf(const std::string& name, const File& file) const {
  if (EndsWith(name, kJournalEnd)) return Sync::kJournal;
  if (EndsWith(name, kLogEnd)) {
    const bool header = file.changes.size() == 1 && file.changes.front().at == 0 &&
                        file.changes.front().bytes.size() == kLogHeaderSize;
    return header ? Sync::kLogHeader : Sync::kLog;
  }
  const bool beside_journal = names_.contains(name + std::string(kJournalEnd));
  return beside_journal ? Sync::kMadeDatabase : Sync::kDatabase;
}

void Disk::Make(const File::Change& change, std::string* bytes) {
  if (change.truncates) {
    bytes->resize(change.at);
    return;
  }
  const std::size_t end = change.at + change.bytes.size();
  if (bytes->size() < end) bytes->resize(end);
  std::copy(change.bytes.begin(), change.bytes.end(),
            bytes->begin() + static_cast<std::ptrdiff_t>(change.at));
}

void Disk::Forget(File* file, Leaves leaves) {
  switch (leaves) {
    case Leaves::kNothing:
    case Leaves::kEverything:
      break;
    case Leaves::kFirst:
    case Leaves::kFirstSectors:
    case Leaves::kGarbage:
      LeaveFirst(file, leaves);
      break;
    case Leaves::kSomeWrites:
    case Leaves::kSomeSectors:
      LeaveSome(file, leaves == Leaves::kSomeWrites);
      break;
  }
  file->changes.clear();
  file->now = file->durable;
}

void Disk::LeaveFirst(File* file, Leaves leaves) {
  const auto count = static_cast<unsigned>(file->changes.size());
  const unsigned whole = random_.Below(count + 1);
  for (unsigned i = 0; i < whole; ++i) Make(file->changes[i], &file->durable);
  if (whole == count || file->changes[whole].truncates) return;
  File::Change torn = file->changes[whole];
  std::size_t size = random_.Below(static_cast<unsigned>(torn.bytes.size() + 1));
  if (leaves == Leaves::kFirstSectors) {
    const std::size_t end = (torn.at + size) / sector_ * sector_;
    size = end > torn.at ? end - torn.at : 0;
  }
  const std::size_t all = torn.bytes.size();
  torn.bytes.resize(size);
  if (size > 0) Make(torn, &file->durable);
  if (leaves == Leaves::kGarbage) Smudge(torn.at + size, all - size, &file->durable);
}

void Disk::LeaveSome(File* file, bool whole) {
  for (const File::Change& change : file->changes) {
    if (whole || change.truncates) {
      if (random_.Below(2) == 0) Make(change, &file->durable);
      continue;
    }
    for (std::size_t from = 0; from < change.bytes.size();) {
      const std::size_t end =
          std::min(change.bytes.size(),
                   (change.at + from) / sector_ * sector_ + sector_ - change.at);
      if (random_.Below(2) == 0) {
        Make({.at = change.at + from, .bytes = change.bytes.substr(from, end - from)},
             &file->durable);
      }
      from = end;
    }
  }
}

// What was being written, in one sector.
void Disk::Smudge(std::size_t at, std::size_t size, std::string* bytes) {
  if (size == 0) return;
  const std::size_t end = std::min(at / sector_ * sector_ + sector_, at + size);
  if (bytes->size() < end) bytes->resize(end);
  for (std::size_t i = at; i < end; ++i) {
    (*bytes)[i] = static_cast<char>(random_.Below(256));
  }
}

}  // namespace tocsin::testing
