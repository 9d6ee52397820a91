#ifndef TOCSIN_ENGINE_CLI_DEMO_SINK_H_
#define TOCSIN_ENGINE_CLI_DEMO_SINK_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tocsin/notification.h"

namespace tocsin::cli {

// What the demo keeps of a notification, and when it came.
struct Arrival {
  CustomerId customer;
  AlertId alert;
  NotificationKind kind = NotificationKind::kReached;
  Trigger triggered_by = Trigger::kSpend;
  Decimal value;
  std::optional<Decimal> previous_value;
  std::uint64_t epoch = 0;
  absl::Time decided_at;                             // on the engine's clock
  std::chrono::steady_clock::time_point arrived_at;  // on the machine's
};

// Keeps what comes, and the moment at which it came.
//
// Thread safety: any thread.
class DemoSink : public NotificationSink {
 public:
  absl::Status Deliver(const Notification& notification) override;

  // How many have come.
  std::size_t size();
  // Those from the `begin`-th on, in the order in which they came.
  std::vector<Arrival> From(std::size_t begin);
  // Waits, at most a while, for one behind the first `begin`.
  std::optional<Arrival> Await(std::size_t begin);

  // Waits until nothing has come for a while: until the worker sleeps, if it has
  // nothing else to do.
  void AwaitQuiet();

  // From now on the thread that delivers is kept in `Deliver`, until `Release`.
  void Hold();
  void Release();

 private:
  absl::Mutex mutex_;
  std::deque<Arrival> arrivals_ ABSL_GUARDED_BY(mutex_);
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_DEMO_SINK_H_
