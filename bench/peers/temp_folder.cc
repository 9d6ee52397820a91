#include "bench/peers/temp_folder.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace tocsin::peers {

absl::Status TempFolder::Make() {
  const char* below = std::getenv("TMPDIR");
  std::string name = absl::StrCat(below != nullptr && *below != '\0' ? below : "/tmp",
                                  "/tocsin-peers-XXXXXX");
  if (mkdtemp(name.data()) == nullptr) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot make the folder ", name));
  }
  path_ = name;
  return absl::OkStatus();
}

TempFolder::~TempFolder() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace tocsin::peers
