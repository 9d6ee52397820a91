// Would catch something that an engine had acknowledged and forgets, or says twice, once
// it is opened again.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/sqlite/database.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/kept_story.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tocsin/engine.h"
#include "tocsin/store.h"

namespace tocsin {
namespace {

using testing::AlertNumber;
using testing::CollectingSink;
using testing::Customer;
using testing::D;
using testing::ManualClock;
using testing::Spend;
using testing::TempDirectory;

absl::Time StoryBegins() { return testing::At("2026-02-01T00:00:00Z"); }

// What outlives an engine, and where the next one is opened.
struct Ground {
  std::unique_ptr<Engine> Open(int threads = 0) {
    absl::StatusOr<std::unique_ptr<Engine>> engine =
        Engine::Open({.directory = directory,
                      .sink = &sink,
                      .clock = &clock,
                      .worker_threads = threads,
                      .random_seed = 1});
    EXPECT_TRUE(engine.ok()) << engine.status();
    return engine.ok() ? *std::move(engine) : nullptr;
  }

  TempDirectory temp;
  std::string directory = temp / "store";
  CollectingSink sink;
  ManualClock clock{StoryBegins()};
};

std::size_t DeliveredBy(Engine& engine, CollectingSink* sink) {
  EXPECT_TRUE(engine.Drain().ok());
  return sink->Take().size();
}

TEST(Reopen, FindsAllAsItWas) {
  for (const int threads : {0, 2}) {
    Ground ground;
    ground.sink.SetMood(CollectingSink::Mood::kFails);
    std::unique_ptr<Engine> engine = ground.Open(threads);
    ASSERT_NE(engine, nullptr);
    ASSERT_TRUE(testing::TellStory(*engine).ok());
    ASSERT_TRUE(engine->Drain().ok());
    const std::string before = testing::ShownState(*engine);
    const absl::StatusOr<CloseResult> left = engine->Close();
    ASSERT_TRUE(left.ok()) << left.status();
    EXPECT_GT(left->undelivered, 0u);
    engine = ground.Open(threads);
    ASSERT_NE(engine, nullptr);
    EXPECT_EQ(testing::ShownState(*engine), before) << threads << " threads";
    ground.sink.SetMood(CollectingSink::Mood::kTakes);
    ASSERT_TRUE(engine->Drain().ok());
    EXPECT_EQ(ground.sink.Take().size(), left->undelivered);
    EXPECT_EQ(engine->GetStats().decisions_differed, 0u);
    ASSERT_TRUE(engine->Close().ok());
    engine = ground.Open(threads);
    ASSERT_NE(engine, nullptr);
    EXPECT_EQ(DeliveredBy(*engine, &ground.sink), 0u) << "what was taken is over";
  }
}

TEST(Reopen, FindsWhatIsDueStillDue) {
  Ground ground;
  std::unique_ptr<Engine> engine = ground.Open();
  ASSERT_NE(engine, nullptr);
  ASSERT_TRUE(testing::TellStory(*engine).ok());
  const std::string before = testing::ShownState(*engine);
  const absl::StatusOr<CloseResult> left = engine->Close(absl::ZeroDuration());
  ASSERT_TRUE(left.ok());
  EXPECT_GT(left->due, 0u);
  const std::unique_ptr<Engine> in_memory = *Engine::Open({.sink = &ground.sink,
                                                           .clock = &ground.clock,
                                                           .worker_threads = 0,
                                                           .random_seed = 1});
  ASSERT_TRUE(testing::TellStory(*in_memory).ok());
  const std::string as_if_never_closed =
      testing::ShownStateAndRest(*in_memory, ground.sink);
  engine = ground.Open();
  ASSERT_NE(engine, nullptr);
  EXPECT_EQ(testing::ShownState(*engine), before);
  EXPECT_EQ(testing::ShownStateAndRest(*engine, ground.sink), as_if_never_closed);
}

TEST(Reopen, GoesOnWhereItStopped) {
  Ground ground;
  std::unique_ptr<Engine> engine = ground.Open();
  ASSERT_TRUE(engine
                  ->CreateAlert({.id = AlertNumber(1),
                                 .name = "x",
                                 .threshold = D("10"),
                                 .uniqueness_key = "k"})
                  .ok());
  for (int day = 1; day <= 9; ++day) {
    const ApplyOptions options{.position =
                                   Position{"bills", static_cast<std::uint64_t>(day)}};
    EXPECT_EQ(engine->Apply({Spend(Customer(1), "1")}, options).applied, 1u);
    ASSERT_TRUE(engine->Close().ok());
    ground.clock.Advance(absl::Hours(24));
    engine = ground.Open();
    ASSERT_NE(engine, nullptr);
    EXPECT_TRUE(engine->Apply({Spend(Customer(1), "1")}, options).ignored);
    EXPECT_EQ(DeliveredBy(*engine, &ground.sink), 0u) << day;
  }
  EXPECT_EQ(engine->Apply({Spend(Customer(1), "1")}).applied, 1u);
  EXPECT_EQ(DeliveredBy(*engine, &ground.sink), 1u);
  EXPECT_EQ(
      ReasonOf(
          engine->CreateAlert({.id = AlertNumber(1), .name = "y", .threshold = D("1")})
              .status()),
      Reason::kAlertIdUsed);
  EXPECT_EQ(
      ReasonOf(
          engine->CreateAlert({.name = "y", .threshold = D("1"), .uniqueness_key = "k"})
              .status()),
      Reason::kUniquenessKeyUsed);
}

// The clock of the machine may go back while nobody is there.
TEST(Reopen, NeverGoesBackInTime) {
  Ground ground;
  std::unique_ptr<Engine> engine = ground.Open();
  ground.clock.Advance(absl::Hours(1));
  ASSERT_TRUE(engine->Drain().ok());
  ASSERT_TRUE(engine->Close().ok());
  ground.clock.Set(StoryBegins());
  engine = ground.Open();
  ASSERT_NE(engine, nullptr);
  const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("1")});
  EXPECT_EQ(engine->GetAlert(alert)->updated_at, StoryBegins() + absl::Hours(1));
}

