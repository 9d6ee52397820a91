// Would catch a transition or a reset that the history lacks, has twice, or shows of
// another customer.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tocsin/engine.h"
#include "tocsin/store.h"

namespace tocsin::testing {
namespace {

using ::testing::ElementsAre;

class HistoryOfAlerts : public ::testing::Test {
 protected:
  HistoryOfAlerts() { Open(); }

  void Open(absl::Duration keep = absl::Hours(24) * 90) {
    engine_ = nullptr;
    auto opened = Engine::Open({.directory = temp_ / "store",
                                .history_keep = keep,
                                .sink = &sink_,
                                .clock = &clock_,
                                .worker_threads = 0,
                                .random_seed = 1});
    ASSERT_TRUE(opened.ok()) << opened.status();
    engine_ = *std::move(opened);
  }
  void Create(const AlertSpec& spec) {
    ASSERT_TRUE(engine_->CreateAlert(spec).ok());
    ASSERT_TRUE(engine_->Drain().ok());
  }
  void Tell(const Fact& fact) {
    clock_.Advance(absl::Minutes(1));
    const ApplyResult result = engine_->Apply({fact});
    ASSERT_TRUE(result.status.ok() && result.applied == 1) << result.status;
  }
  // Of the first alert: `minute status by value epoch`, and `!` with a notification.
  std::vector<std::string> Shown(int customer, const HistoryRange& range = {}) {
    const auto events = engine_->History(Customer(customer), AlertNumber(1), range);
    if (!events.ok()) return {std::string(ReasonName(ReasonOf(events.status())))};
    std::vector<std::string> shown;
    for (const HistoryEvent& event : *events) {
      std::string line = absl::StrCat(
          absl::ToInt64Minutes(event.at - begin_), " ",
          event.status.has_value() ? CustomerStatusName(*event.status) : "none", " by ",
          TriggerName(event.triggered_by));
      for (const GroupValue& value : event.instance.group_values) {
        absl::StrAppend(&line, " ", value.value);
      }
      if (event.of_all_customers) {
        line += " for all";
      } else {
        absl::StrAppend(&line, " at ", event.value.ToString(), " in ", event.epoch);
      }
      if (event.notification.has_value()) line += "!";
      shown.push_back(std::move(line));
    }
    return shown;
  }

