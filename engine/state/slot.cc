#include "engine/state/slot.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "engine/base/prefetch.h"

namespace tocsin::state {
namespace {

void PrefetchBytes(const void* object, std::size_t size) {
  constexpr std::size_t kLine = 64;
  for (std::size_t at = 0; at < size; at += kLine) {
    tocsin::Prefetch(static_cast<const char*>(object) + at);
  }
}

}  // namespace

void Slot::Prefetch() const { PrefetchBytes(this, sizeof *this); }

void Slot::PrefetchMeters() const {
  constexpr std::size_t kMetersMax = 2;
  const std::vector<model::Meter>& meters = customer.meters;
  PrefetchBytes(meters.data(),
                std::min(meters.size(), kMetersMax) * sizeof(model::Meter));
}

}  // namespace tocsin::state
