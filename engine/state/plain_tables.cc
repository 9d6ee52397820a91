#include "engine/state/plain_tables.h"

#include <algorithm>
#include <cstddef>

namespace tocsin::state {
namespace {

constexpr std::size_t kNumbersMax = 0xffff;

}  // namespace

std::optional<std::uint16_t> PeriodTable::Number(const model::Period& period) {
  if (last_ < periods_.size() && periods_[last_] == period) return last_;
  const auto it = by_start_.find(period.starts_at);
  if (it != by_start_.end()) {
    if (periods_[it->second] != period) return std::nullopt;
    return last_ = it->second;
  }
  if (periods_.size() == kNumbersMax) return std::nullopt;
  last_ = static_cast<std::uint16_t>(periods_.size());
  periods_.push_back(period);
  by_start_.emplace(period.starts_at, last_);
  return last_;
}

std::optional<std::uint16_t> SubjectTable::Number(const model::Subject& subject,
                                                  const model::Catalog& catalog) {
  // Few are asked for often, and are the first.
  constexpr std::size_t kLooked = 4;
  for (std::size_t i = 0; i < std::min(entries_.size(), kLooked); ++i) {
    if (entries_[i].subject == subject) return static_cast<std::uint16_t>(i);
  }
  const auto [it, inserted] = by_subject_.try_emplace(
      subject, static_cast<std::uint16_t>(entries_.size() % kNumbersMax));
  if (!inserted) return it->second;
  if (entries_.size() == kNumbersMax) {
    by_subject_.erase(it);
    return std::nullopt;
  }
  entries_.push_back({subject, &model::PlainLadder(catalog, subject)});
  return it->second;
}

void SubjectTable::FindLadders(const model::Catalog& catalog) {
  for (Entry& entry : entries_) {
    entry.ladder = &model::PlainLadder(catalog, entry.subject);
  }
}

}  // namespace tocsin::state
