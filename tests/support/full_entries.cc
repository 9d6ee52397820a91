#include "tests/support/full_entries.h"

#include <cstdint>
#include <limits>
#include <string>

#include "tests/support/facts.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

absl::Time Instant() {
  return At("2026-02-28T12:34:56.789012345Z") + absl::Nanoseconds(1) / 4;
}
std::vector<GroupValue> Groups() { return {{"region", "eu"}, {"model", ""}}; }
CustomFields Custom() { return {{"segment", "large"}, {"tier", ""}}; }
CreditTypeId Points() { return Named<CreditTypeId>("points"); }

std::vector<CustomFieldFilter> CustomFilters() {
  return {{FilterEntity::kContractCreditOrCommit, "segment", "large"},
          {FilterEntity::kCommit, "tier", "gold"}};
}
std::vector<AlertSpecifier> Specifiers() {
  return {{.custom_field_filters = {{FilterEntity::kCommit, "tier", "gold"},
                                    {FilterEntity::kContractCredit, "segment", {}}},
           .exclude = {{CustomFilters()}, {}}},
          {}};
}

}  // namespace

std::vector<Fact> FullFacts() {
  const CustomerId customer = Customer(1);
  return {
      SpendAdded{customer, D("-12.5"), Points(), Contract(1), Groups(), 7, Instant()},
      SpendTotal{customer, D("1e18"), Points(), Contract(1), Groups(), kLargest,
                 absl::InfinitePast()},
      UsageAdded{customer, Metric(1), D("0.000000000001"), Groups(), 128, Instant()},
      UsageTotal{customer, Metric(1), D("-1e18"), Groups(), 1, Instant()},
      PeriodTold{customer, At("0001-01-01T00:00:00Z"), At("9999-12-31T23:59:59Z")},
      CustomerTold{customer, Plan(1), Patch<absl::Time>::Clear(), Custom(), true},
      ContractTold{customer, Contract(1), Custom()},
      BalanceTold{.customer = customer,
                  .balance = BalanceNumber(1),
                  .type = BalanceType::kCreditGrant,
                  .credit_type = Points(),
                  .granted = D("100"),
                  .remaining = D("-1"),
                  .starts_at = Instant(),
                  .ends_at = absl::InfiniteFuture(),
                  .custom_fields = Patch<CustomFields>::Clear(),
                  .credit_grant_type = std::string("promotion"),
                  .seat = Seat{"seat", "anna"},
                  .version = 2},
      BalanceDrawn{customer, BalanceNumber(1), D("3"), 300},
      InvoiceTold{customer, InvoiceNumber(1), "USAGE", Points(), D("9.99"), false, 5},
  };
}

AlertSpec FullSpec() {
  return {.id = AlertNumber(1),
          .type = AlertType::kLowRemainingDaysInPlanReached,
          .name = std::string("a\0b", 3),
          .threshold = D("-0.5"),
          .uniqueness_key = "once",
          .customer = Customer(1),
          .plan = Plan(1),
          .credit_type = Points(),
          .billable_metric = Metric(1),
          .group_values = {{"region", "eu"}, {"model", std::nullopt}},
          .custom_field_filters = CustomFilters(),
          .invoice_types_filter = {"USAGE", "SCHEDULED"},
          .credit_grant_type_filters = {"promotion"},
          .seat_filter = SeatFilter{"seat", "anna"},
          .alert_specifiers = Specifiers(),
          .evaluate_on_create = false,
          .notify_resolved = true};
}

AlertUpdate FullUpdate() {
  return {.name = "new",
          .threshold = D("7"),
          .notify_resolved = false,
          .group_values = std::vector<GroupFilter>{{"region", std::nullopt}},
          .custom_field_filters = CustomFilters(),
          .invoice_types_filter = std::vector<std::string>{"USAGE"},
          .credit_grant_type_filters = std::vector<std::string>{},
          .seat_filter = SeatFilter{"seat", std::nullopt},
          .alert_specifiers = Specifiers(),
          .on_change = OnChange::kNotifyAgain};
}

Notification FullNotification() {
  return {.id = Named<NotificationId>("n1"),
          .kind = NotificationKind::kResolved,
          .alert_type = AlertType::kLowRemainingSeatBalanceReached,
          .customer = Customer(1),
          .alert = AlertNumber(1),
          .alert_name = "low",
          .threshold = D("10"),
          .value = D("-9.5"),
          .previous_value = D("0"),
          .epoch = 3,
          .sequence = kLargest,
          .triggered_by = Trigger::kReset,
          .timestamp = Instant(),
          .credit_type = Points(),
          .billable_metric = Metric(1),
          .remaining_balance = D("1"),
          .group_values = Groups(),
          .balance = BalanceNumber(1),
          .invoice = InvoiceNumber(1),
          .invoice_type = "USAGE",
          .seat = Seat{"seat", "anna"},
          .custom_field = CustomField{"segment", "large"}};
}

std::vector<store::Entry> FullEntries() {
  return {
      store::At{Instant()},
      store::Touched{Customer(1), store::Touched::How::kJudged},
      store::Swept{65'536, 65'535, Customer(1), Customer(2)},
      store::WasReset{Customer(1), AlertNumber(1), "instance", true},
      store::Answered{Customer(1), AlertNumber(1), "none", FullFacts()},
      store::AlertCreated{FullSpec(), Instant()},
      store::AlertUpdated{AlertNumber(1), FullUpdate(), Instant()},
      store::AlertStatusSet{AlertNumber(1), AlertStatus::kArchived, true, Instant()},
      store::Decided{Customer(1), AlertNumber(1), std::string("\0\xff", 2),
                     NotificationKind::kResolved, 1, 2, 3, Trigger::kReset, D("-1.5"),
                     Instant()},
      store::Settled{Customer(1), AlertNumber(1), std::string("\0\xff", 2), true},
      store::Rules{.period_policy = PeriodPolicy::kCalendarMonth,
                   .tracked_group_keys = {{"region", "model"}, {}},
                   .groups_per_measure_max = 1,
                   .instances_per_customer_max = 2,
                   .keep_ended = absl::InfiniteDuration(),
                   .has_source = true,
                   .source_timeout = absl::Milliseconds(1),
                   .source_attempts_max = 3,
                   .read_additions_max = 4,
                   .seed = kLargest},
  };
}

}  // namespace tocsin::testing
