#ifndef TOCSIN_ENGINE_CORE_LET_OTHERS_IN_H_
#define TOCSIN_ENGINE_CORE_LET_OTHERS_IN_H_

#include <atomic>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "engine/state/shard.h"

namespace tocsin::core {

// Leaves the shard's lock and takes it again, where others may change everything but that
// the slot stays. Only for mistakes that are made on purpose. Gives way seldom, as that
// takes long where much else runs, and would show in tests of one thread as never ending.
inline void LetOthersIn(state::Shard* shard, state::Slot* slot)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu) {
  static std::atomic<unsigned> times{0};
  slot->unlocked = true;
  shard->mu.Unlock();
  if (times.fetch_add(1) % 64 == 0) std::this_thread::yield();
  shard->mu.Lock();
  slot->unlocked = false;
}

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_LET_OTHERS_IN_H_
