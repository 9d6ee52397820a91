// Words that must not stand in the sources, and what to write instead. Those
// that other searches of the repository look for are spelt here in two pieces.
#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/tidy/rule.h"

namespace tocsin::tidy {
namespace {

struct Ban {
  std::vector<std::string_view> words;
  std::string_view instead;
  std::vector<std::string_view> folders;
  std::vector<std::string_view> except = {};
  // Files in which one of the words may stand, once.
  std::vector<std::string_view> once = {};
};

bool Concerns(const Ban& ban, const SourceFile& file) {
  const auto holds = [&file](std::string_view start) { return file.IsIn(start); };
  return std::any_of(ban.folders.begin(), ban.folders.end(), holds) &&
         std::none_of(ban.except.begin(), ban.except.end(), holds);
}

std::vector<Finding> Search(const SourceTree& tree, const Ban& ban) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree.files) {
    if (!file.IsSource() || !Concerns(ban, file)) continue;
    const std::string code = CodeOf(file.text);
    bool is_allowed =
        std::find(ban.once.begin(), ban.once.end(), file.path) != ban.once.end();
    for (const std::string_view word : ban.words) {
      for (std::size_t at = FindWord(code, word, 0); at != std::string::npos;
           at = FindWord(code, word, at + 1)) {
        if (std::exchange(is_allowed, false)) continue;
        findings.push_back(
            {file.path, LineAt(code, at),
             "has `" + std::string(word) + "`; instead: " + std::string(ban.instead)});
      }
    }
  }
  return findings;
}

// One rule for each ban: the samples are made from its own words, so that every
// one of them is shown to be found.
const Ban kClocks = {
    .words = {"system_clock::now", "steady_clock::now", "high_resolution_clock::now",
              "absl::Now", "absl::GetCurrentTimeNanos", "gettimeofday", "clock_gettime",
              "std::time", "time(nullptr"},
    .instead = "the injected tocsin::Clock",
    .folders = {"engine/", "include/"},
    .except = {"engine/base/system_clock.cc", "engine/cli/", "engine/http/"}};
const Ban kLocks = {
    .words = {"std::mutex", "std::timed_mutex", "std::recursive_mutex",
              "std::shared_mutex", "std::lock_guard", "std::unique_lock",
              "std::scoped_lock", "std::shared_lock", "std::condition_variable",
              "std::condition_variable_any"},
    .instead = "absl::Mutex, absl::MutexLock and absl::CondVar, whose use clang checks",
    .folders = {"engine/", "include/", "bench/", "tests/"}};
const Ban kPrinting = {
    .words = {"std::cout", "std::cerr", "std::clog", "printf", "fprintf", "puts", "fputs",
              "perror"},
    .instead = "an absl::Status, a count in Stats or the sink; the library never prints",
    .folders = {"engine/", "include/"},
    .except = {"engine/cli/"}};
const Ban kFloatingPoint = {
    .words = {"double", "float", "strtod", "stod", "stof", "atof", "absl::SimpleAtod"},
    .instead = "tocsin::Decimal",
    // The rest of the engine may need one for what is no amount, such as jitter;
    // the parser's callback for numbers has one in its signature.
    .folders = {"include/", "engine/base/", "engine/model/", "engine/state/",
                "engine/wire/"},
    .except = {"engine/wire/json_tree.cc"}};
const Ban kChance = {
    .words = {"rand", "srand", "random_shuffle"},
    .instead = "a generator seeded from Options::random_seed",
    .folders = {"engine/", "include/", "bench/", "tests/"},
    // Ids and secrets that nobody may guess, by headers of that name.
    .once = {"engine/http/alert_endpoints.cc", "engine/webhook/signature.cc"}};
const Ban kSleeping = {.words = {"sleep_"
                                 "for",
                                 "sleep_"
                                 "until",
                                 "absl::Sleep"
                                 "For",
                                 "usleep", "nanosleep", "sleep"},
                       .instead = "a condition, a notification or the simulated clock",
                       .folders = {"engine/", "include/", "bench/", "tests/"}};
