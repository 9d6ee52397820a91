// Would catch an engine that forgets a notification which its sink has taken and not yet
// made safe.
#include <memory>
#include <utility>
#include <vector>

#include "engine/core/open.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using testing::CollectingSink;
using testing::Customer;
using testing::D;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::Spend;

// Holds back what it takes until it can be synced.
class HoldingSink : public CollectingSink {
 public:
  absl::Status Sync() override {
    ++syncs;
    return safe ? absl::OkStatus() : absl::UnavailableError("the disk is slow");
  }

  bool safe = true;
  int syncs = 0;
};

struct Life {
  Life(testing::MemoryDisk* disk, NotificationSink* sink)
      : engine(*core::OpenWith({.sink = sink,
                                .clock = &clock,
                                .worker_threads = 0,
                                .shards = 1,
                                .random_seed = 1},
                               nullptr, nullptr,
                               std::make_unique<testing::MemoryStore>(disk))) {}

  testing::ManualClock clock{testing::At("2026-01-05T00:00:00Z")};
  std::unique_ptr<Engine> engine;
};

void ReachFor(Engine& engine, int customer) {
  ASSERT_TRUE(engine.Apply({{Spend(Customer(customer), "10")}}).status.ok());
  ASSERT_TRUE(engine.Drain().ok());
}

TEST(SinkSync, WhatIsNotSafeComesAgainWhenTheStoreIsOpenedNext) {
  testing::MemoryDisk disk;
  HoldingSink sink;
  {
    Life life(&disk, &sink);
    ASSERT_TRUE(life.engine->CreateAlert({.name = "limit", .threshold = D("10")}).ok());
    ReachFor(*life.engine, 1);
    EXPECT_EQ(sink.syncs, 1);
    sink.safe = false;
    ReachFor(*life.engine, 2);
    ASSERT_TRUE(life.engine->Flush().ok());
    EXPECT_EQ(life.engine->GetStats().outbox, 0u);
    EXPECT_THAT(sink.Take(), SizeIs(2));
  }
  EXPECT_THAT(disk.waiting, SizeIs(1)) << "one was safe, the other was not";
  sink.safe = true;
  {
    Life life(&disk, &sink);
    ASSERT_TRUE(life.engine->Drain().ok());
    const std::vector<Notification> again = sink.Take();
    ASSERT_THAT(again, SizeIs(1));
    EXPECT_EQ(again[0].customer, Customer(2));
  }
  EXPECT_THAT(disk.waiting, IsEmpty());
}

TEST(SinkSync, WhatIsTakenLaterMakesTheRestSafeToo) {
  testing::MemoryDisk disk;
  HoldingSink sink;
  Life life(&disk, &sink);
  ASSERT_TRUE(life.engine->CreateAlert({.name = "limit", .threshold = D("10")}).ok());
  sink.safe = false;
  ReachFor(*life.engine, 1);
  EXPECT_EQ(life.engine->GetStats().delivery_failures, 1u);
  sink.safe = true;
  ReachFor(*life.engine, 2);
  ASSERT_TRUE(life.engine->Flush().ok());
  EXPECT_THAT(disk.waiting, IsEmpty());
}

}  // namespace
}  // namespace tocsin
