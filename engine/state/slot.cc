#include "engine/state/slot.h"

#include "engine/base/prefetch.h"

namespace tocsin::state {
void Slot::Prefetch() const { PrefetchBytes(this, sizeof *this); }

}  // namespace tocsin::state
