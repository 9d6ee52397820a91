#ifndef TOCSIN_BENCH_PEERS_MAP_PEER_H_
#define TOCSIN_BENCH_PEERS_MAP_PEER_H_

#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "bench/peers/peer.h"

namespace tocsin::peers {

// What the peers that are a map in this process have in common. Many threads could
// apply facts at once, as with tocsin, so what they notice goes behind a lock.
class MapPeer : public Peer {
 public:
  absl::Status Open(const Setup& setup) override {
    thresholds_ = setup.thresholds;
    return PutCustomers(setup,
                        [this](absl::Span<const Spend> batch) { return Apply(batch); });
  }

  absl::StatusOr<std::vector<Crossing>> Crossings() override {
    absl::MutexLock lock(&mu_);
    return noticed_;
  }

 protected:
  // Adds to one sum and compares. Called while the map has the sum locked.
  void Add(const Spend& fact, std::int64_t* sum) {
    const std::int64_t before = *sum;
    *sum += fact.amount;
    ForEachCrossed(thresholds_, before, *sum, [&](std::int64_t threshold) {
      absl::MutexLock lock(&mu_);
      noticed_.push_back({.customer = fact.customer, .threshold = threshold});
    });
  }

 private:
  std::vector<std::int64_t> thresholds_;
  absl::Mutex mu_;
  std::vector<Crossing> noticed_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tocsin::peers

#endif  // TOCSIN_BENCH_PEERS_MAP_PEER_H_
