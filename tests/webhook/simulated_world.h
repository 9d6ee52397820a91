#ifndef TOCSIN_TESTS_WEBHOOK_SIMULATED_WORLD_H_
#define TOCSIN_TESTS_WEBHOOK_SIMULATED_WORLD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/webhook/dispatcher.h"
#include "tests/webhook/simulated_transfers.h"
#include "tocsin/notification.h"
#include "tocsin/webhook.h"

namespace tocsin::testing {

// A notification of customer and alert `c<n>` and `a<n>`, the `sequence`th of them.
Notification SampleNotification(int customer, int alert, std::uint64_t sequence);

// The core of a sink, receivers that answer as a test says, and a clock that goes from
// one thing that happens to the next.
class SimulatedWorld {
 public:
  // What a receiver answers: a status, 0 that nothing comes; and when.
  struct Answer {
    int status = 200;
    absl::Duration took = absl::Milliseconds(10);
    std::optional<absl::Duration> retry_after = std::nullopt;
  };
  struct Arrived {
    std::string url = {};
    std::string body = {};
    absl::Time at = {};
    int status = 0;
  };
  using Receiver = std::function<Answer(const Arrived& request)>;

  explicit SimulatedWorld(WebhookOptions options = {});
  ~SimulatedWorld();

  webhook::Dispatcher& dispatcher() { return *dispatcher_; }
  absl::Time now() const { return now_; }

  EndpointId AddEndpoint(const std::string& url, WebhookFilter filter = {});
  void Answers(const std::string& url, Receiver receiver) {
    receivers_[url] = std::move(receiver);
  }
  // As the engine gives them.
  void Give(const Notification& notification);
  // Until then, or until nothing happens any more.
  void RunUntil(absl::Time end);
  void RunFor(absl::Duration time) { RunUntil(now_ + time); }
  // The clock is put ahead or back; no time goes by.
  void PutClock(absl::Duration by);
  // The process dies, also with what is under way and not written, and another one
  // begins when the clock shows so much more.
  void Restart(bool keeps_first, absl::Duration later = absl::ZeroDuration());
  // Until all are that may be.
  absl::StatusOr<std::uint64_t> SendAllAgain(EndpointId id);
  absl::Status Keep() { return dispatcher_->Keep(); }

  // All that came to receivers, in the order in which it came.
  const std::vector<Arrived>& arrived() const { return arrived_; }
  std::vector<Arrived> TakenBy(const std::string& url) const;
  // The most requests that were under way to one URL, and in all.
  std::size_t most_of(const std::string& url) const { return most_.at(url); }
  std::size_t most_in_all() const { return most_in_all_; }

 private:
  struct Ending {
    std::uint64_t key = 0;
    Answer answer = {};
  };

  void Open();
  void TakeRequests();
  // Ends what ends next, if it does so by then.
  bool EndNext(absl::Time end);

  const WebhookOptions settings_;
  absl::Time now_;
  std::unique_ptr<SimulatedTransfers> transfers_;
  std::unique_ptr<webhook::Dispatcher> dispatcher_;
  std::map<std::string, Receiver> receivers_;
  std::multimap<absl::Time, Ending> endings_;
  std::set<std::uint64_t> seen_;
  std::map<std::string, std::size_t> under_way_, most_;
  std::size_t most_in_all_ = 0;
  std::vector<Arrived> arrived_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_WEBHOOK_SIMULATED_WORLD_H_
