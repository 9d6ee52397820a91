#ifndef TOCSIN_ENGINE_MODEL_RESET_WAITERS_H_
#define TOCSIN_ENGINE_MODEL_RESET_WAITERS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "engine/model/customer.h"
#include "tocsin/status.h"

namespace tocsin::model {

// Who wants to be told what becomes of a reset. Waits with what is pending, so that
// it cannot be lost, and leaves through `Context::finished_resets`. At most one waits
// for the whole of a customer alert and one for each instance: a newer reset of the
// same supersedes the older.

// `instance`: that was reset; empty for the whole.
void AddWaiter(ResetWaiters* waiters, const std::string& instance, std::uint64_t epoch,
               OnResetDone on_done);

// A newer reset gave `epoch` to an instance, or to all where it is empty.
void SupersedeWaiters(const Customer& customer, const AlertId& alert,
                      ResetWaiters* waiters, const std::string& instance,
                      std::uint64_t epoch, const Context& context);

// What is pending was judged on the values of `as_of`. Its decisions are those of the
// context from the `first`-th on.
void FinishWaiters(const Customer& customer, const AlertVersion& alert,
                   ResetWaiters* waiters, absl::Time as_of, std::size_t first,
                   const Context& context);

// What is pending is not judged any more.
void DropWaiters(const Customer& customer, const AlertId& alert, ResetWaiters* waiters,
                 Reason why, const Context& context);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_RESET_WAITERS_H_
