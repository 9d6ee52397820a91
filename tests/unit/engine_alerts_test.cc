// Would catch a call on an alert that is refused for another reason than it should be,
// or with a message that leaves its reader without a way out.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using ::testing::AllOf;
using testing::Customer;
using testing::D;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Spend;

class Alerts : public ::testing::Test {
 protected:
  // The only alert, unless a test makes more.
  AlertId Create(AlertSpec spec = {}) {
    spec.name = "x";
    spec.threshold = D("1");
    return *engine_->CreateAlert(spec);
  }

  static void Expect(const absl::Status& status, Reason reason,
                     const ::testing::Matcher<std::string>& says) {
    EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(reason)) << status;
    EXPECT_THAT(std::string(status.message()), says);
  }

  const std::unique_ptr<Engine> engine_ = *Engine::Open({.worker_threads = 0});
};

TEST_F(Alerts, ANilIdIsMissingWhereverOneIsAskedFor) {
  const AlertId nil;
  const auto ignore = [](const CustomerAlert&) {};
  for (const absl::Status& status :
       {engine_->GetAlert(nil).status(), engine_->UpdateAlert(nil, {}),
        engine_->ArchiveAlert(nil), engine_->DisableAlert(nil), engine_->EnableAlert(nil),
        engine_->Reset(Customer(1), nil),
        engine_->GetCustomerAlert(Customer(1), nil).status(),
        engine_->ForEachCustomerAlert(nil, ignore),
        engine_->ForEachInstance(Customer(1), nil, ignore),
        engine_->Reset(CustomerId(), Create()),
        engine_->ForEachCustomerAlert(CustomerId(), ignore)}) {
    Expect(status, Reason::kMissing, HasSubstr("is the nil UUID"));
  }
}

TEST_F(Alerts, AnUnknownOneIsNamed) {
  const AlertId unknown = testing::AlertNumber(7);
  const auto ignore = [](const CustomerAlert&) {};
  for (const absl::Status& status :
       {engine_->GetAlert(unknown).status(), engine_->UpdateAlert(unknown, {}),
        engine_->ArchiveAlert(unknown), engine_->Reset(Customer(1), unknown),
        engine_->ForEachCustomerAlert(unknown, ignore)}) {
    Expect(status, Reason::kUnknownAlert,
           AllOf(HasSubstr(unknown.ToString()), HasSubstr("was created before")));
  }
}

TEST_F(Alerts, WhatCannotBeDoneToOneSaysWhatCan) {
  const AlertId alert = Create();
  ASSERT_EQ(engine_->Apply({Spend(Customer(1), "1")}).applied, 1u);
  const auto ignore = [](const CustomerAlert&) {};
  Expect(engine_->EnableAlert(alert), Reason::kAlertNotDisabled,
         HasSubstr("only a disabled one"));
  ASSERT_TRUE(engine_->DisableAlert(alert).ok());
  Expect(engine_->DisableAlert(alert), Reason::kAlertDisabled,
         HasSubstr("only an enabled one"));
  Expect(engine_->ForEachCustomerAlert(alert, ignore), Reason::kAlertDisabled,
         HasSubstr("enable it"));
  Expect(engine_->Reset(Customer(1), alert), Reason::kAlertDisabled,
         HasSubstr("enabling it"));
  ASSERT_TRUE(engine_->ArchiveAlert(alert).ok());
  for (const absl::Status& status :
       {engine_->UpdateAlert(alert, {}), engine_->DisableAlert(alert),
        engine_->EnableAlert(alert), engine_->Reset(Customer(1), alert),
        engine_->ForEachCustomerAlert(alert, ignore)}) {
    Expect(status, Reason::kAlertArchived, HasSubstr("create another one"));
  }
  Expect(engine_->ArchiveAlert(alert), Reason::kAlertArchived,
         HasSubstr("archived once"));
}

TEST_F(Alerts, AnUpdateWithANumberThatIsNoOnChange) {
  const AlertId alert = Create();
  for (const int number : {-1, 2}) {
    Expect(engine_->UpdateAlert(
               alert, {.threshold = D("2"), .on_change = static_cast<OnChange>(number)}),
           Reason::kMalformed,
           HasSubstr("on_change is number " + std::to_string(number)));
  }
  EXPECT_EQ(engine_->GetAlert(alert)->spec.threshold, D("1"));
}

TEST_F(Alerts, AHolderOfAUniquenessKeyThatIsArchivedIsNotToBeArchived) {
  const AlertId holder = Create({.uniqueness_key = "k"});
  AlertSpec second = {.name = "y", .threshold = D("1"), .uniqueness_key = "k"};
  Expect(engine_->CreateAlert(second).status(), Reason::kUniquenessKeyUsed,
         HasSubstr("or archive that alert with release_uniqueness_key"));
  ASSERT_TRUE(engine_->ArchiveAlert(holder).ok());
  const absl::Status status = engine_->CreateAlert(second).status();
  Expect(status, Reason::kUniquenessKeyUsed,
         AllOf(HasSubstr("give another one"), Not(HasSubstr("archive that alert"))));
  EXPECT_EQ(ConflictingAlert(status), holder);
}

// The ids of what an alert says at its creation, by seat, for seats told in this order.
std::map<std::string, NotificationId> IdsOfSeats(const std::vector<std::string>& seats) {
  testing::CollectingSink sink;
  const std::unique_ptr<Engine> engine =
      *Engine::Open({.sink = &sink, .worker_threads = 0});
  for (const std::string& seat : seats) {
    const ApplyResult told = engine->Apply(
        {BalanceTold{.customer = Customer(1),
                     .balance = testing::Named<BalanceId>(seat),
                     .seat = Seat{.group_key = "user", .group_value = seat}}});
    EXPECT_EQ(told.applied, 1U);
  }
  const absl::StatusOr<AlertId> alert =
      engine->CreateAlert({.id = testing::Named<AlertId>("low"),
                           .type = AlertType::kLowRemainingSeatBalanceReached,
                           .name = "low",
                           .threshold = D("1"),
                           .seat_filter = SeatFilter{.group_key = "user"}});
  EXPECT_TRUE(alert.ok() && engine->Drain().ok());
  std::map<std::string, NotificationId> ids;
  for (const Notification& one : sink.Take()) ids[one.seat->group_value] = one.id;
  return ids;
}

// Would catch a crossing number, and with it an id, that hangs on which instance of a
// change was looked at first.
TEST(NotificationIds, DoNotHangOnTheOrderOfInstances) {
  const auto ids = IdsOfSeats({"ann", "bob", "eve", "joe", "kim"});
  EXPECT_EQ(ids.size(), 5U);
  EXPECT_EQ(ids, IdsOfSeats({"kim", "joe", "eve", "bob", "ann"}));
  EXPECT_EQ(ids.at("bob"), IdsOfSeats({"bob"}).at("bob"));
}

}  // namespace
}  // namespace tocsin
