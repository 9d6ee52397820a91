// Would catch any call, fact, instant or query on which the engine and the
// rules, written down a second time in the reference model, disagree.
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "rapidcheck/detail/TestListenerAdapter.h"
#include "tests/support/case.h"
#include "tests/support/crashing_engine.h"
#include "tests/support/differential.h"
#include "tests/support/reference_model.h"

namespace tocsin::testing {

// Found by rapidcheck, which prints the case that it has shrunk to.
// NOLINTNEXTLINE(readability-identifier-naming)
void showValue(const Case& test_case, std::ostream& os) { os << FormatCase(test_case); }

namespace {

constexpr int kSequencesPerFlavour = 25'000;

std::unique_ptr<Engine> OpenEngine(const Options& options) {
  return Engine::Open(options).value();
}

std::unique_ptr<Engine> MakeModel(const Options& options) {
  return std::make_unique<ReferenceModel>(options);
}

// The command with each of its numbers made smaller.
rc::Seq<Command> ShrinkCommand(const Command& command) {
  std::vector<Command> smaller;
  for (std::size_t i = 0; i < command.numbers.size(); ++i) {
    const std::uint8_t number = command.numbers[i];
    for (int less : {0, number / 2, number % 16, number - 1}) {
      if (less < 0 || less >= number) continue;
      smaller.push_back(command);
      smaller.back().numbers[i] = static_cast<std::uint8_t>(less);
    }
  }
  return rc::seq::fromContainer(std::move(smaller));
}

rc::Seq<Case> ShrinkCase(const Case& test_case) {
  auto with_commands = [setup = test_case.setup](std::vector<Command> commands) {
    return Case{setup, std::move(commands)};
  };
  std::vector<Case> plainer;
  for (std::uint8_t Setup::*option :
       {&Setup::calendar_months, &Setup::few_groups, &Setup::few_due, &Setup::tracked,
        &Setup::look_rarely, &Setup::start, &Setup::few_instances, &Setup::keep_ended}) {
    if (test_case.setup.*option == 0) continue;
    plainer.push_back(test_case);
    plainer.back().setup.*option = 0;
  }
  return rc::seq::concat(
      rc::seq::map(rc::shrink::removeChunks(test_case.commands), with_commands),
      rc::seq::fromContainer(std::move(plainer)),
      rc::seq::map(rc::shrink::eachElement(test_case.commands, ShrinkCommand),
                   with_commands));
}

rc::Gen<Case> Cases(Flavour flavour) {
  return [flavour](const rc::Random& random, int) {
    rc::Random source = random;
    return rc::shrinkable::shrinkRecur(
        GenerateCase(source.next(), flavour),
        [](const Case& test_case) { return ShrinkCase(test_case); });
  };
}

// As RC_GTEST_PROP, but with as many cases as RC_PARAMS says, or enough.
rc::detail::TestResult CheckCases(Flavour flavour, const Comparison& comparison,
                                  int sequences) {
  const rc::detail::Configuration& configuration = rc::detail::configuration();
  rc::detail::TestParams params = configuration.testParams;
  if (params.maxSuccess == rc::detail::TestParams().maxSuccess)
    params.maxSuccess = sequences;
  rc::detail::TestMetadata metadata;
  const ::testing::TestInfo* info =
      ::testing::UnitTest::GetInstance()->current_test_info();
  metadata.id = std::string(info->test_suite_name()) + "/" + info->name();
  metadata.description = info->name();
  auto property = [flavour, &comparison] {
    const Case test_case = *Cases(flavour).as("case");
    const std::string differs = Differ(test_case, comparison);
    if (!differs.empty()) RC_FAIL(differs);
  };
  rc::detail::TestListenerAdapter listener;
  return rc::detail::checkTestable(property, metadata, params, listener,
                                   configuration.reproduce);
}

void ExpectHolds(Flavour flavour, const Comparison& comparison, int sequences) {
  const rc::detail::TestResult result = CheckCases(flavour, comparison, sequences);
  if (result.template is<rc::detail::SuccessResult>()) return;
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  FAIL() << message.str();
}

Comparison EngineAgainstModel() { return {.actual = OpenEngine, .expected = MakeModel}; }

TEST(EngineProperty, KeepsTheRulesOfSpend) {
  ExpectHolds(Flavour::kSpend, EngineAgainstModel(), kSequencesPerFlavour);
}

TEST(EngineProperty, KeepsTheRulesOfGroups) {
  ExpectHolds(Flavour::kGroups, EngineAgainstModel(), kSequencesPerFlavour);
}

TEST(EngineProperty, KeepsTheRulesOfTime) {
  ExpectHolds(Flavour::kTime, EngineAgainstModel(), kSequencesPerFlavour);
}

TEST(EngineProperty, KeepsTheRulesOfBalances) {
  ExpectHolds(Flavour::kBalances, EngineAgainstModel(), kSequencesPerFlavour);
}

TEST(EngineProperty, KeepsTheRulesOfInvoices) {
  ExpectHolds(Flavour::kInvoices, EngineAgainstModel(), kSequencesPerFlavour);
}

TEST(EngineProperty, KeepsTheRulesOfDays) {
  ExpectHolds(Flavour::kDays, EngineAgainstModel(), kSequencesPerFlavour);
}

TEST(EngineProperty, KeepsTheRulesOfSeats) {
  ExpectHolds(Flavour::kSeats, EngineAgainstModel(), kSequencesPerFlavour);
}

TEST(EngineProperty, KeepsTheRules) {
  ExpectHolds(Flavour::kEverything, EngineAgainstModel(), kSequencesPerFlavour);
}

// Would catch a rule that holds only while all customers share one lock.
TEST(EngineProperty, KeepsTheRulesOnSeveralShards) {
  Comparison comparison = EngineAgainstModel();
  comparison.actual_shards = 4;
  ExpectHolds(Flavour::kEverything, comparison, kSequencesPerFlavour / 5);
}

// Would catch an id with time, chance or the machine in it.
TEST(EngineProperty, GivesTheSameIdsAgain) {
  const Comparison comparison = {
      .actual = OpenEngine, .expected = OpenEngine, .actual_shards = 4, .ids = true};
  ExpectHolds(Flavour::kEverything, comparison, kSequencesPerFlavour / 5);
}

// Would catch anything that an engine which dies and comes back does not know any more,
// or does a second time.
class ThroughCrashes : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(ThroughCrashes, KeepsTheRules) {
  Comparison comparison = EngineAgainstModel();
  const std::uint32_t calls_per_life = GetParam();
  comparison.actual = [calls_per_life](const Options& options) {
    return std::make_unique<CrashingEngine>(options, calls_per_life, calls_per_life);
  };
  comparison.dies = true;
  ExpectHolds(Flavour::kEverything, comparison, kSequencesPerFlavour / 25);
}

INSTANTIATE_TEST_SUITE_P(Each, ThroughCrashes, ::testing::Values(1, 2, 5, 20));

// What follows shows that the comparison finds what it is there to find.

struct Mistake {
  const char* name;
  void (*make)(std::vector<Notification>&);
};

class FoundMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(FoundMistake, InADeliveredNotification) {
  Comparison comparison = {.actual = MakeModel, .expected = MakeModel};
  for (int seed = 0; seed < 200; ++seed) {
    ASSERT_EQ(Differ(GenerateCase(static_cast<std::uint64_t>(seed), Flavour::kEverything),
                     comparison),
              "");
  }
  comparison.tamper = [](std::vector<Notification>& delivered) {
    if (!delivered.empty()) GetParam().make(delivered);
  };
  int found = 0;
  for (int seed = 0; seed < 200; ++seed) {
    const Case test_case =
        GenerateCase(static_cast<std::uint64_t>(seed), Flavour::kEverything);
    if (!Differ(test_case, comparison).empty()) ++found;
  }
  EXPECT_GT(found, 50) << "of 200 cases, in most of which something is delivered";
}

INSTANTIATE_TEST_SUITE_P(
    Each, FoundMistake,
    ::testing::Values(
        Mistake{"Lost", [](auto& all) { all.pop_back(); }},
        Mistake{"Doubled", [](auto& all) { all.push_back(all.back()); }},
        Mistake{"Kind",
                [](auto& all) {
                  NotificationKind& kind = all[0].kind;
                  kind = kind == NotificationKind::kReached ? NotificationKind::kResolved
                                                            : NotificationKind::kReached;
                }},
        Mistake{"Customer", [](auto& all) { all[0].customer = CustomerId(); }},
        Mistake{"Alert", [](auto& all) { all[0].alert = AlertId(); }},
        Mistake{"Name", [](auto& all) { all[0].alert_name += "x"; }},
        Mistake{"Threshold",
                [](auto& all) {
                  all[0].threshold = Decimal::FromUnits(all[0].threshold.units() + 1);
                }},
        Mistake{"Value",
                [](auto& all) {
                  all[0].value = Decimal::FromUnits(all[0].value.units() - 1);
                }},
        Mistake{"Previous",
                [](auto& all) { all[0].previous_value = Decimal::FromInteger(77); }},
        Mistake{"Epoch", [](auto& all) { ++all[0].epoch; }},
        Mistake{"Sequence", [](auto& all) { ++all[0].sequence; }},
        Mistake{"Trigger",
                [](auto& all) {
                  Trigger& trigger = all[0].triggered_by;
                  trigger =
                      trigger == Trigger::kReset ? Trigger::kSpend : Trigger::kReset;
                }},
        Mistake{"Timestamp",
                [](auto& all) { all[0].timestamp += absl::Milliseconds(1); }},
        Mistake{"Remaining",
                [](auto& all) { all[0].remaining_balance = Decimal::FromInteger(77); }},
        Mistake{"Balance", [](auto& all) { all[0].balance = BalanceId(); }},
        Mistake{"Invoice", [](auto& all) { all[0].invoice = InvoiceId(); }},
        Mistake{"InvoiceType", [](auto& all) { all[0].invoice_type = "none"; }},
        Mistake{"Seat", [](auto& all) { all[0].seat = Seat{}; }},
        Mistake{"CustomField", [](auto& all) { all[0].custom_field = CustomField{}; }},
        Mistake{"Groups",
                [](auto& all) {
                  all[0].group_values.push_back({"k", "v"});
                }}),
    [](const auto& mistake) { return std::string(mistake.param.name); });

// Would catch a comparison that skips queries or the shrinking of a failure.
TEST(EngineProperty, FindsAndShrinksAWrongEngine) {
  struct Strict : ReferenceModel {
    using ReferenceModel::ReferenceModel;
    absl::StatusOr<AlertId> CreateAlert(const AlertSpec& spec) override {
      AlertSpec strict = spec;
      strict.threshold = Decimal::FromUnits(spec.threshold->units() + 1);
      return ReferenceModel::CreateAlert(strict);
    }
  };
  const Comparison comparison = {
      .actual = [](const Options& options) { return std::make_unique<Strict>(options); },
      .expected = MakeModel};
  const rc::detail::TestResult result = CheckCases(Flavour::kSpend, comparison, 1'000);
  ASSERT_TRUE(result.template is<rc::detail::FailureResult>());
  const auto& failure = result.template get<rc::detail::FailureResult>();
  ASSERT_EQ(failure.counterExample.size(), 1U);
  const std::string& shrunk = failure.counterExample[0].second;
  EXPECT_EQ(
      shrunk,
      "options drain=manual\nclock 2026-01-31T22:00:00Z\nalert a1 spend 10 name=n1\n"
      "drain\n");
}

}  // namespace
}  // namespace tocsin::testing
