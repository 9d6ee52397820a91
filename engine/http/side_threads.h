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

// One thread for requests that may take seconds, one after the other.
//
// Thread safety: every method may be called from any thread.
class SlowLane {
 public:
  SlowLane() : thread_([this] { Run(); }) {}
  ~SlowLane() { Stop(); }
  SlowLane(const SlowLane&) = delete;
  SlowLane& operator=(const SlowLane&) = delete;

  void Do(absl::AnyInvocable<void()> task);
  // Waits for the task that runs, and forgets those behind it.
  void Stop();

 private:
  void Run();
  // Of Run: there is one, or this stops.
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stops_ || !tasks_.empty();
  }

  absl::Mutex mu_;
  std::deque<absl::AnyInvocable<void()>> tasks_ ABSL_GUARDED_BY(mu_);
  bool stops_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

// One for each kind of what takes long: who looks does not wait for who resets a million,
// nor who changes an endpoint of webhooks for one that hangs.
class SlowLanes {
 public:
  // Not of kAtOnce.
  SlowLane& Of(HttpApi::Lane lane) { return lanes_[static_cast<std::size_t>(lane) - 1]; }
  void Stop() {
    for (SlowLane& lane : lanes_) lane.Stop();
  }

 private:
  std::array<SlowLane, static_cast<std::size_t>(HttpApi::Lane::kWebhookTest)> lanes_;
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
