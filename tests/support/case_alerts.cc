#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/case_choices.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

// One unit of the twelfth fractional digit on either side of what values will be.
constexpr Int128 kThresholds[] = {10 * kOne,     0,         5 * kOne,  10 * kOne + 1,
                                  10 * kOne - 1, 15 * kOne, -5 * kOne, 10 * kOne};
constexpr Int128 kPercents[] = {50 * kOne,      0,         100 * kOne, 50 * kOne + 1,
                                100 * kOne / 3, 10 * kOne, -5 * kOne,  50 * kOne - 1};
// Also some that are no whole number of nanoseconds, and half an hour and an hour.
constexpr Int128 kDays[] = {kOne,      0,        7 * kOne,  kOne / 2,
                            kOne / 24, -kOne,    28 * kOne, kOne / 48,
                            1,         2 * kOne, 31 * kOne, kOne / 24 + 1};

AlertType TypeOf(const Command& command) {
  // The first eight are spend and usage.
  static constexpr AlertType kTypes[] = {
      AlertType::kLowRemainingCommitBalanceReached,
      AlertType::kLowRemainingCommitPercentageReached,
      AlertType::kLowRemainingDaysForCommitSegmentReached,
      AlertType::kLowRemainingContractCreditBalanceReached,
      AlertType::kLowRemainingContractCreditPercentageReached,
      AlertType::kLowRemainingDaysForContractCreditSegmentReached,
      AlertType::kLowRemainingContractCreditAndCommitBalanceReached,
      AlertType::kLowRemainingContractCreditAndCommitPercentageReached,
      AlertType::kLowRemainingSeatBalanceReached,
      AlertType::kLowCreditBalanceReached,
      AlertType::kLowRemainingCreditPercentageReached,
      AlertType::kLowRemainingDaysInPlanReached,
      AlertType::kInvoiceTotalReached,
      AlertType::kMonthlyInvoiceTotalSpendThresholdReached,
      AlertType::kLowRemainingContractCreditAndCommitBalanceReached,
      AlertType::kLowRemainingContractCreditAndCommitPercentageReached};
  const unsigned kind = NumberOf(command, Command::kKind) % 24;
  if (kind >= 8) return Pick(kTypes, kind - 8);
  return NumberOf(command, Command::kWhich) % 4 == 3 ? AlertType::kUsageThresholdReached
                                                     : AlertType::kSpendThresholdReached;
}

Decimal ThresholdOf(const Command& command, AlertType type) {
  const unsigned number = NumberOf(command, Command::kAmount);
  const Unit unit = InfoOf(type).unit;
  return Decimal::FromUnits(unit == Unit::kDays      ? Pick(kDays, number)
                            : unit == Unit::kPercent ? Pick(kPercents, number)
                                                     : Pick(kThresholds, number));
}

std::vector<GroupFilter> GroupFiltersOf(unsigned number) {
  static const std::vector<GroupFilter> kChoices[] = {
      {},
      {{"region"}},
      {{"region", "a"}},
      {},
      {{"region"}, {"model"}},
      {{"model"}},
      {{"region", "a"}, {"model"}},
      {},
      {{"region", ""}},
      {{"model", "b"}, {"region"}},
      {},
      {{"region", "a"}, {"model", "b"}},
  };
  return Pick(kChoices, number);
}

std::vector<CustomFieldFilter> FieldsOf(unsigned number, FilterEntity entity) {
  const std::vector<CustomFieldFilter> gold = {{entity, "tier", "gold"}};
  const std::vector<CustomFieldFilter> both = {{entity, "tier", "gold"},
                                               {entity, "zone", "x"}};
  const std::vector<CustomFieldFilter> same = {
      {entity, "zone", "x"}, {entity, "tier", "gold"}, {entity, "zone", "x"}};
  const std::vector<CustomFieldFilter> kChoices[] = {{},   gold, {},   {},
                                                     both, {},   same, {}};
  return Pick(kChoices, number);
}

SpecifierField Field(const char* key, std::optional<std::string> value = std::nullopt) {
  return {FilterEntity::kContractCreditOrCommit, key, std::move(value)};
}

SpecifierExclude Exclude(const char* key, const char* value) {
  return {{{FilterEntity::kContractCreditOrCommit, key, value}}};
}

std::vector<AlertSpecifier> SpecifiersOf(unsigned number) {
  const AlertSpecifier by_team = {{Field("team")}, {}};
  const AlertSpecifier gold = {{Field("tier", "gold")}, {}};
  const AlertSpecifier team_a = {{Field("team", "a")}, {Exclude("tier", "gold")}};
  const AlertSpecifier not_x = {{}, {Exclude("zone", "x"), Exclude("team", "a")}};
  const AlertSpecifier by_team_not_x = {{Field("team")}, {Exclude("zone", "x")}};
  const AlertSpecifier gold_x = {{Field("zone", "x"), Field("tier", "gold")}, {}};
  const std::vector<AlertSpecifier> kChoices[] = {
      {},      {by_team},       {by_team},      {gold},           {team_a, gold},
      {not_x}, {by_team_not_x}, {gold, team_a}, {gold_x, team_a}, {by_team, gold}};
  return Pick(kChoices, number);
}

SeatFilter SeatFilterOf(unsigned number) {
  static const SeatFilter kChoices[] = {
      {"user"}, {"user", "ann"}, {"user"}, {"team"}, {"user", ""}};
  return Pick(kChoices, number);
}

