// Would catch an engine that accepts what there is no room for, that stays refusing when
// room has come back, and a checkpoint that fills the disk or comes back in part.
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/core/open.h"
#include "engine/sqlite/sqlite_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kReserve = 1'000;

// A store in a directory, on a disk that has as much room as it is told.
class ShortStore final : public store::Store {
 public:
  ShortStore(std::unique_ptr<store::Store> store, const std::atomic<std::uint64_t>* free)
      : store_(std::move(store)), free_(*free) {}

  absl::Status Load(store::Loader* loader) override { return store_->Load(loader); }
  absl::Status Commit(const store::Transaction& transaction) override {
    return store_->Commit(transaction);
  }
  std::uint64_t FreeBytes() const override { return free_; }

 private:
  const std::unique_ptr<store::Store> store_;
  const std::atomic<std::uint64_t>& free_;
};

class DiskReserve : public ::testing::Test, private core::Moments {
 protected:
  void Open(std::uint64_t reserve = kReserve) {
    engine_ = nullptr;
    auto store = sqlite::OpenStore(directory_ / "data");
    ASSERT_TRUE(store.ok()) << store.status();
    auto opened = core::OpenWith({.directory = "/data/alerts",
                                  .journal_bytes_max = journal_bytes_max_,
                                  .disk_reserve = reserve,
                                  .sink = &sink_,
                                  .clock = &clock_,
                                  .worker_threads = 0,
                                  .random_seed = 1},
                                 nullptr, this,
                                 std::make_unique<ShortStore>(*std::move(store), &free_));
    ASSERT_TRUE(opened.ok()) << opened.status();
    engine_ = *std::move(opened);
  }
  void Create(int alert, absl::string_view threshold) {
    ASSERT_TRUE(
        engine_
            ->CreateAlert(
                {.id = AlertNumber(alert), .name = "x", .threshold = D(threshold)})
            .ok());
  }
  absl::Status SpendOf(int customer) {
    return engine_->Apply({Spend(Customer(customer), "1")}).status;
  }
  std::string ValueOf(int customer) {
    const auto view = engine_->GetCustomerAlert(Customer(customer), AlertNumber(1));
    return view.ok() ? view->value.value_or(Decimal()).ToString()
                     : view.status().ToString();
  }
  static void ExpectFull(const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    EXPECT_EQ(ReasonOf(status), Reason::kDiskFull) << status;
  }
  // While an image is being written, once there were so many.
  void RunsShortAtImage(int image) { short_at_ = image; }
  int images() const { return images_; }

  std::uint64_t journal_bytes_max_ = std::uint64_t{64} << 20;
  std::atomic<std::uint64_t> free_{kReserve};
  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  CollectingSink sink_;
  TempDirectory directory_;
  std::unique_ptr<Engine> engine_;

 private:
  void At(core::Moment moment) override {
    if (moment != core::Moment::kImageWrittenUnderChangeMu) return;
    if (++images_ == short_at_) free_ = 0;
  }

  int images_ = 0;
  int short_at_ = 0;
};

TEST_F(DiskReserve, IsSeenWhetherOrNotAnybodyIsRefused) {
  Open();
  Create(1, "1");
  EXPECT_FALSE(engine_->GetStats().disk_is_full);
  free_ = kReserve - 1;
  ASSERT_TRUE(SpendOf(1).ok());
  EXPECT_TRUE(engine_->GetStats().disk_is_full);
  free_ = kReserve;
  EXPECT_FALSE(engine_->GetStats().disk_is_full);
  EXPECT_TRUE(SpendOf(1).ok());
}

