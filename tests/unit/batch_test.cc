// Would catch a fact of a batch that is lost, applied twice, or applied in another order
// than told, or to another customer; what one batch leaves behind for the next; and a
// customer that sees the clock go on amid a batch.
#include "engine/core/batch.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/state/line.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"

namespace tocsin::core {
namespace {

using Spares = work::Spares<Routes<TrackedRoute>>;
using Applied = std::vector<std::vector<std::uint32_t>>;  // by shard

std::size_t ShardOf(std::size_t index, std::size_t shards) {
  return (index * 7 + index / 5) % shards;
}

// Every eleventh is refused.
bool IsRefused(std::size_t index) { return index % 11 == 3; }

// Applies a batch of which nothing is known but how many facts it has.
template <typename Apply>
void ApplyMany(std::size_t facts, std::size_t shards, Spares* spares, Apply apply) {
  const auto find = [shards](std::size_t index, auto add) {
    if (IsRefused(index)) return;
    add(static_cast<std::uint32_t>(ShardOf(index, shards)),
        TrackedRoute{.index = static_cast<std::uint32_t>(index)});
  };
  ApplyByShard(facts, shards, spares, find, apply);
}

Applied AppliedOf(std::size_t facts, std::size_t shards, Spares* spares) {
  Applied applied(shards);
  ApplyMany(facts, shards, spares,
            [&applied](std::size_t shard, absl::Span<const TrackedRoute> routes) {
              EXPECT_FALSE(routes.empty());
              EXPECT_LE(routes.size(), kFactsPerBlock);
              for (const TrackedRoute& route : routes)
                applied[shard].push_back(route.index);
            });
  return applied;
}

Applied Expected(std::size_t facts, std::size_t shards) {
  Applied expected(shards);
  for (std::size_t i = 0; i < facts; ++i) {
    if (IsRefused(i)) continue;
    expected[ShardOf(i, shards)].push_back(static_cast<std::uint32_t>(i));
  }
  return expected;
}

TEST(ApplyByShard, AppliesEachFactOnceAndThoseOfAShardInTheirOrder) {
  for (const std::size_t shards : {1u, 2u, 64u, 65'536u}) {
    Spares spares;
    for (const std::size_t facts : {0u, 1u, 7u, 8u, 9u, 4'095u, 4'096u, 4'097u, 9'000u}) {
      EXPECT_EQ(AppliedOf(facts, shards, &spares), Expected(facts, shards))
          << facts << " on " << shards;
    }
  }
}

TEST(ApplyByShard, MayBeCalledAmidItself) {
  Spares spares;
  Applied outer(4);
  ApplyMany(100, 4, &spares,
            [&](std::size_t shard, absl::Span<const TrackedRoute> routes) {
              EXPECT_EQ(AppliedOf(50, 4, &spares), Expected(50, 4));
              for (const TrackedRoute& route : routes)
                outer[shard].push_back(route.index);
            });
  EXPECT_EQ(outer, Expected(100, 4));
}

// A clock of the host's, or an allocation, may throw.
TEST(ApplyByShard, LeavesNothingBehindWhereItEndsEarly) {
  Spares spares;
  const auto find = [](std::size_t index, auto add) {
    if (index == 90) throw std::runtime_error("amid finding");
    add(static_cast<std::uint32_t>(index % 4), TrackedRoute{.index = 1'000});
  };
  const auto ignore = [](std::size_t, absl::Span<const TrackedRoute>) {};
  EXPECT_THROW(ApplyByShard(100, 4, &spares, find, ignore), std::runtime_error);
  EXPECT_EQ(AppliedOf(60, 4, &spares), Expected(60, 4));
  EXPECT_THROW(ApplyMany(100, 4, &spares,
                         [](std::size_t, absl::Span<const TrackedRoute>) {
                           throw std::runtime_error("amid applying");
                         }),
               std::runtime_error);
  EXPECT_EQ(AppliedOf(60, 4, &spares), Expected(60, 4));
}

// Goes on by a millisecond whenever it is read.
class GoingClock : public Clock {
 public:
  explicit GoingClock(absl::Time now) : now_(now) {}
  absl::Time Now() override { return now_ += absl::Milliseconds(1); }

 private:
  absl::Time now_;
};

TEST(Batch, IsAtOneInstantForEachOfItsCustomers) {
  for (const int facts : {2, 8, 9, 4'096}) {
    for (int before = 0; before < 20; ++before) {
      testing::CollectingSink sink;
      GoingClock clock(testing::At("2026-02-01T00:00:00Z") - absl::Milliseconds(before));
      const std::unique_ptr<Engine> engine =
          *Engine::Open({.sink = &sink,
                         .clock = &clock,
                         .period_policy = PeriodPolicy::kCalendarMonth,
                         .worker_threads = 0,
                         .random_seed = 1});
      ASSERT_TRUE(engine
                      ->CreateAlert({.name = "all of them",
                                     .threshold = Decimal::FromInteger(facts)})
                      .ok());
      std::vector<Fact> batch;
      for (int i = 0; i < facts; ++i) {
        // Another's stands between those of the first.
        if (i > 0 && facts < 8)
          batch.push_back(testing::Spend(testing::Customer(2), "0"));
        batch.push_back(testing::Spend(testing::Customer(1), "1"));
      }
      EXPECT_EQ(engine->Apply(batch).applied, batch.size());
      ASSERT_TRUE(engine->Drain().ok());
      EXPECT_EQ(sink.Take().size(), 1u) << facts << " facts, " << before << " ms before";
    }
  }
}

// Two customers that an index of eight entries cannot tell apart by their hashes.
std::pair<CustomerId, CustomerId> Alike() {
  absl::flat_hash_map<std::uint64_t, CustomerId> seen;
  for (std::uint64_t n = 1;; ++n) {
    boost::uuids::uuid uuid{};
    std::memcpy(uuid.data, &n, sizeof n);
    const CustomerId customer(uuid);
    const std::uint64_t hash = state::LineIndex::HashOf(customer);
    const auto [other, is_new] = seen.try_emplace(hash & 0x7'ffff'ffff, customer);
    if (!is_new) return {other->second, customer};
  }
}

TEST(Batch, ReachesTheCustomerAlsoWhereAnotherIsLookedAtFirst) {
  const auto [first, second] = Alike();
  const std::unique_ptr<Engine> engine =
      *Engine::Open({.worker_threads = 0, .shards = 1});
  const AlertId alert =
      *engine->CreateAlert({.name = "far", .threshold = Decimal::FromInteger(1'000)});
  EXPECT_EQ(engine->Apply({testing::Spend(first, "100")}).applied, 1u);
  const Fact to_second = testing::Spend(second, "1");
  for (int times = 1; times <= 2; ++times) {
    EXPECT_EQ(engine->Apply(std::vector<Fact>(20, to_second)).applied, 20u);
    EXPECT_EQ(engine->GetCustomerAlert(first, alert)->value, testing::D("100"));
    EXPECT_EQ(engine->GetCustomerAlert(second, alert)->value,
              Decimal::FromInteger(20 * times));
  }
}

}  // namespace
}  // namespace tocsin::core
