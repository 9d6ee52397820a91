#ifndef TOCSIN_ENGINE_STATE_LINE_H_
#define TOCSIN_ENGINE_STATE_LINE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/hash/hash.h"
#include "engine/base/large_blocks.h"
#include "engine/base/prefetch.h"
#include "engine/model/plain.h"
#include "engine/state/slot.h"
#include "tocsin/ids.h"

namespace tocsin::state {

// One cache line of a shard: a customer and a sum of it. Of its further sums each has a
// line of its own. A customer whose sums are here is *folded*.
struct alignas(64) Line {
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  static constexpr std::uint16_t kUnfolded = 0xffff;

  CustomerId customer;
  model::PlainSum sum = {};
  // All but the sums of a customer that is folded, and of another these too. Null where
  // all that is to be known of the customer is in its lines.
  std::unique_ptr<Slot> slot = nullptr;
  std::uint32_t next = kNone;  // the line of a further sum
  // Numbers of the shard's tables.
  std::uint16_t period = kUnfolded;
  std::uint16_t subject = 0;

  bool IsFolded() const { return period != kUnfolded; }
};
static_assert(sizeof(Line) == 64, "a line is a cache line");

// Lines that stay where they are, by number. One that is given back is used again.
class Lines {
 public:
  // `blocks` must outlive it.
  explicit Lines(LargeBlocks* blocks) : blocks_(blocks) {}
  ~Lines();
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  std::uint32_t size() const { return size_; }
  Line& operator[](std::uint32_t number) {
    return pieces_[number / kPerPiece][number % kPerPiece];
  }
  const Line& operator[](std::uint32_t number) const {
    return pieces_[number / kPerPiece][number % kPerPiece];
  }

  std::uint32_t Add(Line line);
  void GiveBack(std::uint32_t number);

 private:
  static constexpr std::uint32_t kPerPiece = 64;
  // The first so many pieces come one by one, and then as many at a time.
  static constexpr std::uint32_t kPiecesPerBlock =
      LargeBlocks::kLeast / (kPerPiece * sizeof(Line));

  std::size_t PiecesInBlockAt(std::size_t piece) const {
    return piece < kPiecesPerBlock ? 1 : kPiecesPerBlock;
  }
  void AddPieces();

  LargeBlocks* const blocks_;
  std::vector<Line*> pieces_;
  std::uint32_t size_ = 0;
  std::uint32_t free_ = Line::kNone;  // the first of those given back; `next` follows
};

// The customers of a shard: the number of the line of each, in an open-addressing table.
// Beside a number stands half of the customer's hash, so that who looks for a customer
// reads one line of this table and then, but for one time in a thousand million, the
// right line; and can have both loaded before.
class LineIndex {
 public:
  // `blocks` must outlive it.
  explicit LineIndex(LargeBlocks* blocks) : entries_(8, Allocator(blocks)) {}

  // Of a customer, in this process.
  static std::uint64_t HashOf(const CustomerId& customer) {
    return absl::Hash<CustomerId>()(customer);
  }

  // Begins to load what the other two look at.
  void Prefetch(std::uint64_t hash) const { tocsin::Prefetch(&entries_[SlotOf(hash)]); }
  // The line of a customer with this hash, if there is one.
  std::uint32_t Guess(std::uint64_t hash) const;
  // `Line::kNone` where the customer is unknown.
  std::uint32_t Find(std::uint64_t hash, const CustomerId& customer,
                     const Lines& lines) const;
  // The customer of a line; it must not be in yet.
  void Insert(std::uint64_t hash, std::uint32_t number, const Lines& lines);

 private:
  struct Entry {
    std::uint32_t tag = 0;  // the lower half of the hash
    std::uint32_t number = Line::kNone;
  };
  using Allocator = LargeBlockAllocator<Entry>;
  using Entries = std::vector<Entry, Allocator>;

  std::size_t SlotOf(std::uint64_t hash) const {
    return static_cast<std::size_t>(hash >> 32) & (entries_.size() - 1);
  }
  void Put(std::uint64_t hash, std::uint32_t number);
  void Grow(const Lines& lines);

  Entries entries_;  // a power of two
  std::size_t size_ = 0;
};

inline std::uint32_t LineIndex::Guess(std::uint64_t hash) const {
  const std::uint32_t tag = static_cast<std::uint32_t>(hash);
  for (std::size_t slot = SlotOf(hash);; slot = (slot + 1) & (entries_.size() - 1)) {
    const Entry& entry = entries_[slot];
    if (entry.number == Line::kNone || entry.tag == tag) return entry.number;
  }
}

}  // namespace tocsin::state

#endif  // TOCSIN_ENGINE_STATE_LINE_H_
