#include "bench/peers/peer.h"

#include <algorithm>
#include <chrono>

#include "bench/bench_setting.h"
#include "bench/peers/interrupt.h"

namespace tocsin::peers {

absl::StatusOr<Measured> Repeat(
    double seconds,
    absl::FunctionRef<absl::StatusOr<std::uint64_t>(std::uint64_t)> work) {
  using Clock = std::chrono::steady_clock;
  Measured measured;
  const Clock::time_point start = Clock::now();
  do {
    if (Interrupted()) return absl::CancelledError("interrupted");
    const absl::StatusOr<std::uint64_t> facts = work(measured.batches_applied);
    if (!facts.ok()) return facts.status();
    measured.facts += *facts;
    ++measured.batches_applied;
    measured.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  } while (measured.seconds < seconds);
  return measured;
}

absl::StatusOr<Measured> Peer::Measure(const Workload& workload, double seconds) {
  return Repeat(seconds, [&](std::uint64_t i) -> absl::StatusOr<std::uint64_t> {
    const std::vector<Spend>& batch = workload.batches[i % workload.batches.size()];
    if (absl::Status status = Apply(batch); !status.ok()) return status;
    return batch.size();
  });
}

absl::Status PutCustomers(const Setup& setup,
                          absl::FunctionRef<absl::Status(absl::Span<const Spend>)> put) {
  constexpr std::uint64_t kBatch = 4'096;
  std::vector<Spend> batch;
  for (std::uint64_t i = 0; i < setup.customers; ++i) {
    batch.push_back({.customer = IdOfNumber<CustomerId>(i), .amount = 0});
    if (batch.size() < kBatch && i + 1 < setup.customers) continue;
    if (Interrupted()) return absl::CancelledError("interrupted");
    if (absl::Status status = put(batch); !status.ok()) return status;
    batch.clear();
  }
  return absl::OkStatus();
}

}  // namespace tocsin::peers
