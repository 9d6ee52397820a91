#ifndef TOCSIN_TESTS_HISTORIES_SCENE_H_
#define TOCSIN_TESTS_HISTORIES_SCENE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "engine/core/moments.h"
#include "tests/histories/history.h"
#include "tests/support/random.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

inline constexpr int kCustomersPerScene = 32;

// An engine with customers, each of whom has an alert of its own in each round, and what
// was done to it.
//
// Thread safety: `Make` may be called from any thread, for one customer by up to 4. All
// else: by one thread, while no other calls anything.
class Scene : private NotificationSink, private Clock, private core::Moments {
 public:
  Scene();
  ~Scene() override;

  // New alerts and empty histories.
  void Begin(Random* random);
  // Makes the call and notes it, with its answer.
  void Make(Call call, int customer);
  // Waits until all is judged, delivered and told, completes the histories, and archives
  // the alerts.
  void Finish();
  const History& history(int customer) const { return Of(customer).history; }

 private:
  struct Played {
    CustomerId customer = {};
    PlanId plan = {};  // which nobody else is on
    AlertId alert = {};
    std::atomic<std::size_t> next{0};  // the next free call of the history
    History history = {};              // its tellings under `mutex_`
    int value = 0;                     // at the end of the last history
    std::uint64_t sequence = 0;        // of the last notification; under `mutex_`
  };

  Played& Of(int customer) { return played_[static_cast<std::size_t>(customer)]; }
  const Played& Of(int customer) const {
    return played_[static_cast<std::size_t>(customer)];
  }
  std::uint64_t Tick() { return time_.fetch_add(1); }
  absl::Status Deliver(const Notification& notification) override;
  absl::Time Now() override;
  void At(core::Moment moment) override;
  Reason MakeCall(Call* call, const Played& played);

  std::atomic<std::uint64_t> time_{1};
  std::uint64_t alerts_ = 0;
  absl::Mutex mutex_;
  std::array<Played, kCustomersPerScene> played_;
  std::map<CustomerId, Played*> by_customer_;  // constant
  std::unique_ptr<Engine> engine_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_HISTORIES_SCENE_H_