const Ban kFences = {
    .words = {"atomic_thread_fence", "std::atomic_thread_fence"},
    .instead = "orders on the atomics themselves, which ThreadSanitizer understands",
    .folders = {"engine/", "include/", "bench/", "tests/"}};
const Ban kWeakTests = {.words = {"EXPECT_TRUE("
                                  "true)",
                                  "ASSERT_TRUE("
                                  "true)"},
                        .instead = "a test that can fail, or none",
                        .folders = {"tests/"}};
const Ban kSkips = {.words = {"GTEST_"
                              "SKIP"},
                    .instead = "a test that runs everywhere",
                    .folders = {"tests/"},
                    // Needs files that not every machine has, and is seen to have been
                    // left out there.
                    .once = {"tests/cli/cdnow_test.cc"}};

template <const Ban& ban>
Rule BanRule(std::string name) {
  Rule rule = {.name = std::move(name),
               .check = [](const SourceTree& tree) { return Search(tree, ban); }};
  const std::string path = std::string(ban.folders.front()) + "core/a.cc";
  for (const std::string_view word : ban.words) {
    rule.bad.push_back(Sample(path, "void F() {\n  " + std::string(word) + " x();\n}\n"));
    rule.good.push_back(Sample(path, "// " + std::string(word) + "\n"));
    rule.good.push_back(Sample(path, "Log(\"" + std::string(word) + "\");\n"));
  }
  rule.good.push_back(
      Sample(path, "int brand(); int spuriously_doubled; Snapshot printfs;\n"));
  for (const std::string_view start : ban.except) {
    rule.good.push_back(Sample(std::string(start) + (start.ends_with('/') ? "a.cc" : ""),
                               "auto x = " + std::string(ban.words.front()) + ";\n"));
  }
  for (const std::string_view file : ban.once) {
    const std::string use = "auto x = " + std::string(ban.words.front()) + ";\n";
    rule.good.push_back(Sample(std::string(file), use));
    rule.bad.push_back(Sample(std::string(file), use + use));
  }
  return rule;
}

// In comments and documents too: what is open belongs into the tracker.
std::vector<Finding> CheckMarks(const SourceTree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree.files) {
    for (const std::string_view word : {"TO"
                                        "DO",
                                        "FIX"
                                        "ME",
                                        "X"
                                        "XX",
                                        "HA"
                                        "CK"}) {
      const std::size_t at = FindWord(file.text, word, 0);
      if (at == std::string::npos) continue;
      findings.push_back({file.path, LineAt(file.text, at),
                          "has " + std::string(word) + "; do it, or open an issue"});
    }
  }
  return findings;
}

}  // namespace

std::vector<Rule> WordRules() {
  return {
      BanRule<kClocks>("TimeComesFromTheClock"),
      BanRule<kLocks>("LocksAreAbseils"),
      BanRule<kPrinting>("TheLibraryNeverPrints"),
      BanRule<kFloatingPoint>("AmountsAreExact"),
      BanRule<kChance>("ChanceIsSeeded"),
      BanRule<kSleeping>("NothingSleeps"),
      BanRule<kFences>("NoBareFences"),
      BanRule<kWeakTests>("TestsCanFail"),
      BanRule<kSkips>("TestsAreNotLeftOut"),
      {.name = "NothingIsLeftForLater",
       .check = CheckMarks,
       .bad = {Sample("engine/base/a.cc",
                      "// TO"
                      "DO: finish\n"),
               Sample("docs/a.md",
                      "FIX"
                      "ME\n"),
               Sample("CMakeLists.txt",
                      "# X"
                      "XX\n"),
               Sample("dev.sh",
                      "# HA"
                      "CK\n")},
       .good = {Sample("engine/base/a.cc", "// What a customer has to do.\n")}},
  };
}

}  // namespace tocsin::tidy
