// What is wrong with an alert or a fact by itself, first match first.
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "tests/support/reference_model.h"

namespace tocsin::testing {
namespace {

bool IsUtf8(const std::string& text) {
  static constexpr std::uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const unsigned more = lead < 0x80   ? 0
                          : lead < 0xC0 ? 4
                          : lead < 0xE0 ? 1
                          : lead < 0xF0 ? 2
                          : lead < 0xF8 ? 3
                                        : 4;
    if (more == 4 || i + more > text.size()) return false;
    std::uint32_t point = more == 0 ? lead : lead & (0x3FU >> more);
    for (unsigned k = 0; k < more; ++k) {
      const auto next = static_cast<unsigned char>(text[i++]);
      if ((next & 0xC0U) != 0x80) return false;
      point = (point << 6) | (next & 0x3FU);
    }
    if (point < kLeast[more] || point > 0x10FFFF) return false;
    if (point >= 0xD800 && point <= 0xDFFF) return false;
  }
  return true;
}

struct TextLimit {
  Reason empty = Reason::kNone;  // kNone: it may be empty
  std::size_t longest = 128;
};

Reason CheckText(const std::string& text, TextLimit limit) {
  if (text.empty() && limit.empty != Reason::kNone) return limit.empty;
  if (text.size() > limit.longest) return Reason::kTooLong;
  return IsUtf8(text) ? Reason::kNone : Reason::kMalformed;
}

// In alerts an empty key is one of a wrong length.
constexpr TextLimit kAlertKey = {.empty = Reason::kMissing};
constexpr TextLimit kFactKey = {.empty = Reason::kMissing};
constexpr TextLimit kValue = {.longest = 512};

Reason CheckPair(const std::string& key, const std::string& value, TextLimit key_limit) {
  const Reason of_key = CheckText(key, key_limit);
  return of_key != Reason::kNone ? of_key : CheckText(value, kValue);
}

Reason CheckFields(const CustomFields& fields) {
  if (fields.size() > 64) return Reason::kTooLong;
  for (const auto& [key, value] : fields) {
    const Reason reason = CheckPair(key, value, kFactKey);
    if (reason != Reason::kNone) return reason;
  }
  return Reason::kNone;
}

Reason CheckGroups(const AlertSpec& spec, const AlertTypeInfo& info) {
  if (spec.group_values.empty()) return Reason::kNone;
  if (!info.has_group_values) return Reason::kNotOfThisType;
  if (spec.group_values.size() > 3) return Reason::kTooLong;
  std::set<std::string> keys;
  for (const GroupFilter& filter : spec.group_values) {
    const Reason reason = CheckPair(filter.key, filter.value.value_or(""), kAlertKey);
    if (reason != Reason::kNone) return reason;
    if (!keys.insert(filter.key).second) return Reason::kMalformed;
  }
  return Reason::kNone;
}

Reason CheckFilters(const std::vector<CustomFieldFilter>& filters,
                    std::optional<FilterEntity> entity) {
  if (filters.empty()) return Reason::kNone;
  if (!entity) return Reason::kNotOfThisType;
  if (filters.size() > 8) return Reason::kTooLong;
  for (const CustomFieldFilter& filter : filters) {
    if (filter.entity != *entity) return Reason::kNotOfThisType;
    const Reason reason = CheckPair(filter.key, filter.value, kAlertKey);
    if (reason != Reason::kNone) return reason;
  }
  return Reason::kNone;
}

Reason CheckNames(const std::vector<std::string>& names, bool of_this_type) {
  if (names.empty()) return Reason::kNone;
  if (!of_this_type) return Reason::kNotOfThisType;
  if (names.size() > 64) return Reason::kTooLong;
  for (const std::string& name : names) {
    const Reason reason = CheckText(name, kAlertKey);
    if (reason != Reason::kNone) return reason;
  }
  return Reason::kNone;
}

Reason CheckSeat(const AlertSpec& spec, const AlertTypeInfo& info) {
  if (!spec.seat_filter) return info.has_seat_filter ? Reason::kMissing : Reason::kNone;
  if (!info.has_seat_filter) return Reason::kNotOfThisType;
  return CheckPair(spec.seat_filter->group_key,
                   spec.seat_filter->group_value.value_or(""), kAlertKey);
}

Reason CheckSpecifier(const AlertSpec& spec, const AlertSpecifier& specifier,
                      FilterEntity entity) {
  if (specifier.custom_field_filters.size() > 8) return Reason::kTooLong;
  if (specifier.exclude.size() > 16) return Reason::kTooLong;
  for (const SpecifierField& field : specifier.custom_field_filters) {
    if (field.entity != entity) return Reason::kNotOfThisType;
    const Reason reason = CheckPair(field.key, field.value.value_or(""), kAlertKey);
    if (reason != Reason::kNone) return reason;
    const bool alone =
        spec.alert_specifiers.size() == 1 && specifier.custom_field_filters.size() == 1;
    if (!field.value && !alone) return Reason::kMalformed;
  }
  for (const SpecifierExclude& exclude : specifier.exclude) {
    if (exclude.custom_field_filters.empty()) return Reason::kMissing;
    const Reason reason = CheckFilters(exclude.custom_field_filters, entity);
    if (reason != Reason::kNone) return reason;
  }
  return Reason::kNone;
}

Reason CheckSpecifiers(const AlertSpec& spec, const AlertTypeInfo& info) {
  if (spec.alert_specifiers.empty()) return Reason::kNone;
  if (!info.has_alert_specifiers) return Reason::kNotOfThisType;
  if (spec.alert_specifiers.size() > 16) return Reason::kTooLong;
  for (const AlertSpecifier& specifier : spec.alert_specifiers) {
    const Reason reason = CheckSpecifier(spec, specifier, *info.custom_fields);
    if (reason != Reason::kNone) return reason;
  }
  return Reason::kNone;
}

Reason CheckWhose(const AlertSpec& spec, const AlertTypeInfo& info) {
  if (spec.id && spec.id->is_nil()) return Reason::kMissing;
  if (spec.customer && spec.customer->is_nil()) return Reason::kMissing;
  if (spec.plan && spec.plan->is_nil()) return Reason::kMissing;
  if (spec.customer && spec.plan) return Reason::kMalformed;
  if (spec.credit_type && spec.credit_type->is_nil()) return Reason::kMissing;
  if (spec.billable_metric && spec.billable_metric->is_nil()) return Reason::kMissing;
  if (spec.credit_type && !info.has_credit_type) return Reason::kNotOfThisType;
  if (spec.billable_metric && !info.has_billable_metric) return Reason::kNotOfThisType;
  if (!spec.billable_metric && info.has_billable_metric) return Reason::kMissing;
  return Reason::kNone;
}

Reason CheckAlert(const AlertSpec& spec) {
  const AlertTypeInfo& info = InfoOf(spec.type);
  if (const Reason reason =
          CheckText(spec.name, {.empty = Reason::kMissing, .longest = 256});
      reason != Reason::kNone) {
    return reason;
  }
  if (!spec.threshold) return Reason::kMissing;
  if (!spec.threshold->IsAmount()) return Reason::kOutOfRange;
  if (spec.uniqueness_key) {
    const Reason reason = CheckText(*spec.uniqueness_key, {.empty = Reason::kMissing});
    if (reason != Reason::kNone) return reason;
  }
  for (const Reason reason :
       {CheckWhose(spec, info), CheckGroups(spec, info),
        CheckFilters(spec.custom_field_filters, info.custom_fields),
        CheckNames(spec.invoice_types_filter, info.has_invoice_types),
        CheckNames(spec.credit_grant_type_filters, info.has_credit_grant_types),
        CheckSeat(spec, info), CheckSpecifiers(spec, info)}) {
    if (reason != Reason::kNone) return reason;
  }
  return Reason::kNone;
}

struct FactChecker {
  Reason operator()(const PeriodTold& told) const {
    if (told.customer.is_nil()) return Reason::kMissing;
    return told.ends_at <= told.starts_at ? Reason::kMalformed : Reason::kNone;
  }
  Reason operator()(const CustomerTold& told) const {
    if (told.customer.is_nil()) return Reason::kMissing;
    if (!told.plan.keeps() && told.plan.value() && told.plan.value()->is_nil()) {
      return Reason::kMissing;
    }
    if (told.custom_fields.keeps()) return Reason::kNone;
    return CheckFields(told.custom_fields.value().value_or(CustomFields()));
  }
  Reason operator()(const ContractTold& told) const {
    if (told.customer.is_nil() || told.contract.is_nil()) return Reason::kMissing;
    return CheckFields(told.custom_fields);
  }
  Reason operator()(const BalanceTold& told) const {
    if (told.customer.is_nil() || told.balance.is_nil()) return Reason::kMissing;
    if (!told.custom_fields.keeps() && told.custom_fields.value()) {
      const Reason reason = CheckFields(*told.custom_fields.value());
      if (reason != Reason::kNone) return reason;
    }
    if (!told.credit_grant_type.keeps() && told.credit_grant_type.value()) {
      const Reason reason = CheckText(*told.credit_grant_type.value(), kFactKey);
      if (reason != Reason::kNone) return reason;
    }
    if (!told.seat.keeps() && told.seat.value()) {
      const Seat& seat = *told.seat.value();
      const Reason reason = CheckPair(seat.group_key, seat.group_value, kFactKey);
      if (reason != Reason::kNone) return reason;
    }
    if (told.credit_type && told.credit_type->is_nil()) return Reason::kMissing;
    if (!told.granted.IsAmount() || !told.remaining.IsAmount())
      return Reason::kOutOfRange;
    if (told.granted < Decimal()) return Reason::kOutOfRange;
    if (told.starts_at.keeps() || told.ends_at.keeps()) return Reason::kNone;
    if (!told.starts_at.value() || !told.ends_at.value()) return Reason::kNone;
    return *told.ends_at.value() <= *told.starts_at.value() ? Reason::kMalformed
                                                            : Reason::kNone;
  }
  Reason operator()(const BalanceDrawn& drawn) const {
    if (drawn.customer.is_nil() || drawn.balance.is_nil()) return Reason::kMissing;
    return drawn.amount.IsAmount() ? Reason::kNone : Reason::kOutOfRange;
  }
  Reason operator()(const InvoiceTold& told) const {
    if (told.customer.is_nil() || told.invoice.is_nil()) return Reason::kMissing;
    const Reason reason = CheckText(told.invoice_type, kFactKey);
    if (reason != Reason::kNone) return reason;
    if (told.credit_type && told.credit_type->is_nil()) return Reason::kMissing;
    return told.total.IsAmount() ? Reason::kNone : Reason::kOutOfRange;
  }
  template <typename CountFact>
  Reason operator()(const CountFact& fact) const {
    const Count count = *CountOf(fact);
    if (count.customer.is_nil() || count.subject.is_nil()) return Reason::kMissing;
    if (count.contract && count.contract->is_nil()) return Reason::kMissing;
    if (count.groups.size() > 16) return Reason::kTooLong;
    std::set<std::string> keys;
    for (const GroupValue& group : count.groups) {
      if (group.key.empty()) return Reason::kMissing;
      if (!keys.insert(group.key).second) return Reason::kMalformed;
    }
    if (!count.amount.IsAmount()) return Reason::kOutOfRange;
    const bool ahead = count.time && *count.time > latest;
    return ahead ? Reason::kTooFarAhead : Reason::kNone;
  }

  absl::Time latest;  // that a fact may be stamped
};

}  // namespace

absl::Status ReferenceModel::CheckSpec(const AlertSpec& spec) const {
  const Reason reason = CheckAlert(spec);
  return reason == Reason::kNone ? absl::OkStatus() : Refused(reason);
}

absl::Status ReferenceModel::CheckFact(const Fact& fact) const {
  const Reason reason =
      std::visit(FactChecker{now_ + options_.event_time_ahead_max}, fact);
  return reason == Reason::kNone ? absl::OkStatus() : Refused(reason);
}

}  // namespace tocsin::testing
