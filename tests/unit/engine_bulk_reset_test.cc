// Would catch a position that is not what it was given out as, and one that loses or
// doubles customers over several shards and rounds.
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using testing::AlertNumber;
using testing::Customer;
using testing::D;
using testing::Spend;

std::unique_ptr<Engine> OpenWith(int customers, Options options) {
  std::unique_ptr<Engine> engine = *Engine::Open(std::move(options));
  std::vector<Fact> facts;
  for (int c = 0; c < customers; ++c) facts.push_back(Spend(Customer(c), "1"));
  EXPECT_EQ(engine->Apply(facts).applied, facts.size());
  return engine;
}

TEST(BulkReset, RefusesAPositionThatIsNone) {
  const std::unique_ptr<Engine> engine = OpenWith(10, {.worker_threads = 0, .shards = 4});
  const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("1")});
  ASSERT_TRUE(engine->Drain().ok());
  const AlertId other = *engine->CreateAlert({.name = "y", .threshold = D("1")});
  const std::string of_customer = Customer(1).ToString() + "/" + alert.ToString();
  std::vector<std::string> none = {"x", alert.ToString(), "0.0", of_customer,
                                   other.ToString() + "/0.0"};
  for (const char* at : {"", "1", "1.", ".1", "4.0", "0.11", "-1.0", "0.-1", "0.0.0",
                         "0.99999999999999999999", " 0.0", "0. 0", "+0.0", "00.0"}) {
    none.push_back(alert.ToString() + "/" + at);
  }
  for (const std::string& from : none) {
    const BulkResetResult result = engine->ResetAll(alert, from);
    EXPECT_EQ(ReasonOf(result.status), Reason::kMalformed) << from;
    EXPECT_EQ(result.taken, 0u) << from;
    EXPECT_EQ(result.resume, "");
    // A nil id is told first, an unknown alert later.
    EXPECT_EQ(ReasonOf(engine->ResetAll(AlertId(), from).status), Reason::kMissing);
    EXPECT_EQ(ReasonOf(engine->ResetAll(AlertNumber(77), from).status),
              Reason::kMalformed);
  }
  const std::string of_other = Customer(2).ToString() + "/" + alert.ToString();
  for (const std::string& from : {std::string("x"), std::string("0.0"), alert.ToString(),
                                  Customer(1).ToString() + "/", of_other}) {
    EXPECT_EQ(ReasonOf(engine->ResetAll(Customer(1), from).status), Reason::kMalformed);
    EXPECT_EQ(ReasonOf(engine->ResetAll(Customer(77), from).status), Reason::kMalformed);
    EXPECT_EQ(ReasonOf(engine->ResetAll(CustomerId(), from).status), Reason::kMissing);
  }
  EXPECT_EQ(engine->GetStats().resets, 0u);
}

// More customers than one hold of a lock takes, limits that fall anywhere, and some who
// come between two calls.
TEST(BulkReset, GoesOnWhereItStoppedOverRoundsAndShards) {
  constexpr int kCustomers = 2'000;
  for (const std::size_t due_max : {1u, 7u, 128u, 500u, 1'999u}) {
    const std::unique_ptr<Engine> engine =
        OpenWith(kCustomers, {.worker_threads = 0, .shards = 4, .due_max = due_max});
    const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("5")});
    ASSERT_TRUE(engine->Drain().ok());
    std::string from;
    std::size_t taken = 0;
    int came = 0;
    while (true) {
      const BulkResetResult result = engine->ResetAll(alert, from);
      taken += result.taken;
      ASSERT_TRUE(engine->Drain().ok());
      if (result.status.ok()) {
        EXPECT_EQ(result.resume, "");
        break;
      }
      ASSERT_EQ(ReasonOf(result.status), Reason::kLimitReached);
      EXPECT_EQ(result.taken, due_max);
      from = result.resume;
      if (came < 300) {
        ASSERT_EQ(engine->Apply({Spend(Customer(kCustomers + came++), "1")}).applied, 1u);
      }
    }
    EXPECT_GE(taken, static_cast<std::size_t>(kCustomers));
    EXPECT_EQ(engine->GetStats().resets, taken);
    for (int c = 0; c < kCustomers + came; ++c) {
      const std::uint64_t epoch = engine->GetCustomerAlert(Customer(c), alert)->epoch;
      if (c < kCustomers) {
        ASSERT_EQ(epoch, 1u) << "customer " << c << ", due_max " << due_max;
      } else {
        ASSERT_LE(epoch, 1u) << "who came later is taken once or not";
      }
    }
  }
}

