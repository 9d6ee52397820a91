#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/support/action.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

// Where a word is of the form KEY=VALUE.
struct Pair {
  std::string key;
  std::string value;
};

std::optional<Pair> SplitPair(const std::string& word, char at = '=') {
  const std::size_t equals = word.find(at);
  if (equals == std::string::npos) return std::nullopt;
  return Pair{word.substr(0, equals), word.substr(equals + 1)};
}

absl::Status Unknown(const std::string& word) {
  return absl::InvalidArgumentError(absl::StrCat("does not belong here: ", word));
}

absl::StatusOr<std::uint64_t> ParseNumber(const std::string& text) {
  std::uint64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) return Unknown(text);
  return number;
}

GroupFilter ParseGroup(const std::string& text) {
  const std::optional<Pair> pair = SplitPair(text, ':');
  if (!pair) return {.key = text};
  return {.key = pair->key, .value = pair->value};
}

absl::StatusOr<CustomFieldFilter> ParseContractFilter(const std::string& text) {
  const std::optional<Pair> pair = SplitPair(text, ':');
  if (!pair) return Unknown(text);
  return CustomFieldFilter{.key = pair->key, .value = pair->value};
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
  if (!pair) return Unknown(word);
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
  } else if (pair->key == "group") {
    spec.group_values.push_back(ParseGroup(pair->value));
  } else if (pair->key == "contract") {
    absl::StatusOr<CustomFieldFilter> filter = ParseContractFilter(pair->value);
    if (!filter.ok()) return filter.status();
    spec.custom_field_filters.push_back(*std::move(filter));
  } else {
    return Unknown(word);
  }
  return absl::OkStatus();
}

absl::StatusOr<Action> ParseCreate(const std::vector<std::string>& words) {
  if (words.size() < 4)
    return absl::InvalidArgumentError("alert NAME spend|usage THRESHOLD");
  Action action;
  action.verb = Action::Verb::kCreate;
  action.spec.id = Named<AlertId>(words[1]);
  action.spec.name = words[1];
  if (words[2] != "spend" && words[2] != "usage") return Unknown(words[2]);
  action.spec.type = words[2] == "spend" ? AlertType::kSpendThresholdReached
                                         : AlertType::kUsageThresholdReached;
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

absl::Status ReadUpdateWord(const std::string& word, AlertUpdate& update) {
  if (word == "notify_again") {
    update.on_change = OnChange::kNotifyAgain;
    return absl::OkStatus();
  }
  if (word == "no_groups") {
    update.group_values.emplace();
    return absl::OkStatus();
  }
  if (word == "no_contracts") {
    update.custom_field_filters.emplace();
    return absl::OkStatus();
  }
  const std::optional<Pair> pair = SplitPair(word);
  if (!pair) return Unknown(word);
  if (pair->key == "threshold") {
    absl::StatusOr<Decimal> threshold = Decimal::Parse(pair->value);
    if (!threshold.ok()) return threshold.status();
    update.threshold = *threshold;
  } else if (pair->key == "name") {
    update.name = pair->value;
  } else if (pair->key == "notify_resolved") {
    if (pair->value != "yes" && pair->value != "no") return Unknown(word);
    update.notify_resolved = pair->value == "yes";
  } else if (pair->key == "group") {
    if (!update.group_values) update.group_values.emplace();
    update.group_values->push_back(ParseGroup(pair->value));
  } else if (pair->key == "contract") {
    absl::StatusOr<CustomFieldFilter> filter = ParseContractFilter(pair->value);
    if (!filter.ok()) return filter.status();
    if (!update.custom_field_filters) update.custom_field_filters.emplace();
    update.custom_field_filters->push_back(*std::move(filter));
  } else {
    return Unknown(word);
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
      return Unknown(words[i]);
    }
  }
  return action;
}

// A spend or usage line before it is known whether it is a total.
struct CountLine {
  bool is_total = false;
  SpendAdded spend;
  BillableMetricId metric;
};

absl::Status ReadCountWord(const std::string& word, CountLine& line) {
  if (word == "total") {
    line.is_total = true;
    return absl::OkStatus();
  }
  const std::optional<Pair> pair = SplitPair(word);
  if (!pair) return Unknown(word);
  if (pair->key == "credit") {
    line.spend.credit_type = Named<CreditTypeId>(pair->value);
  } else if (pair->key == "contract") {
    line.spend.contract = Named<ContractId>(pair->value);
  } else if (pair->key == "v") {
    absl::StatusOr<std::uint64_t> version = ParseNumber(pair->value);
    if (!version.ok()) return version.status();
    line.spend.version = *version;
  } else if (pair->key == "at") {
    absl::StatusOr<absl::Time> time = TimeFromText(pair->value);
    if (!time.ok()) return time.status();
    line.spend.time = *time;
  } else {
    line.spend.group_values.push_back({pair->key, pair->value});
  }
  return absl::OkStatus();
}

