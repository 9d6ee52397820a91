#include "engine/sqlite/wal_frame.h"

#include <bit>
#include <cstring>

namespace tocsin::sqlite {
namespace {

// Its last bit tells the order of words.
constexpr std::uint32_t kMagic = 0x377f0682;
constexpr std::uint32_t kWalVersion = 3007000;
constexpr std::size_t kSummedOfHeader = 24;
constexpr std::size_t kNoteSize = 8;

std::uint32_t WordAt(absl::string_view bytes, std::size_t at, WordOrder order) {
  constexpr WordOrder kOwn = std::endian::native == std::endian::little
                                 ? WordOrder::kLowFirst
                                 : WordOrder::kHighFirst;
  std::uint32_t word = 0;
  std::memcpy(&word, bytes.data() + at, sizeof word);
  return order == kOwn ? word : __builtin_bswap32(word);
}

}  // namespace

std::uint32_t NumberAt(absl::string_view bytes, std::size_t at) {
  return WordAt(bytes, at, WordOrder::kHighFirst);
}

bool IsPageSize(std::uint32_t size) {
  return size >= kPageSizeMin && size <= kPageSizeMax && (size & (size - 1)) == 0;
}

WalSum Add(WalSum sum, WordOrder order, absl::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    sum.a += WordAt(bytes, at, order) + sum.b;
    sum.b += WordAt(bytes, at + 4, order) + sum.a;
  }
  return sum;
}

WalSum TakeBack(WalSum sum, WordOrder order, absl::string_view bytes) {
  for (std::size_t at = bytes.size(); at > 0; at -= 8) {
    sum.b -= WordAt(bytes, at - 4, order) + sum.a;
    sum.a -= WordAt(bytes, at - 8, order) + sum.b;
  }
  return sum;
}

WalSum SumOfWalHeader(absl::string_view bytes, WordOrder order) {
  return Add({}, order, bytes.substr(0, kSummedOfHeader));
}

bool ReadWalHeader(absl::string_view bytes, WalHeader* header) {
  if (bytes.size() < kWalHeaderSize) return false;
  const std::uint32_t magic = NumberAt(bytes, 0);
  *header = {.order = (magic & 1) != 0 ? WordOrder::kHighFirst : WordOrder::kLowFirst,
             .page_size = NumberAt(bytes, 8),
             .rounds = NumberAt(bytes, 12),
             .salts = {.first = NumberAt(bytes, 16), .second = NumberAt(bytes, 20)},
             .sum = {.a = NumberAt(bytes, 24), .b = NumberAt(bytes, 28)}};
  return (magic & ~1U) == kMagic && NumberAt(bytes, 4) == kWalVersion &&
         IsPageSize(header->page_size) &&
         header->sum == SumOfWalHeader(bytes, header->order);
}

Frame::Frame(absl::string_view bytes)
    : note{.page = NumberAt(bytes, 0), .pages = NumberAt(bytes, 4)},
      salts{.first = NumberAt(bytes, 8), .second = NumberAt(bytes, 12)},
      sum{.a = NumberAt(bytes, 16), .b = NumberAt(bytes, 20)},
      noted(bytes.substr(0, kNoteSize)),
      page(bytes.substr(kFrameHeaderSize)) {}

WalSum Frame::SumAfter(WalSum before, WordOrder order) const {
  return Add(Add(before, order, noted), order, page);
}

PageNote Frame::NoteOfSum(WalSum before, WordOrder order) const {
  const WalSum behind_note = TakeBack(sum, order, page);
  const std::uint32_t first = behind_note.a - before.a - before.b;
  const std::uint32_t second = behind_note.b - before.b - behind_note.a;
  if (order == WordOrder::kHighFirst) return {.page = first, .pages = second};
  return {.page = __builtin_bswap32(first), .pages = __builtin_bswap32(second)};
}

}  // namespace tocsin::sqlite
