#ifndef TOCSIN_BENCH_PEERS_CHECK_H_
#define TOCSIN_BENCH_PEERS_CHECK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "bench/peers/peer.h"

namespace tocsin::peers {

// Opens the peer with few customers and low thresholds and has two of them cross some.
// An error if it notices too little, too much, or the same twice: then it is no peer.
absl::Status CheckItNotices(Peer& peer);

// After a measurement: some customers' sums must be those of the facts that were
// applied, and nothing may have been noticed, since nothing crossed.
absl::Status CheckSums(Peer& peer, const Setup& setup, const Workload& workload,
                       const Measured& measured);

}  // namespace tocsin::peers

#endif  // TOCSIN_BENCH_PEERS_CHECK_H_
