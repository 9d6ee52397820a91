// How long a file, a function and a line may be.
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/tidy/rule.h"

namespace tocsin::tidy {
namespace {

constexpr std::size_t kFileLinesMax = 400;
constexpr std::size_t kFunctionLinesMax = 70;
constexpr std::size_t kLineCharactersMax = 90;

std::vector<Finding> CheckFiles(const SourceTree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree.files) {
    const std::size_t lines = LinesOf(file.text).size();
    if (!file.IsSource() || lines <= kFileLinesMax) continue;
    findings.push_back({file.path, 0,
                        "has " + std::to_string(lines) + " lines; at most " +
                            std::to_string(kFileLinesMax) + ", one idea a file"});
  }
  return findings;
}

// UTF-8 continuation bytes take no column.
std::size_t CharactersIn(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

// Follows raw strings, whose lines cannot be broken.
class RawString {
 public:
  // Whether some of the next line is in one.
  bool Holds(std::string_view line) {
    const bool was_open = !close_.empty();
    std::size_t at = 0;
    while (true) {
      if (close_.empty()) {
        const std::size_t start = FindWord(line, "R\"", at);
        if (start == line.npos) return was_open || at > 0;
        at = std::min(line.find('(', start), line.size());
        close_ = ")" + std::string(line.substr(start + 2, at - start - 2)) + "\"";
      }
      const std::size_t end = line.find(close_, at);
      if (end == line.npos) return true;
      at = end + close_.size();
      close_.clear();
    }
  }

 private:
  std::string close_;  // what ends the one that is open
};

std::vector<Finding> CheckLines(const SourceTree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree.files) {
    if (!file.IsSource()) continue;
    RawString raw_string;
    std::size_t number = 0;
    for (const std::string_view line : LinesOf(file.text)) {
      ++number;
      const std::size_t characters = CharactersIn(line);
      if (raw_string.Holds(line) || characters <= kLineCharactersMax) continue;
      findings.push_back({file.path, number,
                          "has " + std::to_string(characters) + " characters; at most " +
                              std::to_string(kLineCharactersMax)});
    }
  }
  return findings;
}

// Whether the code in front of a brace, back to the last brace or semicolon,
// is the head of a function.
bool IsFunctionHead(std::string_view head) {
  const std::size_t parenthesis = head.find('(');
  if (parenthesis == std::string_view::npos) return false;
  for (const std::string_view word : {"namespace", "class", "struct", "union", "enum"}) {
    const std::size_t at = FindWord(head, word, 0);
    if (at > parenthesis) continue;
    // `template <class T>` introduces a function as well as a class.
    const std::string_view before = head.substr(0, at);
    if (before.find('<') == before.npos || before.find('>') != before.npos) return false;
  }
  // A table, unless what is assigned is a lambda or the function an operator.
  return head.find('=') > parenthesis || head.find("](") != head.npos ||
         FindWord(head, "operator", 0) != head.npos;
}

struct Function {
  std::size_t first_line = 0;
  std::size_t lines = 0;
};

// Finds the functions of a source by its braces; what is nested in one belongs
// to it. Braces between parentheses in front of a body are not a body.
class FunctionFinder {
 public:
  explicit FunctionFinder(std::string_view text) : code_(CodeOf(text)) {}

  std::vector<Function> Run() && {
    for (at_ = 0; at_ < code_.size(); ++at_) Step(code_[at_]);
    return std::move(functions_);
  }

 private:
  void Step(char c) {
    if (c == '#') {
      at_ = std::min(code_.find('\n', at_), code_.size() - 1);
      // A macro's parentheses are no function's.
      if (braces_ == 0 && parentheses_ == 0) head_ = at_ + 1;
    }
    if (braces_ > 0) {
      if (c == '{') ++braces_;
      if (c == '}' && --braces_ == 0) EndFunction();
      return;
    }
    if (c == '(') ++parentheses_;
    if (c == ')' && parentheses_ > 0) --parentheses_;
    if (parentheses_ > 0) return;
    if (c == '{') {
      const std::string_view head = std::string_view(code_).substr(head_, at_ - head_);
      if (IsFunctionHead(head)) {
        first_line_ = LineAt(code_, head_ + head.find_first_not_of(" \n"));
        braces_ = 1;
      }
    }
    if (c == '{' || c == '}' || c == ';') head_ = at_ + 1;
  }

