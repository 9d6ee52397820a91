#ifndef TOCSIN_ENGINE_HTTP_FRONT_PARTS_H_
#define TOCSIN_ENGINE_HTTP_FRONT_PARTS_H_

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <cstddef>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/http/conversation.h"
#include "engine/http/front_counts.h"
#include "engine/http/side_threads.h"
#include "tocsin/engine.h"
#include "tocsin/http.h"

namespace tocsin::http {

using SteadyTime = std::chrono::steady_clock::time_point;

// How long is waited for what, in total.
struct TimeLimits {
  std::chrono::nanoseconds head = {};
  std::chrono::nanoseconds body = {};
  std::chrono::nanoseconds write = {};
  std::chrono::nanoseconds idle = {};
  // For a client to read the last answer and end the connection itself.
  std::chrono::nanoseconds linger = {};
};

// How many connections there are.
//
// Thread safety: every method may be called from any thread.
class OpenConnections {
 public:
  OpenConnections(std::size_t max, FrontCounts* counts) : max_(max), counts_(*counts) {}

  // Counts one more; false if there are as many as may be.
  bool Add() {
    absl::MutexLock lock(&mu_);
    const bool has_room = count_ < max_;
    ++(has_room ? counts_.connections_accepted : counts_.connections_refused);
    if (has_room) counts_.connections_open = ++count_;
    return has_room;
  }
  void Remove() {
    absl::MutexLock lock(&mu_);
    counts_.connections_open = --count_;
  }
  // Until there are none, but no longer than this.
  void AwaitNone(absl::Duration at_most) {
    absl::MutexLock lock(&mu_);
    mu_.AwaitWithTimeout(absl::Condition(this, &OpenConnections::IsNone), at_most);
  }

 private:
  bool IsNone() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return count_ == 0; }

  const std::size_t max_;
  FrontCounts& counts_;
  absl::Mutex mu_;
  std::size_t count_ ABSL_GUARDED_BY(mu_) = 0;
};

// What all threads and connections of a front use. Outlives them.
struct FrontParts {
  FrontParts(Engine* engine_served, const HttpFrontOptions& options)
      : engine(engine_served),
        feed(options.api.feed),
        open(options.connections_max, &shared.counts),
        flusher(engine_served) {
    shared.stream_slots.free = options.event_streams_max;
  }

  Engine* const engine;
  const NotificationFeed* const feed;
  FrontShared shared;
  TimeLimits limits;
  std::optional<boost::asio::ssl::context> tls;
  OpenConnections open;
  Flusher flusher;
  SlowLanes slow;
};

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_FRONT_PARTS_H_