TEST(Reopen, MayHaveOtherShardsLimitsAndThreads) {
  Ground ground;
  std::unique_ptr<Engine> first = ground.Open();
  ASSERT_TRUE(testing::TellStory(*first).ok());
  ASSERT_TRUE(first->Drain().ok());
  const std::string before = testing::ShownState(*first);
  ASSERT_TRUE(first->Close().ok());
  for (const int shards : {1, 64, 2}) {
    absl::StatusOr<std::unique_ptr<Engine>> engine =
        Engine::Open({.directory = ground.directory,
                      .clock = &ground.clock,
                      .worker_threads = shards % 3,
                      .shards = shards,
                      .groups_per_measure_max = static_cast<std::size_t>(shards),
                      .instances_per_customer_max = static_cast<std::size_t>(shards),
                      .keep_ended = absl::Hours(shards),
                      .source_timeout = absl::Seconds(shards),
                      .source_attempts_max = shards,
                      .read_additions_max = static_cast<std::size_t>(shards)});
    ASSERT_TRUE(engine.ok()) << engine.status();
    ASSERT_TRUE((*engine)->Drain().ok());
    EXPECT_EQ(testing::ShownState(**engine), before) << shards << " shards";
    EXPECT_EQ((*engine)->GetStats().decisions_differed, 0u);
  }
}

// Without a sink nothing is thrown away that waits for one.
TEST(Reopen, WithoutASinkLeavesWhatWaits) {
  Ground ground;
  ground.sink.SetMood(CollectingSink::Mood::kFails);
  std::unique_ptr<Engine> engine = ground.Open();
  ASSERT_TRUE(testing::TellStory(*engine).ok());
  const std::size_t waits = (*engine->Close()).undelivered;
  engine = *Engine::Open(
      {.directory = ground.directory, .clock = &ground.clock, .worker_threads = 0});
  ASSERT_TRUE(engine->Drain().ok());
  ASSERT_TRUE(engine->Close().ok());
  ground.sink.SetMood(CollectingSink::Mood::kTakes);
  engine = ground.Open();
  EXPECT_EQ(DeliveredBy(*engine, &ground.sink), waits);
}

// As it lies on the disk at this moment, without the engine having been told.
std::string OnDisk(const std::string& directory, const TempDirectory& temp,
                   const std::string& name) {
  const std::string copy = temp / name;
  std::filesystem::create_directory(copy);
  for (const char* file : {"tocsin.db", "tocsin.db-wal"}) {
    const std::string from = directory + "/" + file;
    if (std::filesystem::exists(from)) {
      testing::WriteFile(copy + "/" + file, testing::ReadFile(from));
    }
  }
  return copy;
}
std::optional<Decimal> SpentBy(CustomerId customer, const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Open({.directory = directory, .worker_threads = 0});
  if (!engine.ok()) return std::nullopt;
  const absl::StatusOr<CustomerAlert> state =
      (*engine)->GetCustomerAlert(customer, AlertNumber(1));
  return state.ok() ? state->value : std::nullopt;
}

