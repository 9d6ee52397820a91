#ifndef TOCSIN_BENCH_PEERS_PEER_H_
#define TOCSIN_BENCH_PEERS_PEER_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "tocsin/ids.h"

namespace tocsin::peers {

// One fact. Amounts, sums and thresholds count the smallest unit that there is: of
// tocsin 10^-12 cent, of a peer the integer that it adds up.
struct Spend {
  CustomerId customer = {};
  std::int64_t amount = 0;
};

// A customer's sum came from below a threshold to it or past it.
struct Crossing {
  CustomerId customer = {};
  std::int64_t threshold = 0;

  friend auto operator<=>(const Crossing&, const Crossing&) = default;
};

// What a peer knows before the first fact.
struct Setup {
  std::vector<std::int64_t> thresholds = {};  // ascending
  // Customers 0 to this, whose ids are `IdOfNumber`; each with a sum of 0.
  std::uint64_t customers = 0;
};

// The facts that all peers are given, in batches as a host sends them.
struct Workload {
  std::vector<std::vector<Spend>> batches = {};
};

struct Measured {
  std::uint64_t facts = 0;  // or what the peer's note calls one
  double seconds = 0;
  // Batch i % batches.size() was applied for each i below this.
  std::uint64_t batches_applied = 0;
};

// One way to keep each customer's sum and to notice when it crosses a threshold.
//
// Thread safety: none; a peer is measured as one client.
// Errors: kUnavailable from `Open` says that what it needs is not on this machine;
// anything else is a failure of the peer.
class Peer {
 public:
  Peer() = default;
  virtual ~Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // How it is done, for whoever reads the figures.
  virtual std::string Note() const = 0;

  // With more it takes too long; it is measured with so many then.
  virtual std::uint64_t CustomersMax() const {
    return std::numeric_limits<std::uint64_t>::max();
  }

  // Called once, first, and not timed.
  virtual absl::Status Open(const Setup& setup) = 0;

  // When it returns, what the facts have crossed was noticed.
  virtual absl::Status Apply(absl::Span<const Spend> facts) = 0;

  virtual absl::StatusOr<std::int64_t> SumOf(const CustomerId& customer) = 0;

  // All that was noticed so far, in any order.
  virtual absl::StatusOr<std::vector<Crossing>> Crossings() = 0;

  // Applies the workload over and over until so much time has passed.
  virtual absl::StatusOr<Measured> Measure(const Workload& workload, double seconds);
};

// Calls `work` with 0, 1, 2, ... until so much time has passed, at least once. The
// facts of the answer are the sum of what the calls answer.
// Errors: kCancelled if the user has interrupted; those of `work`.
absl::StatusOr<Measured> Repeat(
    double seconds, absl::FunctionRef<absl::StatusOr<std::uint64_t>(std::uint64_t)> work);

// Calls `put` with all customers of a setup, each once with an amount of 0, in batches.
absl::Status PutCustomers(const Setup& setup,
                          absl::FunctionRef<absl::Status(absl::Span<const Spend>)> put);

// Calls `visit` with each threshold that a sum crosses on its way from `before` up to
// `after`.
template <typename Visit>
void ForEachCrossed(absl::Span<const std::int64_t> thresholds, std::int64_t before,
                    std::int64_t after, Visit visit) {
  auto next = absl::c_upper_bound(thresholds, before);
  for (; next != thresholds.end() && *next <= after; ++next) visit(*next);
}

}  // namespace tocsin::peers

#endif  // TOCSIN_BENCH_PEERS_PEER_H_
