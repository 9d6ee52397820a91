#include "engine/model/read_log.h"

namespace tocsin::model {

void ReadLog::Add(absl::Span<const SumKey> keys, const Posting& posting,
                  std::size_t additions_max) {
  if (spoilt_) return;
  if (++count_ > additions_max) return Spoil();
  for (const SumKey& key : keys) sums_.at(key).postings.push_back(posting);
}

void ReadLog::Spoil() {
  spoilt_ = true;
  sums_.clear();
}

std::optional<ReadLog::Replayed> ReadLog::Replay(const SumKey& key, const Sum* now,
                                                 const Posting& answer) const {
  if (spoilt_) return std::nullopt;
  const auto it = sums_.find(key);
  const Entry* entry = it == sums_.end() ? nullptr : &it->second;
  Replayed replayed;
  if (entry != nullptr) {
    replayed.sum = entry->before;
  } else if (now != nullptr) {
    replayed.sum = *now;
  }
  if (replayed.sum.Post(answer) != Posted::kCounted) return std::nullopt;
  if (entry == nullptr) return replayed;
  for (const Posting& posting : entry->postings) {
    if (!answer.version.has_value() || !posting.version.has_value()) return std::nullopt;
    switch (replayed.sum.Post(posting)) {
      case Posted::kCounted:
        replayed.superseded = replayed.superseded || posting.is_total;
        break;
      case Posted::kStale:
        break;
      case Posted::kOverflow:
        return std::nullopt;
    }
  }
  return replayed;
}

}  // namespace tocsin::model
