#ifndef TOCSIN_ENGINE_STATE_SLOT_H_
#define TOCSIN_ENGINE_STATE_SLOT_H_

#include <cstdint>
#include <utility>

#include "absl/time/time.h"
#include "engine/model/customer.h"

namespace tocsin::state {

// What a shard knows of a customer that is not plain, or that somebody works on.
struct Slot {
  explicit Slot(model::Customer&& whose) : customer(std::move(whose)) {}

  // Begins to load what a fact looks at here.
  void Prefetch() const;

  // Whether somebody holds a pointer to it, or is going to.
  bool IsInUse() const { return queued || unlocked || reads_under_way > 0; }
  bool HasTimers() const {
    return timer != absl::InfiniteFuture() || read_at != absl::InfiniteFuture();
  }

  model::Customer customer;
  bool queued = false;   // stands in the shard's queue of due customers
  bool touched = false;  // stands among those that may be plain when the lock goes
  // Somebody goes on with it without the lock. Only mistakes that are made on purpose do.
  bool unlocked = false;
  absl::Time timer = absl::InfiniteFuture();  // as it stands in the shard's timers
  // The same of reads of the fact source; and how many are under way.
  absl::Time read_at = absl::InfiniteFuture();
  std::uint32_t reads_under_way = 0;
  // How often it was found and could have been folded again, in this period and since it
  // was folded last.
  std::uint32_t foldable_times = 0;
  absl::Time foldable_in = absl::InfinitePast();
};

}  // namespace tocsin::state

#endif  // TOCSIN_ENGINE_STATE_SLOT_H_
