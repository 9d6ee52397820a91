#ifndef TOCSIN_ENGINE_HTTP_SIDE_THREADS_H_
#define TOCSIN_ENGINE_HTTP_SIDE_THREADS_H_

#include <array>
#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "tocsin/engine.h"
#include "tocsin/http.h"

// What takes long happens beside the threads that serve connections. Either may start a
// thread, which throws std::system_error where there is none to be had.
namespace tocsin::http {

// Threads for requests that may take seconds: one, and more once they are needed, up to
// as many as are given. What finds none free waits for one.
//
// Thread safety: every method may be called from any thread.
class SlowLane {
 public:
  explicit SlowLane(std::size_t threads_max);
  ~SlowLane() { Stop(); }
  SlowLane(const SlowLane&) = delete;
  SlowLane& operator=(const SlowLane&) = delete;

  void Do(absl::AnyInvocable<void()> task);
  // Waits for the tasks that run, and forgets those behind them.
  void Stop();

 private:
  void Run();
  // Of Run: there is one, or this stops.
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stops_ || !tasks_.empty();
  }

  const std::size_t threads_max_;
  absl::Mutex mu_;
  std::deque<absl::AnyInvocable<void()>> tasks_ ABSL_GUARDED_BY(mu_);
  std::size_t free_ ABSL_GUARDED_BY(mu_) = 0;  // that wait for a task
  bool stops_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mu_);
};

// One for each kind of what takes long: who looks does not wait for who resets a million,
// nor who changes an endpoint of webhooks, or asks one, for another one that hangs.
class SlowLanes {
 public:
  // Not of kAtOnce.
  SlowLane& Of(HttpApi::Lane lane) { return lanes_[static_cast<std::size_t>(lane) - 1]; }
  void Stop() {
    for (SlowLane& lane : lanes_) lane.Stop();
  }

 private:
  // What only waits for others, at a time.
  static constexpr std::size_t kWaitingMax = 64;

  std::array<SlowLane, static_cast<std::size_t>(HttpApi::Lane::kWebhookLong)> lanes_ = {
      SlowLane(1), SlowLane(1), SlowLane(1), SlowLane(kWaitingMax)};
};

// Makes durable what answers say that was done: those that come while one flush is under
// way share the next.
//
// Thread safety: every method may be called from any thread.
class Flusher {
 public:
  explicit Flusher(Engine* engine) : engine_(engine), thread_([this] { Run(); }) {}
  ~Flusher() { Stop(); }
  Flusher(const Flusher&) = delete;
  Flusher& operator=(const Flusher&) = delete;

  // Calls `done` on its thread once all that was done before is durable, or, with false,
  // cannot be made so. Forgets it after `Stop`.
  using Done = absl::AnyInvocable<void(bool)>;
  void Wait(Done done);
  // Once all who wait were told.
  void Stop();

 private:
  void Run();
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stops_ || !waiting_.empty();
  }

  Engine* const engine_;
  absl::Mutex mu_;
  std::vector<Done> waiting_ ABSL_GUARDED_BY(mu_);
  bool stops_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_SIDE_THREADS_H_
