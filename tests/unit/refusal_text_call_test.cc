// Would catch a call that is refused for what it names, or for want of room, with a
// message that leaves out what was wrong, with which value, or what would be right.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using testing::AlertNumber;
using testing::BalanceNumber;
using testing::Customer;
using testing::D;
using testing::InvoiceNumber;
using testing::Plan;
using testing::Spend;

struct Refused {
  absl::Status status;
  Reason reason;
  std::vector<std::string> says;
};

void ExpectAll(const std::vector<Refused>& rows) {
  for (const Refused& row : rows) {
    EXPECT_EQ(ReasonName(ReasonOf(row.status)), ReasonName(row.reason)) << row.status;
    const std::string message(row.status.message());
    for (const std::string& part : row.says) {
      EXPECT_THAT(message, ::testing::HasSubstr(part));
    }
    // A reader of the tool's messages knows no function.
    EXPECT_THAT(message, ::testing::Not(::testing::HasSubstr("ForEach")));
  }
}

// Customer 1 is on plan 1 and has commit 1, which never ends; customer 2 has nothing;
// customer 9 is archived.
class RefusalTextOfCalls : public ::testing::Test {
 protected:
  RefusalTextOfCalls() {
    EXPECT_EQ(engine_
                  ->Apply({CustomerTold{.customer = Customer(1), .plan = Plan(1)},
                           CustomerTold{.customer = Customer(2)},
                           CustomerTold{.customer = Customer(9), .archived = true},
                           BalanceTold{.customer = Customer(1),
                                       .balance = BalanceNumber(1),
                                       .granted = D("10"),
                                       .remaining = D("10")}})
                  .applied,
              4u);
  }

  AlertId Create(AlertSpec spec) {
    spec.name = "x";
    spec.threshold = D("1");
    const AlertId alert = *engine_->CreateAlert(spec);
    EXPECT_TRUE(engine_->Drain().ok());
    return alert;
  }

  const std::unique_ptr<Engine> engine_ =
      *Engine::Open({.worker_threads = 0, .instances_per_customer_max = 1, .due_max = 1});
};

TEST_F(RefusalTextOfCalls, AnIdOrKeyUsedTwice) {
  const std::string used =
      Create({.id = AlertNumber(1), .uniqueness_key = "k"}).ToString();
  const AlertSpec same_id = {.id = AlertNumber(1), .name = "x", .threshold = D("1")};
  const AlertSpec same_key = {.name = "x", .threshold = D("1"), .uniqueness_key = "k"};
  ExpectAll({
      {engine_->CreateAlert(same_id).status(),
       Reason::kAlertIdUsed,
       {used, "an id is never used again"}},
      {engine_->CreateAlert(same_key).status(),
       Reason::kUniquenessKeyUsed,
       {"\"k\"", used, "release_uniqueness_key"}},
  });
}

TEST_F(RefusalTextOfCalls, AResetOfWhatIsNotThere) {
  const AlertId alert = Create({});
  const AlertId of_two = Create({.customer = Customer(2)});
  const AlertId of_plan = Create({.plan = Plan(1)});
  const std::string one = Customer(1).ToString();
  ExpectAll({
      {engine_->Reset(Customer(1), AlertId()),
       Reason::kMissing,
       {"the alert's id", "nil UUID", "a real one is required"}},
      {engine_->Reset(CustomerId(), alert),
       Reason::kMissing,
       {"the customer's id", "nil UUID", "a real one is required"}},
      {engine_->Reset(Customer(1), AlertNumber(7)),
       Reason::kUnknownAlert,
       {AlertNumber(7).ToString(), "one that was created before"}},
      {engine_->Reset(Customer(7), alert),
       Reason::kUnknownCustomer,
       {Customer(7).ToString(), "comes into being with its first fact"}},
      {engine_->Reset(Customer(9), alert),
       Reason::kUnknownCustomer,
       {Customer(9).ToString(), "is archived", "archived: false"}},
      {engine_->Explain(Customer(9), alert).status(),
       Reason::kUnknownCustomer,
       {Customer(9).ToString(), "is archived", "archived: false"}},
      {engine_->Reset(Customer(1), of_two),
       Reason::kNotInScope,
       {of_two.ToString(), one,
        absl::StrCat("it is for customer ", Customer(2).ToString())}},
      {engine_->Reset(Customer(2), of_plan),
       Reason::kNotInScope,
       {of_plan.ToString(), Customer(2).ToString(),
        absl::StrCat("it is for who is on plan ", Plan(1).ToString())}},
      {engine_->ResetAll(alert, "nowhere").status,
       Reason::kMalformed,
       {"\"nowhere\"", "it must be empty, or what"}},
  });
}

