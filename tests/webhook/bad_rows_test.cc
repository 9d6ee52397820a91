// Would catch rows that are damaged while the sink has them, and hold up what is not, or
// are counted as what they are not.
#include <string>

#include "engine/sqlite/database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tests/webhook/simulated_world.h"
#include "tocsin/status.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using Answer = SimulatedWorld::Answer;
using Arrived = SimulatedWorld::Arrived;

constexpr char kReader[] = "https://reader.example/hook";
constexpr char kOtherReader[] = "https://other.example/hook";

class BadRows : public ::testing::Test {
 protected:
  void Give(int customers) {
    for (int customer = 1; customer <= customers; ++customer) {
      world_.Give(SampleNotification(customer, 1, 1));
    }
    ASSERT_TRUE(world_.Keep().ok());
  }
  void Execute(const std::string& sql) {
    auto file = sqlite::Database::Open(directory_ / "sink/webhooks.db", "");
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE((*file)->Execute(sql).ok());
  }
  WebhookEndpoint Shown() { return *world_.dispatcher().Get(id_, world_.now()); }

  TempDirectory directory_;
  SimulatedWorld world_{
      {.directory = directory_ / "sink", .keep_trying = absl::Minutes(5)}};
  const EndpointId id_ = world_.AddEndpoint(kReader);
};

TEST_F(BadRows, ManyOfThemAreGoneThroughLittleByLittle) {
  constexpr int kRows = 1'000;
  constexpr int kAtOnce = 100;
  world_.AddEndpoint(kOtherReader, {.customers = {Customer(kRows)}});
  Give(kRows);
  Execute("UPDATE delivery SET body = 'x' WHERE endpoint = 1");
  int turns = 0;
  for (; world_.dispatcher().NextEvent() <= world_.now(); ++turns) {
    ASSERT_LE(turns, kRows);
    world_.dispatcher().Begin(world_.now());
  }
  EXPECT_GE(turns, kRows / kAtOnce);
  EXPECT_EQ(Shown().waiting, unsigned{kRows});
  EXPECT_EQ(Shown().last_failure, "the body could not be read from the store");
  world_.RunFor(absl::Seconds(1));
  EXPECT_THAT(world_.TakenBy(kOtherReader), SizeIs(1));
}

TEST_F(BadRows, OneThatDiedButCannotBeWrittenIsCountedNoLongerThanAnHour) {
  world_.Answers(kReader, [](const Arrived&) { return Answer{.status = 500}; });
  Give(20);
  world_.RunFor(absl::Minutes(4));
  ASSERT_TRUE(world_.Keep().ok());
  Execute("UPDATE delivery SET body = 'x' WHERE number = 20");
  world_.RunFor(absl::Minutes(30));
  ASSERT_EQ(Shown().dead, 20u);
  world_.RunFor(absl::Hours(1));
  EXPECT_EQ(Shown().dead, 19u);
  EXPECT_EQ(Shown().waiting, 0u);
}

TEST_F(BadRows, OneThatIsDeadIsListedByItsNumberBesideTheOthers) {
  world_.Answers(kReader, [](const Arrived&) { return Answer{.status = 500}; });
  Give(5);
  world_.RunFor(absl::Hours(1));
  ASSERT_TRUE(world_.Keep().ok());
  Execute("UPDATE delivery SET customer_id = 'x' WHERE number = 3");
  const auto listed = [&](std::uint64_t after, std::size_t max) {
    std::string text;
    const auto letters = world_.dispatcher().DeadLetters(id_, after, max, world_.now());
    for (const DeadLetter& letter : *letters) {
      text += std::to_string(letter.number) + (letter.is_readable ? " " : "? ");
    }
    return text;
  };
  EXPECT_EQ(listed(0, 10), "1 2 3? 4 5 ");
  EXPECT_EQ(listed(2, 1), "3? ");
  EXPECT_EQ(listed(3, 1), "4 ");
  EXPECT_EQ(ReasonOf(world_.dispatcher().SendAgain(id_, 3, world_.now())),
            Reason::kDamaged);
  EXPECT_TRUE(world_.dispatcher().SendAgain(id_, 4, world_.now()).ok());
  EXPECT_EQ(Shown().dead, 4u);
}

TEST_F(BadRows, AllButThoseAreSentAgain) {
  world_.Answers(kReader, [](const Arrived&) { return Answer{.status = 500}; });
  constexpr int kRows = 1'500;
  Give(kRows);
  world_.RunFor(absl::Hours(1));
  ASSERT_TRUE(world_.Keep().ok());
  ASSERT_EQ(Shown().dead, unsigned{kRows});
  Execute("UPDATE delivery SET body = 'x' WHERE number IN (1, 700, 1500)");
  const absl::Status sent = world_.SendAllAgain(id_).status();
  EXPECT_EQ(ReasonOf(sent), Reason::kDamaged);
  EXPECT_THAT(std::string(sent.message()), HasSubstr("1497 were sent again"));
  EXPECT_EQ(Shown().waiting, 1'497u);
  EXPECT_EQ(Shown().dead, 3u);
}

}  // namespace
}  // namespace tocsin::testing
