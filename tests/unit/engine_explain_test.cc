// Would catch an explanation that says something else than what happened, or more than
// can be known.
#include <memory>
#include <optional>
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
using ::testing::ElementsAre;
using testing::ManualClock;
using testing::Spend;

class Explain : public ::testing::Test {
 protected:
  Explain() {
    engine = *Engine::Open({.sink = &sink, .clock = &clock, .worker_threads = 0});
  }

  // The next minute.
  absl::Time Later() {
    clock.Advance(absl::Minutes(1));
    return clock.Now();
  }
  void Create(AlertSpec spec) {
    spec.name = "x";
    spec.threshold = D("10");
    alert = *engine->CreateAlert(spec);
  }
  void Apply(const char* amount, std::vector<GroupValue> groups = {}) {
    ASSERT_EQ(engine->Apply({Spend(Customer(1), amount, std::move(groups))}).applied, 1u);
  }
  void Drain() { ASSERT_TRUE(engine->Drain().ok()); }
  Explanation Now(const InstanceSelector& instance = {}) {
    return *engine->Explain(Customer(1), alert, instance);
  }
  static void ExpectChange(const Explanation& explanation, absl::Time at, Trigger by) {
    ASSERT_TRUE(explanation.status_change.has_value());
    EXPECT_EQ(explanation.status_change->at, at);
    EXPECT_EQ(explanation.status_change->by, by);
  }
  static InstanceSelector Region(const char* value) {
    return {.group_values = {{"region", value}}};
  }

  CollectingSink sink;
  ManualClock clock{At("2026-01-01T00:00:00Z")};
  std::unique_ptr<Engine> engine;
  AlertId alert;
};

TEST_F(Explain, OfWhatWasNeverNotifiedNorResetOnlyTheStateIsKnown) {
  Create({});
  Apply("1");
  Drain();
  const Explanation now = Now();
  EXPECT_EQ(now.state.status, CustomerStatus::kOk);
  EXPECT_EQ(now.state.value, D("1"));
  EXPECT_EQ(now.state.customer, Customer(1));
  EXPECT_EQ(now.state.alert, alert);
  EXPECT_FALSE(now.status_change.has_value());
  EXPECT_FALSE(now.last_notification.has_value());
  EXPECT_FALSE(now.due.has_value());
}

TEST_F(Explain, SaysWhatWasNotifiedLast) {
  Create({.notify_resolved = true});
  Drain();
  const absl::Time reached_at = Later();
  Apply("12");
  Drain();
  const Notification reached = sink.Take().at(0);
  Later();
  Apply("1");
  const Explanation in_alarm = Now();
  EXPECT_EQ(in_alarm.state.value, D("13"));
  ExpectChange(in_alarm, reached_at, Trigger::kSpend);
  ASSERT_TRUE(in_alarm.last_notification.has_value());
  EXPECT_EQ(in_alarm.last_notification->id, reached.id);
  EXPECT_EQ(in_alarm.last_notification->kind, NotificationKind::kReached);
  EXPECT_EQ(in_alarm.last_notification->at, reached_at);
  EXPECT_EQ(in_alarm.last_notification->value, D("12"));
  EXPECT_EQ(in_alarm.last_notification->epoch, 0u);
  EXPECT_EQ(in_alarm.last_notification->triggered_by, Trigger::kSpend);
  const absl::Time resolved_at = Later();
  Apply("-5");
  const Explanation ok = Now();
  Drain();
  ExpectChange(ok, resolved_at, Trigger::kSpend);
  EXPECT_EQ(ok.last_notification->id, sink.Take().at(0).id);
  EXPECT_EQ(ok.last_notification->kind, NotificationKind::kResolved);
  EXPECT_EQ(ok.last_notification->value, D("8"));
}

TEST_F(Explain, DoesNotGuessWhenItRecoveredWithoutAWord) {
  Create({});
  Apply("10");
  Drain();
  Later();
  Apply("-1");
  const Explanation now = Now();
  EXPECT_EQ(now.state.status, CustomerStatus::kOk);
  EXPECT_FALSE(now.status_change.has_value());
  EXPECT_EQ(now.last_notification->kind, NotificationKind::kReached);
}