TEST_F(RefusalTextOfCalls, AnInstanceThatIsNotThere) {
  const AlertId whole = Create({});
  const AlertId zones = Create({.group_values = {{"zone"}}});
  const AlertId days =
      Create({.type = AlertType::kLowRemainingDaysForCommitSegmentReached});
  const AlertId seats = Create({.type = AlertType::kLowRemainingSeatBalanceReached,
                                .seat_filter = SeatFilter{.group_key = "user"}});
  const std::string there = "only one that has data there can be named";
  const InstanceSelector eu = {.group_values = {{"zone", "eu"}}};
  const Seat ann = {"user", "ann"};
  ExpectAll({
      {engine_->Reset(Customer(1), zones, eu),
       Reason::kUnknownInstance,
       {Customer(1).ToString(), "zone", "\"eu\"", zones.ToString(), there}},
      {engine_->Reset(Customer(1), days, {.balance = BalanceNumber(1)}),
       Reason::kUnknownInstance,
       {BalanceNumber(1).ToString(), days.ToString(), there}},
      {engine_->Reset(Customer(1), seats, {.seat = ann}),
       Reason::kUnknownInstance,
       {"\"ann\"", seats.ToString(), there}},
      {engine_->GetCustomerAlert(Customer(1), zones, eu).status(),
       Reason::kUnknownInstance,
       {"\"eu\"", there}},
      {engine_->Reset(Customer(1), days, {.balance = BalanceId()}),
       Reason::kMissing,
       {"balance_id", "nil UUID", "a real one is required"}},
      {engine_->Reset(Customer(1), days, {.invoice = InvoiceId()}),
       Reason::kMissing,
       {"invoice_id", "nil UUID", "a real one is required"}},
      {engine_->Reset(Customer(1), whole, eu),
       Reason::kMalformed,
       {whole.ToString(), "by nothing, because the alert does not fan out",
        "not by group value \"zone\": \"eu\""}},
      {engine_->Reset(Customer(1), zones, {.group_values = {{"team", "a"}}}),
       Reason::kMalformed,
       {"by group_values with any \"zone\"", "not by group value \"team\""}},
      {engine_->Reset(Customer(1), days, {.invoice = InvoiceNumber(1)}),
       Reason::kMalformed,
       {"by balance_id", "not by invoice " + InvoiceNumber(1).ToString()}},
      {engine_->Reset(Customer(1), seats, {.seat = Seat{"team", "ann"}}),
       Reason::kMalformed,
       {"the seat_group_key \"user\"", "not by seat \"team\": \"ann\""}},
  });
}

TEST_F(RefusalTextOfCalls, ADisabledOrArchivedAlert) {
  const AlertId alert = Create({});
  const std::string id = alert.ToString();
  ASSERT_TRUE(engine_->DisableAlert(alert).ok());
  ExpectAll({
      {engine_->Reset(Customer(1), alert),
       Reason::kAlertDisabled,
       {id, "is disabled", "enabling it evaluates every customer afresh"}},
      {engine_->DisableAlert(alert),
       Reason::kAlertDisabled,
       {id, "only an enabled one can be"}},
  });
  ASSERT_TRUE(engine_->ArchiveAlert(alert).ok());
  ExpectAll({
      {engine_->Reset(Customer(1), alert),
       Reason::kAlertArchived,
       {id, "is archived", "create another one"}},
      {engine_->ArchiveAlert(alert),
       Reason::kAlertArchived,
       {"Alert already archived", id, "archived once, for good"}},
  });
}

TEST_F(RefusalTextOfCalls, MoreThanFits) {
  const AlertId alert = Create({});
  const ApplyResult second =
      engine_->Apply({BalanceTold{.customer = Customer(1), .balance = BalanceNumber(2)}});
  ASSERT_EQ(second.refused, 1u);
  // It waits until something touches the customer.
  ASSERT_TRUE(engine_->Reset(Customer(1), alert).ok());
  ExpectAll({
      {engine_->Reset(Customer(2), alert),
       Reason::kLimitReached,
       {"1 customer alerts wait", "Options::due_max", "try again"}},
      {second.reports[0].status,
       Reason::kLimitReached,
       {Customer(1).ToString(), "has 1 balances", "the most that are remembered",
        "Options::instances_per_customer_max"}},
  });
}

TEST_F(RefusalTextOfCalls, AFullOutboxAndAClosedEngine) {
  testing::CollectingSink sink;
  const std::unique_ptr<Engine> engine =
      *Engine::Open({.sink = &sink, .worker_threads = 0, .outbox_max = 2});
  const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("1")});
  ASSERT_EQ(engine->Apply({Spend(Customer(1), "1"), Spend(Customer(2), "1")}).applied,
            2u);
  const std::vector<std::string> full = {"2 notifications wait to be delivered",
                                         "Options::outbox_max is 2",
                                         "try again when some were"};
  const AlertSpec another = {.name = "y", .threshold = D("1")};
  ExpectAll({
      {engine->Apply({Spend(Customer(3), "1")}).status, Reason::kLimitReached, full},
      {engine->Reset(Customer(1), alert), Reason::kLimitReached, full},
      {engine->CreateAlert(another).status(), Reason::kLimitReached, full},
      {engine->UpdateAlert(alert, {.threshold = D("2")}), Reason::kLimitReached, full},
  });
  ASSERT_TRUE(engine->Close().ok());
  ExpectAll({{engine->Reset(Customer(1), alert),
              Reason::kClosing,
              {"closing or closed", "open another one"}}});
}

}  // namespace
}  // namespace tocsin
