#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/support/action.h"
#include "tests/support/action_words.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

std::string FormatGroups(const std::vector<GroupValue>& groups) {
  std::string text;
  for (const GroupValue& group : groups) {
    absl::StrAppend(&text, " ", Quoted(group.key), "=", Quoted(group.value));
  }
  return text;
}

std::string TimeOrNone(const Patch<absl::Time>& time) {
  return time.value() ? TimeToText(*time.value()) : "none";
}

std::string FormatFields(const Patch<CustomFields>& fields) {
  if (fields.keeps()) return "";
  if (!fields.value() || fields.value()->empty()) return " no_fields";
  std::string text;
  for (const auto& [key, value] : *fields.value()) {
    absl::StrAppend(&text, " field=", key, ":", value);
  }
  return text;
}

template <typename CountFact>
std::string FormatTail(const CountFact& fact) {
  std::string text = FormatGroups(fact.group_values);
  if (fact.version) absl::StrAppend(&text, " v=", *fact.version);
  if (fact.time) absl::StrAppend(&text, " at=", TimeToText(*fact.time));
  return text;
}

template <typename SpendFact>
std::string FormatSpendTail(const SpendFact& fact) {
  std::string text;
  if (fact.credit_type != UsdCents()) {
    absl::StrAppend(&text, " credit=", NameOf(fact.credit_type));
  }
  if (fact.contract) absl::StrAppend(&text, " contract=", NameOf(*fact.contract));
  return text + FormatTail(fact);
}

struct FactFormatter {
  std::string operator()(const SpendAdded& fact) const {
    return absl::StrCat("spend ", NameOf(fact.customer), " ", fact.amount.ToString(),
                        FormatSpendTail(fact));
  }
  std::string operator()(const SpendTotal& fact) const {
    return absl::StrCat("spend ", NameOf(fact.customer), " ", fact.total.ToString(),
                        " total", FormatSpendTail(fact));
  }
  std::string operator()(const UsageAdded& fact) const {
    return absl::StrCat("usage ", NameOf(fact.customer), " ",
                        NameOf(fact.billable_metric), " ", fact.quantity.ToString(),
                        FormatTail(fact));
  }
  std::string operator()(const UsageTotal& fact) const {
    return absl::StrCat("usage ", NameOf(fact.customer), " ",
                        NameOf(fact.billable_metric), " ", fact.total.ToString(),
                        " total", FormatTail(fact));
  }
  std::string operator()(const PeriodTold& fact) const {
    return absl::StrCat("period ", NameOf(fact.customer), " ", TimeToText(fact.starts_at),
                        " ", TimeToText(fact.ends_at));
  }
  std::string operator()(const CustomerTold& fact) const {
    std::string text = absl::StrCat("customer ", NameOf(fact.customer));
    if (!fact.plan.keeps()) {
      absl::StrAppend(&text,
                      " plan=", fact.plan.value() ? NameOf(*fact.plan.value()) : "none");
    }
    if (!fact.plan_ends_at.keeps()) {
      absl::StrAppend(&text, " plan_ends=", TimeOrNone(fact.plan_ends_at));
    }
    absl::StrAppend(&text, FormatFields(fact.custom_fields));
    if (fact.archived) absl::StrAppend(&text, *fact.archived ? " archived" : " restored");
    return text;
  }
  std::string operator()(const ContractTold& fact) const {
    std::string text =
        absl::StrCat("contract ", NameOf(fact.customer), " ", NameOf(fact.contract));
    for (const auto& [key, value] : fact.custom_fields) {
      absl::StrAppend(&text, " ", key, "=", value);
    }
    return text;
  }
  std::string operator()(const BalanceTold& fact) const {
    std::string text =
        absl::StrCat("balance ", NameOf(fact.customer), " ", NameOf(fact.balance), " ",
                     BalanceTypeName(fact.type), " ", fact.granted.ToString(), " ",
                     fact.remaining.ToString());
    if (fact.credit_type) absl::StrAppend(&text, " credit=", NameOf(*fact.credit_type));
    if (!fact.starts_at.keeps()) {
      absl::StrAppend(&text, " starts=", TimeOrNone(fact.starts_at));
    }
    if (!fact.ends_at.keeps()) {
      absl::StrAppend(&text, " ends=", TimeOrNone(fact.ends_at));
    }
    absl::StrAppend(&text, FormatFields(fact.custom_fields));
    if (!fact.credit_grant_type.keeps()) {
      absl::StrAppend(
          &text, " grant_type=", Quoted(fact.credit_grant_type.value().value_or("none")));
    }
    if (!fact.seat.keeps()) {
      const std::optional<Seat>& seat = fact.seat.value();
      absl::StrAppend(
          &text, " seat=",
          seat ? Quoted(absl::StrCat(seat->group_key, ":", seat->group_value)) : "none");
    }
    if (fact.version) absl::StrAppend(&text, " v=", *fact.version);
    return text;
  }
  std::string operator()(const BalanceDrawn& fact) const {
    std::string text = absl::StrCat("draw ", NameOf(fact.customer), " ",
                                    NameOf(fact.balance), " ", fact.amount.ToString());
    if (fact.version) absl::StrAppend(&text, " v=", *fact.version);
    return text;
  }
  std::string operator()(const InvoiceTold& fact) const {
    std::string text =
        absl::StrCat("invoice ", NameOf(fact.customer), " ", NameOf(fact.invoice), " ",
                     Quoted(fact.invoice_type), " ", fact.total.ToString());
    if (fact.credit_type) absl::StrAppend(&text, " credit=", NameOf(*fact.credit_type));
    if (!fact.active) absl::StrAppend(&text, " inactive");
    if (fact.version) absl::StrAppend(&text, " v=", *fact.version);
    return text;
  }
};

}  // namespace

std::string TimeToText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

std::string FormatFact(const Fact& fact) { return std::visit(FactFormatter{}, fact); }

}  // namespace tocsin::testing
