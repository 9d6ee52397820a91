#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "engine/base/status.h"
#include "engine/sqlite/as_found.h"
#include "engine/sqlite/database.h"
#include "engine/sqlite/directory.h"
#include "engine/sqlite/files.h"
#include "engine/sqlite/lock_file.h"
#include "engine/webhook/store_check.h"
#include "engine/webhook/store_file.h"
#include "engine/webhook/store_lock.h"
#include "engine/webhook/store_schema.h"
#include "tocsin/status.h"
#include "tocsin/webhook.h"

namespace tocsin {
namespace {

using webhook::WebhooksFileIn;

std::int64_t SizeOf(const std::string& path) {
  struct stat found = {};
  return stat(path.c_str(), &found) == 0 ? found.st_size : 0;
}

// Nothing where there are none, and never were.
absl::StatusOr<std::optional<sqlite::LeftFiles>> WebhooksLeftIn(
    const std::string& directory) {
  const std::string lock = webhook::WebhooksLockIn(directory);
  const sqlite::LeftFiles left{.database = WebhooksFileIn(directory),
                               .application = webhook::kWebhookApplication,
                               .lock = lock,
                               .noted = sqlite::ReadNote(lock, webhook::kWebhooksNote)};
  if (SizeOf(left.database) > 0) return left;
  absl::Status missed =
      sqlite::MissDatabase(left, SizeOf(absl::StrCat(left.database, "-wal")) > 0);
  if (!missed.ok()) return missed;
  return std::nullopt;
}

// One of an older format has less to be checked by.
absl::Status CheckAsLeft(const sqlite::LeftFiles& left, sqlite::Database* database) {
  const absl::StatusOr<std::int64_t> format = webhook::WebhookFormatOf(database);
  if (!format.ok()) return format.status();
  if (*format == 0) return sqlite::MissTables(left);
  return *format == webhook::kWebhookFormat ? webhook::CheckWebhooks(database)
                                            : webhook::CheckPages(database);
}

absl::Status CopyTo(const std::string& to, const sqlite::LeftFiles& left,
                    sqlite::Database* source) {
  // A copy that was begun before may be of another instant.
  std::remove(to.c_str());
  webhook::MakeForItsOwner(to);
  absl::Status status = webhook::KeepForItsOwner(to);
  if (!status.ok()) return status;
  const auto copy = sqlite::Database::Open(to, "");
  if (!copy.ok()) return copy.status();
  status = source->CopyTo(copy->get());
  if (!status.ok()) return status;
  status = CheckAsLeft(left, copy->get());
  if (!status.ok()) {
    // The copy, which is removed, has what is wrong from there.
    return MakeStatus(ReasonOf(status),
                      absl::StrReplaceAll(status.message(), {{to, left.database}}));
  }
  // Its name is to be durable without a log beside it.
  return (*copy)->Execute("PRAGMA journal_mode = DELETE");
}

}  // namespace

absl::StatusOr<bool> BackupWebhooks(const std::string& directory, const std::string& to) {
  const auto found = WebhooksLeftIn(directory);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return false;
  const sqlite::LeftFiles& left = **found;
  const std::string file = WebhooksFileIn(to);
  std::error_code error;
  if (std::filesystem::exists(file, error)) {
    return MakeStatus(Reason::kStoreUnusable,
                      absl::StrCat(file, ": is there already, and is not replaced"));
  }
  const std::string part = absl::StrCat(file, "-part");
  const absl::Cleanup remove = [&part] { std::remove(part.c_str()); };
  absl::Status status = sqlite::ReadAsFound(left.database, [&](sqlite::Database* source) {
                          return CopyTo(part, left, source);
                        }).status();
  if (!status.ok()) return status;
  if (std::rename(part.c_str(), file.c_str()) != 0) {
    return MakeStatus(Reason::kStoreFailed,
                      absl::StrCat(part, ": renaming it: ", std::strerror(errno)));
  }
  status = sqlite::SyncDirectory(to);
  if (!status.ok()) return status;
  return true;
}

absl::StatusOr<bool> VerifyWebhooks(const std::string& directory) {
  const auto found = WebhooksLeftIn(directory);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return false;
  const sqlite::LeftFiles& left = **found;
  const absl::StatusOr<std::string> read = sqlite::ReadAsFound(
      left.database,
      [&left](sqlite::Database* database) { return CheckAsLeft(left, database); });
  if (!read.ok()) return read.status();
  return true;
}

}  // namespace tocsin
