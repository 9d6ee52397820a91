#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/action.h"
#include "tests/support/action_words.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

GroupFilter ParseGroup(const std::string& text) {
  const std::optional<Pair> pair = SplitPair(text, ':');
  if (!pair) return {.key = text};
  return {.key = pair->key, .value = pair->value};
}

SeatFilter ParseSeat(const std::string& text) {
  const GroupFilter read = ParseGroup(text);
  return {.group_key = read.key, .group_value = read.value};
}

// KEY of `KEY=VALUE` that is a filter.
bool IsFilter(const std::string& key) {
  return key == "group" || key == "invoice_types" || key == "grant_types" ||
         key == "seat" || key == "specifier" || EntityFromWord(key).has_value();
}

// An alert and an update have the same words for filters.
absl::Status ReadFilter(const Pair& pair, AlertSpec& spec) {
  if (pair.key == "group") {
    spec.group_values.push_back(ParseGroup(pair.value));
  } else if (pair.key == "invoice_types") {
    spec.invoice_types_filter = absl::StrSplit(pair.value, ',');
  } else if (pair.key == "grant_types") {
    spec.credit_grant_type_filters = absl::StrSplit(pair.value, ',');
  } else if (pair.key == "seat") {
    spec.seat_filter = ParseSeat(pair.value);
  } else if (pair.key == "specifier") {
    absl::StatusOr<AlertSpecifier> specifier = ParseSpecifier(pair.value);
    if (!specifier.ok()) return specifier.status();
    spec.alert_specifiers.push_back(*std::move(specifier));
  } else {
    const std::optional<Pair> field = SplitPair(pair.value, ':');
    if (!field) return UnknownWord(pair.value);
    spec.custom_field_filters.push_back(
        {*EntityFromWord(pair.key), field->key, field->value});
  }
  return absl::OkStatus();
}

absl::Status ReadSpecWord(const std::string& word, AlertSpec& spec) {
  if (word == "notify_resolved") {
    spec.notify_resolved = true;
    return absl::OkStatus();
  }
  if (word == "silent") {
    spec.evaluate_on_create = false;
    return absl::OkStatus();
  }
  const std::optional<Pair> pair = SplitPair(word);
  if (!pair) return UnknownWord(word);
  if (pair->key == "plan") {
    spec.plan = Named<PlanId>(pair->value);
  } else if (pair->key == "customer") {
    spec.customer = Named<CustomerId>(pair->value);
  } else if (pair->key == "credit") {
    spec.credit_type = Named<CreditTypeId>(pair->value);
  } else if (pair->key == "metric") {
    spec.billable_metric = Named<BillableMetricId>(pair->value);
  } else if (pair->key == "key") {
    spec.uniqueness_key = pair->value;
  } else if (pair->key == "name") {
    spec.name = pair->value;
  } else if (IsFilter(pair->key)) {
    return ReadFilter(*pair, spec);
  } else {
    return UnknownWord(word);
  }
  return absl::OkStatus();
}

absl::StatusOr<Action> ParseCreate(const std::vector<std::string>& words) {
  if (words.size() < 4) return absl::InvalidArgumentError("alert NAME TYPE THRESHOLD");
  Action action;
  action.verb = Action::Verb::kCreate;
  action.spec.id = Named<AlertId>(words[1]);
  action.spec.name = words[1];
  const std::optional<AlertType> type = AlertTypeFromWord(words[2]);
  if (!type) return UnknownWord(words[2]);
  action.spec.type = *type;
  if (words[3] != "none") {
    absl::StatusOr<Decimal> threshold = Decimal::Parse(words[3]);
    if (!threshold.ok()) return threshold.status();
    action.spec.threshold = *threshold;
  }
  for (std::size_t i = 4; i < words.size(); ++i) {
    absl::Status status = ReadSpecWord(words[i], action.spec);
    if (!status.ok()) return status;
  }
  return action;
}

// `no_groups`, ...: the filters of a kind are taken away.
bool ReadNoFilters(const std::string& word, AlertUpdate& update) {
  if (word == "no_groups") {
    update.group_values.emplace();
  } else if (word == "no_contracts") {
    update.custom_field_filters.emplace();
  } else if (word == "no_invoice_types") {
    update.invoice_types_filter.emplace();
  } else if (word == "no_grant_types") {
    update.credit_grant_type_filters.emplace();
  } else if (word == "no_specifiers") {
    update.alert_specifiers.emplace();
  } else {
    return false;
  }
  return true;
}

absl::Status ReadUpdatedFilter(const Pair& pair, AlertUpdate& update) {
  AlertSpec read;
  absl::Status status = ReadFilter(pair, read);
  if (!status.ok()) return status;
  auto add = [](auto& from, auto& to) {
    if (from.empty()) return;
    if (!to) to.emplace();
    to->insert(to->end(), from.begin(), from.end());
  };
  add(read.group_values, update.group_values);
  add(read.custom_field_filters, update.custom_field_filters);
  add(read.invoice_types_filter, update.invoice_types_filter);
  add(read.credit_grant_type_filters, update.credit_grant_type_filters);
  add(read.alert_specifiers, update.alert_specifiers);
  if (read.seat_filter) update.seat_filter = read.seat_filter;
  return absl::OkStatus();
}

