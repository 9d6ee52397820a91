#ifndef TOCSIN_ENGINE_CORE_BATCH_H_
#define TOCSIN_ENGINE_CORE_BATCH_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "tocsin/fact.h"

namespace tocsin::core {

// As many facts as are applied to a shard under one hold of its lock.
inline constexpr std::size_t kFactsPerHold = 4'096;

inline void Refuse(std::size_t index, absl::Status status, ApplyResult* result) {
  ++result->refused;
  result->reports.push_back(
      {.index = index, .kind = FactReport::Kind::kRefused, .status = std::move(status)});
}

// Sorts routes by their `shard`, keeping the order within each.
template <typename Routes>
void SortByShard(std::size_t shards, Routes* routes) {
  std::vector<std::uint32_t> begin(shards + 1, 0);
  for (const auto& route : *routes) ++begin[route.shard + 1];
  for (std::size_t i = 0; i < shards; ++i) begin[i + 1] += begin[i];
  Routes sorted(routes->size());
  for (const auto& route : *routes) sorted[begin[route.shard]++] = route;
  *routes = std::move(sorted);
}

// Calls `apply(shard number, routes)` for each run of routes to one shard, of no more
// than are applied under one hold.
template <typename Route, typename Apply>
void ForEachRun(absl::Span<Route> routes, Apply apply) {
  while (!routes.empty()) {
    const std::uint32_t number = routes[0].shard;
    std::size_t count = 1;
    while (count < std::min(routes.size(), kFactsPerHold) &&
           routes[count].shard == number) {
      ++count;
    }
    apply(number, routes.first(count));
    routes.remove_prefix(count);
  }
}

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_BATCH_H_
