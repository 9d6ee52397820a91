#include "engine/cli/store_names.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace tocsin::cli {
namespace {

namespace fs = std::filesystem;

// As they are in docs/durability.md.
constexpr const char* kNames[] = {"lock",
                                  "tocsin.db",
                                  "tocsin.db-wal",
                                  "tocsin.db-shm",
                                  "webhooks.lock",
                                  "webhooks.db",
                                  "webhooks.db-wal",
                                  "webhooks.db-shm",
                                  "tocsin.db-journal",
                                  "webhooks.db-journal"};

// Where a file is, or is made, that is opened by this name.
fs::path Followed(const std::string& path) {
  constexpr int kLinksMax = 40;  // as the system has it
  std::error_code error;
  fs::path followed = fs::absolute(path, error);
  for (int i = 0; i < kLinksMax && fs::is_symlink(followed, error); ++i) {
    const fs::path target = fs::read_symlink(followed, error);
    followed = target.is_absolute() ? target : followed.parent_path() / target;
  }
  return followed;
}

bool IsSame(const fs::path& one, const fs::path& other) {
  std::error_code error;
  // By the names where one is not there yet.
  return fs::equivalent(one, other, error) ||
         fs::weakly_canonical(one, error) == fs::weakly_canonical(other, error);
}

}  // namespace

absl::Status CheckIsNotOfStore(const std::string& path, const std::string& directory) {
  if (path.empty() || directory.empty()) return absl::OkStatus();
  const std::string opened = path == "-" ? "/dev/stdout" : path;
  const fs::path written = Followed(opened);
  std::error_code error;
  const fs::path store = fs::absolute(directory, error);
  const bool is_in_store = IsSame(written.parent_path(), store);
  for (const char* name : kNames) {
    // Or another link to that file, or one that is open and has no name any more.
    const bool is_same = (is_in_store && written.filename() == name) ||
                         fs::equivalent(opened, store / name, error);
    if (!is_same) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": is a file of the store in ", directory,
                     "; what is written needs a file of its own"));
  }
  return absl::OkStatus();
}

}  // namespace tocsin::cli
