#ifndef TOCSIN_TESTS_SUPPORT_WAL_BYTES_H_
#define TOCSIN_TESTS_SUPPORT_WAL_BYTES_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/sqlite/wal.h"

namespace tocsin::testing {

// Bytes of a file that is none.
class BytesInMemory final : public sqlite::ByteSource {
 public:
  explicit BytesInMemory(std::string_view bytes) : bytes_(bytes) {}

  std::int64_t size() const override { return static_cast<std::int64_t>(bytes_.size()); }
  absl::Status Read(std::int64_t at, std::size_t count, char* to) override {
    const auto place = static_cast<std::size_t>(at);
    if (at < 0 || place > bytes_.size() || count > bytes_.size() - place) {
      return absl::OutOfRangeError("reads what is not there");
    }
    std::memcpy(to, bytes_.data() + place, count);
    return absl::OkStatus();
  }

 private:
  std::string_view bytes_;
};

inline std::uint32_t BigEndianAt(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (const char byte : bytes.substr(at, 4)) {
    number = (number << 8) | static_cast<std::uint8_t>(byte);
  }
  return number;
}

// Of a sound log of SQLite: where its header ends, and each transaction of the last
// round. https://www.sqlite.org/fileformat2.html#walformat
inline std::vector<std::size_t> EndsInWal(std::string_view wal,
                                          bool fills_sectors = false) {
  constexpr std::size_t kHeader = 32;
  std::vector<std::size_t> ends{kHeader};
  const std::size_t frame = 24 + BigEndianAt(wal, 8);
  std::string_view last;
  for (std::size_t at = kHeader; at + frame <= wal.size(); at += frame) {
    if (wal.substr(at + 8, 8) != wal.substr(16, 8)) break;
    const std::string_view note = wal.substr(at, 8);
    // Written again to fill a sector.
    const bool is_again = fills_sectors && ends.back() == at && note == last;
    last = note;
    if (BigEndianAt(wal, at + 4) == 0) continue;
    if (is_again) ends.pop_back();
    ends.push_back(at + frame);
  }
  return ends;
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_WAL_BYTES_H_
