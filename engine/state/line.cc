#include "engine/state/line.h"

#include <new>
#include <utility>

namespace tocsin::state {

Lines::~Lines() {
  for (std::uint32_t number = 0; number < size_; ++number) (*this)[number].~Line();
  for (std::size_t piece = 0; piece < pieces_.size();) {
    const std::size_t count = PiecesInBlockAt(piece);
    blocks_->GiveBack(pieces_[piece], count * kPerPiece * sizeof(Line));
    piece += count;
  }
}

std::uint32_t Lines::Add(Line line) {
  if (free_ != Line::kNone) {
    const std::uint32_t number = free_;
    free_ = (*this)[number].next;
    (*this)[number] = std::move(line);
    return number;
  }
  if (size_ == pieces_.size() * kPerPiece) AddPieces();
  new (&(*this)[size_]) Line(std::move(line));
  return size_++;
}

void Lines::AddPieces() {
  const std::size_t count = PiecesInBlockAt(pieces_.size());
  const std::size_t needed = pieces_.size() + count;
  if (needed > pieces_.capacity()) pieces_.reserve(2 * needed);
  Line* const lines = static_cast<Line*>(blocks_->Take(count * kPerPiece * sizeof(Line)));
  for (std::size_t i = 0; i < count; ++i) pieces_.push_back(lines + i * kPerPiece);
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
  const Entries old =
      std::exchange(entries_, Entries(2 * entries_.size(), entries_.get_allocator()));
  for (const Entry& entry : old) {
    if (entry.number == Line::kNone) continue;
    Put(HashOf(lines[entry.number].customer), entry.number);
  }
}

}  // namespace tocsin::state