TEST(Durability, OfEachCallIsThereWhenItReturns) {
  Ground ground;
  const std::unique_ptr<Engine> engine = ground.Open();
  std::size_t returned = 0;
  for (const testing::StoryStep& step : testing::Story()) {
    ASSERT_TRUE(step(*engine).ok());
    Ground copy;
    copy.directory =
        OnDisk(ground.directory, ground.temp, "copy" + std::to_string(++returned));
    const std::unique_ptr<Engine> reopened = copy.Open();
    ASSERT_NE(reopened, nullptr);
    EXPECT_EQ(testing::ShownState(*reopened), testing::ShownState(*engine))
        << "after step " << returned;
  }
}

TEST(Durability, OfAGroupIsThereWhenFlushReturns) {
  TempDirectory temp;
  const std::string directory = temp / "store";
  const std::unique_ptr<Engine> engine = *Engine::Open(
      {.directory = directory, .durability = Durability::kGrouped, .worker_threads = 0});
  ASSERT_TRUE(
      engine->CreateAlert({.id = AlertNumber(1), .name = "x", .threshold = D("9")}).ok());
  ASSERT_EQ(engine->Apply({Spend(Customer(1), "1")}).applied, 1u);
  ASSERT_TRUE(engine->Flush().ok());
  ASSERT_EQ(engine->Apply({Spend(Customer(1), "2")}).applied, 1u);
  EXPECT_EQ(SpentBy(Customer(1), OnDisk(directory, temp, "first")), D("1"));
  ASSERT_TRUE(engine->Flush().ok());
  EXPECT_EQ(SpentBy(Customer(1), OnDisk(directory, temp, "second")), D("3"));
  ASSERT_EQ(engine->Apply({Spend(Customer(1), "4")}).applied, 1u);
  ASSERT_TRUE(engine->Close().ok());
  EXPECT_EQ(SpentBy(Customer(1), directory), D("7")) << "closing flushes too";
}

TEST(Durability, OfAGroupComesSoonByItselfWithThreads) {
  TempDirectory temp;
  const std::string directory = temp / "store";
  const std::unique_ptr<Engine> engine =
      *Engine::Open({.directory = directory, .durability = Durability::kGrouped});
  ASSERT_TRUE(
      engine->CreateAlert({.id = AlertNumber(1), .name = "x", .threshold = D("9")}).ok());
  ASSERT_TRUE(engine->Flush().ok());
  ASSERT_EQ(engine->Apply({Spend(Customer(1), "1")}).applied, 1u);
  // A copy of what is being written may be of two moments, which is a damaged one.
  for (int copies = 0;; ++copies) {
    ASSERT_LT(copies, 1'000);
    const std::string copy = OnDisk(directory, temp, "copy" + std::to_string(copies));
    if (SpentBy(Customer(1), copy) == D("1")) break;
  }
}

// Would catch a length that is not the log's, or that nobody can watch.
TEST(StoreReopen, ShowsHowLongItsLogIs) {
  Ground ground;
  const std::unique_ptr<Engine> engine = ground.Open();
  ASSERT_NE(engine, nullptr);
  const std::string log = ground.directory + "/tocsin.db-wal";
  std::uint64_t before = 0;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(engine->Apply({{Spend(Customer(1), "1")}}).status.ok());
    const std::uint64_t bytes = engine->GetStats().log_bytes;
    EXPECT_EQ(bytes, std::filesystem::file_size(log));
    EXPECT_GT(bytes, std::exchange(before, bytes));
  }
  ASSERT_TRUE(engine->Close().ok());
  EXPECT_EQ(engine->GetStats().log_bytes, 0U);
  const auto without = Engine::Open({.worker_threads = 0});
  ASSERT_TRUE(without.ok());
  EXPECT_EQ((*without)->GetStats().log_bytes, 0U);
}

// Would catch a length that stays when the reader has gone who made the log grow.
TEST(StoreReopen, ShowsThatItsLogBeginsAnew) {
  Ground ground;
  const std::unique_ptr<Engine> engine = ground.Open();
  ASSERT_NE(engine, nullptr);
  const auto apply = [&] { return engine->Apply({{Spend(Customer(1), "1")}}).status; };
  ASSERT_TRUE(apply().ok());
  const auto reader = sqlite::Database::Open(ground.directory + "/tocsin.db", "");
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE((*reader)->Execute("BEGIN; SELECT count(*) FROM journal").ok());
  constexpr std::uint64_t kLong = 20'000'000;
  while (engine->GetStats().log_bytes < kLong) ASSERT_TRUE(apply().ok());
  ASSERT_TRUE((*reader)->Execute("ROLLBACK").ok());
  while (engine->GetStats().log_bytes >= kLong) ASSERT_TRUE(apply().ok());
}

