#ifndef TOCSIN_ENGINE_CLI_DEMO_RUN_H_
#define TOCSIN_ENGINE_CLI_DEMO_RUN_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/cli/demo_feed.h"
#include "engine/cli/demo_sink.h"
#include "engine/cli/reporter.h"
#include "tocsin/engine.h"

namespace tocsin::cli {

using SteadyClock = std::chrono::steady_clock;

// A clock that stands until it is told to move on.
//
// Thread safety: any thread.
class DemoClock : public Clock {
 public:
  explicit DemoClock(absl::Time start) : now_(start) {}

  absl::Time Now() override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }
  void MoveTo(absl::Time time) {
    absl::MutexLock lock(&mutex_);
    now_ = time;
  }

 private:
  absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

// How long the calls of Apply took.
class DemoTimings {
 public:
  struct Call {
    absl::Time clock;  // what the engine's clock said: rises from call to call
    SteadyClock::time_point began;
    SteadyClock::duration took = {};
    std::size_t facts = 0;
  };
  void Add(const Call& call) { calls_.push_back(call); }
  const std::vector<Call>& calls() const { return calls_; }

  // For each call whose one fact led to a notification: how long it took; sorted.
  std::vector<SteadyClock::duration> Decisions(
      const std::vector<Arrival>& arrivals) const;
  // For each arrival that a fact led to: the time from the beginning of the call
  // that carried the fact to the moment at which the sink was called; sorted.
  std::vector<SteadyClock::duration> Deliveries(
      const std::vector<Arrival>& arrivals) const;

 private:
  // The call whose fact led to it; null if it was no fact.
  const Call* CallOf(const Arrival& arrival) const;

  std::vector<Call> calls_;
};

// An engine with real threads and a clock of its own, and a feed that is told to it.
//
// Thread safety: one thread at a time.
class DemoRun {
 public:
  // Opens the engine and creates the feed's alerts.
  static absl::StatusOr<std::unique_ptr<DemoRun>> Start(DemoFeed* feed);

  // Tells all of the feed and waits until all of it is delivered. What is wrong
  // with single facts is reported.
  absl::Status Tell(Reporter* reporter);

  // The first notification behind the first `begin` that is of this customer and alert.
  // kDeadlineExceeded if it does not come.
  absl::StatusOr<Arrival> Await(std::size_t begin, const CustomerId& customer,
                                const DemoAlert& alert);

  Engine& engine() { return *engine_; }
  DemoSink& sink() { return sink_; }
  const std::vector<DemoAlert>& alerts() const { return alerts_; }
  const DemoTimings& timings() const { return timings_; }
  // Told, whatever became of them.
  std::uint64_t facts() const { return facts_; }
  // Bad lines.
  std::uint64_t problems() const { return problems_; }

 private:
  explicit DemoRun(DemoFeed* feed) : feed_(feed), clock_(feed->starts_at()) {}

  // Most of it in one call, and the last tenth one fact a call.
  absl::Status Apply(DemoBatch* batch);
  absl::Status Call(DemoBatch* batch, std::size_t first, std::size_t count);
  void Report(DemoBatch* batch, Reporter* reporter);

  DemoFeed* const feed_;
  DemoClock clock_;
  DemoSink sink_;
  std::unique_ptr<Engine> engine_;  // uses both
  std::vector<DemoAlert> alerts_;
  DemoTimings timings_;
  std::uint64_t facts_ = 0;
  std::uint64_t problems_ = 0;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_DEMO_RUN_H_