TEST_F(Explain, DoesNotGuessSinceWhenAnAlarmWasSilent) {
  Apply("10");
  Create({.evaluate_on_create = false});
  Drain();
  const Explanation now = Now();
  EXPECT_EQ(now.state.status, CustomerStatus::kInAlarm);
  EXPECT_FALSE(now.status_change.has_value());
  EXPECT_FALSE(now.last_notification.has_value());
}

TEST_F(Explain, SaysWhatIsDueSinceWhenAndWhy) {
  const absl::Time created_at = Later();
  Apply("10");
  Create({});
  Later();
  const Explanation created = Now();
  EXPECT_EQ(created.state.status, CustomerStatus::kEvaluating);
  ASSERT_TRUE(created.due.has_value());
  EXPECT_EQ(created.due->since, created_at);
  EXPECT_THAT(created.due->reasons, ElementsAre(Trigger::kAlertCreated));
  ExpectChange(created, created_at, Trigger::kAlertCreated);
  const absl::Time updated_at = Later();
  ASSERT_TRUE(engine->UpdateAlert(alert, {.threshold = D("9")}).ok());
  const absl::Time reset_at = Later();
  ASSERT_TRUE(engine->Reset(Customer(1), alert).ok());
  const Explanation all = Now();
  EXPECT_EQ(all.due->since, created_at);
  EXPECT_THAT(all.due->reasons, ElementsAre(Trigger::kReset, Trigger::kAlertUpdated,
                                            Trigger::kAlertCreated));
  ExpectChange(all, reset_at, Trigger::kReset);
  Later();
  Drain();
  EXPECT_FALSE(Now().due.has_value());
  ExpectChange(Now(), clock.Now(), Trigger::kReset);
  // An update by itself does not change the status before it is judged.
  const absl::Time before = clock.Now();
  const absl::Time again_at = Later();
  ASSERT_TRUE(engine->UpdateAlert(alert, {.threshold = D("8")}).ok());
  EXPECT_EQ(Now().state.status, CustomerStatus::kInAlarm);
  EXPECT_EQ(Now().due->since, again_at);
  EXPECT_THAT(Now().due->reasons, ElementsAre(Trigger::kAlertUpdated));
  ExpectChange(Now(), before, Trigger::kReset);
  EXPECT_LT(updated_at, again_at);
}

TEST_F(Explain, AfterAResetKnowsThatItIsOkAndWhatTheOlderEpochSaid) {
  Create({});
  Apply("10");
  Drain();
  const NotificationId reached = sink.Take().at(0).id;
  Apply("-1");
  const absl::Time reset_at = Later();
  ASSERT_TRUE(engine->Reset(Customer(1), alert).ok());
  ExpectChange(Now(), reset_at, Trigger::kReset);
  Later();
  Drain();
  const Explanation ok = Now();
  EXPECT_EQ(ok.state.status, CustomerStatus::kOk);
  EXPECT_EQ(ok.state.triggered_by, std::nullopt);
  ExpectChange(ok, reset_at, Trigger::kReset);
  EXPECT_EQ(ok.last_notification->id, reached);
  EXPECT_EQ(ok.last_notification->epoch, 0u);
  // Enabling is one too, by another cause.
  ASSERT_TRUE(engine->DisableAlert(alert).ok());
  EXPECT_EQ(Now().state.status, std::nullopt);
  EXPECT_FALSE(Now().status_change.has_value());
  const absl::Time enabled_at = Later();
  ASSERT_TRUE(engine->EnableAlert(alert).ok());
  ExpectChange(Now(), enabled_at, Trigger::kAlertUpdated);
  Drain();
  ExpectChange(Now(), enabled_at, Trigger::kAlertUpdated);
}

