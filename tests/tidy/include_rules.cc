// Who may include whom, and what a header is guarded by.
#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/rule.h"

namespace tocsin::tidy {
namespace {

struct Include {
  std::size_t line = 0;
  std::string path;
  bool angled = false;
};

std::vector<Include> IncludesOf(const SourceFile& file) {
  static constexpr std::string_view kDirective = "#include ";
  std::vector<Include> includes;
  const std::string code = CodeOf(file.text);
  std::size_t number = 0;
  for (std::string_view line : LinesOf(code)) {
    ++number;
    if (!line.starts_with(kDirective)) continue;
    line.remove_prefix(kDirective.size());
    const bool angled = line.starts_with('<');
    const std::size_t end = line.find(angled ? '>' : '"', 1);
    if (end == std::string_view::npos) continue;
    includes.push_back({number, std::string(line.substr(1, end - 1)), angled});
  }
  return includes;
}

struct Floor {
  std::string_view folder;
  std::vector<std::string_view> below;
};

// Each folder of the engine, and those it may include besides its own.
const std::vector<Floor>& Floors() {
  static const auto* floors = new std::vector<Floor>{
      {"base", {}},
      {"model", {"base"}},
      {"store", {"base", "model"}},
      {"sqlite", {"base", "model", "store"}},
      {"work", {"base", "model"}},
      {"state", {"base", "model", "store", "work"}},
      {"notify", {"base", "model", "store", "work"}},
      {"core", {"base", "model", "store", "sqlite", "work", "state", "notify"}},
      {"wire", {"base"}},
      {"cli", {}},
      {"http", {}},
      {"webhook", {"base", "sqlite"}},
  };
  return *floors;
}

// `base` of `engine/base/text.h`; empty if it is not of the engine.
std::string_view FolderOf(std::string_view path) {
  static constexpr std::string_view kEngine = "engine/";
  if (!path.starts_with(kEngine)) return {};
  path.remove_prefix(kEngine.size());
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::vector<Finding> CheckFloors(const SourceTree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree.files) {
    const std::string_view folder = FolderOf(file.path);
    if (!file.IsSource() || folder.empty()) continue;
    const auto floor = std::find_if(
        Floors().begin(), Floors().end(),
        [folder](const Floor& candidate) { return candidate.folder == folder; });
    if (floor == Floors().end()) {
      findings.push_back({file.path, 0, "its folder has no floor in Floors()"});
      continue;
    }
    for (const Include& include : IncludesOf(file)) {
      const std::string_view other = FolderOf(include.path);
      const bool allowed =
          other == folder || std::find(floor->below.begin(), floor->below.end(), other) !=
                                 floor->below.end();
      if (include.path.starts_with("tests/") || include.path.starts_with("bench/") ||
          (!other.empty() && !allowed)) {
        findings.push_back({file.path, include.line,
                            "includes " + include.path + "; engine/" +
                                std::string(folder) +
                                " may include only what is on a lower floor"});
      }
    }
  }
  return findings;
}

bool IsAllowedInPublicHeader(const Include& include) {
  if (include.path.starts_with("boost/uuid/")) return true;
  if (include.angled) {
    return include.path.find('/') == std::string::npos &&
           include.path.find('.') == std::string::npos;
  }
  return include.path.starts_with("absl/") || include.path.starts_with("tocsin/");
}

std::vector<Finding> CheckPublicHeaders(const SourceTree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree.files) {
    if (!file.IsSource() || !file.IsIn("include/")) continue;
    for (const Include& include : IncludesOf(file)) {
      if (IsAllowedInPublicHeader(include)) continue;
      findings.push_back({file.path, include.line,
                          "includes " + include.path +
                              "; a public header may include only the standard library, "
                              "absl/, boost/uuid/ and tocsin/"});
    }
  }
  return findings;
}

// TOCSIN_ENGINE_BASE_TEXT_H_; of a public header TOCSIN_FACT_H_, as hosts see it.
std::string GuardOf(std::string_view path) {
  static constexpr std::string_view kPublic = "include/tocsin/";
  if (path.starts_with(kPublic)) path.remove_prefix(kPublic.size());
  std::string guard = "TOCSIN_";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    guard += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
  }
  return guard + "_";
}

std::vector<Finding> CheckGuards(const SourceTree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree.files) {
    if (!file.path.ends_with(".h")) continue;
    const std::string guard = GuardOf(file.path);
    if (file.text.find("#ifndef " + guard + "\n#define " + guard + "\n") ==
            std::string::npos ||
        !file.text.ends_with("#endif  // " + guard + "\n")) {
      findings.push_back({file.path, 1, "the include guard must be " + guard});
    }
  }
  return findings;
}

}  // namespace

std::vector<Rule> IncludeRules() {
  return {
      {.name = "IncludesPointDownwards",
       .check = CheckFloors,
       .bad = {Sample("engine/base/a.h", "#include \"engine/model/b.h\"\n"),
               Sample("engine/work/a.cc", "#include \"engine/store/b.h\"\n"),
               Sample("engine/state/a.cc", "#include \"engine/notify/b.h\"\n"),
               Sample("engine/notify/a.cc", "#include \"engine/core/b.h\"\n"),
               Sample("engine/wire/a.cc", "#include \"engine/model/b.h\"\n"),
               Sample("engine/core/a.cc", "#include \"engine/wire/b.h\"\n"),
               Sample("engine/cli/a.cc", "#include \"engine/base/b.h\"\n"),
               Sample("engine/core/a.cc", "#include \"tests/support/b.h\"\n"),
               Sample("engine/attic/a.cc", "int x;\n")},
       .good = {Sample("engine/core/a.cc",
                       "#include \"engine/core/a.h\"\n#include \"engine/base/b.h\"\n"),
                Sample("engine/cli/a.cc",
                       "#include \"engine/cli/a.h\"\n#include \"tocsin/engine.h\"\n"),
                Sample("engine/wire/a.cc", "#include \"engine/base/b.h\"\n"),
                Sample("engine/base/a.cc", "// #include \"engine/core/b.h\"\n")}},
      {.name = "PublicHeadersIncludeLittle",
       .check = CheckPublicHeaders,
       .bad = {Sample("include/tocsin/a.h", "#include \"engine/base/b.h\"\n"),
               Sample("include/tocsin/a.h", "#include \"boost/json.hpp\"\n"),
               Sample("include/tocsin/a.h", "#include <sys/types.h>\n"),
               Sample("include/tocsin/a.h", "#include <boost/json.hpp>\n")},
       .good = {Sample("include/tocsin/a.h",
                       "#include <string>\n#include \"absl/status/status.h\"\n"
                       "#include \"boost/uuid/uuid.hpp\"\n#include \"tocsin/b.h\"\n")}},
      {.name = "GuardsFollowThePath",
       .check = CheckGuards,
       .bad = {Sample("engine/base/a.h",
                      "#ifndef A_H\n#define A_H\n#endif  // TOCSIN_ENGINE_BASE_A_H_\n"),
               Sample("engine/base/a.h", "#pragma once\n")},
       .good = {Sample(
           "include/tocsin/a.h",
           "#ifndef TOCSIN_A_H_\n#define TOCSIN_A_H_\n#endif  // TOCSIN_A_H_\n")}},
  };
}

}  // namespace tocsin::tidy