absl::StatusOr<Fact> ParseCount(const std::vector<std::string>& words) {
  const bool usage = words[0] == "usage";
  const std::size_t fixed = usage ? 4 : 3;
  if (words.size() < fixed) {
    return absl::InvalidArgumentError(
        "spend CUSTOMER AMOUNT | usage CUSTOMER METRIC AMOUNT");
  }
  CountLine line;
  line.spend.customer = Named<CustomerId>(words[1]);
  if (usage) line.metric = Named<BillableMetricId>(words[2]);
  absl::StatusOr<Decimal> amount = Decimal::Parse(words[fixed - 1]);
  if (!amount.ok()) return amount.status();
  for (std::size_t i = fixed; i < words.size(); ++i) {
    absl::Status status = ReadCountWord(words[i], line);
    if (!status.ok()) return status;
  }
  const SpendAdded& read = line.spend;
  if (usage && line.is_total) {
    return UsageTotal{read.customer,     line.metric,  *amount,
                      read.group_values, read.version, read.time};
  }
  if (usage) {
    return UsageAdded{read.customer,     line.metric,  *amount,
                      read.group_values, read.version, read.time};
  }
  if (line.is_total) {
    return SpendTotal{read.customer,     *amount,      read.credit_type, read.contract,
                      read.group_values, read.version, read.time};
  }
  line.spend.amount = *amount;
  return line.spend;
}

absl::StatusOr<Fact> ParseCustomer(const std::vector<std::string>& words) {
  CustomerTold told;
  told.customer = Named<CustomerId>(words[1]);
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (words[i] == "archived") {
      told.archived = true;
    } else if (words[i] == "restored") {
      told.archived = false;
    } else if (words[i] == "plan=none") {
      told.plan = Patch<PlanId>::Clear();
    } else if (absl::StartsWith(words[i], "plan=")) {
      told.plan = Named<PlanId>(words[i].substr(5));
    } else {
      return Unknown(words[i]);
    }
  }
  return told;
}

absl::StatusOr<Fact> ParseFact(const std::vector<std::string>& words) {
  const std::string& kind = words[0];
  if (words.size() < 2) return absl::InvalidArgumentError("of which customer?");
  if (kind == "spend" || kind == "usage") return ParseCount(words);
  if (kind == "customer") return ParseCustomer(words);
  if (words.size() < 3) return absl::InvalidArgumentError("too few words");
  if (kind == "period") {
    if (words.size() != 4) return absl::InvalidArgumentError("period CUSTOMER START END");
    absl::StatusOr<absl::Time> start = TimeFromText(words[2]);
    if (!start.ok()) return start.status();
    absl::StatusOr<absl::Time> end = TimeFromText(words[3]);
    if (!end.ok()) return end.status();
    return PeriodTold{Named<CustomerId>(words[1]), *start, *end};
  }
  ContractTold told{Named<CustomerId>(words[1]), Named<ContractId>(words[2])};
  for (std::size_t i = 3; i < words.size(); ++i) {
    const std::optional<Pair> pair = SplitPair(words[i]);
    if (!pair) return Unknown(words[i]);
    told.custom_fields[pair->key] = pair->value;
  }
  return told;
}

absl::StatusOr<Action> ParseReset(const std::vector<std::string>& words) {
  if (words.size() < 3) return absl::InvalidArgumentError("reset CUSTOMER ALERT");
  Action action;
  action.verb = Action::Verb::kReset;
  action.customer = Named<CustomerId>(words[1]);
  action.alert = Named<AlertId>(words[2]);
  for (std::size_t i = 3; i < words.size(); ++i) {
    const std::optional<Pair> pair = SplitPair(words[i]);
    if (!pair) return Unknown(words[i]);
    action.selector.group_values.push_back({pair->key, pair->value});
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
    return Unknown(words[1]);
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
  if (verb == "drain") return Action{};
  if (verb != "spend" && verb != "usage" && verb != "period" && verb != "customer" &&
      verb != "contract") {
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
