#include "engine/webhook/store_file.h"

#include <fcntl.h>
#include <unistd.h>

namespace tocsin::webhook {

std::string WebhooksFileIn(const std::string& directory) {
  return directory + "/webhooks.db";
}

void MakeForItsOwner(const std::string& path) {
  constexpr mode_t kOnlyOwnerReads = 0600;
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOnlyOwnerReads);
  // What is in the way SQLite says.
  if (file >= 0) close(file);
}

}  // namespace tocsin::webhook
