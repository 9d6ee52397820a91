#include "tests/support/reference_values.h"

#include <algorithm>

namespace tocsin::testing {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kNanosecondsPerDay = 86'400 * kNanosecondsPerSecond;

bool Has(const CustomFields& fields, const std::string& key, const std::string& value) {
  auto field = fields.find(key);
  return field != fields.end() && field->second == value;
}

bool AllHold(const std::vector<CustomFieldFilter>& filters, const CustomFields& fields) {
  return std::all_of(filters.begin(), filters.end(), [&](const CustomFieldFilter& one) {
    return Has(fields, one.key, one.value);
  });
}

bool Takes(const AlertSpecifier& specifier, const CustomFields& fields) {
  for (const SpecifierField& field : specifier.custom_field_filters) {
    if (fields.count(field.key) == 0) return false;
    if (field.value && fields.at(field.key) != *field.value) return false;
  }
  for (const SpecifierExclude& exclude : specifier.exclude) {
    if (AllHold(exclude.custom_field_filters, fields)) return false;
  }
  return true;
}

Target::Specifier SpecifierOf(const AlertSpecifier& specifier) {
  Target::Specifier all;
  for (const SpecifierField& field : specifier.custom_field_filters) {
    all.first.emplace(field.key, field.value);
  }
  for (const SpecifierExclude& exclude : specifier.exclude) {
    std::set<Target::Pair> filters;
    for (const CustomFieldFilter& filter : exclude.custom_field_filters) {
      filters.emplace(filter.key, filter.value);
    }
    all.second.insert(filters);
  }
  return all;
}

}  // namespace

bool FitsDecimal(const Wide& units) {
  static const Wide kMost = (Wide(1) << 127) - 1;
  return units <= kMost && units >= -kMost;
}

bool Less(const Exact& a, const Exact& b) {
  if (a.denominator == b.denominator) return a.numerator < b.numerator;
  return a.numerator * b.denominator < b.numerator * a.denominator;
}

Exact ExactOf(Decimal value) { return {Wide(value.units()), 1}; }

Decimal Rounded(const Exact& exact) {
  if (exact.denominator == 1 && FitsDecimal(exact.numerator)) {
    return Decimal::FromUnits(exact.numerator.convert_to<Int128>());
  }
  const bool negative = exact.numerator < 0;
  const Wide size = negative ? Wide(-exact.numerator) : exact.numerator;
  Wide whole = size / exact.denominator;
  const Wide twice = (size % exact.denominator) * 2;
  if (twice > exact.denominator || (twice == exact.denominator && whole % 2 != 0)) {
    ++whole;
  }
  const Wide most = (Wide(1) << 127) - 1;
  const Wide least = -most - 1;
  const Wide units = std::clamp(negative ? Wide(-whole) : whole, least, most);
  return Decimal::FromUnits(units.convert_to<Int128>());
}

bool HasCome(absl::Time instant, const Moment& moment) {
  return moment.early ? instant < moment.at : instant <= moment.at;
}

Month MonthAt(absl::Time at) {
  // It is nearly always asked for the same, and calendars are slow.
  static thread_local Month last;
  if (at < last.start || last.end <= at) {
    const absl::TimeZone utc = absl::UTCTimeZone();
    last.month = absl::CivilMonth(absl::ToCivilSecond(at, utc));
    last.start = absl::FromCivil(last.month, utc);
    last.end = absl::FromCivil(last.month + 1, utc);
  }
  return last;
}

Month MonthOf(const Moment& moment) {
  return MonthAt(moment.early ? moment.at - absl::Nanoseconds(1) : moment.at);
}

Wide NanosecondsBetween(absl::Time from, absl::Time to) {
  absl::Duration rest;
  const std::int64_t seconds = absl::IDivDuration(to - from, absl::Seconds(1), &rest);
  return Wide(seconds) * kNanosecondsPerSecond + absl::ToInt64Nanoseconds(rest);
}

Exact Days(const Wide& nanoseconds) {
  return {nanoseconds * Decimal::kUnitsPerOne, Wide(kNanosecondsPerDay)};
}

Wide NanosecondsIn(Decimal days) {
  return Wide(days.units()) * kNanosecondsPerDay / Decimal::kUnitsPerOne;
}

bool HasStarted(const Balance& balance, const Moment& moment) {
  return !balance.starts_at || HasCome(*balance.starts_at, moment);
}

bool IsOver(const Balance& balance, const Moment& moment) {
  return balance.ends_at && HasCome(*balance.ends_at, moment);
}

