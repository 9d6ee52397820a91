// Would catch an `inspect` that needs the directory for itself, changes what is in it, or
// ends as if a damaged store were whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/run_tocsin.h"
#include "tests/cli/store_lines.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A store that was closed, of so many batches.
std::string ClosedStore(const TempDir& dir, std::uint64_t batches) {
  const std::string directory = dir.Path("store");
  const std::unique_ptr<Engine> engine = OpenAt(directory);
  for (std::uint64_t i = 1; i <= batches; ++i) {
    EXPECT_TRUE(ApplyBatch(*engine, i).ok());
  }
  EXPECT_TRUE(engine->Close().ok());
  return directory;
}

TEST(Inspect, ShowsWhatIsInAStoreLineByLine) {
  const TempDir dir;
  const std::string directory = ClosedStore(dir, 3);
  const RunResult shown = RunTocsin({"inspect", directory});
  EXPECT_EQ(shown.exit_status, 0) << shown.err;
  EXPECT_THAT(shown.err, IsEmpty());
  const std::string size =
      absl::StrCat(std::filesystem::file_size(directory + "/tocsin.db"));
  for (const std::string& line :
       {std::string("format  3"), std::string("journal_first_step  1"),
        std::string("checkpoint  0"), std::string("alerts_enabled  0"),
        std::string("outbox  0"), std::string("outbox_oldest  none"),
        std::string("history  0"), std::string("fact_ids  0"),
        std::string("position  \"bills\" 3"),
        absl::StrCat("file  \"tocsin.db\" ", size)}) {
    EXPECT_THAT(LinesOf(shown.out), ::testing::Contains(line));
  }
  const RunResult verified = RunTocsin({"inspect", "--verify", directory});
  EXPECT_EQ(verified.exit_status, 0) << verified.err;
  EXPECT_THAT(LinesOf(verified.out), ::testing::Contains("customers  1"));
  EXPECT_THAT(LinesOf(verified.out), ::testing::Contains("due  0"));
  EXPECT_THAT(LinesOf(verified.out), ::testing::Contains("cut_off  none"));
}

TEST(Inspect, ShowsTheSameAsOneJsonObject) {
  const TempDir dir;
  const RunResult shown =
      RunTocsin({"inspect", ClosedStore(dir, 3), "--json", "--verify"});
  EXPECT_EQ(shown.exit_status, 0) << shown.err;
  ASSERT_EQ(LinesOf(shown.out).size(), 1U);
  EXPECT_EQ(FieldOf(shown.out, "format"), "3");
  EXPECT_EQ(FieldOf(shown.out, "customers"), "1");
  EXPECT_EQ(FieldOf(shown.out, "outbox_oldest"), "null");
  EXPECT_NE(FieldOf(shown.out, "last_instant"), "");
  EXPECT_THAT(shown.out, HasSubstr(R"("positions":[{"source":"bills","offset":3}])"));
  EXPECT_THAT(shown.out, HasSubstr(R"("files":[{"name":"lock","bytes":)"));
  EXPECT_TRUE(shown.out.ends_with("}]}\n")) << shown.out;
}

TEST(Inspect, ShowsAStoreWhoseEngineWrites) {
  const TempDir dir;
  const std::string directory = dir.Path("store");
  const BusyEngine engine(directory);
  for (const bool verify : {false, true}) {
    const std::uint64_t before = engine.Acknowledged(verify ? 200 : 100);
    std::vector<std::string> args = {"inspect", directory, "--json"};
    if (verify) args.push_back("--verify");
    const RunResult shown = RunTocsin(args);
    ASSERT_EQ(shown.exit_status, 0) << shown.err;
    EXPECT_GE(std::stoull(FieldOf(shown.out, "offset")), before);
  }
}

TEST(Inspect, LeavesTheStoreOfAnEngineThatHasDiedAsItIs) {
  const TempDir dir;
  const std::string directory = dir.Path("store");
  ApplyAndDie(directory, 20);
  const auto before = FilesIn(directory);
  ASSERT_FALSE(before.at("tocsin.db-wal").empty());
  for (const char* verify : {"--json", "--verify"}) {
    const RunResult shown = RunTocsin({"inspect", directory, verify});
    EXPECT_EQ(shown.exit_status, 0) << shown.err;
    EXPECT_TRUE(FilesIn(directory) == before);
  }
  EXPECT_EQ(OpenAt(directory)->LastPosition("bills")->value_or(0), 20U);
}

TEST(Inspect, EndsWith1ForAStoreThatIsDamaged) {
  const TempDir dir;
  const std::string directory = ClosedStore(dir, 3);
  const std::string file = directory + "/tocsin.db";
  std::string bytes = ReadFile(file);
  const std::size_t at = bytes.rfind("bills");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'p';
  std::ofstream(file, std::ios::binary) << bytes;
  const RunResult verified = RunTocsin({"inspect", directory, "--verify"});
  EXPECT_EQ(verified.exit_status, 1);
  EXPECT_THAT(verified.out, IsEmpty());
  EXPECT_THAT(verified.err, HasSubstr(file));
  EXPECT_THAT(verified.err, HasSubstr("not as it was written"));

  std::ofstream(file, std::ios::binary) << std::string(4'096, 'x');
  EXPECT_EQ(RunTocsin({"inspect", directory}).exit_status, 1);
}

TEST(Inspect, EndsWith1ForALogThatIsDamaged) {
  const TempDir dir;
  const std::string directory = dir.Path("store");
  ApplyAndDie(directory, 20);
  const std::string log = directory + "/tocsin.db-wal";
  std::string bytes = ReadFile(log);
  bytes[bytes.size() / 2] = static_cast<char>(~bytes[bytes.size() / 2]);
  std::ofstream(log, std::ios::binary) << bytes;
  const auto before = FilesIn(directory);
  const RunResult shown = RunTocsin({"inspect", directory});
  EXPECT_EQ(shown.exit_status, 1) << shown.out;
  EXPECT_THAT(shown.err, HasSubstr(log));
  EXPECT_EQ(RunTocsin({"backup", directory, dir.Path("copy")}).exit_status, 1);
  EXPECT_TRUE(FilesIn(directory) == before);
}

TEST(Inspect, EndsWith2ForWhatIsNoStore) {
  const TempDir dir;
  const RunResult missing = RunTocsin({"inspect", dir.Path("missing")});
  EXPECT_EQ(missing.exit_status, 2);
  EXPECT_THAT(missing.err, HasSubstr(dir.Path("missing")));
  EXPECT_FALSE(std::filesystem::exists(dir.Path("missing")));
  EXPECT_EQ(RunTocsin({"inspect"}).exit_status, 2);
  EXPECT_EQ(RunTocsin({"inspect", ""}).exit_status, 2);
  EXPECT_EQ(RunTocsinWith({.out = kClosed}, {"inspect", ClosedStore(dir, 1)}).exit_status,
            2);
}

}  // namespace
}  // namespace tocsin::testing
