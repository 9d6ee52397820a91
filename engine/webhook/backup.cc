#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/database.h"
#include "engine/sqlite/directory.h"
#include "engine/webhook/store_file.h"
#include "engine/webhook/store_schema.h"
#include "tocsin/webhook.h"

namespace tocsin {
namespace {

using webhook::WebhooksFileIn;

absl::Status CopyFile(const std::string& from, const std::string& to) {
  const auto source = sqlite::Database::OpenToRead(from, "");
  if (!source.ok()) return source.status();
  absl::Status status = (*source)->Execute("PRAGMA busy_timeout = 10000");
  // The instant is that of the first reading.
  if (status.ok()) {
    status = (*source)->Execute("BEGIN; SELECT count(*) FROM sqlite_schema");
  }
  if (!status.ok()) return status;
  webhook::MakeForItsOwner(to);
  const auto copy = sqlite::Database::Open(to, "");
  if (!copy.ok()) return copy.status();
  status = (*source)->CopyTo(copy->get());
  // Also whether it is whole.
  if (status.ok()) status = webhook::PrepareWebhookSchema(copy->get());
  // Its name is to be durable without a log beside it.
  if (status.ok()) status = (*copy)->Execute("PRAGMA journal_mode = DELETE");
  return status;
}

}  // namespace

absl::StatusOr<bool> BackupWebhooks(const std::string& directory, const std::string& to) {
  const std::string from = WebhooksFileIn(directory);
  std::error_code error;
  if (!std::filesystem::exists(from, error) && !error) return false;
  const std::string file = WebhooksFileIn(to);
  if (std::filesystem::exists(file, error)) {
    return MakeStatus(Reason::kStoreUnusable,
                      absl::StrCat(file, ": is there already, and is not replaced"));
  }
  const std::string part = absl::StrCat(file, "-part");
  const absl::Cleanup remove = [&part] { std::remove(part.c_str()); };
  absl::Status status = CopyFile(from, part);
  if (!status.ok()) return status;
  if (std::rename(part.c_str(), file.c_str()) != 0) {
    return MakeStatus(Reason::kStoreFailed,
                      absl::StrCat(part, ": renaming it: ", std::strerror(errno)));
  }
  status = sqlite::SyncDirectory(to);
  if (!status.ok()) return status;
  return true;
}

}  // namespace tocsin
