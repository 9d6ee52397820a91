// Would catch a `backup` that is not what its store was at one instant, loses what was
// acknowledged before it, or leaves something that is taken for a store and is none.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/cli/run_tocsin.h"
#include "tests/cli/store_lines.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;

// A store of some megabytes, closed.
std::string LargeStore(const TempDir& dir) {
  const std::string directory = dir.Path("large");
  const std::unique_ptr<Engine> engine = OpenAt(directory);
  for (std::uint64_t i = 1; i <= 4; ++i) {
    EXPECT_TRUE(ApplyBatch(*engine, i, 50'000).ok());
  }
  EXPECT_TRUE(engine->Close().ok());
  EXPECT_GT(std::filesystem::file_size(directory + "/tocsin.db"), 2'000'000U);
  return directory;
}

TEST(Backup, IsAPrefixThatHoldsWhatWasAcknowledgedBefore) {
  const TempDir dir;
  const std::string directory = dir.Path("store");
  const BusyEngine engine(directory);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    const std::uint64_t before = engine.Acknowledged(50 * i);
    const std::string to = dir.Path("copy" + std::to_string(i));
    const RunResult said = RunTocsin({"backup", directory, to, "--json"});
    ASSERT_EQ(said.exit_status, 0) << said.err;
    const std::uint64_t offset = std::stoull(FieldOf(said.out, "offset"));
    EXPECT_GE(offset, before);
    EXPECT_EQ(FieldOf(said.out, "customers"), "1");
    const std::unique_ptr<Engine> copy = OpenAt(to);
    ASSERT_NE(copy, nullptr);
    EXPECT_EQ(copy->LastPosition("bills")->value_or(0), offset);
    // What it holds is what goes with that position.
    const AlertId alert =
        copy->CreateAlert({.name = "all", .threshold = D("1000000")}).value();
    ASSERT_TRUE(copy->Drain().ok());
    EXPECT_EQ(copy->GetCustomerAlert(Customer(1), alert)->value,
              Decimal::FromInteger(static_cast<std::int64_t>(offset)));
  }
}

TEST(Backup, OfAnEngineThatHasDiedHoldsItsLog) {
  const TempDir dir;
  const std::string directory = dir.Path("store");
  ApplyAndDie(directory, 20);
  const auto before = FilesIn(directory);
  const RunResult said = RunTocsin({"backup", directory, dir.Path("copy")});
  ASSERT_EQ(said.exit_status, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("position  \"bills\" 20\n"));
  EXPECT_TRUE(FilesIn(directory) == before);
  EXPECT_EQ(OpenAt(dir.Path("copy"))->LastPosition("bills")->value_or(0), 20U);
}

TEST(Backup, ThatIsKilledIsNotTakenForAStore) {
  const TempDir dir;
  const std::string directory = LargeStore(dir);
  const std::string to = dir.Path("copy");
  bool killed = false;
  // One may come to its end before it is.
  while (!killed) {
    std::filesystem::remove_all(to);
    const pid_t pid = StartProgram({TOCSIN_BINARY, "backup", directory, to}, {});
    ASSERT_NE(pid, 0);
    int status = 0;
    pid_t ended = 0;
    while (!std::filesystem::exists(to + "/tocsin.db.part") && ended == 0) {
      ended = waitpid(pid, &status, WNOHANG);
    }
    if (ended == 0) {
      kill(pid, SIGKILL);
      ASSERT_EQ(waitpid(pid, &status, 0), pid);
    }
    killed = WIFSIGNALED(status);
    ASSERT_TRUE(killed || WEXITSTATUS(status) == 0);
  }
  ASSERT_TRUE(std::filesystem::exists(to + "/tocsin.db.part"));
  EXPECT_EQ(ReasonOf(Engine::Open({.directory = to}).status()), Reason::kDamaged);
  EXPECT_EQ(RunTocsin({"inspect", to}).exit_status, 1);
  EXPECT_EQ(RunTocsin({"backup", to, dir.Path("other")}).exit_status, 1);
  const RunResult again = RunTocsin({"backup", directory, to});
  EXPECT_EQ(again.exit_status, 2);
  EXPECT_THAT(again.err, HasSubstr(to));
  std::filesystem::remove_all(to);
  EXPECT_EQ(RunTocsin({"backup", directory, to}).exit_status, 0);
}

TEST(Backup, ThatHasNoRoomLeavesNothing) {
  const TempDir dir;
  const std::string directory = LargeStore(dir);
  const std::string to = dir.Path("copy");
  const TempDir output;
  const int err = open(output.Path("err").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  // No file may become larger than that of 512 bytes each.
  const pid_t pid = StartProgram({"sh", "-c", "ulimit -f 2000; exec \"$@\"", "sh",
                                  TOCSIN_BINARY, "backup", directory, to},
                                 {.err = err});
  EXPECT_EQ(ExitStatusOf(pid), 2);
  close(err);
  EXPECT_THAT(ReadFile(output.Path("err")), HasSubstr(to));
  EXPECT_FALSE(std::filesystem::exists(to));
  EXPECT_EQ(RunTocsin({"backup", directory, to}).exit_status, 0);
}

TEST(Backup, NeedsADirectoryOfItsOwn) {
  const TempDir dir;
  const std::string directory = dir.Path("store");
  ApplyAndDie(directory, 1);
  const RunResult onto_itself = RunTocsin({"backup", directory, directory});
  EXPECT_EQ(onto_itself.exit_status, 2);
  EXPECT_THAT(onto_itself.err, HasSubstr("in the store itself"));
  dir.Write("file", "mine");
  EXPECT_EQ(RunTocsin({"backup", directory, dir.Path("file")}).exit_status, 2);
  EXPECT_EQ(ReadFile(dir.Path("file")), "mine");
  EXPECT_EQ(RunTocsin({"backup", directory, dir.Path("no/copy")}).exit_status, 2);
  EXPECT_EQ(RunTocsin({"backup", dir.Path("missing"), dir.Path("copy")}).exit_status, 2);
  EXPECT_FALSE(std::filesystem::exists(dir.Path("copy")));
  EXPECT_EQ(RunTocsin({"backup", directory}).exit_status, 2);
}

}  // namespace
}  // namespace tocsin::testing