// Would catch an engine that goes on where a write was torn and does not say so.
TEST(StoreReopen, SaysWhereWhatWasWrittenEnds) {
  Ground ground;
  const std::unique_ptr<Engine> engine = ground.Open();
  ASSERT_NE(engine, nullptr);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(engine->Apply({{Spend(Customer(1), "1")}}).status.ok());
  }
  const std::string crashed = ground.temp / "crashed";
  std::filesystem::copy(ground.directory, crashed);
  const std::string log = crashed + "/tocsin.db-wal";
  std::vector<std::string> cut_off;
  const auto open = [&] {
    const auto opened = Engine::Open({.directory = crashed,
                                      .on_recovery =
                                          [&](const RecoveryProgress& progress) {
                                            if (progress.bytes_done == progress.bytes)
                                              cut_off.push_back(progress.cut_off);
                                          },
                                      .worker_threads = 0});
    EXPECT_TRUE(opened.ok()) << opened.status();
  };
  const auto shown = [&](const absl::StatusOr<StoreSummary>& summary) {
    return summary.ok() ? summary->cut_off : summary.status().ToString();
  };
  EXPECT_EQ(shown(InspectStore(crashed)), "");
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 100);
  const std::string said = shown(InspectStore(crashed));
  EXPECT_EQ(shown(VerifyStore(crashed)), said);
  EXPECT_EQ(shown(BackupStore(crashed, ground.temp / "copy")), said);
  open();
  ASSERT_FALSE(cut_off.empty());
  EXPECT_EQ(cut_off.back().substr(0, log.size()), log) << cut_off.back();
  EXPECT_EQ(cut_off.back(), said);
  EXPECT_EQ(shown(VerifyStore(crashed)), "");
  EXPECT_EQ(shown(VerifyStore(ground.temp / "copy")), "");
  open();
  EXPECT_EQ(cut_off.back(), "");
}

TEST(Reopen, KnowsNothingOfABatchThatWasTooLarge) {
  Ground ground;
  std::unique_ptr<Engine> engine = ground.Open();
  const Fact fact = Spend(Customer(1), "1");
  const auto apply = [&](std::size_t facts, std::uint64_t offset) {
    // There are no such facts: who refuses so many does not look at them.
    return engine->Apply(absl::MakeConstSpan(&fact, facts),
                         {.position = Position{.source = "log", .offset = offset}});
  };
  ASSERT_EQ(apply(1, 1).applied, 1U);
  const ApplyResult refused = apply((std::size_t{1} << 20) + 1, 2);
  EXPECT_EQ(ReasonOf(refused.status), Reason::kTooLong) << refused.status;
  EXPECT_EQ(**engine->LastPosition("log"), 1U);
  engine = nullptr;
  engine = ground.Open();
  EXPECT_EQ(**engine->LastPosition("log"), 1U);
  EXPECT_EQ(apply(1, 2).applied, 1U) << "with fewer facts it is taken";
  engine = nullptr;
  engine = ground.Open();
  EXPECT_EQ(**engine->LastPosition("log"), 2U);
}

// With TOCSIN_LARGEST_BATCH the largest there may be of facts of a kilobyte, which is
// more than SQLite takes in a row: it needs 3 GB each of memory and of disk.
TEST(Reopen, FindsALargeBatchOfLargeFacts) {
  const bool largest = std::getenv("TOCSIN_LARGEST_BATCH") != nullptr;
  const std::size_t count = largest ? std::size_t{1} << 20 : std::size_t{1} << 12;
  Ground ground;
  std::unique_ptr<Engine> engine = ground.Open();
  const std::string value(480, 'v');
  std::vector<Fact> facts;
  for (std::size_t i = 0; i < count; ++i) {
    facts.push_back(testing::Usage(Customer(1 + static_cast<int>(i % 1'000)),
                                   testing::Metric(1), "1",
                                   {{"one", value}, {"two", value}}));
  }
  const Position position{.source = "log", .offset = 1};
  ASSERT_EQ(engine->Apply(facts, {.position = position}).applied, count);
  ASSERT_TRUE(engine->Apply({Spend(Customer(1), "1")}).status.ok());
  engine = nullptr;
  const absl::StatusOr<StoreSummary> summary = VerifyStore(ground.directory);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_GT(summary->journal_bytes, count * 960);
  // Those of the opening, the closing and the last fact, and what the batch takes.
  EXPECT_EQ(summary->journal_rows > 4, largest) << summary->journal_rows;
  engine = ground.Open();
  EXPECT_EQ(**engine->LastPosition("log"), 1U);
  EXPECT_EQ(engine->GetStats().customers, 1'000U);
  EXPECT_TRUE(engine->Apply(facts, {.position = position}).ignored);
}

}  // namespace
}  // namespace tocsin
