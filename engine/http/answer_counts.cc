#include "engine/http/answer_counts.h"

#include <algorithm>

namespace tocsin::http {

void AnswerCounts::Count(const Route* route, int status) {
  const auto row = route == nullptr ? Routes().size()
                                    : static_cast<std::size_t>(route - Routes().data());
  const auto* const found = std::find(kStatuses.begin(), kStatuses.end(), status);
  if (found == kStatuses.end()) return;
  const auto column = static_cast<std::size_t>(found - kStatuses.begin());
  counts_[row][column].fetch_add(1, std::memory_order_relaxed);
}

}  // namespace tocsin::http
