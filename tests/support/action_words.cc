#include "tests/support/action_words.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

constexpr char kReached[] = "_reached";

// Debian's Abseil has a string_view of its own, which does not convert.
std::string AsString(absl::string_view text) {
  return std::string(text.data(), text.size());
}

absl::StatusOr<CustomFieldFilter> ParseExcluded(const std::string& text) {
  const std::optional<Pair> pair = SplitPair(text, ':');
  if (!pair) return UnknownWord(text);
  return CustomFieldFilter{FilterEntity::kContractCreditOrCommit, pair->key, pair->value};
}

std::string FormatExclude(const SpecifierExclude& exclude) {
  std::vector<std::string> filters;
  for (const CustomFieldFilter& filter : exclude.custom_field_filters) {
    filters.push_back(absl::StrCat(filter.key, ":", filter.value));
  }
  return absl::StrCat("-", absl::StrJoin(filters, "+"));
}

}  // namespace

std::optional<Pair> SplitPair(const std::string& word, char at) {
  const std::size_t equals = word.find(at);
  if (equals == std::string::npos) return std::nullopt;
  return Pair{word.substr(0, equals), word.substr(equals + 1)};
}

std::optional<std::string> ValueOf(const std::string& word, const std::string& key) {
  const std::optional<Pair> pair = SplitPair(word);
  if (!pair || pair->key != key) return std::nullopt;
  return pair->value;
}

absl::Status UnknownWord(const std::string& word) {
  return absl::InvalidArgumentError(absl::StrCat("does not belong here: ", word));
}

absl::StatusOr<std::uint64_t> ParseNumber(const std::string& text) {
  std::uint64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) return UnknownWord(text);
  return number;
}

std::optional<AlertType> AlertTypeFromWord(const std::string& word) {
  if (word == "spend") return AlertType::kSpendThresholdReached;
  if (word == "usage") return AlertType::kUsageThresholdReached;
  return AlertTypeFromName(absl::StrCat(word, kReached));
}

std::string WordOf(AlertType type) {
  if (type == AlertType::kSpendThresholdReached) return "spend";
  if (type == AlertType::kUsageThresholdReached) return "usage";
  const std::string name = AsString(AlertTypeName(type));
  return name.substr(0, name.size() - (sizeof kReached - 1));
}

std::optional<FilterEntity> EntityFromWord(const std::string& word) {
  for (int i = 0; i < kFilterEntityCount; ++i) {
    const auto entity = static_cast<FilterEntity>(i);
    if (WordOf(entity) == word) return entity;
  }
  return std::nullopt;
}

std::string WordOf(FilterEntity entity) {
  switch (entity) {
    case FilterEntity::kContract:
      return "contract";
    case FilterEntity::kCommit:
      return "commit";
    case FilterEntity::kContractCredit:
      return "contract_credit";
    case FilterEntity::kContractCreditOrCommit:
      return "contract_credit_or_commit";
  }
  return "no such entity";
}

absl::StatusOr<AlertSpecifier> ParseSpecifier(const std::string& text) {
  AlertSpecifier specifier;
  for (const std::string& term : std::vector<std::string>(absl::StrSplit(text, ','))) {
    if (term.empty()) continue;
    if (!absl::StartsWith(term, "-")) {
      SpecifierField field{.key = term};
      if (const std::optional<Pair> pair = SplitPair(term, ':')) {
        field.key = pair->key;
        field.value = pair->value;
      }
      specifier.custom_field_filters.push_back(field);
      continue;
    }
    SpecifierExclude exclude;
    const std::vector<std::string> filters = absl::StrSplit(term.substr(1), '+');
    for (const std::string& filter : filters) {
      if (filter.empty()) continue;
      const absl::StatusOr<CustomFieldFilter> one = ParseExcluded(filter);
      if (!one.ok()) return one.status();
      exclude.custom_field_filters.push_back(*one);
    }
    specifier.exclude.push_back(exclude);
  }
  return specifier;
}

std::string FormatSpecifier(const AlertSpecifier& specifier) {
  std::vector<std::string> terms;
  for (const SpecifierField& field : specifier.custom_field_filters) {
    terms.push_back(field.value ? absl::StrCat(field.key, ":", *field.value) : field.key);
  }
  for (const SpecifierExclude& exclude : specifier.exclude) {
    terms.push_back(FormatExclude(exclude));
  }
  return absl::StrJoin(terms, ",");
}

absl::Status ReadSelectorWord(const std::string& word, InstanceSelector& selector) {
  const std::optional<Pair> pair = SplitPair(word);
  if (!pair) return UnknownWord(word);
  if (pair->key == "balance") {
    selector.balance = Named<BalanceId>(pair->value);
  } else if (pair->key == "invoice") {
    selector.invoice = Named<InvoiceId>(pair->value);
  } else if (pair->key == "seat" || pair->key == "field") {
    const std::optional<Pair> named = SplitPair(pair->value, ':');
    if (!named) return UnknownWord(word);
    if (pair->key == "seat") {
      selector.seat = Seat{named->key, named->value};
    } else {
      selector.custom_field = CustomField{named->key, named->value};
    }
  } else {
    selector.group_values.push_back({pair->key, pair->value});
  }
  return absl::OkStatus();
}

std::string Quoted(const std::string& word) {
  return word.find(' ') == std::string::npos ? word : absl::StrCat("\"", word, "\"");
}

std::string Joined(const std::vector<std::string>& words) {
  return Quoted(absl::StrJoin(words, ","));
}

}  // namespace tocsin::testing
