#include <string>

#include "tests/support/case_choices.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

constexpr Int128 kAmounts[] = {
    5 * kOne,      10 * kOne,     0,          -5 * kOne, 1,         -1,
    10 * kOne - 1, 10 * kOne + 1, -10 * kOne, 5 * kOne,  15 * kOne, 5 * kOne};
// A third of 3 has more than twelve digits.
constexpr Int128 kGranted[] = {10 * kOne,  10 * kOne, 20 * kOne, 0,
                               100 * kOne, 3 * kOne,  10 * kOne, 10 * kOne + 1};
constexpr Int128 kRemaining[] = {10 * kOne,
                                 5 * kOne,
                                 0,
                                 5 * kOne + 1,
                                 5 * kOne - 1,
                                 kOne,
                                 -5 * kOne,
                                 10 * kOne + 1,
                                 10 * kOne - 1,
                                 100 * kOne,
                                 3 * kOne,
                                 15 * kOne,
                                 1,
                                 3 * kOne + 1};

std::vector<GroupValue> GroupsOf(unsigned number) {
  static const std::vector<GroupValue> kChoices[] = {
      {},
      {{"region", "a"}},
      {{"region", "b"}},
      {{"region", "aa"}, {"model", "a"}},
      {{"region", "a"}, {"model", "b"}},
      {{"model", "b"}, {"region", ""}},
      {{"region", ""}},
      {},
      {{"model", "a"}},
      {{"region", "aa"}},
      {{"model", ""}, {"region", "a"}},
      {{"region", "b"}, {"tier", "x"}},
  };
  return Pick(kChoices, number);
}

CustomFields ContractFieldsOf(unsigned number) {
  static const CustomFields kChoices[] = {
      {{"tier", "gold"}}, {}, {{"tier", "gold"}, {"zone", "x"}}, {{"tier", "silver"}}};
  return Pick(kChoices, number);
}

Patch<CustomFields> BalanceFieldsOf(unsigned number) {
  static const CustomFields kChoices[] = {{{"tier", "gold"}},
                                          {{"team", "a"}},
                                          {{"team", "b"}, {"zone", "x"}},
                                          {{"tier", "gold"}, {"zone", "x"}},
                                          {{"team", "a"}, {"tier", "gold"}},
                                          {{"team", ""}},
                                          {{"tier", "silver"}, {"team", "aa"}}};
  if (number % 4 < 2) return {};
  if (number % 32 == 31) return Patch<CustomFields>::Clear();
  return Pick(kChoices, number / 4);
}

Patch<Seat> SeatOf(unsigned number) {
  static const Seat kChoices[] = {
      {"user", "ann"}, {"user", "bob"}, {"user", "ann"}, {"team", "ann"}, {"user", ""}};
  if (number % 16 < 8) return {};
  if (number % 16 == 15) return Patch<Seat>::Clear();
  return Pick(kChoices, number);
}

Patch<std::string> GrantTypeOf(unsigned number) {
  static const std::string kChoices[] = {"promo", "trial"};
  if (number % 4 < 2) return {};
  if (number % 16 == 15) return Patch<std::string>::Clear();
  return Pick(kChoices, number);
}

// Left out more often than not: what is not told keeps what it was.
std::optional<CreditTypeId> ToldCreditOf(unsigned number) {
  if (number % 8 < 6) return std::nullopt;
  return CreditOf(number % 16);
}

std::optional<std::uint64_t> VersionOf(const Command& command) {
  const unsigned number = NumberOf(command, Command::kVersion);
  if (number % 2 == 0) return std::nullopt;
  return number / 2 % 4;
}

Decimal AmountOf(const Command& command) {
  return Decimal::FromUnits(Pick(kAmounts, NumberOf(command, Command::kAmount)));
}

absl::Time TimeOf(unsigned number, absl::Time now) {
  static constexpr int kHalfHours[] = {0, -1, 1, 2, -2, 0, 4, -80};
  return now + Pick(kHalfHours, number) * absl::Minutes(30);
}

template <typename CountFact>
void FillCount(const Command& command, absl::Time now, CountFact& fact) {
  fact.customer = WhoOf(command);
  fact.group_values = GroupsOf(NumberOf(command, Command::kGroups));
  fact.version = VersionOf(command);
  const unsigned time = NumberOf(command, Command::kTime);
  if (time % 4 == 3) fact.time = TimeOf(time / 4, now);
}

template <typename SpendFact>
Fact FillSpend(const Command& command, absl::Time now, SpendFact fact) {
  FillCount(command, now, fact);
  fact.credit_type = CreditOf(NumberOf(command, Command::kWhich));
  const unsigned contract = NumberOf(command, Command::kWho) / 4 % 4;
  if (contract == 1 || contract == 2)
    fact.contract = Contract(static_cast<int>(contract));
  return fact;
}

bool IsTotal(const Command& command) {
  return NumberOf(command, Command::kFlags) / 4 % 3 == 1;
}

Fact SpendOf(const Command& command, absl::Time now) {
  const Decimal amount = AmountOf(command);
  if (IsTotal(command)) {
    return FillSpend(command, now, SpendTotal{.customer = {}, .total = amount});
  }
  return FillSpend(command, now, SpendAdded{.customer = {}, .amount = amount});
}

