// Would catch what LiteLLM does: several replicas that each send an alert of their own,
// and thresholds that fire once more after a restart, which a receiver cannot tell from
// new ones. Who is told the same here gives the same ids.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using testing::AlertNumber;
using testing::At;
using testing::CollectingSink;
using testing::Customer;
using testing::D;
using testing::Spend;

// One process of a service, with what its receiver got from it.
class Replica {
 public:
  explicit Replica(Options options) : options_(std::move(options)) {
    options_.sink = &sink_;
    options_.clock = &clock_;
    engine_ = *Engine::Open(options_);
  }

  void Create(const AlertId& alert, absl::string_view threshold) {
    const AlertSpec spec = {
        .id = alert, .name = "x", .threshold = D(threshold), .notify_resolved = true};
    EXPECT_TRUE(engine_->CreateAlert(spec).ok());
  }
  void Raise(const AlertId& alert, absl::string_view threshold) {
    EXPECT_TRUE(engine_->UpdateAlert(alert, {.threshold = D(threshold)}).ok());
  }
  void Reset(const CustomerId& customer, const AlertId& alert) {
    EXPECT_TRUE(engine_->Reset(customer, alert).ok());
  }
  void Apply(const std::vector<Fact>& facts) {
    EXPECT_EQ(engine_->Apply(facts).applied, facts.size());
  }

  // What came since the last call, in the order of ids.
  std::vector<std::string> Ids() {
    EXPECT_TRUE(engine_->Drain().ok());
    std::vector<std::string> ids;
    for (const Notification& notification : sink_.Take()) {
      ids.push_back(notification.id.ToString());
    }
    std::sort(ids.begin(), ids.end());
    return ids;
  }

 private:
  testing::ManualClock clock_{At("2026-01-10T12:00:00Z")};
  CollectingSink sink_;
  Options options_;
  std::unique_ptr<Engine> engine_;
};

// Two thresholds that are reached, left and reached again, one of them raised, a reset.
void TellHistory(Replica* replica) {
  replica->Create(AlertNumber(1), "100");
  replica->Create(AlertNumber(2), "200");
  replica->Apply({Spend(Customer(1), "150"), Spend(Customer(2), "100")});
  replica->Raise(AlertNumber(1), "300");
  replica->Apply({Spend(Customer(1), "60"), Spend(Customer(2), "-1")});
  replica->Reset(Customer(1), AlertNumber(2));
  replica->Apply({Spend(Customer(1), "90"), Spend(Customer(2), "201")});
}

TEST(LiteLlm, SeveralReplicasSendTheSameAlertAndNotEachItsOwn) {
  Replica one({.worker_threads = 0, .shards = 1, .random_seed = 1});
  Replica two({.worker_threads = 2, .shards = 64, .random_seed = 2});
  TellHistory(&one);
  TellHistory(&two);
  const std::vector<std::string> ids = one.Ids();
  EXPECT_THAT(ids, ::testing::SizeIs(9));
  EXPECT_EQ(two.Ids(), ids);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
}

TEST(LiteLlm, WhatFiredBeforeARestartIsKnownByItsIdAndWhatIsNewIsNew) {
  std::vector<std::string> before;
  {
    Replica first({.worker_threads = 0});
    TellHistory(&first);
    before = first.Ids();
  }
  Replica again({.worker_threads = 0});
  TellHistory(&again);
  EXPECT_EQ(again.Ids(), before) << "all of which a receiver drops";
  again.Apply({Spend(Customer(3), "300")});
  const std::vector<std::string> after = again.Ids();
  EXPECT_THAT(after, ::testing::SizeIs(2));
  for (const std::string& id : after) {
    EXPECT_THAT(before, ::testing::Not(::testing::Contains(id)));
  }
}

TEST(LiteLlm, AThresholdThatWasRaisedDoesNotFireAgainAfterARestart) {
  Replica before({.worker_threads = 0});
  before.Create(AlertNumber(1), "100");
  before.Apply({Spend(Customer(1), "150")});
  before.Raise(AlertNumber(1), "300");
  EXPECT_THAT(before.Ids(), ::testing::SizeIs(2)) << "reached, and resolved";
  // The host tells the alert as it is now, and the period's facts.
  Replica after({.worker_threads = 0});
  after.Create(AlertNumber(1), "300");
  after.Apply({Spend(Customer(1), "150")});
  EXPECT_THAT(after.Ids(), ::testing::IsEmpty());
  after.Apply({Spend(Customer(1), "150")});
  EXPECT_THAT(after.Ids(), ::testing::SizeIs(1));
}

}  // namespace
}  // namespace tocsin