bool Matches(const AlertSpec& spec, const Balance& balance) {
  const AlertTypeInfo& info = InfoOf(spec.type);
  if (info.watched == Watched::kSeat) {
    return balance.seat && balance.seat->group_key == spec.seat_filter->group_key &&
           balance.seat->group_value ==
               spec.seat_filter->group_value.value_or(balance.seat->group_value);
  }
  if (balance.seat || !info.Counts(balance.type)) return false;
  if (balance.credit_type != spec.credit_type.value_or(UsdCents())) return false;
  if (!AllHold(spec.custom_field_filters, balance.custom_fields)) return false;
  const std::vector<std::string>& grants = spec.credit_grant_type_filters;
  if (!grants.empty()) {
    if (!balance.credit_grant_type) return false;
    if (std::count(grants.begin(), grants.end(), *balance.credit_grant_type) == 0) {
      return false;
    }
  }
  const std::vector<AlertSpecifier>& specifiers = spec.alert_specifiers;
  return specifiers.empty() || std::any_of(specifiers.begin(), specifiers.end(),
                                           [&](const AlertSpecifier& one) {
                                             return Takes(one, balance.custom_fields);
                                           });
}

bool Matches(const AlertSpec& spec, const Invoice& invoice) {
  if (!invoice.active) return false;
  if (invoice.credit_type != spec.credit_type.value_or(UsdCents())) return false;
  const std::vector<std::string>& types = spec.invoice_types_filter;
  return types.empty() ||
         std::count(types.begin(), types.end(), invoice.invoice_type) > 0;
}

Target TargetOf(const AlertSpec& spec) {
  Target target;
  target.type = spec.type;
  if (InfoOf(spec.type).has_credit_type) {
    target.credit_type = spec.credit_type.value_or(UsdCents());
  }
  target.billable_metric = spec.billable_metric;
  for (const GroupFilter& one : spec.group_values) {
    target.group_values.emplace(one.key, one.value);
  }
  for (const CustomFieldFilter& one : spec.custom_field_filters) {
    target.custom_fields.emplace(one.key, one.value);
  }
  target.invoice_types = {spec.invoice_types_filter.begin(),
                          spec.invoice_types_filter.end()};
  target.credit_grant_types = {spec.credit_grant_type_filters.begin(),
                               spec.credit_grant_type_filters.end()};
  if (spec.seat_filter) {
    target.seat.emplace(spec.seat_filter->group_key, spec.seat_filter->group_value);
  }
  for (const AlertSpecifier& one : spec.alert_specifiers) {
    target.specifiers.insert(SpecifierOf(one));
  }
  return target;
}

Tuple TupleOf(const AlertSpec& spec, BalanceId id, const Balance& balance) {
  if (!FansOut(spec)) return {};
  switch (InfoOf(spec.type).watched) {
    case Watched::kBalance:
      return {id.ToString()};
    case Watched::kSeat:
      return {balance.seat->group_value};
    default:
      return {balance.custom_fields.at(*OpenField(spec))};
  }
}

bool IsCounted(const AlertSpec& spec) {
  const Watched watched = InfoOf(spec.type).watched;
  return watched == Watched::kSpend || watched == Watched::kUsage;
}

bool IsOfBalances(const AlertSpec& spec) {
  const Watched watched = InfoOf(spec.type).watched;
  return watched == Watched::kBalances || watched == Watched::kSeat ||
         watched == Watched::kBalance;
}

bool IsOfInvoices(const AlertSpec& spec) {
  const Watched watched = InfoOf(spec.type).watched;
  return watched == Watched::kInvoice || watched == Watched::kInvoicesOfMonth;
}

bool IsAny(const AlertSpec& /*spec*/) { return true; }

bool IsOfDays(const AlertSpec& spec) { return InfoOf(spec.type).unit == Unit::kDays; }

bool SumsBalances(const AlertSpec& spec) {
  const AlertTypeInfo& info = InfoOf(spec.type);
  return info.unit == Unit::kMoney &&
         (info.watched == Watched::kBalances || info.watched == Watched::kSeat);
}

std::optional<std::string> OpenField(const AlertSpec& spec) {
  for (const AlertSpecifier& specifier : spec.alert_specifiers) {
    for (const SpecifierField& field : specifier.custom_field_filters) {
      if (!field.value) return field.key;
    }
  }
  return std::nullopt;
}

bool FansOut(const AlertSpec& spec) {
  switch (InfoOf(spec.type).watched) {
    case Watched::kSpend:
    case Watched::kUsage:
      return std::any_of(spec.group_values.begin(), spec.group_values.end(),
                         [](const GroupFilter& filter) { return !filter.value; });
    case Watched::kInvoice:
    case Watched::kBalance:
      return true;
    case Watched::kSeat:
      return !spec.seat_filter->group_value;
    case Watched::kBalances:
      return OpenField(spec).has_value();
    case Watched::kInvoicesOfMonth:
    case Watched::kPlan:
      return false;
  }
  return false;
}

}  // namespace tocsin::testing
