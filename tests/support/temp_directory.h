#ifndef TOCSIN_TESTS_SUPPORT_TEMP_DIRECTORY_H_
#define TOCSIN_TESTS_SUPPORT_TEMP_DIRECTORY_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace tocsin::testing {

// Where there is no disk to wait for, for a test that writes much; it need not be there.
inline std::filesystem::path InMemory() {
  const std::filesystem::path shared = "/dev/shm";
  return std::filesystem::exists(shared) ? shared
                                         : std::filesystem::temp_directory_path();
}

// A directory of a test's own, which is gone with all that is in it when this is.
class TempDirectory {
 public:
  explicit TempDirectory(
      const std::filesystem::path& in = std::filesystem::temp_directory_path()) {
    std::string pattern = in / "tocsin-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const {
    return std::filesystem::path(path_) / name;
  }

 private:
  std::string path_;
};

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}
inline void WriteFile(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) std::abort();
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_TEMP_DIRECTORY_H_
