// Would catch a receipt that is durable without its change, or a change without its
// receipt, one that goes with another call's change, and one that is forgotten too soon.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/core/open.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"

namespace tocsin::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Receipts : public ::testing::Test {
 protected:
  Receipts() { Open(); }

  void Open() {
    engine_ = nullptr;
    auto opened = Engine::Open({.directory = directory_ / "store",
                                .journal_bytes_max = 500,
                                .receipts_keep = absl::Hours(24),
                                .clock = &clock_,
                                .worker_threads = 0,
                                .random_seed = 1});
    ASSERT_TRUE(opened.ok()) << opened.status();
    engine_ = *std::move(opened);
  }
  std::vector<std::string> Kept() {
    std::vector<std::string> kept;
    const auto receipts = engine_->Receipts();
    EXPECT_TRUE(receipts.ok()) << receipts.status();
    if (!receipts.ok()) return kept;
    for (const Receipt& one : *receipts) kept.push_back(one.key + "=" + one.content);
    return kept;
  }
  absl::Status Create() {
    return engine_->CreateAlert({.id = AlertNumber(1), .name = "x", .threshold = D("10")})
        .status();
  }
  absl::Status With(const std::string& key, absl::FunctionRef<void()> call) {
    return engine_->WithReceipt({.key = key, .content = "done"}, call);
  }

  TempDirectory directory_{InMemory()};
  ManualClock clock_{At("2026-02-01T00:00:00Z")};
  std::unique_ptr<Engine> engine_;
};

TEST_F(Receipts, AreFoundAgainWithWhatTheyAreAbout) {
  EXPECT_TRUE(With("create", [&] { EXPECT_TRUE(Create().ok()); }).ok());
  EXPECT_TRUE(With("facts", [&] {
                EXPECT_TRUE(engine_->Apply({Spend(Customer(1), "12")}).status.ok());
              }).ok());
  EXPECT_TRUE(With("reset", [&] {
                EXPECT_TRUE(engine_->Reset(Customer(1), AlertNumber(1)).ok());
              }).ok());
  EXPECT_TRUE(With("update", [&] {
                EXPECT_TRUE(
                    engine_->UpdateAlert(AlertNumber(1), {.threshold = D("20")}).ok());
              }).ok());
  EXPECT_TRUE(With("archive", [&] {
                EXPECT_TRUE(engine_->ArchiveAlert(AlertNumber(1)).ok());
              }).ok());
  const auto all = ElementsAre("create=done", "facts=done", "reset=done", "update=done",
                               "archive=done");
  EXPECT_THAT(Kept(), all);
  Open();
  EXPECT_THAT(Kept(), all);
  EXPECT_EQ((*engine_->Receipts())[0].at, clock_.Now());
}

TEST_F(Receipts, OfWhatWasRefusedAreThrownAway) {
  EXPECT_TRUE(Create().ok());
  EXPECT_TRUE(With("twice", [&] { EXPECT_FALSE(Create().ok()); }).ok());
  EXPECT_TRUE(With("unknown", [&] {
                EXPECT_FALSE(engine_->Reset(Customer(9), AlertNumber(1)).ok());
              }).ok());
  EXPECT_TRUE(With("nothing", [] {}).ok());
  // Nor does the next change, which is none of theirs, take them along.
  EXPECT_TRUE(engine_->Apply({Spend(Customer(1), "1")}).status.ok());
  EXPECT_THAT(Kept(), IsEmpty());
}

TEST_F(Receipts, OfACallThatThrowsAreThrownAway) {
  EXPECT_TRUE(Create().ok());
  EXPECT_THROW(With("thrown", [] { throw std::runtime_error("no"); }).IgnoreError(),
               std::runtime_error);
  EXPECT_TRUE(engine_->Apply({Spend(Customer(1), "1")}).status.ok());
  EXPECT_THAT(Kept(), IsEmpty());
}

TEST_F(Receipts, GoWithTheFirstChangeOnly) {
  EXPECT_TRUE(With("both", [&] {
                EXPECT_TRUE(Create().ok());
                EXPECT_TRUE(engine_->Apply({Spend(Customer(1), "1")}).status.ok());
              }).ok());
  EXPECT_THAT(Kept(), ElementsAre("both=done"));
}