TEST_F(Explain, OneInstanceAndTheWhole) {
  Create({.group_values = {{.key = "region"}}});
  Drain();
  const absl::Time eu_at = Later();
  Apply("10", {{"region", "eu"}});
  Apply("1", {{"region", "us"}});
  const absl::Time reset_at = Later();
  ASSERT_TRUE(engine->Reset(Customer(1), alert, Region("us")).ok());
  ExpectChange(Now(Region("eu")), eu_at, Trigger::kSpend);
  EXPECT_FALSE(Now(Region("eu")).due.has_value());
  ExpectChange(Now(Region("us")), reset_at, Trigger::kReset);
  EXPECT_THAT(Now(Region("us")).due->reasons, ElementsAre(Trigger::kReset));
  EXPECT_FALSE(Now().status_change.has_value()) << "one is in alarm, one is evaluating";
  EXPECT_THAT(Now().due->reasons, ElementsAre(Trigger::kReset));
  Later();
  Drain();
  ExpectChange(Now(Region("us")), reset_at, Trigger::kReset);
  const absl::Time us_at = Later();
  Apply("10", {{"region", "us"}});
  ExpectChange(Now(Region("us")), us_at, Trigger::kSpend);
  const Explanation whole = Now();
  EXPECT_FALSE(whole.status_change.has_value());
  EXPECT_EQ(whole.last_notification->at, us_at);
  EXPECT_EQ(whole.last_notification->id, Now(Region("us")).last_notification->id);
  // One that comes after a reset was never reset.
  ASSERT_TRUE(engine->Reset(Customer(1), alert).ok());
  ExpectChange(Now(), clock.Now(), Trigger::kReset);
  Drain();
  Later();
  Apply("1", {{"region", "ap"}});
  EXPECT_FALSE(Now(Region("ap")).status_change.has_value());
}

TEST_F(Explain, WhoLeavesTheScopeAndComesBackIsOkSinceNobodyKnowsWhen) {
  const PlanId plan = testing::Plan(1);
  Create({.plan = plan});
  const auto tell = [&](std::optional<PlanId> to) {
    CustomerTold told{.customer = Customer(1)};
    told.plan = to.has_value() ? Patch<PlanId>(*to) : Patch<PlanId>::Clear();
    ASSERT_EQ(engine->Apply({told}).applied, 1u);
  };
  tell(plan);
  ASSERT_TRUE(engine->Reset(Customer(1), alert).ok());
  Drain();
  EXPECT_TRUE(Now().status_change.has_value());
  tell(std::nullopt);
  EXPECT_EQ(ReasonOf(engine->Explain(Customer(1), alert).status()), Reason::kNotInScope);
  tell(plan);
  EXPECT_FALSE(Now().status_change.has_value());
}

TEST_F(Explain, FailsAsGetCustomerAlert) {
  Create({.group_values = {{.key = "region"}}});
  EXPECT_EQ(ReasonOf(engine->Explain(CustomerId(), alert).status()), Reason::kMissing);
  EXPECT_EQ(ReasonOf(engine->Explain(Customer(1), AlertId()).status()), Reason::kMissing);
  EXPECT_EQ(ReasonOf(engine->Explain(Customer(1), AlertNumber(9)).status()),
            Reason::kUnknownAlert);
  EXPECT_EQ(ReasonOf(engine->Explain(Customer(1), alert).status()),
            Reason::kUnknownCustomer);
  Apply("1");
  EXPECT_EQ(ReasonOf(engine->Explain(Customer(1), alert, Region("eu")).status()),
            Reason::kUnknownInstance);
  ASSERT_TRUE(engine->ArchiveAlert(alert).ok());
  const Explanation archived = Now();
  EXPECT_EQ(archived.state.alert_status, AlertStatus::kArchived);
  EXPECT_FALSE(archived.due.has_value());
  ASSERT_TRUE(engine->Close().ok());
  EXPECT_EQ(ReasonOf(engine->Explain(CustomerId(), alert).status()), Reason::kClosing);
}

}  // namespace
}  // namespace tocsin
