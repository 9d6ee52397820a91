// Would catch what a reviewer should not have to: a floor skipped, a file grown
// too long, a clock read behind the engine's back. And it would catch a rule that
// cannot fail: each is tried on samples that break it.
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/tidy/rule.h"
#include "tests/tidy/source_tree.h"

namespace tocsin::tidy {
namespace {

const std::vector<Rule>& AllRules() {
  static const auto* rules = [] {
    auto* all = new std::vector<Rule>;
    for (auto* group : {IncludeRules, SizeRules, WordRules, LayoutRules}) {
      for (Rule& rule : group()) all->push_back(std::move(rule));
    }
    return all;
  }();
  return *rules;
}

const SourceTree& Repository() {
  static const auto* tree = new SourceTree(ReadSourceTree(TOCSIN_SOURCE_DIR));
  return *tree;
}

void ExpectNothing(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    ADD_FAILURE_AT(finding.path.c_str(), static_cast<int>(finding.line)) << finding.what;
  }
}

class TidyTest : public ::testing::TestWithParam<Rule> {};

TEST_P(TidyTest, FindsEachBadSample) {
  ASSERT_FALSE(GetParam().bad.empty());
  for (const SourceTree& sample : GetParam().bad) {
    EXPECT_FALSE(GetParam().check(sample).empty())
        << (sample.files.empty()
                ? sample.top_level.front()
                : sample.files.front().path + ":\n" + sample.files.front().text);
  }
}

TEST_P(TidyTest, FindsNothingInGoodSamples) {
  ASSERT_FALSE(GetParam().good.empty());
  for (const SourceTree& sample : GetParam().good)
    ExpectNothing(GetParam().check(sample));
}

TEST_P(TidyTest, TheRepositoryKeepsIt) { ExpectNothing(GetParam().check(Repository())); }

INSTANTIATE_TEST_SUITE_P(Rules, TidyTest, ::testing::ValuesIn(AllRules()),
                         [](const auto& rule) { return rule.param.name; });

// A tree that was not read keeps every rule.
TEST(SourceTreeTest, ReadsTheRepository) {
  std::set<std::string> paths;
  for (const SourceFile& file : Repository().files) paths.insert(file.path);
  for (const char* path :
       {"CMakeLists.txt", "README.md", "engine/CMakeLists.txt", "include/tocsin/engine.h",
        "tests/tidy/tidy_test.cc", "tests/readme/extract.awk"}) {
    EXPECT_TRUE(paths.contains(path)) << path;
  }
}

TEST(CodeOfTest, BlanksWhatIsNotCode) {
  EXPECT_EQ(CodeOf("a(); // b\nc();"), "a();     \nc();");
  EXPECT_EQ(CodeOf("a /* b\n c */ d"), "a     \n      d");
  EXPECT_EQ(CodeOf("f(\"a\\\"b\", '\\'');"), "f(\"    \", '  ');");
  EXPECT_EQ(CodeOf("n = 10'000; m = 'x';"), "n = 10'000; m = ' ';");
  EXPECT_EQ(CodeOf("R\"x(a \" )\" b)x\" + c"), "                + c");
  EXPECT_EQ(CodeOf("#include \"a/b.h\"\n"), "#include \"a/b.h\"\n");
}

TEST(FindWordTest, WantsWholeWords) {
  EXPECT_EQ(FindWord("a float b", "float", 0), 2U);
  EXPECT_EQ(FindWord("afloat floats", "float", 0), std::string_view::npos);
  EXPECT_EQ(FindWord("x.sleep()", "sleep", 0), std::string_view::npos);
  EXPECT_EQ(FindWord("a a", "a", 1), 2U);
}

}  // namespace
}  // namespace tocsin::tidy