TEST(BulkReset, OfACustomerTakesMoreAlertsThanOneHoldOfTheLock) {
  constexpr int kAlerts = 300;
  const std::unique_ptr<Engine> engine = OpenWith(2, {.worker_threads = 0});
  for (int a = 0; a < kAlerts; ++a) {
    ASSERT_TRUE(engine->CreateAlert({.name = "x", .threshold = D("1")}).ok());
  }
  ASSERT_TRUE(engine->Drain().ok());
  const BulkResetResult result = engine->ResetAll(Customer(0));
  EXPECT_TRUE(result.status.ok());
  EXPECT_EQ(result.taken, static_cast<std::size_t>(kAlerts));
  int seen = 0;
  ASSERT_TRUE(engine
                  ->ForEachCustomerAlert(Customer(0),
                                         [&seen](const CustomerAlert& state) {
                                           EXPECT_EQ(state.epoch, 1u);
                                           EXPECT_EQ(state.status,
                                                     CustomerStatus::kEvaluating);
                                           ++seen;
                                         })
                  .ok());
  EXPECT_EQ(seen, kAlerts);
}

// A clock that sets `stop` when it has been asked so often.
class StoppingClock final : public testing::ManualClock {
 public:
  using ManualClock::ManualClock;
  absl::Time Now() override {
    if (left.load() > 0 && --left == 0) stop = true;
    return ManualClock::Now();
  }
  std::atomic<int> left = 0;
  std::atomic<bool> stop = false;
};

TEST(BulkReset, StopsWhereItIsToldToAndGoesOnThere) {
  constexpr int kMany = 300;
  StoppingClock clock(testing::At("2026-01-10T00:00:00Z"));
  const std::unique_ptr<Engine> engine =
      OpenWith(kMany, {.clock = &clock, .worker_threads = 0, .shards = 1});
  const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("5")});
  for (int a = 1; a < kMany; ++a) {
    ASSERT_TRUE(engine->CreateAlert({.name = "x", .threshold = D("5")}).ok());
  }
  ASSERT_TRUE(engine->Drain().ok());
  const auto stopped_and_gone_on = [&](auto whose) {
    clock.stop = false;
    clock.left = 2;
    const BulkResetResult first = engine->ResetAll(whose, "", &clock.stop);
    EXPECT_TRUE(first.status.ok());
    EXPECT_GT(first.taken, 0u);
    EXPECT_LT(first.taken, static_cast<std::size_t>(kMany));
    EXPECT_NE(first.resume, "");
    clock.stop = false;
    const BulkResetResult rest = engine->ResetAll(whose, first.resume, &clock.stop);
    EXPECT_TRUE(rest.status.ok());
    EXPECT_EQ(rest.resume, "");
    EXPECT_EQ(first.taken + rest.taken, static_cast<std::size_t>(kMany));
  };
  stopped_and_gone_on(alert);
  for (int c = 0; c < kMany; ++c) {
    ASSERT_EQ(engine->GetCustomerAlert(Customer(c), alert)->epoch, 1u) << c;
  }
  stopped_and_gone_on(Customer(0));
  EXPECT_EQ(engine->GetCustomerAlert(Customer(0), alert)->epoch, 2u);
  EXPECT_EQ(engine->GetStats().resets, std::uint64_t{2} * kMany);
}

TEST(BulkReset, IsRefusedOnceTheEngineIsClosed) {
  const std::unique_ptr<Engine> engine = OpenWith(1, {.worker_threads = 0});
  ASSERT_TRUE(engine->Close().ok());
  EXPECT_EQ(ReasonOf(engine->ResetAll(AlertId(), "x").status), Reason::kClosing);
  EXPECT_EQ(ReasonOf(engine->ResetAll(CustomerId(), "x").status), Reason::kClosing);
}

}  // namespace
}  // namespace tocsin
