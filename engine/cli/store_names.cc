#include "engine/cli/store_names.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace tocsin::cli {
namespace {

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

}  // namespace

absl::Status CheckIsNotOfStore(const std::string& path, const std::string& directory) {
  if (path.empty() || path == "-" || directory.empty()) return absl::OkStatus();
  std::error_code error;
  const std::filesystem::path written = std::filesystem::weakly_canonical(path, error);
  for (const char* name : kNames) {
    const std::filesystem::path kept = std::filesystem::path(directory) / name;
    // By either, as it may be another link to a file, or not be there yet.
    const bool is_same = std::filesystem::equivalent(path, kept, error) ||
                         written == std::filesystem::weakly_canonical(kept, error);
    if (!is_same) continue;
    return absl::InvalidArgumentError(absl::StrCat(path, ": is a file of the store in ",
                                                   directory,
                                                   "; what is written needs a file of "
                                                   "its own"));
  }
  return absl::OkStatus();
}

}  // namespace tocsin::cli