std::vector<std::string> InvoiceTypesOf(unsigned number) {
  static const std::vector<std::string> kChoices[] = {
      {}, {"USAGE"}, {"OTHER", "USAGE"}, {"USAGE", "OTHER", "USAGE"}};
  return Pick(kChoices, number);
}

std::vector<std::string> GrantTypesOf(unsigned number) {
  static const std::vector<std::string> kChoices[] = {
      {}, {"promo"}, {"trial", "promo"}, {"promo", "trial", "promo"}};
  return Pick(kChoices, number);
}

// The filters that a type has, and one that it has not for a number in many.
void AddFilters(const Command& command, bool may_combine, AlertSpec& spec) {
  const AlertTypeInfo& info = InfoOf(spec.type);
  const unsigned groups = NumberOf(command, Command::kGroups);
  const unsigned version = NumberOf(command, Command::kVersion);
  if (info.has_billable_metric) spec.billable_metric = Metric(1);
  const bool euro = NumberOf(command, Command::kWhich) % 8 == 6;
  if (info.has_credit_type && euro) spec.credit_type = CreditOf(7);
  if (info.has_group_values) spec.group_values = GroupFiltersOf(groups);
  if (info.custom_fields && (spec.group_values.empty() || may_combine)) {
    spec.custom_field_filters = FieldsOf(version, *info.custom_fields);
  }
  if (info.has_alert_specifiers) spec.alert_specifiers = SpecifiersOf(groups);
  if (info.has_seat_filter) spec.seat_filter = SeatFilterOf(groups);
  if (info.has_invoice_types) spec.invoice_types_filter = InvoiceTypesOf(groups);
  if (info.has_credit_grant_types) spec.credit_grant_type_filters = GrantTypesOf(groups);
  if (NumberOf(command, Command::kStarts) == 255)
    spec.seat_filter = SeatFilterOf(version);
}

}  // namespace

AlertSpec SpecOf(const Command& command, bool may_combine) {
  AlertSpec spec;
  const unsigned which = NumberOf(command, Command::kWhich);
  const unsigned flags = NumberOf(command, Command::kFlags);
  spec.type = TypeOf(command);
  spec.threshold = ThresholdOf(command, spec.type);
  AddFilters(command, may_combine, spec);
  const unsigned scope = NumberOf(command, Command::kWho) % 8;
  if (scope == 5) spec.customer = CustomersOfCases()[which / 4 % 4];
  if (scope == 6) spec.plan = Plan(1);
  if (scope == 7) spec.plan = Plan(2);
  spec.notify_resolved = flags % 2 == 1;
  spec.evaluate_on_create = flags / 2 % 4 != 3;
  if (flags / 8 % 8 == 7) spec.uniqueness_key = "key";
  return spec;
}

AlertUpdate UpdateOf(const Command& command, const AlertSpec& spec, bool may_combine) {
  AlertUpdate update;
  const AlertTypeInfo& info = InfoOf(spec.type);
  const unsigned flags = NumberOf(command, Command::kFlags);
  const unsigned groups = NumberOf(command, Command::kGroups);
  const unsigned what = NumberOf(command, Command::kVersion) % 8;
  if (what != 1) update.threshold = ThresholdOf(command, spec.type);
  if (what == 1 || what == 2) update.name = absl::StrCat("u", flags % 4);
  if (what == 3) update.notify_resolved = flags / 4 % 2 == 1;
  if (what == 4) {
    if (info.has_group_values) update.group_values = GroupFiltersOf(groups);
    if (info.has_alert_specifiers) update.alert_specifiers = SpecifiersOf(groups);
    if (info.has_seat_filter) update.seat_filter = SeatFilterOf(groups);
    if (info.has_invoice_types) update.invoice_types_filter = InvoiceTypesOf(groups);
    if (info.has_credit_grant_types) {
      update.credit_grant_type_filters = GrantTypesOf(groups);
    }
  }
  if (what == 5 && may_combine && info.custom_fields) {
    update.custom_field_filters = FieldsOf(groups, *info.custom_fields);
  }
  if (flags / 8 % 2 == 1) update.on_change = OnChange::kNotifyAgain;
  return update;
}

InstanceSelector SelectorOf(const Command& command, const AlertSpec& spec) {
  static const std::string kValues[] = {"a", "b", "aa", "", "a", "c"};
  static const std::string kSeats[] = {"ann", "bob", "", "eve"};
  unsigned number = NumberOf(command, Command::kGroups);
  const Watched watched = InfoOf(spec.type).watched;
  InstanceSelector selector;
  // What the alert fixes may be named along.
  const bool names_fixed = NumberOf(command, Command::kAmount) % 4 == 3;
  for (const GroupFilter& filter : spec.group_values) {
    if (filter.value && names_fixed) {
      selector.group_values.push_back({filter.key, *filter.value});
    }
    if (filter.value) continue;
    selector.group_values.push_back({filter.key, Pick(kValues, number)});
    number /= 6;
  }
  // The one id that nothing has, for a number in many.
  const int which = number == 255 ? -1 : static_cast<int>(number % 6);
  if (watched == Watched::kBalance) {
    selector.balance = which < 0 ? BalanceId() : BalanceNumber(1 + which);
  }
  if (watched == Watched::kInvoice) {
    selector.invoice = which < 0 ? InvoiceId() : InvoiceNumber(1 + which);
  }
  if (watched == Watched::kSeat) {
    selector.seat = Seat{spec.seat_filter->group_key, Pick(kSeats, number)};
  }
  if (!spec.alert_specifiers.empty() && number % 8 < 6) {
    selector.custom_field = CustomField{"team", Pick(kValues, number)};
  }
  return selector;
}

}  // namespace tocsin::testing
