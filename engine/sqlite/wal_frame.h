#ifndef TOCSIN_ENGINE_SQLITE_WAL_FRAME_H_
#define TOCSIN_ENGINE_SQLITE_WAL_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

// The parts of a write-ahead log of SQLite. All numbers have their highest byte first.
namespace tocsin::sqlite {

inline constexpr std::size_t kWalHeaderSize = 32;
inline constexpr std::size_t kFrameHeaderSize = 24;
inline constexpr std::uint32_t kPageSizeMin = 512;
inline constexpr std::uint32_t kPageSizeMax = 65536;

// In four bytes.
std::uint32_t NumberAt(absl::string_view bytes, std::size_t at);

bool IsPageSize(std::uint32_t size);

// The same for all frames of one round of the log, and for no other's.
struct WalSalts {
  std::uint32_t first = 0;   // one more with each round
  std::uint32_t second = 0;  // by chance

  friend bool operator==(const WalSalts&, const WalSalts&) = default;
};

// Over words of 32 bits, two at a time.
struct WalSum {
  std::uint32_t a = 0;
  std::uint32_t b = 0;

  friend bool operator==(const WalSum&, const WalSum&) = default;
};

// How the words of a sum stand in the bytes.
enum class WordOrder : std::uint8_t { kLowFirst, kHighFirst };

// The sum with more bytes, as many as eight or a multiple, and the other way: the sum
// without its last bytes.
WalSum Add(WalSum sum, WordOrder order, absl::string_view bytes);
WalSum TakeBack(WalSum sum, WordOrder order, absl::string_view bytes);

// What a page is written under: its number and, in the last frame of a transaction, how
// many pages the database has then.
struct PageNote {
  std::uint32_t page = 0;
  std::uint32_t pages = 0;

  bool ends_transaction() const { return pages != 0; }
  friend bool operator==(const PageNote&, const PageNote&) = default;
};

struct WalHeader {
  WordOrder order = WordOrder::kLowFirst;
  std::uint32_t page_size = 0;
  std::uint32_t rounds = 0;  // before this one
  WalSalts salts;
  WalSum sum;

  std::size_t frame_size() const { return kFrameHeaderSize + page_size; }
  // Whether a frame may be what an earlier round left.
  bool IsEarlier(const WalSalts& of_frame) const {
    const std::uint32_t rounds_ago = salts.first - of_frame.first;
    return rounds_ago >= 1 && rounds_ago <= rounds && of_frame.second != salts.second;
  }
};

// The sum that must stand in a header of these bytes.
WalSum SumOfWalHeader(absl::string_view bytes, WordOrder order);

// False where the bytes are none, or not as they were written.
bool ReadWalHeader(absl::string_view bytes, WalHeader* header);

// A frame of these bytes, which must be kept.
struct Frame {
  explicit Frame(absl::string_view bytes);

  // The sum that must stand in it when that of the one before is this.
  WalSum SumAfter(WalSum before, WordOrder order) const;
  // The note that the sum in it was made with, if the page is as it was.
  PageNote NoteOfSum(WalSum before, WordOrder order) const;

  PageNote note;
  WalSalts salts;
  WalSum sum;
  absl::string_view noted;  // the note's bytes
  absl::string_view page;
};

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_WAL_FRAME_H_
