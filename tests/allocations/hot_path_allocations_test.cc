// Catches an allocation on the way of a fact that crosses nothing: with millions of
// facts a second it would be most of their price, and a lock that all threads share.
#include <gtest/gtest.h>

#include <cstddef>
#include <new>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/allocations/counting_new.h"
#include "tests/support/hot_path.h"

namespace tocsin::testing {
namespace {

enum class Way { kById, kByIdInBatch, kByHandle, kByHandleInBatch };

// What the customers are when the facts come.
enum class Kept {
  kInLines,     // plain
  kToldOf,      // folded again some time after a notification
  kJustToldOf,  // not folded yet, and folded among the facts
  kInStructs,   // never folded: they have a plan
};

class HotPathAllocations
    : public ::testing::TestWithParam<std::tuple<Way, Kept, PeriodPolicy>> {
 protected:
  HotPathAllocations() : path_(std::get<PeriodPolicy>(GetParam())) {}

  void SetUp() override {
    const Kept kept = std::get<Kept>(GetParam());
    if (kept == Kept::kInStructs) GivePlans();
    if (kept == Kept::kToldOf || kept == Kept::kJustToldOf) Reach(0);
    facts_ = path_.LittleFacts();
    tracked_ = path_.Tracked(facts_);
    // What is made once is made now.
    ASSERT_EQ(ApplyOften(), kOften * HotPath::kFacts);
    if (kept == Kept::kJustToldOf) Reach(1);
  }

  void GivePlans() {
    std::vector<Fact> plans;
    for (unsigned n = 0; n < HotPath::kCustomers; ++n) {
      plans.push_back(CustomerTold{.customer = HotPath::Customer(n),
                                   .plan = PlanId(path_.Metric().uuid())});
    }
    path_.Apply(plans);
  }

  // Has every customer reach one alert more, of which a notification is delivered.
  void Reach(std::size_t alert) {
    path_.Apply(HotPath::SpendOfEach(Decimal::FromInteger(alert == 0 ? 1'000 : 1)));
    path_.Drain();
    ASSERT_EQ(path_.delivered(), HotPath::kCustomers * (alert + 1));
  }

  // More often than it takes until customers are folded again. Returns how many facts
  // were applied.
  static constexpr std::size_t kOften = 6;
  std::size_t ApplyOften() {
    std::size_t applied = 0;
    for (std::size_t i = 0; i < kOften; ++i) applied += ApplyAll();
    return applied;
  }

 private:
  std::size_t ApplyAll() {
    Engine& engine = *path_.engine;
    std::size_t applied = 0;
    switch (std::get<Way>(GetParam())) {
      case Way::kById:
        for (const Fact& fact : facts_) {
          applied += engine.Apply(absl::MakeConstSpan(&fact, 1)).applied;
        }
        break;
      case Way::kByIdInBatch:
        applied = engine.Apply(facts_).applied;
        break;
      case Way::kByHandle:
        for (const TrackedFact& fact : tracked_) {
          applied += engine.ApplyTracked(absl::MakeConstSpan(&fact, 1)).applied;
        }
        break;
      case Way::kByHandleInBatch:
        applied = engine.ApplyTracked(tracked_).applied;
        break;
    }
    return applied;
  }

 protected:
  HotPath path_;

 private:
  std::vector<Fact> facts_;
  std::vector<TrackedFact> tracked_;
};

TEST_P(HotPathAllocations, AreNone) {
  const std::size_t delivered = path_.delivered();
  const std::size_t before = Allocations();
  const std::size_t applied = ApplyOften();
  EXPECT_EQ(Allocations() - before, 0) << "in " << applied << " facts";
  EXPECT_EQ(applied, kOften * HotPath::kFacts);
  path_.Drain();
  EXPECT_EQ(path_.delivered(), delivered) << "a fact crossed";
}

std::string NameOf(
    const ::testing::TestParamInfo<std::tuple<Way, Kept, PeriodPolicy>>& info) {
  static constexpr const char* kWays[] = {"ById", "ByIdInBatch", "ByHandle",
                                          "ByHandleInBatch"};
  static constexpr const char* kKept[] = {"InLines", "ToldOf", "JustToldOf", "InStructs"};
  static constexpr const char* kPolicies[] = {"OpenEnded", "CalendarMonth"};
  return absl::StrCat(kWays[static_cast<int>(std::get<Way>(info.param))], "_",
                      kKept[static_cast<int>(std::get<Kept>(info.param))], "_",
                      kPolicies[static_cast<int>(std::get<PeriodPolicy>(info.param))]);
}

INSTANTIATE_TEST_SUITE_P(
    All, HotPathAllocations,
    ::testing::Combine(::testing::Values(Way::kById, Way::kByIdInBatch, Way::kByHandle,
                                         Way::kByHandleInBatch),
                       ::testing::Values(Kept::kInLines, Kept::kToldOf, Kept::kJustToldOf,
                                         Kept::kInStructs),
                       ::testing::Values(PeriodPolicy::kOpenEnded,
                                         PeriodPolicy::kCalendarMonth)),
    NameOf);

// Hosts name a model or a region with each fact, whether or not an alert asks for it.
TEST(Groups, ThatNobodyWatchesAllocateNothing) {
  HotPath path;
  std::vector<Fact> facts = HotPath::SpendOfEach(Decimal::FromUnits(1));
  for (Fact& fact : facts) {
    std::get<SpendAdded>(fact).group_values = {{"model", "large"}, {"region", "eu"}};
  }
  path.Apply(facts);
  const std::size_t before = Allocations();
  path.Apply(facts);
  EXPECT_EQ(Allocations() - before, 0);
}

// A count that misses some would say that all is well.
TEST(CountingNew, CountsEveryForm) {
  const std::size_t before = Allocations();
  const std::align_val_t line{64};
  ::operator delete(::operator new(1));
  ::operator delete[](::operator new[](1));
  ::operator delete(::operator new(1, std::nothrow), std::nothrow);
  ::operator delete(::operator new(1, line), line);
  ::operator delete[](::operator new[](1, line), line);
  EXPECT_EQ(Allocations() - before, 5);
}

// Those of the engine's libraries too, and of Abseil's.
TEST(CountingNew, CountsWhatACrossingTakes) {
  HotPath path;
  const std::size_t before = Allocations();
  path.Apply(HotPath::SpendOfEach(Decimal::FromInteger(1'000)));
  EXPECT_GE(Allocations() - before, HotPath::kCustomers);
}

}  // namespace
}  // namespace tocsin::testing
