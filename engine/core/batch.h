#ifndef TOCSIN_ENGINE_CORE_BATCH_H_
#define TOCSIN_ENGINE_CORE_BATCH_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/work/spares.h"
#include "tocsin/fact.h"

namespace tocsin::core {

// A batch is applied in blocks of so many facts, and so no shard's lock is held over
// more.
inline constexpr std::size_t kFactsPerBlock = 4'096;

// Up to so many facts are sorted by looking at each for each of their shards, which costs
// less than `Routes`.
inline constexpr std::size_t kFactsFew = 8;

// Memory is asked for once, twice or three times as many facts before the one that looks
// at it is applied: so early that it has come by then, and so late that none is gone
// again.
inline constexpr std::size_t kFactsAhead = 8;

inline void Refuse(std::size_t index, absl::Status status, ApplyResult* result) {
  ++result->refused;
  result->reports.push_back(
      {.index = index, .kind = FactReport::Kind::kRefused, .status = std::move(status)});
}

// How the customer of a fact is found in its shard.
struct FactRoute {
  std::uint64_t hash = 0;  // of the customer
  std::uint32_t index = 0;
};
struct TrackedRoute {
  std::uint32_t index = 0;
  std::uint32_t place = 0;
};

// Where the facts of a block go: sorted by shard, in the order of the batch within each.
// Large, and made once for many blocks: adding to it and walking it allocates nothing.
template <typename Route>
class Routes {
 public:
  explicit Routes(std::size_t shards) : ends_(shards, 0) {}

  // Forgets what a batch has left that ended amid an exception.
  void Clear() {
    size_ = 0;
    ends_.assign(ends_.size(), 0);
  }

  // Up to `kFactsPerBlock`.
  void Add(std::uint32_t shard, const Route& route) {
    shards_[size_] = shard;
    routes_[size_++] = route;
    ++ends_[shard];
  }

  // Calls `apply(shard, routes)` for each shard that some go to. Needs `Clear` then.
  template <typename Apply>
  void ApplyByShard(Apply apply) {
    std::uint32_t end = 0;
    for (std::uint32_t& shard_end : ends_) {
      // Its beginning; the scattering makes it the end.
      shard_end = std::exchange(end, end + shard_end);
    }
    for (std::size_t i = 0; i < size_; ++i) sorted_[ends_[shards_[i]]++] = routes_[i];
    std::uint32_t begin = 0;
    for (std::size_t shard = 0; begin < size_; ++shard) {
      if (ends_[shard] > begin) {
        apply(shard, absl::MakeConstSpan(&sorted_[begin], ends_[shard] - begin));
      }
      begin = ends_[shard];
    }
  }

 private:
  std::size_t size_ = 0;
  std::array<std::uint32_t, kFactsPerBlock> shards_;
  std::array<Route, kFactsPerBlock> routes_;
  std::array<Route, kFactsPerBlock> sorted_;
  std::vector<std::uint32_t> ends_;  // by shard: how many, and then where they end
};

// As `ApplyByShard`, of `kFactsFew` or fewer.
template <typename Route, typename Find, typename Apply>
void ApplyFewByShard(std::size_t facts, Find find, Apply apply) {
  std::array<std::size_t, kFactsFew> shards;
  std::array<Route, kFactsFew> routes;
  std::size_t left = 0;
  for (std::size_t i = 0; i < facts; ++i) {
    find(i, [&](std::size_t shard, const Route& route) {
      shards[left] = shard;
      routes[left++] = route;
    });
  }
  std::array<Route, kFactsFew> together;
  while (left > 0) {
    const std::size_t shard = shards[0];
    std::size_t taken = 0;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < left; ++i) {
      if (shards[i] == shard) {
        together[taken++] = routes[i];
      } else {
        shards[kept] = shards[i];
        routes[kept++] = routes[i];
      }
    }
    apply(shard, absl::MakeConstSpan(together).first(taken));
    left = kept;
  }
}

// Applies a batch of so many facts. `find(index, add)` calls `add(shard, route)` for a
// fact that is to be applied, and `apply(shard, routes)` does it for those of one shard.
template <typename Route, typename Find, typename Apply>
void ApplyByShard(std::size_t facts, std::size_t shards,
                  work::Spares<Routes<Route>>* spares, Find find, Apply apply) {
  if (facts == 1) {
    find(0, [&](std::size_t shard, const Route& route) {
      apply(shard, absl::MakeConstSpan(&route, 1));
    });
    return;
  }
  if (facts <= kFactsFew) return ApplyFewByShard<Route>(facts, find, apply);
  const auto routes =
      spares->Take([shards] { return std::make_unique<Routes<Route>>(shards); });
  for (std::size_t begin = 0; begin < facts; begin += kFactsPerBlock) {
    const std::size_t end = std::min(begin + kFactsPerBlock, facts);
    routes->Clear();
    for (std::size_t i = begin; i < end; ++i) {
      find(i, [&](std::size_t shard, const Route& route) {
        routes->Add(static_cast<std::uint32_t>(shard), route);
      });
    }
    routes->ApplyByShard(apply);
  }
}

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_BATCH_H_