Fact UsageOf(const Command& command, absl::Time now) {
  const Decimal amount = AmountOf(command);
  const unsigned which = NumberOf(command, Command::kWhich);
  const BillableMetricId metric = Metric(1 + static_cast<int>(which) % 8 / 7);
  if (IsTotal(command)) {
    UsageTotal fact{.customer = {}, .billable_metric = metric, .total = amount};
    FillCount(command, now, fact);
    return fact;
  }
  UsageAdded fact{.customer = {}, .billable_metric = metric, .quantity = amount};
  FillCount(command, now, fact);
  return fact;
}

Fact PeriodOf(const Command& command, absl::Time now) {
  static constexpr int kLengths[] = {2, 1, 48, 4, 0, 3};
  PeriodTold told;
  told.customer = WhoOf(command);
  told.starts_at = TimeOf(NumberOf(command, Command::kTime), now);
  told.ends_at = told.starts_at +
                 Pick(kLengths, NumberOf(command, Command::kAmount)) * absl::Minutes(30);
  return told;
}

Fact CustomerOf(const Command& command, absl::Time now) {
  CustomerTold told{.customer = WhoOf(command)};
  const unsigned which = NumberOf(command, Command::kWhich) % 8;
  if (which < 3) told.plan = Plan(1);
  if (which == 3) told.plan = Plan(2);
  if (which == 4) told.plan = Patch<PlanId>::Clear();
  if (which == 5) told.archived = true;
  if (which == 6) told.archived = false;
  const unsigned ends = NumberOf(command, Command::kEnds);
  if (ends % 8 > 4) told.plan_ends_at = InstantOf(ends / 8, now);
  if (ends % 8 == 4) told.plan_ends_at = Patch<absl::Time>::Clear();
  return told;
}

Patch<absl::Time> BoundOf(unsigned number, absl::Time now) {
  if (number % 8 < 4) return {};
  if (number % 8 == 4) return Patch<absl::Time>::Clear();
  return InstantOf(number / 8, now);
}

// A balance is of the same type each time, but for a mistake now and then.
Fact BalanceOf(const Command& command, absl::Time now) {
  static constexpr BalanceType kTypes[] = {
      BalanceType::kCommit,         BalanceType::kCommit,
      BalanceType::kContractCredit, BalanceType::kCreditGrant,
      BalanceType::kContractCredit, BalanceType::kCreditGrant};
  const unsigned which = NumberOf(command, Command::kWhich);
  const unsigned amount = NumberOf(command, Command::kAmount);
  BalanceTold told;
  told.customer = WhoOf(command);
  told.balance = BalanceNumber(1 + static_cast<int>(which % 6));
  told.type = Pick(kTypes, which + (NumberOf(command, Command::kFlags) == 31 ? 2 : 0));
  told.credit_type = ToldCreditOf(which / 8);
  told.granted = Decimal::FromUnits(Pick(kGranted, amount));
  told.remaining = Decimal::FromUnits(Pick(kRemaining, amount / 8));
  told.starts_at = BoundOf(NumberOf(command, Command::kStarts), now);
  told.ends_at = BoundOf(NumberOf(command, Command::kEnds), now);
  told.custom_fields = BalanceFieldsOf(NumberOf(command, Command::kGroups));
  told.credit_grant_type = GrantTypeOf(NumberOf(command, Command::kTime));
  told.seat = SeatOf(NumberOf(command, Command::kKind));
  told.version = VersionOf(command);
  return told;
}

Fact DrawOf(const Command& command) {
  const int which = static_cast<int>(NumberOf(command, Command::kWhich));
  return BalanceDrawn{.customer = WhoOf(command),
                      .balance = BalanceNumber(1 + which % 6),
                      .amount = AmountOf(command),
                      .version = VersionOf(command)};
}

Fact InvoiceOf(const Command& command) {
  static const std::string kTypes[] = {"USAGE", "OTHER", "USAGE", "SCHEDULED"};
  const unsigned which = NumberOf(command, Command::kWhich);
  return InvoiceTold{.customer = WhoOf(command),
                     .invoice = InvoiceNumber(1 + static_cast<int>(which % 4)),
                     .invoice_type = Pick(kTypes, NumberOf(command, Command::kGroups)),
                     .credit_type = ToldCreditOf(which / 8),
                     .total = AmountOf(command),
                     .active = NumberOf(command, Command::kKind) % 4 != 3,
                     .version = VersionOf(command)};
}

}  // namespace

std::optional<Fact> FactOf(const Command& command, absl::Time now) {
  switch (WhatOf(command)) {
    case What::kSpend:
      return SpendOf(command, now);
    case What::kUsage:
      return UsageOf(command, now);
    case What::kPeriod:
      return PeriodOf(command, now);
    case What::kCustomer:
      return CustomerOf(command, now);
    case What::kContract:
      return ContractTold{
          WhoOf(command),
          Contract(1 + static_cast<int>(NumberOf(command, Command::kWhich)) % 2),
          ContractFieldsOf(NumberOf(command, Command::kGroups))};
    case What::kBalance:
      return BalanceOf(command, now);
    case What::kDraw:
      return DrawOf(command);
    case What::kInvoice:
      return InvoiceOf(command);
    default:
      return std::nullopt;
  }
}

}  // namespace tocsin::testing
