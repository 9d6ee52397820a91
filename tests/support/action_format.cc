#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/support/action.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

// A word as SplitWords reads it back.
std::string Quoted(const std::string& word) {
  return word.find(' ') == std::string::npos ? word : absl::StrCat("\"", word, "\"");
}

std::string FormatGroups(const std::vector<GroupValue>& groups) {
  std::string text;
  for (const GroupValue& group : groups) {
    absl::StrAppend(&text, " ", Quoted(group.key), "=", Quoted(group.value));
  }
  return text;
}

std::string FormatFilters(const std::vector<GroupFilter>& groups) {
  std::string text;
  for (const GroupFilter& group : groups) {
    absl::StrAppend(&text, " group=", group.key);
    if (group.value) absl::StrAppend(&text, ":", *group.value);
  }
  return text;
}

std::string FormatFilters(const std::vector<CustomFieldFilter>& filters) {
  std::string text;
  for (const CustomFieldFilter& filter : filters) {
    absl::StrAppend(&text, " contract=", filter.key, ":", filter.value);
  }
  return text;
}

std::string FormatCreate(const AlertSpec& spec) {
  const bool spend = spec.type == AlertType::kSpendThresholdReached;
  const std::string id = spec.id ? NameOf(*spec.id) : "none";
  std::string text = absl::StrCat("alert ", id, spend ? " spend " : " usage ",
                                  spec.threshold ? spec.threshold->ToString() : "none");
  if (spec.name != id) absl::StrAppend(&text, " name=", Quoted(spec.name));
  if (spec.plan) absl::StrAppend(&text, " plan=", NameOf(*spec.plan));
  if (spec.customer) absl::StrAppend(&text, " customer=", NameOf(*spec.customer));
  if (spec.credit_type) absl::StrAppend(&text, " credit=", NameOf(*spec.credit_type));
  if (spec.billable_metric) {
    absl::StrAppend(&text, " metric=", NameOf(*spec.billable_metric));
  }
  if (spec.uniqueness_key) absl::StrAppend(&text, " key=", *spec.uniqueness_key);
  absl::StrAppend(&text, FormatFilters(spec.group_values),
                  FormatFilters(spec.custom_field_filters));
  if (spec.notify_resolved) absl::StrAppend(&text, " notify_resolved");
  if (!spec.evaluate_on_create) absl::StrAppend(&text, " silent");
  return text;
}

std::string FormatUpdate(const Action& action) {
  const AlertUpdate& update = action.update;
  std::string text = absl::StrCat("update ", NameOf(action.alert));
  if (update.name) absl::StrAppend(&text, " name=", Quoted(*update.name));
  if (update.threshold)
    absl::StrAppend(&text, " threshold=", update.threshold->ToString());
  if (update.notify_resolved) {
    absl::StrAppend(&text, " notify_resolved=", *update.notify_resolved ? "yes" : "no");
  }
  if (update.group_values) {
    absl::StrAppend(&text, update.group_values->empty() ? " no_groups" : "",
                    FormatFilters(*update.group_values));
  }
  if (update.custom_field_filters) {
    absl::StrAppend(&text, update.custom_field_filters->empty() ? " no_contracts" : "",
                    FormatFilters(*update.custom_field_filters));
  }
  if (update.on_change == OnChange::kNotifyAgain) absl::StrAppend(&text, " notify_again");
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
};

std::string FormatApply(const Action& action) {
  if (action.facts.size() == 1 && !action.position) {
    return std::visit(FactFormatter{}, action.facts[0]);
  }
  std::string text = "batch";
  if (action.position) {
    absl::StrAppend(&text, " source=", action.position->source,
                    " offset=", action.position->offset);
  }
  for (const Fact& fact : action.facts) {
    absl::StrAppend(&text, "\n  ", std::visit(FactFormatter{}, fact));
  }
  return text + "\nend";
}

}  // namespace

std::string TimeToText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

std::string FormatAction(const Action& action) {
  const std::string alert = NameOf(action.alert);
  switch (action.verb) {
    case Action::Verb::kClock:
      return absl::StrCat("clock ", TimeToText(action.time));
    case Action::Verb::kSink:
      return action.mood == CollectingSink::Mood::kTakes   ? "sink takes"
             : action.mood == CollectingSink::Mood::kFails ? "sink fails"
                                                           : "sink throws";
    case Action::Verb::kCreate:
      return FormatCreate(action.spec);
    case Action::Verb::kUpdate:
      return FormatUpdate(action);
    case Action::Verb::kArchive:
      return absl::StrCat("archive ", alert, action.release_key ? " release_key" : "");
    case Action::Verb::kDisable:
      return absl::StrCat("disable ", alert);
    case Action::Verb::kEnable:
      return absl::StrCat("enable ", alert);
    case Action::Verb::kApply:
      return FormatApply(action);
    case Action::Verb::kReset:
      return absl::StrCat("reset ", NameOf(action.customer), " ", alert,
                          FormatGroups(action.selector.group_values));
    case Action::Verb::kDrain:
      return "drain";
  }
  return "no such verb";
}

}  // namespace tocsin::testing