  TempDirectory temp_{InMemory()};
  CollectingSink sink_;
  const absl::Time begin_ = At("2026-02-01T00:00:00Z");
  ManualClock clock_{begin_};
  std::unique_ptr<Engine> engine_;
};

TEST_F(HistoryOfAlerts, HasEveryTransitionAndResetOnce) {
  Create({.id = AlertNumber(1), .name = "x", .threshold = D("10")});
  Tell(Spend(Customer(1), "12"));
  Tell(Spend(Customer(2), "12"));
  Tell(Spend(Customer(1), "1"));
  Tell(Spend(Customer(1), "-5"));
  Tell(Spend(Customer(1), "7"));
  ASSERT_TRUE(engine_->Reset(Customer(1), AlertNumber(1)).ok());
  ASSERT_TRUE(engine_->Drain().ok());
  Tell(SpendTotal{.customer = Customer(1), .total = D("0")});
  ASSERT_TRUE(engine_->Reset(Customer(1), AlertNumber(1)).ok());
  ASSERT_TRUE(engine_->Drain().ok());
  const auto first =
      ElementsAre("1 in_alarm by spend at 12 in 0!", "4 ok by spend at 8 in 0",
                  "5 in_alarm by spend at 15 in 0!", "5 evaluating by reset at 0 in 1",
                  "5 in_alarm by reset at 15 in 1!", "6 ok by spend at 0 in 1",
                  "6 evaluating by reset at 0 in 2", "6 ok by reset at 0 in 2");
  EXPECT_THAT(Shown(1), first);
  EXPECT_THAT(Shown(2), ElementsAre("2 in_alarm by spend at 12 in 0!"));
  // What has one is what was delivered.
  std::vector<NotificationId> said;
  const auto events = engine_->History(Customer(1), AlertNumber(1));
  ASSERT_TRUE(events.ok());
  for (const HistoryEvent& event : *events) {
    if (event.notification.has_value()) said.push_back(*event.notification);
  }
  std::vector<NotificationId> delivered;
  for (const Notification& one : sink_.Take()) {
    if (one.customer == Customer(1)) delivered.push_back(one.id);
  }
  EXPECT_EQ(said, delivered);
  Open();
  EXPECT_THAT(Shown(1), first);
}

// Would catch a sound row that is taken for damaged.
TEST_F(HistoryOfAlerts, OfSumsThatAreLargerThanAnAmount) {
  const std::string most = "1000000000000000000";
  const std::string twice = "1999999999999999999.999999999999";
  Create({.id = AlertNumber(1), .name = "x", .threshold = D(most)});
  Tell(Spend(Customer(1), "999999999999999999.999999999999"));
  Tell(Spend(Customer(1), most));
  for (int i = 0; i < 3; ++i) Tell(Spend(Customer(1), "-" + most));
  Tell(Spend(Customer(2), "-" + most));
  Tell(Spend(Customer(2), "-0.000000000001"));
  ASSERT_TRUE(engine_->Reset(Customer(2), AlertNumber(1)).ok());
  ASSERT_TRUE(engine_->Drain().ok());
  const auto rising =
      ElementsAre(absl::StrCat("2 in_alarm by spend at ", twice, " in 0!"),
                  "3 ok by spend at 999999999999999999.999999999999 in 0");
  const auto below =
      ElementsAre("7 evaluating by reset at 0 in 1",
                  "7 ok by reset at -1000000000000000000.000000000001 in 1");
  EXPECT_THAT(Shown(1), rising);
  EXPECT_THAT(Shown(2), below);
  EXPECT_TRUE(VerifyStore(temp_ / "store").ok());
  Open();
  EXPECT_THAT(Shown(1), rising);
  EXPECT_THAT(Shown(2), below);
}

TEST_F(HistoryOfAlerts, ShowsAPart) {
  Create({.id = AlertNumber(1), .name = "x", .threshold = D("10")});
  for (int i = 0; i < 4; ++i) Tell(Spend(Customer(1), i % 2 == 0 ? "10" : "-10"));
  EXPECT_THAT(
      Shown(1, {.from = begin_ + absl::Minutes(2), .to = begin_ + absl::Minutes(4)}),
      ElementsAre("2 ok by spend at 0 in 0", "3 in_alarm by spend at 10 in 0!"));
  EXPECT_THAT(Shown(1, {.limit = 1}), ElementsAre("1 in_alarm by spend at 10 in 0!"));
  const auto page = engine_->History(Customer(1), AlertNumber(1), {.limit = 3});
  ASSERT_TRUE(page.ok());
  EXPECT_THAT(Shown(1, {.after = page->back().number}),
              ElementsAre("4 ok by spend at 0 in 0"));
  EXPECT_THAT(Shown(1, {.after = std::numeric_limits<std::uint64_t>::max()}),
              ElementsAre());
}

TEST_F(HistoryOfAlerts, OfInstancesOfPeriodsAndOfSilence) {
  Create({.id = AlertNumber(1),
          .type = AlertType::kUsageThresholdReached,
          .name = "x",
          .threshold = D("10"),
          .billable_metric = Metric(1),
          .group_values = {{.key = "region"}}});
  Tell(PeriodTold{.customer = Customer(1),
                  .starts_at = begin_,
                  .ends_at = begin_ + absl::Minutes(30)});
  Tell(Usage(Customer(1), Metric(1), "12", {{"region", "eu"}}));
  Tell(Usage(Customer(1), Metric(1), "12", {{"region", "us"}}));
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(Shown(1), ElementsAre("2 in_alarm by usage eu at 12 in 0!",
                                    "3 in_alarm by usage us at 12 in 0!",
                                    "30 ok by period eu at 0 in 0",
                                    "30 ok by period us at 0 in 0"));
}

TEST_F(HistoryOfAlerts, OfInstancesAndOfAllOfThem) {
  Create({.id = AlertNumber(1),
          .name = "x",
          .threshold = D("10"),
          .group_values = {{.key = "region"}}});
  Tell(Spend(Customer(1), "12", {{"region", "eu"}}));
  clock_.Advance(absl::Minutes(1));
  // The first is of an instance that the alert has no more.
  const AlertUpdate two_keys = {
      .group_values = std::vector<GroupFilter>{{.key = "region"}, {.key = "zone"}}};
  ASSERT_TRUE(engine_->UpdateAlert(AlertNumber(1), two_keys).ok());
  ASSERT_TRUE(engine_->Drain().ok());
  Tell(Spend(Customer(1), "12", {{"region", "eu"}, {"zone", "a"}}));
  clock_.Advance(absl::Minutes(1));
  ASSERT_TRUE(engine_->ArchiveAlert(AlertNumber(1)).ok());
  EXPECT_THAT(Shown(1), ElementsAre("1 in_alarm by spend at 12 in 0!",
                                    "2 evaluating by alert_updated for all",
                                    "3 in_alarm by spend eu a at 12 in 1!",
                                    "4 none by alert_updated for all"));
}

TEST_F(HistoryOfAlerts, OfBalancesThatWereToldApart) {
  const SpecifierField any_team = {.entity = FilterEntity::kContractCreditOrCommit,
                                   .key = "team"};
  Create({.id = AlertNumber(1),
          .type = AlertType::kLowRemainingContractCreditAndCommitBalanceReached,
          .name = "x",
          .threshold = D("10"),
          .alert_specifiers = {{.custom_field_filters = {any_team}}}});
  Tell(BalanceTold{.customer = Customer(1),
                   .balance = BalanceNumber(1),
                   .granted = D("50"),
                   .remaining = D("5"),
                   .custom_fields = CustomFields{{"team", "a"}}});
  clock_.Advance(absl::Minutes(1));
  const AlertUpdate all = {.alert_specifiers = std::vector<AlertSpecifier>{}};
  ASSERT_TRUE(engine_->UpdateAlert(AlertNumber(1), all).ok());
  ASSERT_TRUE(engine_->Drain().ok());
  const auto shown = Shown(1);
  ASSERT_EQ(shown.size(), 4U) << absl::StrJoin(shown, "\n");
  EXPECT_EQ(shown[2], "2 evaluating by alert_updated for all");
}

TEST_F(HistoryOfAlerts, OfWhatIsConcludedSilently) {
  Tell(Spend(Customer(1), "20"));
  Create({.id = AlertNumber(1),
          .name = "x",
          .threshold = D("10"),
          .evaluate_on_create = false});
  clock_.Advance(absl::Minutes(1));
  ASSERT_TRUE(engine_->UpdateAlert(AlertNumber(1), {.threshold = D("30")}).ok());
  ASSERT_TRUE(engine_->Drain().ok());
  clock_.Advance(absl::Minutes(1));
  ASSERT_TRUE(engine_->DisableAlert(AlertNumber(1)).ok());
  ASSERT_TRUE(engine_->EnableAlert(AlertNumber(1)).ok());
  EXPECT_THAT(Shown(1), ElementsAre("1 in_alarm by alert_created at 20 in 0",
                                    "2 ok by alert_updated at 20 in 0",
                                    "3 none by alert_updated for all",
                                    "3 evaluating by alert_updated for all"));
}

TEST_F(HistoryOfAlerts, OfWhoLeavesTheScope) {
  Create({.id = AlertNumber(1), .name = "x", .threshold = D("10"), .plan = Plan(1)});
  Tell(CustomerTold{.customer = Customer(1), .plan = Plan(1)});
  Tell(Spend(Customer(1), "20"));
  Tell(CustomerTold{.customer = Customer(1), .plan = Plan(2)});
  EXPECT_THAT(Shown(1), ElementsAre("2 in_alarm by spend at 20 in 0!",
                                    "3 none by customer at 20 in 0"));
}

TEST_F(HistoryOfAlerts, IsForgottenInTime) {
  Open(absl::Minutes(10));
  Create({.id = AlertNumber(1), .name = "x", .threshold = D("10")});
  Tell(Spend(Customer(1), "12"));
  clock_.Advance(absl::Minutes(20));
  EXPECT_THAT(Shown(1), ElementsAre());
  Tell(Spend(Customer(1), "-12"));
  EXPECT_THAT(Shown(1), ElementsAre("22 ok by spend at 0 in 0"));
  Open(absl::Minutes(10));
  EXPECT_THAT(Shown(1), ElementsAre("22 ok by spend at 0 in 0"));
}

TEST_F(HistoryOfAlerts, GoesFromTheStoreInTime) {
  constexpr int kTold = 40;
  Open(absl::Hours(1));
  Create({.id = AlertNumber(1), .name = "x", .threshold = D("10")});
  for (int i = 1; i <= kTold; ++i) Tell(Spend(Customer(i), "12"));
  const std::string directory = temp_ / "store";
  EXPECT_EQ(InspectStore(directory)->history, std::uint64_t{kTold});
  clock_.Advance(absl::Hours(2));
  for (int i = 1; i <= kTold; ++i) Tell(Spend(Customer(i), "-12"));
  // It may lag by the rows of one look.
  const auto kept = VerifyStore(directory);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_GE(kept->history, std::uint64_t{kTold});
  EXPECT_LE(kept->history, std::uint64_t{kTold + 16});
  // A process that adds one row looks as well.
  clock_.Advance(absl::Hours(2));
  Open(absl::Hours(1));
  Tell(Spend(Customer(1), "12"));
  const auto left = VerifyStore(directory);
  ASSERT_TRUE(left.ok()) << left.status();
  EXPECT_LT(left->history, kept->history);
}

// Would catch an order that hangs on where in memory an instance is, which is another
// after each opening.
TEST_F(HistoryOfAlerts, HasInstancesThatAreJudgedTogetherByTheirKeys) {
  Create({.id = AlertNumber(1),
          .type = AlertType::kInvoiceTotalReached,
          .name = "x",
          .threshold = D("10")});
  constexpr int kInvoices = 20;
  for (int i = kInvoices; i >= 1; --i) {
    Tell(InvoiceTold{.customer = Customer(1),
                     .invoice = InvoiceNumber(i),
                     .invoice_type = "USAGE",
                     .total = D("5")});
  }
  ASSERT_TRUE(engine_->Reset(Customer(1), AlertNumber(1)).ok());
  ASSERT_TRUE(engine_->Drain().ok());
  const auto events = engine_->History(Customer(1), AlertNumber(1));
  ASSERT_TRUE(events.ok()) << events.status();
  std::vector<InvoiceId> judged;
  for (const HistoryEvent& event : *events) {
    if (event.instance.invoice.has_value()) judged.push_back(*event.instance.invoice);
  }
  EXPECT_EQ(judged.size(), std::size_t{kInvoices});
  EXPECT_TRUE(std::is_sorted(judged.begin(), judged.end()));
}

TEST_F(HistoryOfAlerts, RefusesWhatCannotBeShown) {
  Create({.id = AlertNumber(1), .name = "x", .threshold = D("10")});
  EXPECT_THAT(Shown(1), ElementsAre("unknown_customer"));
  Tell(Spend(Customer(1), "12"));
  EXPECT_THAT(Shown(1, {.limit = 0}), ElementsAre("malformed"));
  EXPECT_THAT(Shown(1, {.limit = 10'001}), ElementsAre("malformed"));
  EXPECT_EQ(ReasonOf(engine_->History(Customer(1), AlertNumber(2)).status()),
            Reason::kUnknownAlert);
  EXPECT_EQ(
      ReasonOf(engine_->History(Customer(1), AlertNumber(2), {.limit = 0}).status()),
      Reason::kMalformed);
  Open(absl::ZeroDuration());
  EXPECT_THAT(Shown(1), ElementsAre("not_kept"));
  engine_ = *Engine::Open({.sink = &sink_, .clock = &clock_, .worker_threads = 0});
  ASSERT_TRUE(
      engine_->CreateAlert({.id = AlertNumber(1), .name = "x", .threshold = D("1")})
          .ok());
  Tell(Spend(Customer(1), "12"));
  EXPECT_THAT(Shown(1), ElementsAre("not_kept"));
}

}  // namespace
}  // namespace tocsin::testing
