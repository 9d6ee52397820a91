// Would catch rows that are damaged while the sink has them, and hold up what is not, or
// are counted as what they are not.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/sqlite/database.h"
#include "engine/webhook/delivery_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tests/webhook/simulated_world.h"
#include "tocsin/status.h"

namespace tocsin::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
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
  // Dead letters by their numbers; those that cannot be read with a `?`.
  std::string Listed(std::uint64_t after = 0, std::size_t max = 10) {
    std::string text;
    const auto letters = world_.dispatcher().DeadLetters(id_, after, max, world_.now());
    if (!letters.ok()) return letters.status().ToString();
    for (const DeadLetter& letter : *letters) {
      text += std::to_string(letter.number) + (letter.is_readable ? " " : "? ");
    }
    return text;
  }
  // Of what is written, in a directory of its own.
  std::string CopyOfStore() {
    const std::string to = directory_ / "copy";
    std::filesystem::create_directory(to);
    for (const char* const name : {"webhooks.db", "webhooks.db-wal", "webhooks.lock"}) {
      std::filesystem::copy(directory_ / "sink/" + name, to + "/" + name);
    }
    return to;
  }

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
  EXPECT_EQ(Shown().waiting, 0u);
  EXPECT_EQ(Shown().dead, unsigned{kRows});
  EXPECT_EQ(world_.dispatcher().unreadable().count, unsigned{kRows});
  EXPECT_EQ(Shown().last_failure, "the body could not be read from the store");
  world_.RunFor(absl::Seconds(1));
  EXPECT_THAT(world_.TakenBy(kOtherReader), SizeIs(1));
}

TEST_F(BadRows, OneIsDeadAtOnceAndTheNextOfItsCustomerIsSent) {
  bool is_down = true;
  world_.Answers(kReader,
                 [&](const Arrived&) { return Answer{.status = is_down ? 500 : 200}; });
  for (std::uint64_t n = 1; n <= 3; ++n) world_.Give(SampleNotification(1, 1, n));
  world_.RunFor(absl::Milliseconds(100));
  ASSERT_TRUE(world_.Keep().ok());
  Execute("UPDATE delivery SET body = 'x' WHERE number = 1");
  is_down = false;
  world_.RunFor(absl::Seconds(2));
  const std::vector<Arrived> taken = world_.TakenBy(kReader);
  ASSERT_THAT(taken, SizeIs(2));
  EXPECT_EQ(taken[0].body, ToJson(SampleNotification(1, 1, 2)));
  EXPECT_EQ(taken[1].body, ToJson(SampleNotification(1, 1, 3)));
  EXPECT_EQ(Shown().waiting, 0u);
  EXPECT_THAT(world_.dispatcher().unreadable().last,
              AllOf(HasSubstr(id_.ToString()), HasSubstr("row 1 of delivery")));
  EXPECT_EQ(Listed(), "1? ");
  world_.RunFor(absl::Hours(2));
  EXPECT_EQ(Shown().dead, 1u);
  EXPECT_EQ(Listed(), "1? ");
  // Nor has it become one that is well.
  EXPECT_EQ(ReasonOf(webhook::DeliveryStore::Open(CopyOfStore()).status()),
            Reason::kDamaged);
}

TEST_F(BadRows, OneThatIsGoneHoldsUpNothing) {
  for (std::uint64_t n = 1; n <= 2; ++n) world_.Give(SampleNotification(1, 1, n));
  ASSERT_TRUE(world_.Keep().ok());
  Execute("DELETE FROM delivery WHERE number = 1");
  world_.RunFor(absl::Seconds(1));
  EXPECT_THAT(world_.TakenBy(kReader), SizeIs(1));
  EXPECT_EQ(Shown().dead, 1u) << "until they are counted anew";
  EXPECT_THAT(world_.dispatcher().unreadable().last,
              HasSubstr("row 1 of delivery is gone"));
  world_.RunFor(absl::Hours(2));
  EXPECT_EQ(Shown().dead, 0u);
}

TEST_F(BadRows, AStoreThatCannotBeReadForAMomentBuriesNothing) {
  Give(3);
  Execute("ALTER TABLE delivery RENAME TO elsewhere");
  EXPECT_EQ(world_.dispatcher().Begin(world_.now()), 3u);
  EXPECT_THAT(world_.arrived(), IsEmpty());
  EXPECT_EQ(Shown().waiting, 3u);
  EXPECT_EQ(Shown().dead, 0u);
  EXPECT_EQ(world_.dispatcher().unreadable().count, 0u);
  Execute("ALTER TABLE elsewhere RENAME TO delivery");
  world_.RunFor(absl::Milliseconds(1'100));
  EXPECT_THAT(world_.TakenBy(kReader), SizeIs(3)) << "about a second later";
}

TEST_F(BadRows, OneThatDiesIsStillCountedAfterAnHour) {
  world_.Answers(kReader, [](const Arrived&) { return Answer{.status = 500}; });
  Give(20);
  world_.RunFor(absl::Minutes(4));
  ASSERT_TRUE(world_.Keep().ok());
  Execute("UPDATE delivery SET body = 'x' WHERE number = 20");
  world_.RunFor(absl::Minutes(30));
  ASSERT_EQ(Shown().dead, 20u);
  world_.RunFor(absl::Hours(1));
  EXPECT_EQ(Shown().dead, 20u);
  EXPECT_EQ(Shown().waiting, 0u);
}

TEST_F(BadRows, OneThatIsDeadIsListedByItsNumberBesideTheOthers) {
  world_.Answers(kReader, [](const Arrived&) { return Answer{.status = 500}; });
  Give(5);
  world_.RunFor(absl::Hours(1));
  ASSERT_TRUE(world_.Keep().ok());
  Execute("UPDATE delivery SET customer_id = 'x' WHERE number = 3");
  EXPECT_EQ(Listed(), "1 2 3? 4 5 ");
  EXPECT_EQ(Listed(2, 1), "3? ");
  EXPECT_EQ(Listed(3, 1), "4 ");
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
