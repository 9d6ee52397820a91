#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/core/open.h"
#include "engine/store/store.h"
#include "tocsin/engine.h"
#include "tocsin/store.h"
#ifdef TOCSIN_STORE
#include "engine/sqlite/as_found.h"
#include "engine/sqlite/backup.h"
#include "engine/sqlite/directory.h"
#include "engine/sqlite/files.h"
#include "engine/sqlite/found_store.h"
#include "engine/sqlite/inspect.h"
#include "engine/sqlite/store_reader.h"
#endif

namespace tocsin {
namespace {

absl::Status BadDirectory(const std::string& directory, absl::string_view right) {
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat("the directory is ", Quote(directory), "; ", right));
}

#ifdef TOCSIN_STORE
// Shows what is in a store, and keeps nothing.
class ShownStore final : public store::Store {
 public:
  ShownStore(sqlite::Database* database, std::int64_t format)
      : database_(*database), format_(format) {}

  absl::Status Load(store::Loader* loader) override {
    return sqlite::StoreReader(&database_, format_).Read(loader);
  }
  absl::Status Commit(const store::Transaction&) override { return absl::OkStatus(); }

 private:
  sqlite::Database& database_;
  const std::int64_t format_;
};

// Shows no other instant than the store's last one: nothing falls due.
class StandingClock final : public Clock {
 public:
  absl::Time Now() override { return absl::InfinitePast(); }
};

// Errors: kInvalidArgument for one without a name, or with NUL in it.
absl::Status CheckTarget(const std::string& directory, const std::string& to) {
  if (to.empty()) return BadDirectory(to, "give one for the copy");
  if (absl::StrContains(to, '\0')) return BadDirectory(to, "give a name without NUL");
  std::error_code error;
  const std::filesystem::path store = std::filesystem::canonical(directory, error);
  // It is gone meanwhile, which who reads it says.
  if (error) return absl::OkStatus();
  const std::filesystem::path target =
      std::filesystem::weakly_canonical(sqlite::AbsolutePath(to), error);
  if (error ||
      std::mismatch(store.begin(), store.end(), target.begin(), target.end()).first !=
          store.end()) {
    return absl::OkStatus();
  }
  return MakeStatus(Reason::kStoreUnusable,
                    absl::StrCat(to,
                                 ": is in the store itself, where it would be lost "
                                 "with it; give a directory elsewhere"));
}

absl::StatusOr<std::string> DatabaseIn(const std::string& directory) {
  if (directory.empty()) return BadDirectory(directory, "give that of a store");
  if (absl::StrContains(directory, '\0')) {
    return BadDirectory(directory, "give a name without NUL");
  }
  std::string file = absl::StrCat(directory, "/", sqlite::kDatabaseName);
  absl::Status are_files = sqlite::CheckAreFiles(file);
  if (!are_files.ok()) return are_files;
  // Before the database, which is there before these are.
  const sqlite::FoundStore beside = sqlite::FindStore(directory);
  struct stat found = {};
  const bool is_found = stat(file.c_str(), &found) == 0;
  if (!is_found && errno != ENOENT && errno != ENOTDIR) {
    return MakeStatus(Reason::kStoreUnusable,
                      absl::StrCat(file, ": ", std::strerror(errno),
                                   "; give the directory of a store"));
  }
  if (!is_found || found.st_size == 0) {
    absl::Status missed = sqlite::MissDatabase(beside.left, beside.has_log);
    if (!missed.ok()) return missed;
  }
  if (is_found) return sqlite::AbsolutePath(file);
  return MakeStatus(Reason::kStoreUnusable,
                    absl::StrCat(directory, ": there is no file ", sqlite::kDatabaseName,
                                 " in it; give the directory of a store"));
}

std::vector<StoreSummary::File> FilesIn(const std::string& directory) {
  std::vector<StoreSummary::File> files;
  std::error_code error;
  // One that goes meanwhile is left out.
  for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error)) {
    struct stat found = {};
    if (stat(it->path().c_str(), &found) != 0 || !S_ISREG(found.st_mode)) continue;
    files.push_back({.name = it->path().filename().string(),
                     .bytes = static_cast<std::uint64_t>(found.st_size)});
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return files;
}