TEST_F(DiskReserve, IsKeptByRefusingWhatWouldBeWritten) {
  Open();
  Create(1, "1");
  ASSERT_TRUE(SpendOf(1).ok());
  free_ = kReserve - 1;
  // What finds the disk short is done; what comes after it is refused.
  ASSERT_TRUE(SpendOf(1).ok());
  const absl::Status refused = SpendOf(1);
  ExpectFull(refused);
  for (const char* said : {"\"/data/alerts\" has room for 999 bytes more",
                           "Options::disk_reserve is 1000", "try again"}) {
    EXPECT_THAT(std::string(refused.message()), HasSubstr(said));
  }
  const Position position{.source = "bills", .offset = 1};
  ExpectFull(engine_->Apply({Spend(Customer(1), "1")}, {.position = position}).status);
  EXPECT_EQ(*engine_->LastPosition("bills"), std::nullopt);
  ExpectFull(engine_->CreateAlert({.name = "y", .threshold = D("1")}).status());
  ExpectFull(engine_->UpdateAlert(AlertNumber(1), {.threshold = D("2")}));
  ExpectFull(engine_->Reset(Customer(1), AlertNumber(1)));
  const auto tracked = engine_->Track(Customer(1), UsdCents());
  ASSERT_TRUE(tracked.ok());
  const TrackedFact fact{.tracked = *tracked, .amount = D("1")};
  ExpectFull(engine_->ApplyTracked({&fact, 1}).status);
  EXPECT_EQ(ValueOf(1), "2");
  EXPECT_EQ(engine_->GetCustomerAlert(Customer(1), AlertNumber(1))->epoch, 0u);
  // What was accepted is delivered, and what only ends something goes on.
  EXPECT_TRUE(engine_->Drain().ok());
  EXPECT_EQ(sink_.Take().size(), 1u);
  EXPECT_TRUE(engine_->DisableAlert(AlertNumber(1)).ok());
  ExpectFull(engine_->EnableAlert(AlertNumber(1)));
  EXPECT_TRUE(engine_->ArchiveAlert(AlertNumber(1)).ok());
  EXPECT_TRUE(engine_->Close().ok());
}

TEST_F(DiskReserve, IsLookedAtAgainByEachCallThatItRefused) {
  Open();
  Create(1, "1");
  for (int n = 0; n < 3; ++n) {
    free_ = kReserve - 1;
    ASSERT_TRUE(SpendOf(1).ok());
    ExpectFull(SpendOf(1));
    free_ = kReserve;
    ASSERT_TRUE(SpendOf(1).ok());
    ASSERT_TRUE(SpendOf(1).ok());
  }
  EXPECT_EQ(ValueOf(1), "9");
}

TEST_F(DiskReserve, EndsAResetOfManyWhereItCanGoOn) {
  Open();
  Create(1, "1");
  ASSERT_TRUE(SpendOf(1).ok());
  free_ = 0;
  ASSERT_TRUE(SpendOf(2).ok());
  const BulkResetResult by_alert = engine_->ResetAll(AlertNumber(1));
  ExpectFull(by_alert.status);
  const BulkResetResult by_customer = engine_->ResetAll(Customer(1));
  ExpectFull(by_customer.status);
  free_ = kReserve;
  EXPECT_EQ(by_alert.taken, 0u);
  EXPECT_EQ(engine_->ResetAll(AlertNumber(1), by_alert.resume).taken, 2u);
  EXPECT_EQ(engine_->ResetAll(Customer(1), by_customer.resume).taken, 1u);
}

TEST_F(DiskReserve, DoesNotKeepAnEngineFromBeingOpened) {
  Open();
  Create(1, "1");
  ASSERT_TRUE(SpendOf(1).ok());
  free_ = 0;
  Open();
  EXPECT_EQ(ValueOf(1), "1");
  ExpectFull(SpendOf(1));
  Open(0);
  EXPECT_TRUE(SpendOf(1).ok());
  EXPECT_TRUE(SpendOf(1).ok());
  EXPECT_EQ(ValueOf(1), "3");
}

TEST_F(DiskReserve, EndsACheckpointThatIsNotWholeAndTheNextIsOfItsOwnImages) {
  // More than is written of images in one transaction.
  constexpr int kCustomers = 40'000;
  Open();
  Create(1, "1000");
  std::vector<Fact> facts;
  for (int n = 1; n <= kCustomers; ++n) facts.push_back(Spend(Customer(n), "1"));
  ASSERT_TRUE(engine_->Apply(facts).status.ok());
  journal_bytes_max_ = 1;
  Open();
  RunsShortAtImage(1);
  ASSERT_TRUE(SpendOf(1).ok());  // with a checkpoint
  const int written = images();
  ASSERT_GT(written, 0);
  ExpectFull(SpendOf(1));
  EXPECT_EQ(images(), written) << "began another one without room";
  free_ = kReserve;
  ASSERT_TRUE(engine_->Apply(facts).status.ok());
  EXPECT_GT(images(), 2 * written) << "the test needs one that did not come to its end";
  Open();
  EXPECT_EQ(ValueOf(1), "3");
  for (int n = 2; n <= kCustomers; ++n) ASSERT_EQ(ValueOf(n), "2") << n;
  EXPECT_EQ(engine_->GetStats().decisions_differed, 0u);
}

}  // namespace
}  // namespace tocsin::testing
