#include "engine/state/line.h"

#include <utility>

namespace tocsin::state {

std::uint32_t Lines::Add(Line line) {
  std::uint32_t number = free_;
  if (number != Line::kNone) {
    free_ = (*this)[number].next;
  } else {
    number = size_++;
    if (number % kPerPiece == 0) pieces_.push_back(std::make_unique<Line[]>(kPerPiece));
  }
  (*this)[number] = std::move(line);
  return number;
}

void Lines::GiveBack(std::uint32_t number) {
  (*this)[number].next = std::exchange(free_, number);
}

std::uint32_t LineIndex::Find(std::uint64_t hash, const CustomerId& customer,
                              const Lines& lines) const {
  const std::uint32_t tag = static_cast<std::uint32_t>(hash);
  for (std::size_t slot = SlotOf(hash);; slot = (slot + 1) & (entries_.size() - 1)) {
    const Entry& entry = entries_[slot];
    if (entry.number == Line::kNone) return Line::kNone;
    if (entry.tag == tag && lines[entry.number].customer == customer) return entry.number;
  }
}

void LineIndex::Insert(std::uint64_t hash, std::uint32_t number, const Lines& lines) {
  // Longer runs of entries would be looked through above three quarters.
  if (4 * (size_ + 1) > 3 * entries_.size()) Grow(lines);
  Put(hash, number);
  ++size_;
}

void LineIndex::Put(std::uint64_t hash, std::uint32_t number) {
  std::size_t slot = SlotOf(hash);
  while (entries_[slot].number != Line::kNone) slot = (slot + 1) & (entries_.size() - 1);
  entries_[slot] = {static_cast<std::uint32_t>(hash), number};
}

void LineIndex::Grow(const Lines& lines) {
  const std::vector<Entry> old =
      std::exchange(entries_, std::vector<Entry>(2 * entries_.size()));
  for (const Entry& entry : old) {
    if (entry.number == Line::kNone) continue;
    Put(HashOf(lines[entry.number].customer), entry.number);
  }
}

}  // namespace tocsin::state
