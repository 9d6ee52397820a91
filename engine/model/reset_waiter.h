#ifndef TOCSIN_ENGINE_MODEL_RESET_WAITER_H_
#define TOCSIN_ENGINE_MODEL_RESET_WAITER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/functional/any_invocable.h"
#include "tocsin/reset.h"

namespace tocsin::model {

using OnResetDone = absl::AnyInvocable<void(const ResetOutcome&) &&>;

// Who is to be told what becomes of a reset that is pending.
struct ResetWaiter {
  std::uint64_t epoch = 0;
  OnResetDone on_done = nullptr;
};
// By the instance that was reset, which is empty for the whole: a newer reset of the same
// supersedes the older. Null where nobody asked to be told, as mostly.
using ResetWaiters = std::unique_ptr<absl::btree_map<std::string, ResetWaiter>>;

// A reset whose end is to be told, once no lock is held.
struct FinishedReset {
  ResetOutcome outcome = {};
  OnResetDone on_done = nullptr;
};

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_RESET_WAITER_H_
