#include "engine/state/slot.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "engine/base/prefetch.h"

namespace tocsin::state {
void Slot::Prefetch() const { PrefetchBytes(this, sizeof *this); }

void Slot::PrefetchMeters() const {
  constexpr std::size_t kMetersMax = 2;
  const std::vector<model::Meter>& meters = customer.meters;
  PrefetchBytes(meters.data(),
                std::min(meters.size(), kMetersMax) * sizeof(model::Meter));
}

}  // namespace tocsin::state
