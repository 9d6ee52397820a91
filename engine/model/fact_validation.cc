#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "engine/base/limits.h"
#include "engine/base/rfc3339.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/model/fact.h"

namespace tocsin::model {
namespace {

absl::Status Nil(absl::string_view what) {
  return MakeStatus(Reason::kMissing,
                    absl::StrCat(what, " is the nil UUID; a real one is required"));
}

absl::Status CheckFactText(absl::string_view what, absl::string_view text,
                           std::size_t min, std::size_t max) {
  if (text.empty() && min > 0) {
    return MakeStatus(Reason::kMissing, absl::StrCat(what, " is empty; it must have ",
                                                     min, " to ", max, " bytes"));
  }
  if (text.size() > max) {
    return MakeStatus(Reason::kTooLong,
                      absl::StrCat(what, " ", Quote(text), " has ", text.size(),
                                   " bytes; it must have ", min, " to ", max));
  }
  if (!IsValidUtf8(text)) {
    return MakeStatus(Reason::kMalformed,
                      absl::StrCat(what, " ", Quote(text), " is not valid UTF-8"));
  }
  return absl::OkStatus();
}

absl::Status CheckAmount(absl::string_view what, Decimal amount) {
  if (amount.IsAmount()) return absl::OkStatus();
  return MakeStatus(Reason::kOutOfRange,
                    absl::StrCat(what, " ", amount.ToString(), " is beyond +-10^18"));
}

absl::Status CheckFactGroups(absl::Span<const GroupValue> groups) {
  if (groups.size() > kGroupValuesPerFactMax) {
    return MakeStatus(Reason::kTooLong,
                      absl::StrCat("group_values has ", groups.size(), " keys; at most ",
                                   kGroupValuesPerFactMax, " are allowed"));
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    absl::Status status = CheckFactText("group key", groups[i].key, 1, kGroupKeyMax);
    if (status.ok()) {
      status = CheckFactText("group value", groups[i].value, 0, kGroupValueMax);
    }
    if (!status.ok()) return status;
    for (std::size_t j = 0; j < i; ++j) {
      if (groups[j].key != groups[i].key) continue;
      return MakeStatus(Reason::kMalformed,
                        absl::StrCat("group_values has the key ", Quote(groups[i].key),
                                     " twice; each may be given once"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFields(const CustomFields& fields) {
  if (fields.size() > kCustomFieldsMax) {
    return MakeStatus(Reason::kTooLong, absl::StrCat("custom_fields has ", fields.size(),
                                                     " entries; at most ",
                                                     kCustomFieldsMax, " are allowed"));
  }
  for (const auto& [key, value] : fields) {
    absl::Status status = CheckFactText("custom field key", key, 1, kCustomFieldKeyMax);
    if (status.ok()) {
      status = CheckFactText("custom field value", value, 0, kCustomFieldValueMax);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckTime(absl::Time time, absl::Time now, absl::Duration ahead_max) {
  if (time <= now || time <= now + ahead_max) return absl::OkStatus();
  return MakeStatus(Reason::kTooFarAhead,
                    absl::StrCat("timestamp ", ToRfc3339Exact(time), " is more than ",
                                 absl::FormatDuration(ahead_max), " past the clock, ",
                                 ToRfc3339Exact(now), "; it must be no further (",
                                 "Options::event_time_ahead_max)"));
}

absl::Status CheckEntry(absl::string_view what, Decimal amount,
                        const std::vector<GroupValue>& groups,
                        const std::optional<absl::Time>& time, absl::Time now,
                        absl::Duration ahead_max) {
  absl::Status status = groups.empty() ? absl::OkStatus() : CheckFactGroups(groups);
  if (status.ok()) status = CheckAmount(what, amount);
  if (status.ok() && time.has_value()) status = CheckTime(*time, now, ahead_max);
  return status;
}

struct Limits {
  absl::Time now;
  absl::Duration ahead_max;
};

template <typename Spend>
absl::Status CheckSpend(const Spend& fact, absl::string_view what, Decimal amount,
                        const Limits& limits) {
  if (fact.credit_type.is_nil()) return Nil("credit_type_id");
  if (fact.contract && fact.contract->is_nil()) return Nil("contract_id");
  return CheckEntry(what, amount, fact.group_values, fact.time, limits.now,
                    limits.ahead_max);
}

template <typename Usage>
absl::Status CheckUsage(const Usage& fact, absl::string_view what, Decimal amount,
                        const Limits& limits) {
  if (fact.billable_metric.is_nil()) return Nil("billable_metric_id");
  return CheckEntry(what, amount, fact.group_values, fact.time, limits.now,
                    limits.ahead_max);
}

absl::Status Check(const SpendAdded& fact, const Limits& limits) {
  return CheckSpend(fact, "amount", fact.amount, limits);
}
absl::Status Check(const SpendTotal& fact, const Limits& limits) {
  return CheckSpend(fact, "total", fact.total, limits);
}
absl::Status Check(const UsageAdded& fact, const Limits& limits) {
  return CheckUsage(fact, "quantity", fact.quantity, limits);
}
absl::Status Check(const UsageTotal& fact, const Limits& limits) {
  return CheckUsage(fact, "total", fact.total, limits);
}

absl::Status Check(const PeriodTold& fact, const Limits&) {
  return CheckPeriod({.starts_at = fact.starts_at, .ends_at = fact.ends_at});
}

absl::Status Check(const CustomerTold& fact, const Limits&) {
  if (fact.plan.value() && fact.plan.value()->is_nil()) return Nil("plan_id");
  if (!fact.custom_fields.value()) return absl::OkStatus();
  return CheckFields(*fact.custom_fields.value());
}

absl::Status Check(const ContractTold& fact, const Limits&) {
  if (fact.contract.is_nil()) return Nil("contract_id");
  return CheckFields(fact.custom_fields);
}

absl::Status CheckSeat(const Seat& seat) {
  absl::Status status = CheckFactText("seat_group_key", seat.group_key, 1, kGroupKeyMax);
  if (!status.ok()) return status;
  return CheckFactText("seat_group_value", seat.group_value, 0, kGroupValueMax);
}

absl::Status CheckType(BalanceType type) {
  const int number = static_cast<int>(type);
  if (number < kBalanceTypeCount) return absl::OkStatus();
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat("balance type number ", number,
                                 " is unknown; it must be 0 to ", kBalanceTypeCount - 1));
}

absl::Status Check(const BalanceTold& fact, const Limits&) {
  if (fact.balance.is_nil()) return Nil("balance_id");
  absl::Status status = CheckType(fact.type);
  if (!status.ok()) return status;
  if (fact.custom_fields.value()) status = CheckFields(*fact.custom_fields.value());
  if (status.ok() && fact.credit_grant_type.value()) {
    status = CheckFactText("credit_grant_type", *fact.credit_grant_type.value(), 1,
                           kTypeNameMax);
  }
  if (status.ok() && fact.seat.value()) status = CheckSeat(*fact.seat.value());
  if (!status.ok()) return status;
  if (fact.credit_type && fact.credit_type->is_nil()) return Nil("credit_type_id");
  status = CheckAmount("granted", fact.granted);
  if (status.ok()) status = CheckAmount("remaining", fact.remaining);
  if (!status.ok()) return status;
  if (fact.granted < Decimal()) {
    return MakeStatus(
        Reason::kOutOfRange,
        absl::StrCat("granted ", fact.granted.ToString(), " of balance ",
                     fact.balance.ToString(), " is negative; it must be 0 or more"));
  }
  if (!fact.starts_at.value() || !fact.ends_at.value()) return absl::OkStatus();
  if (*fact.ends_at.value() > *fact.starts_at.value()) return absl::OkStatus();
  return MakeStatus(
      Reason::kMalformed,
      absl::StrCat("balance ", fact.balance.ToString(), " ends at ",
                   ToRfc3339Exact(*fact.ends_at.value()), ", not after its start at ",
                   ToRfc3339Exact(*fact.starts_at.value()),
                   "; ends_at must be later than starts_at, or be left out"));
}

absl::Status Check(const BalanceDrawn& fact, const Limits&) {
  if (fact.balance.is_nil()) return Nil("balance_id");
  return CheckAmount("amount", fact.amount);
}

absl::Status Check(const InvoiceTold& fact, const Limits&) {
  if (fact.invoice.is_nil()) return Nil("invoice_id");
  absl::Status status = CheckFactText("invoice_type", fact.invoice_type, 1, kTypeNameMax);
  if (!status.ok()) return status;
  if (fact.credit_type && fact.credit_type->is_nil()) return Nil("credit_type_id");
  return CheckAmount("total", fact.total);
}

}  // namespace

absl::Status ValidateFact(const Fact& fact, absl::Time now, absl::Duration ahead_max) {
  if (CustomerOf(fact).is_nil()) return Nil("customer_id");
  const Limits limits{.now = now, .ahead_max = ahead_max};
  return std::visit([&limits](const auto& one) { return Check(one, limits); }, fact);
}

}  // namespace tocsin::model
