#ifndef TOCSIN_TRACKED_H_
#define TOCSIN_TRACKED_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "tocsin/decimal.h"

namespace tocsin {

// A customer's spend in one credit type, or its usage of one metric, found once by
// `Engine::Track` and good as long as the engine: for a host that keeps it beside its own
// record of the customer, and spares the engine the search. What is in it may change with
// any version. One of another engine of the process is refused, and so is one that was
// never given where that can be told; of another process it cannot, so store none.
//
// Thread safety: a value type.
struct Tracked {
  std::uint32_t engine = 0;  // among those of the process, from 1
  std::uint32_t shard = 0;
  std::uint32_t place = 0;
  std::uint32_t subject = 0;
};

// As a `SpendAdded` or `UsageAdded` of the tracked customer, without contract and group
// values.
struct TrackedFact {
  Tracked tracked = {};
  Decimal amount = {};
  std::optional<std::uint64_t> version = std::nullopt;
  std::optional<absl::Time> time = std::nullopt;
};

}  // namespace tocsin

#endif  // TOCSIN_TRACKED_H_
