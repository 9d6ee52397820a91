#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/action_words.h"
#include "tests/support/names.h"
#include "tests/support/scenario.h"

namespace tocsin::testing {
namespace {

using Words = std::vector<std::string>;

Words From(const Words& words, std::size_t begin) {
  return Words(words.begin() + static_cast<std::ptrdiff_t>(begin), words.end());
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : text_(text) {
    scenario_.file = file;
  }

  absl::StatusOr<Scenario> Parse() {
    while (!text_.empty()) {
      const Words words = NextLine();
      if (words.empty()) continue;
      Step step;
      step.line = line_;
      absl::Status status =
          words[0] == "options" ? ReadOptions(words) : Read(words, step);
      if (!status.ok()) {
        return absl::InvalidArgumentError(absl::StrCat(scenario_.file, ":", line_, ": ",
                                                       std::string(status.message())));
      }
      if (words[0] != "options") scenario_.steps.push_back(std::move(step));
    }
    return std::move(scenario_);
  }

 private:
  Words NextLine() {
    const std::size_t end = text_.find('\n');
    const std::string_view line = text_.substr(0, end);
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    ++line_;
    return SplitWords(line);
  }

  absl::Status ReadOption(const std::string& key, const std::string& value) {
    Options& options = scenario_.options;
    if (key == "drain" && (value == "each" || value == "manual")) {
      scenario_.drain_each = value == "each";
      return absl::OkStatus();
    }
    if (key == "period" && (value == "open-ended" || value == "calendar-month")) {
      options.period_policy =
          value == "open-ended" ? PeriodPolicy::kOpenEnded : PeriodPolicy::kCalendarMonth;
      return absl::OkStatus();
    }
    if (key == "tracked") {
      options.tracked_group_keys.push_back(absl::StrSplit(value, ','));
      return absl::OkStatus();
    }
    if (key == "keep_ended") {
      if (absl::ParseDuration(value, &options.keep_ended)) return absl::OkStatus();
      return absl::InvalidArgumentError(absl::StrCat("not a duration: ", value));
    }
    std::size_t number = 0;
    if (!absl::SimpleAtoi(value, &number)) {
      return absl::InvalidArgumentError(
          absl::StrCat("no such option: ", key, "=", value));
    }
    if (key == "groups_per_measure_max") {
      options.groups_per_measure_max = number;
    } else if (key == "instances_per_customer_max") {
      options.instances_per_customer_max = number;
    } else if (key == "due_max") {
      options.due_max = number;
    } else if (key == "outbox_max") {
      options.outbox_max = number;
    } else if (key == "shards") {
      options.shards = static_cast<int>(number);
    } else {
      return absl::InvalidArgumentError(absl::StrCat("no such option: ", key));
    }
    return absl::OkStatus();
  }

  absl::Status ReadOptions(const Words& words) {
    if (!scenario_.steps.empty()) {
      return absl::InvalidArgumentError("options come before everything else");
    }
    for (const std::string& word : From(words, 1)) {
      const std::pair<std::string, std::string> pair =
          absl::StrSplit(word, absl::MaxSplits('=', 1));
      absl::Status status = ReadOption(pair.first, pair.second);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Read(const Words& words, Step& step) {
    const std::string& verb = words[0];
    if (verb == "expect") return ReadExpect(words, step);
    if (verb == "status" || verb == "explain" || verb == "instances")
      return ReadQuery(words, step);
    if (verb == "stats") {
      step.kind = Step::Kind::kStats;
      return ReadFields(From(words, 1), step);
    }
    if (verb == "ignored" || verb == "batch") return ReadBatch(words, step);
    if (verb == "error" && words.size() > 2 && words[2] == "batch") {
      step.error = words[1];
      return ReadBatch(From(words, 2), step);
    }
    return ReadAction(words, step);
  }

  // An action with what is to become of it.
  absl::Status ReadAction(const Words& words, Step& step) {
    std::string fate;
    Words rest = words;
    if (words[0] == "error" && words.size() > 2) {
      fate = words[1];
      rest = From(words, 2);
    } else if (words[0] == "stale" || words[0] == "late" || words[0] == "dropped") {
      fate = words[0];
      rest = From(words, 1);
    }
    if (rest[0] == "reset-all" && rest.back().rfind("taken=", 0) == 0) {
      step.taken = rest.back().substr(6);
      rest.pop_back();
    }
    absl::StatusOr<Action> action = ParseAction(rest);
    if (!action.ok()) return action.status();
    const bool is_fact = action->verb == Action::Verb::kApply;
    if (!is_fact && words[0] != "error" && !fate.empty()) {
      return absl::InvalidArgumentError("only a fact is stale, late or dropped");
    }
    if (!is_fact) {
      step.error = fate;
      step.action = *std::move(action);
      return absl::OkStatus();
    }
    if (words[0] == "error") fate = absl::StrCat("refused ", fate);
    if (!fate.empty()) step.fates[step.action.facts.size()] = fate;
    step.action.verb = Action::Verb::kApply;
    step.action.facts.push_back(std::move(action->facts[0]));
    return absl::OkStatus();
  }

  absl::Status ReadBatch(const Words& words, Step& step) {
    std::size_t i = 0;
    if (words[0] == "ignored") {
      step.ignored = true;
      i = 1;
    }
    if (words.size() <= i || words[i] != "batch") {
      return absl::InvalidArgumentError("only a batch is ignored");
    }
    Position position;
    for (const std::string& word : From(words, i + 1)) {
      const std::pair<std::string, std::string> pair =
          absl::StrSplit(word, absl::MaxSplits('=', 1));
      step.action.position = position;
      if (pair.first == "source") {
        position.source = pair.second;
      } else if (pair.first != "offset" ||
                 !absl::SimpleAtoi(pair.second, &position.offset)) {
        return absl::InvalidArgumentError(absl::StrCat("not of a batch: ", word));
      }
      step.action.position = position;
    }
    step.action.verb = Action::Verb::kApply;
    while (!text_.empty()) {
      const Words fact = NextLine();
      if (fact.empty()) continue;
      if (fact[0] == "end") return absl::OkStatus();
      absl::Status status = ReadAction(fact, step);
      if (!status.ok()) return status;
      if (step.action.verb != Action::Verb::kApply) {
        return absl::InvalidArgumentError("only facts make a batch");
      }
    }
    return absl::InvalidArgumentError("a batch goes down to a line `end`");
  }

  absl::Status ReadFields(const Words& words, Step& step) {
    for (const std::string& word : words) {
      std::string field = word;
      const bool selects = field.front() == '[' && field.back() == ']';
      if (selects) field = field.substr(1, field.size() - 2);
      const std::pair<std::string, std::string> pair =
          absl::StrSplit(field, absl::MaxSplits('=', 1));
      if (field.find('=') == std::string::npos) {
        return absl::InvalidArgumentError(absl::StrCat("not FIELD=VALUE: ", word));
      }
      if (selects) {
        absl::Status status = ReadSelectorWord(field, step.selector);
        if (!status.ok()) return status;
      } else {
        step.fields[pair.first] = pair.second;
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadExpect(const Words& words, Step& step) {
    if (words.size() == 2 && words[1] == "nothing") {
      step.kind = Step::Kind::kExpectNothing;
      return absl::OkStatus();
    }
    if (words.size() < 4 || (words[1] != "reached" && words[1] != "resolved")) {
      return absl::InvalidArgumentError("expect reached|resolved ALERT CUSTOMER");
    }
    step.kind = Step::Kind::kExpect;
    step.head = absl::StrCat(words[1], " ", words[2], " ", words[3]);
    return ReadFields(From(words, 4), step);
  }

  absl::Status ReadQuery(const Words& words, Step& step) {
    if (words.size() < 3)
      return absl::InvalidArgumentError("of which customer and alert?");
    step.customer = Named<CustomerId>(words[1]);
    step.alert = Named<AlertId>(words[2]);
    if (words[0] == "instances") {
      step.kind = Step::Kind::kInstances;
      step.words = From(words, 3);
      return absl::OkStatus();
    }
    step.kind = words[0] == "explain" ? Step::Kind::kExplain : Step::Kind::kStatus;
    if (words.size() > 4 && words[3] == "error") {
      step.error = words[4];
      return ReadFields(From(words, 5), step);
    }
    if (words[0] == "explain") return ReadFields(From(words, 3), step);
    if (words.size() < 4)
      return absl::InvalidArgumentError("status CUSTOMER ALERT STATUS");
    step.fields["status"] = words[3];
    return ReadFields(From(words, 4), step);
  }

  std::string_view text_;
  int line_ = 0;
  Scenario scenario_;
};

}  // namespace

absl::StatusOr<Scenario> ParseScenario(std::string_view text, const std::string& file) {
  return Parser(text, file).Parse();
}

absl::StatusOr<Scenario> ReadScenario(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(path, " cannot be read"));
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return ParseScenario(text, std::filesystem::path(path).filename().string());
}

std::vector<std::string> ScenariosIn(const std::string& directory) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".test") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace tocsin::testing