// Recovers all of it, and adds what only then is known.
absl::Status RecoverShown(sqlite::Database* database, StoreSummary* summary) {
  absl::StatusOr<std::optional<store::Rules>> rules = sqlite::RulesOf(database);
  if (!rules.ok()) return rules.status();
  StandingClock clock;
  Options options{.directory = "", .clock = &clock, .worker_threads = 0};
  if (rules->has_value()) {
    options.period_policy = (*rules)->period_policy;
    options.tracked_group_keys = std::move((*rules)->tracked_group_keys);
  }
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      core::OpenWith(std::move(options), nullptr, nullptr,
                     std::make_unique<ShownStore>(database, summary->format));
  if (!engine.ok()) return engine.status();
  const Stats stats = (*engine)->GetStats();
  summary->customers = stats.customers;
  summary->due = stats.due;
  return (*engine)->Close(absl::ZeroDuration()).status();
}

absl::StatusOr<StoreSummary> VerifyFile(const std::string& file) {
  absl::StatusOr<StoreSummary> summary;
  absl::StatusOr<std::string> cut_off =
      sqlite::ReadAsFound(file, [&](sqlite::Database* database) {
        summary = sqlite::Summarize(database);
        if (!summary.ok()) return summary.status();
        return RecoverShown(database, &*summary);
      });
  if (!cut_off.ok()) return cut_off.status();
  summary->cut_off = *std::move(cut_off);
  return summary;
}
#endif

}  // namespace

#ifdef TOCSIN_STORE

absl::StatusOr<StoreSummary> InspectStore(const std::string& directory) {
  const absl::StatusOr<std::string> file = DatabaseIn(directory);
  if (!file.ok()) return file.status();
  absl::StatusOr<StoreSummary> summary;
  absl::StatusOr<std::string> cut_off =
      sqlite::ReadAsFound(*file, [&](sqlite::Database* database) {
        summary = sqlite::Summarize(database);
        return summary.status();
      });
  if (!cut_off.ok()) return cut_off.status();
  summary->cut_off = *std::move(cut_off);
  summary->files = FilesIn(directory);
  return summary;
}

absl::StatusOr<StoreSummary> VerifyStore(const std::string& directory) {
  const absl::StatusOr<std::string> file = DatabaseIn(directory);
  if (!file.ok()) return file.status();
  absl::StatusOr<StoreSummary> summary = VerifyFile(*file);
  if (summary.ok()) summary->files = FilesIn(directory);
  return summary;
}

absl::StatusOr<StoreSummary> BackupStore(const std::string& directory,
                                         const std::string& to,
                                         const std::function<absl::Status()>& beside) {
  const absl::StatusOr<std::string> file = DatabaseIn(directory);
  if (!file.ok()) return file.status();
  absl::Status status = CheckTarget(directory, to);
  if (!status.ok()) return status;
  std::unique_ptr<sqlite::BackupDirectory> target;
  absl::StatusOr<std::string> cut_off =
      sqlite::ReadAsFound(*file, [&](sqlite::Database* database) {
        absl::Status is_store = sqlite::Summarize(database).status();
        if (!is_store.ok()) return is_store;
        if (target == nullptr) {
          auto made = sqlite::BackupDirectory::Make(sqlite::AbsolutePath(to));
          if (!made.ok()) return made.status();
          target = *std::move(made);
        }
        return target->Copy(database);
      });
  if (!cut_off.ok()) return cut_off.status();
  absl::StatusOr<StoreSummary> copied = VerifyFile(target->part());
  if (!copied.ok()) {
    // The copy, which is removed, has what is wrong from there.
    return MakeStatus(
        ReasonOf(copied.status()),
        absl::StrReplaceAll(copied.status().message(), {{target->part(), *file}}));
  }
  if (beside) status = beside();
  if (status.ok()) status = target->Finish();
  if (!status.ok()) return status;
  copied->cut_off = *std::move(cut_off);
  copied->files = FilesIn(to);
  return copied;
}

#else

namespace {

absl::Status WithoutStore(const std::string& directory) {
  return BadDirectory(directory, "this library was built without a store (TOCSIN_STORE)");
}

}  // namespace

absl::StatusOr<StoreSummary> InspectStore(const std::string& directory) {
  return WithoutStore(directory);
}
absl::StatusOr<StoreSummary> VerifyStore(const std::string& directory) {
  return WithoutStore(directory);
}
absl::StatusOr<StoreSummary> BackupStore(const std::string& directory, const std::string&,
                                         const std::function<absl::Status()>&) {
  return WithoutStore(directory);
}

#endif

}  // namespace tocsin
