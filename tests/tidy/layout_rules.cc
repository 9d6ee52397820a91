// What lies at the top, and that every document can be reached from the README.
#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/tidy/rule.h"

namespace tocsin::tidy {
namespace {

std::vector<Finding> CheckTopLevel(const SourceTree& tree) {
  // Where `./dev` builds is there too, and git does not see it.
  static constexpr std::string_view kAllowed[] = {
      "CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE", "dev",
      "engine/",        "include/",          "bench/",    "tests/",  "docs/",
      "build/"};
  std::vector<Finding> findings;
  for (const std::string& name : tree.top_level) {
    if (name.starts_with('.') ||
        std::find(std::begin(kAllowed), std::end(kAllowed), name) != std::end(kAllowed)) {
      continue;
    }
    findings.push_back({name, 0, "does not belong at the top of the repository"});
  }
  return findings;
}

// The files of the repository that a document links to, outside ``` blocks.
std::vector<std::pair<std::size_t, std::string>> LinksOf(const SourceFile& file) {
  const std::filesystem::path folder = std::filesystem::path(file.path).parent_path();
  std::vector<std::pair<std::size_t, std::string>> links;
  bool in_block = false;
  std::size_t number = 0;
  for (const std::string_view line : LinesOf(file.text)) {
    ++number;
    if (line.starts_with("```")) in_block = !in_block;
    if (in_block) continue;
    for (std::size_t at = line.find("]("); at != std::string_view::npos;
         at = line.find("](", at + 1)) {
      const std::string_view rest = line.substr(at + 2);
      const std::string_view target = rest.substr(0, rest.find_first_of(")# "));
      if (target.empty() || target.find("://") != std::string_view::npos) continue;
      links.emplace_back(number, (folder / target).lexically_normal().generic_string());
    }
  }
  return links;
}

// Reading on from the README, link by link.
std::vector<Finding> CheckDocumentsAreReached(const SourceTree& tree) {
  std::set<std::string> reached = {"README.md"};
  for (bool grew = true; grew;) {
    grew = false;
    for (const SourceFile& file : tree.files) {
      if (!file.path.ends_with(".md") || !reached.contains(file.path)) continue;
      for (const auto& [line, target] : LinksOf(file)) {
        grew = reached.insert(target).second || grew;
      }
    }
  }
  std::vector<Finding> findings;
  for (const SourceFile& file : tree.files) {
    if (!file.path.ends_with(".md") || reached.contains(file.path)) continue;
    findings.push_back({file.path, 0, "no link leads here from README.md"});
  }
  return findings;
}

// Of a file or of a folder that holds one.
bool Exists(const SourceTree& tree, std::string target) {
  if (target.ends_with('/')) target.pop_back();
  const auto leads_to = [&target](std::string_view path) {
    return path == target || path.starts_with(target + "/");
  };
  return std::any_of(tree.others.begin(), tree.others.end(), leads_to) ||
         std::any_of(tree.files.begin(), tree.files.end(),
                     [&leads_to](const SourceFile& file) { return leads_to(file.path); });
}

std::vector<Finding> CheckLinksLead(const SourceTree& tree) {
  std::vector<Finding> findings;
  for (const SourceFile& file : tree.files) {
    if (!file.path.ends_with(".md")) continue;
    for (const auto& [line, target] : LinksOf(file)) {
      if (Exists(tree, target)) continue;
      findings.push_back(
          {file.path, line, "links to " + target + ", which is not there"});
    }
  }
  return findings;
}

}  // namespace

std::vector<Rule> LayoutRules() {
  const SourceFile readme = {"README.md", "[Why](docs/why.md), [law](LICENSE).\n"};
  const SourceFile why = {"docs/why.md", "[How](how.md#fast), [home](../README.md)\n"};
  const SourceFile how = {"docs/how.md", "[out](https://example.org/x.md)\n"};
  const SourceTree linked = {.files = {readme, why, how}, .others = {"LICENSE"}};
  return {
      {.name = "TheTopIsTidy",
       .check = CheckTopLevel,
       .bad = {{.top_level = {"notes.txt"}}, {.top_level = {"scripts/"}}},
       .good = {{.top_level = {"CMakeLists.txt", "engine/", "dev", ".gitignore",
                               ".ci/"}}}},
      {.name = "DocumentsAreReached",
       .check = CheckDocumentsAreReached,
       .bad = {{.files = {readme, how}},
               {.files = {{"docs/a.md", "[b](b.md)\n"}, {"docs/b.md", "[a](a.md)\n"}}}},
       .good = {linked}},
      {.name = "LinksLeadSomewhere",
       .check = CheckLinksLead,
       .bad = {{.files = {readme, why}, .others = {"LICENSE"}},
               {.files = {readme, why, how}}},
       .good = {linked, Sample("docs/a.md", "```cpp\nf[0](missing.md);\n```\n")}},
  };
}

}  // namespace tocsin::tidy