TEST_F(Receipts, AreForgottenAfterTheirTimeAndNotBefore) {
  const auto tell = [&](const std::string& key) {
    EXPECT_TRUE(With(key, [&] {
                  EXPECT_TRUE(engine_->Apply({Spend(Customer(1), "1")}).status.ok());
                }).ok());
  };
  tell("old");
  clock_.Advance(absl::Hours(23));
  tell("young");
  clock_.Advance(absl::Hours(1) + absl::Seconds(1));
  tell("new");
  EXPECT_THAT(Kept(), ElementsAre("young=done", "new=done"));
  Open();
  EXPECT_THAT(Kept(), ElementsAre("young=done", "new=done"));
}

TEST_F(Receipts, BeyondTheirLimitsAreRefusedAndTheCallIsNotMade) {
  bool called = false;
  const auto call = [&] { called = true; };
  EXPECT_EQ(ReasonOf(engine_->WithReceipt({}, call)), Reason::kMissing);
  EXPECT_EQ(ReasonOf(engine_->WithReceipt({.key = std::string(257, 'x')}, call)),
            Reason::kTooLong);
  EXPECT_EQ(ReasonOf(engine_->WithReceipt(
                {.key = "x", .content = std::string(65'537, 'x')}, call)),
            Reason::kTooLong);
  const auto in_memory = *Engine::Open({.receipts_keep = absl::Hours(1)});
  EXPECT_EQ(ReasonOf(in_memory->WithReceipt({.key = "x"}, call)), Reason::kNotKept);
  EXPECT_EQ(ReasonOf(in_memory->Receipts().status()), Reason::kNotKept);
  EXPECT_FALSE(called);
}

// Would catch one that another call hides: each comes with the next change of its own
// engine, the inner one first.
TEST_F(Receipts, OfCallsInsideEachOtherAreEachTaken) {
  const TempDirectory other_place(InMemory());
  const auto other = *Engine::Open({.directory = other_place / "store",
                                    .receipts_keep = absl::Hours(1),
                                    .worker_threads = 0});
  const auto apply = [](Engine& engine) {
    EXPECT_TRUE(engine.Apply({Spend(Customer(1), "1")}).status.ok());
  };
  ASSERT_TRUE(engine_
                  ->WithReceipt({.key = "outer", .content = "done"},
                                [&] {
                                  ASSERT_TRUE(other
                                                  ->WithReceipt({.key = "other's"},
                                                                [&] {
                                                                  apply(*engine_);
                                                                  apply(*other);
                                                                })
                                                  .ok());
                                })
                  .ok());
  EXPECT_THAT(Kept(), ElementsAre("outer=done"));
  EXPECT_EQ(other->Receipts()->size(), 1U);
  ASSERT_TRUE(engine_
                  ->WithReceipt({.key = "first", .content = "done"},
                                [&] {
                                  const absl::Status inside = engine_->WithReceipt(
                                      {.key = "second", .content = "done"}, [&] {
                                        apply(*engine_);
                                        apply(*engine_);
                                      });
                                  ASSERT_TRUE(inside.ok());
                                })
                  .ok());
  EXPECT_THAT(Kept(), ElementsAre("outer=done", "second=done", "first=done"));
}

// Either both are there or neither, whichever write the disk is off from.
TEST(ReceiptsOfADisk, AreThereWithTheirChangeOrNotAtAll) {
  MemoryDisk disk;
  const auto open = [&] {
    return *core::OpenWith({.directory = "x",
                            .receipts_keep = absl::Hours(1),
                            .worker_threads = 0,
                            .random_seed = 1},
                           nullptr, nullptr, std::make_unique<MemoryStore>(&disk));
  };
  auto engine = open();
  ASSERT_TRUE(
      engine->CreateAlert({.id = AlertNumber(1), .name = "x", .threshold = D("10")})
          .ok());
  for (const bool off : {false, true}) {
    disk.off = off;
    EXPECT_TRUE(engine
                    ->WithReceipt(
                        {.key = off ? "lost" : "kept"},
                        [&] {
                          EXPECT_EQ(engine->Apply({Spend(Customer(1), "1")}).status.ok(),
                                    !off);
                        })
                    .ok());
  }
  engine = nullptr;
  disk.off = false;
  engine = open();
  EXPECT_EQ(engine->GetCustomerAlert(Customer(1), AlertNumber(1))->value, D("1"));
  const auto receipts = engine->Receipts();
  ASSERT_TRUE(receipts.ok()) << receipts.status();
  ASSERT_EQ(receipts->size(), 1U);
  EXPECT_EQ(receipts->front().key, "kept");
}

}  // namespace
}  // namespace tocsin::testing
