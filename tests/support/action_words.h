#ifndef TOCSIN_TESTS_SUPPORT_ACTION_WORDS_H_
#define TOCSIN_TESTS_SUPPORT_ACTION_WORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

// What the readers of scenario files share.

// Where a word is of the form KEY=VALUE.
struct Pair {
  std::string key;
  std::string value;
};

std::optional<Pair> SplitPair(const std::string& word, char at = '=');
// `value` of the word `key=value`.
std::optional<std::string> ValueOf(const std::string& word, const std::string& key);

absl::Status UnknownWord(const std::string& word);
absl::StatusOr<std::uint64_t> ParseNumber(const std::string& text);

// `spend`, `usage`, or a type's name on the wire without `_reached`.
std::optional<AlertType> AlertTypeFromWord(const std::string& word);
std::string WordOf(AlertType type);
// `contract`, `commit`, `contract_credit`, `contract_credit_or_commit`.
std::optional<FilterEntity> EntityFromWord(const std::string& word);
std::string WordOf(FilterEntity entity);

// `tier:gold,zone,-plan:free+tier:gold`: custom fields, an open one without a value,
// and excludes behind a minus.
absl::StatusOr<AlertSpecifier> ParseSpecifier(const std::string& text);
std::string FormatSpecifier(const AlertSpecifier& specifier);

// Reads `balance=B`, `invoice=I`, `seat=KEY:VALUE`, `field=KEY:VALUE`, or a group
// value `KEY=VALUE`, of one instance.
absl::Status ReadSelectorWord(const std::string& word, InstanceSelector& selector);

// A line that says one fact.
bool IsFactVerb(const std::string& verb);
absl::StatusOr<Fact> ParseFact(const std::vector<std::string>& words);
std::string FormatFact(const Fact& fact);

// A word as SplitWords reads it back.
std::string Quoted(const std::string& word);
std::string Joined(const std::vector<std::string>& words);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_ACTION_WORDS_H_
