#ifndef TOCSIN_BENCH_PEERS_TEMP_FOLDER_H_
#define TOCSIN_BENCH_PEERS_TEMP_FOLDER_H_

#include <string>

#include "absl/status/status.h"

namespace tocsin::peers {

// A folder that is there as long as this. Below TMPDIR, else /tmp.
class TempFolder {
 public:
  TempFolder() = default;
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  absl::Status Make();

  // Without a slash at the end.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace tocsin::peers

#endif  // TOCSIN_BENCH_PEERS_TEMP_FOLDER_H_
