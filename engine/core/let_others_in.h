#ifndef TOCSIN_ENGINE_CORE_LET_OTHERS_IN_H_
#define TOCSIN_ENGINE_CORE_LET_OTHERS_IN_H_

#include <thread>

#include "absl/base/thread_annotations.h"
#include "engine/state/shard.h"

namespace tocsin::core {

// Leaves the shard's lock and takes it again, where others may change everything. Only
// for mistakes that are made on purpose.
inline void LetOthersIn(state::Shard* shard) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu) {
  shard->mu.Unlock();
  std::this_thread::yield();
  shard->mu.Lock();
}

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_LET_OTHERS_IN_H_
