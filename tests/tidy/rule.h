#ifndef TOCSIN_TESTS_TIDY_RULE_H_
#define TOCSIN_TESTS_TIDY_RULE_H_

#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/tidy/source_tree.h"

namespace tocsin::tidy {

// Where a rule is broken, and what would be right.
struct Finding {
  std::string path;
  std::size_t line = 0;  // 0: the file as a whole
  std::string what;
};

// A rule brings the samples that show that it can fail: it must find something
// in every one of `bad` and nothing in any of `good`.
struct Rule {
  std::string name;  // letters and digits
  std::vector<Finding> (*check)(const SourceTree& tree) = nullptr;
  std::vector<SourceTree> bad = {};
  std::vector<SourceTree> good = {};
};

// GoogleTest calls a rule by its name.
inline void PrintTo(const Rule& rule, std::ostream* out) { *out << rule.name; }

// A tree of one file.
inline SourceTree Sample(std::string path, std::string text) {
  return {.files = {{.path = std::move(path), .text = std::move(text)}}};
}

std::vector<Rule> IncludeRules();
std::vector<Rule> SizeRules();
std::vector<Rule> WordRules();
std::vector<Rule> LayoutRules();

}  // namespace tocsin::tidy

#endif  // TOCSIN_TESTS_TIDY_RULE_H_