absl::Status ReadUpdateWord(const std::string& word, AlertUpdate& update) {
  if (word == "notify_again") {
    update.on_change = OnChange::kNotifyAgain;
    return absl::OkStatus();
  }
  if (ReadNoFilters(word, update)) return absl::OkStatus();
  const std::optional<Pair> pair = SplitPair(word);
  if (!pair) return UnknownWord(word);
  if (pair->key == "threshold") {
    absl::StatusOr<Decimal> threshold = Decimal::Parse(pair->value);
    if (!threshold.ok()) return threshold.status();
    update.threshold = *threshold;
  } else if (pair->key == "name") {
    update.name = pair->value;
  } else if (pair->key == "notify_resolved") {
    if (pair->value != "yes" && pair->value != "no") return UnknownWord(word);
    update.notify_resolved = pair->value == "yes";
  } else if (IsFilter(pair->key)) {
    return ReadUpdatedFilter(*pair, update);
  } else {
    return UnknownWord(word);
  }
  return absl::OkStatus();
}

absl::StatusOr<Action> ParseAboutAlert(const std::vector<std::string>& words,
                                       Action::Verb verb) {
  if (words.size() < 2) return absl::InvalidArgumentError("of which alert?");
  Action action;
  action.verb = verb;
  action.alert = Named<AlertId>(words[1]);
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (verb == Action::Verb::kUpdate) {
      absl::Status status = ReadUpdateWord(words[i], action.update);
      if (!status.ok()) return status;
    } else if (verb == Action::Verb::kArchive && words[i] == "release_key") {
      action.release_key = true;
    } else {
      return UnknownWord(words[i]);
    }
  }
  return action;
}

absl::StatusOr<Action> ParseReset(const std::vector<std::string>& words) {
  if (words.size() < 3) return absl::InvalidArgumentError("reset CUSTOMER ALERT");
  Action action;
  action.verb = Action::Verb::kReset;
  action.customer = Named<CustomerId>(words[1]);
  action.alert = Named<AlertId>(words[2]);
  for (std::size_t i = 3; i < words.size(); ++i) {
    absl::Status status = ReadSelectorWord(words[i], action.selector);
    if (!status.ok()) return status;
  }
  return action;
}

absl::StatusOr<Action> ParseResetAll(const std::vector<std::string>& words) {
  const bool known = words.size() > 2 && (words[1] == "customer" || words[1] == "alert");
  if (!known) return absl::InvalidArgumentError("reset-all alert|customer NAME");
  Action action;
  action.verb = Action::Verb::kResetAll;
  action.of_customer = words[1] == "customer";
  if (action.of_customer) {
    action.customer = Named<CustomerId>(words[2]);
  } else {
    action.alert = Named<AlertId>(words[2]);
  }
  for (std::size_t i = 3; i < words.size(); ++i) {
    if (words[i] != "go_on") return UnknownWord(words[i]);
    action.go_on = true;
  }
  return action;
}

absl::StatusOr<Action> ParseSurroundings(const std::vector<std::string>& words) {
  Action action;
  if (words.size() != 2) return absl::InvalidArgumentError("clock TIME | sink MOOD");
  if (words[0] == "clock") {
    absl::StatusOr<absl::Time> time = TimeFromText(words[1]);
    if (!time.ok()) return time.status();
    action.verb = Action::Verb::kClock;
    action.time = *time;
    return action;
  }
  action.verb = Action::Verb::kSink;
  if (words[1] == "fails") {
    action.mood = CollectingSink::Mood::kFails;
  } else if (words[1] == "throws") {
    action.mood = CollectingSink::Mood::kThrows;
  } else if (words[1] != "takes") {
    return UnknownWord(words[1]);
  }
  return action;
}

}  // namespace

std::vector<std::string> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false;
  bool inside = false;
  for (char c : line) {
    if (c == '#' && !quoted && !inside) break;
    if (c == '"') {
      quoted = !quoted;
      inside = true;
    } else if (c == ' ' && !quoted) {
      if (inside) words.push_back(std::exchange(word, {}));
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  if (inside) words.push_back(word);
  return words;
}

absl::StatusOr<absl::Time> TimeFromText(const std::string& text) {
  absl::Time time;
  std::string error;
  if (absl::ParseTime("%Y-%m-%d", text, &time, &error)) return time;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  return absl::InvalidArgumentError(absl::StrCat("not a time: ", text));
}

absl::StatusOr<Action> ParseAction(const std::vector<std::string>& words) {
  if (words.empty()) return absl::InvalidArgumentError("an empty line is no action");
  const std::string& verb = words[0];
  if (verb == "clock" || verb == "sink") return ParseSurroundings(words);
  if (verb == "alert") return ParseCreate(words);
  if (verb == "update") return ParseAboutAlert(words, Action::Verb::kUpdate);
  if (verb == "archive") return ParseAboutAlert(words, Action::Verb::kArchive);
  if (verb == "disable") return ParseAboutAlert(words, Action::Verb::kDisable);
  if (verb == "enable") return ParseAboutAlert(words, Action::Verb::kEnable);
  if (verb == "reset") return ParseReset(words);
  if (verb == "reset-all") return ParseResetAll(words);
  if (verb == "drain") return Action{};
  if (!IsFactVerb(verb)) {
    return absl::InvalidArgumentError(absl::StrCat("no such command: ", verb));
  }
  absl::StatusOr<Fact> fact = ParseFact(words);
  if (!fact.ok()) return fact.status();
  Action action;
  action.verb = Action::Verb::kApply;
  action.facts.push_back(*std::move(fact));
  return action;
}

}  // namespace tocsin::testing