  void EndFunction() {
    functions_.push_back({first_line_, LineAt(code_, at_) - first_line_ + 1});
    head_ = at_ + 1;
  }

  std::string code_;
  std::vector<Function> functions_;
  std::size_t at_ = 0;
  std::size_t head_ = 0;         // where what stands in front of a brace begins
  std::size_t parentheses_ = 0;  // open, outside of functions
  std::size_t braces_ = 0;       // open, of the function and in it
  std::size_t first_line_ = 0;   // of the function
};

std::vector<Finding> CheckFunctions(const SourceTree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree.files) {
    if (!file.IsSource()) continue;
    for (const Function& function : FunctionFinder(file.text).Run()) {
      if (function.lines <= kFunctionLinesMax) continue;
      findings.push_back({file.path, function.first_line,
                          "begins a function of " + std::to_string(function.lines) +
                              " lines; at most " + std::to_string(kFunctionLinesMax)});
    }
  }
  return findings;
}

std::string Repeat(std::string_view line, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += line;
  return text;
}

std::vector<SourceTree> LongFunctions() {
  const std::string body = Repeat("  Call(\"}\", '}');\n", kFunctionLinesMax - 1);
  std::vector<SourceTree> samples;
  for (const std::string_view head :
       {"void F() {\n", "TEST(Suite, Case) {\n",
        "namespace a {\nint B::F(int x) const {\n",
        "class C {\n public:\n  void F() override {\n", "C::C(int a) : a_{a}, b_(a) {\n",
        "template <class T>\nT F(T t) {\n", "#define A(x) x\nvoid F() {\n",
        "auto f = [](int x) {\n", "bool operator==(const A& a, const A& b) {\n",
        "std::optional<int> F(std::map<int, int> m = {}) {\n"}) {
    samples.push_back(Sample("engine/base/a.cc", std::string(head) + body + "}\n"));
  }
  return samples;
}

std::vector<SourceTree> ShortFunctions() {
  const std::string statements = Repeat("  Call();\n", kFunctionLinesMax - 2);
  return {
      Sample("engine/base/a.cc", "void F() {\n" + statements + "}\n"),
      Sample("engine/base/a.cc", "struct alignas(64) A {\n" +
                                     Repeat("  int F() { return 1; }\n", 100) + "};\n"),
      Sample("engine/base/a.cc", "namespace a {\n" + Repeat("int x;\n", 100) + "}\n"),
      Sample("engine/base/a.cc", "#define A(x) x\nclass C {\n" +
                                     Repeat("  int F() { return 1; }\n", 100) + "};\n"),
      Sample("engine/base/a.cc",
             "const Table kTable = Table({\n" + Repeat("  {1, 2},\n", 100) + "});\n"),
      Sample("engine/base/a.cc",
             "enum class [[nodiscard(\"\")]] E {\n" + Repeat("  kA,\n", 100) + "};\n"),
  };
}

}  // namespace

std::vector<Rule> SizeRules() {
  return {
      {.name = "FilesAreShort",
       .check = CheckFiles,
       .bad = {Sample("tests/unit/a_test.cc", Repeat("int x;\n", kFileLinesMax + 1))},
       .good = {Sample("engine/base/a.cc", Repeat("int x;\n", kFileLinesMax)),
                Sample("docs/a.md", Repeat("text\n", kFileLinesMax + 1))}},
      {.name = "LinesAreShort",
       .check = CheckLines,
       .bad = {Sample("engine/base/a.h", std::string(kLineCharactersMax + 1, 'x') + "\n"),
               Sample("tests/unit/a_test.cc",
                      "f(R\"x(\n)\")x\");\n" + std::string(91, 'x') + "\n")},
       .good = {Sample("engine/base/a.h", std::string(kLineCharactersMax, 'x') + "\n"),
                Sample("engine/base/a.h", "//" + Repeat("\u00e9", 80) + "\n"),
                Sample("tests/unit/a_test.cc",
                       "f(R\"x(\n" + std::string(91, 'x') + ")\"\n)x\");\n")}},
      {.name = "FunctionsAreShort",
       .check = CheckFunctions,
       .bad = LongFunctions(),
       .good = ShortFunctions()},
  };
}

}  // namespace tocsin::tidy
