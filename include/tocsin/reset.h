#ifndef TOCSIN_RESET_H_
#define TOCSIN_RESET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "tocsin/customer_alert.h"
#include "tocsin/decimal.h"
#include "tocsin/ids.h"
#include "tocsin/status.h"

namespace tocsin {

// What became of a reset.
struct ResetOutcome {
  enum class Kind {
    kJudged,      // its evaluation was made
    kSuperseded,  // a newer reset of all that it had reset came first
    kDropped,     // there is nothing to evaluate any more; `why` says why
  };

  Kind kind = Kind::kJudged;
  CustomerId customer = {};
  AlertId alert = {};
  std::uint64_t epoch = 0;  // which the reset gave
  // kJudged: kOk or kInAlarm; of the whole of an alert that fans out, the worst.
  std::optional<CustomerStatus> status = std::nullopt;
  // kJudged: the value that was judged. Nothing without data, and of the whole of an
  // alert that fans out.
  std::optional<Decimal> value = std::nullopt;
  // kJudged: whether a notification was decided for what was reset.
  bool notified = false;
  // kSuperseded: the epoch that the newer one gave.
  std::uint64_t newer_epoch = 0;
  // kDropped: kAlertArchived, kAlertDisabled, kCustomerArchived, kNotInScope if the
  // customer left the alert's scope while the fact source was read, kUnknownInstance if
  // the instance is gone, or kClosing.
  Reason why = Reason::kNone;
};

struct ResetOptions {
  // Told what became of the reset, if the call was accepted; of a call that is refused
  // it is thrown away.
  //
  // [Delivery] Exactly once, at the latest before `Close` returns.
  // [Threading] On a thread of the engine's pool, or in `Drain` or `Close`; several
  // callbacks may run at one time, in no special order.
  // [Locking] No lock of the engine is held; it may call the engine, except `Drain`
  // and `Close` (refused with kFailedPrecondition), and must not destroy it.
  // [Errors] An exception is caught and counted (`Stats::callback_failures`).
  absl::AnyInvocable<void(const ResetOutcome&)&&> on_done = nullptr;
};

// How far a reset of many came.
struct BulkResetResult {
  // OK when it got to the end, or was told to stop. Else why it stopped: what was taken
  // stays taken.
  absl::Status status = absl::OkStatus();
  std::size_t taken = 0;  // customer alerts that were reset by this call
  // After kResourceExhausted, or when it was told to stop: where to go on, for the next
  // such call for the same alert or customer on this engine. Else empty. What it looks
  // like may change.
  std::string resume = {};
};

}  // namespace tocsin

#endif  // TOCSIN_RESET_H_
