#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/moments.h"
#include "engine/core/open.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

constexpr int kCustomers = 40;

// Calls something whenever a checkpoint has one image more.
class BetweenImages final : public core::Moments {
 public:
  void At(core::Moment moment) override {
    if (moment == core::Moment::kImageWrittenUnderChangeMu && then_) then_();
  }
  void Then(std::function<void()> then) { then_ = std::move(then); }

 private:
  std::function<void()> then_;
};

class Checkpoints : public ::testing::Test {
 protected:
  Checkpoints() {
    Open(4);
    EXPECT_TRUE(
        engine_->CreateAlert({.id = AlertNumber(1), .name = "x", .threshold = D("7")})
            .ok());
    EXPECT_TRUE(engine_->Drain().ok());
  }
  ~Checkpoints() override { Die(); }

  void Open(int shards) {
    auto opened = core::OpenWith(
        {.journal_bytes_max = bytes_max_,
         .on_recovery =
             [this](const RecoveryProgress& progress) { progress_.push_back(progress); },
         .sink = &sink_,
         .clock = &clock_,
         .worker_threads = 0,
         .shards = shards,
         .random_seed = 1},
        nullptr, &between_, std::make_unique<MemoryStore>(&disk_));
    ASSERT_TRUE(opened.ok()) << opened.status();
    engine_ = *std::move(opened);
  }
  // Nothing of what it does then reaches the disk.
  void Die() {
    disk_.off = true;
    engine_ = nullptr;
    disk_.off = false;
  }
  void SpendOfAll(absl::string_view amount) {
    std::vector<Fact> facts;
    for (int n = 1; n <= kCustomers; ++n) facts.push_back(Spend(Customer(n), amount));
    const ApplyResult result = engine_->Apply(facts);
    EXPECT_TRUE(result.status.ok()) << result.status;
  }
  std::string ValueOf(int customer) {
    const auto view = engine_->GetCustomerAlert(Customer(customer), AlertNumber(1));
    EXPECT_TRUE(view.ok()) << view.status();
    return view.ok() && view->value.has_value() ? view->value->ToString() : "none";
  }

  std::uint64_t bytes_max_ = 1;
  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  CollectingSink sink_;
  BetweenImages between_;
  std::vector<RecoveryProgress> progress_;
  MemoryDisk disk_;
  std::unique_ptr<Engine> engine_;
};

// Would catch an image that has what the journal does again, or has not what the journal
// leaves out.
TEST_F(Checkpoints, CountFactsBetweenTheirImagesOnce) {
  SpendOfAll("5");
  int images = 0;
  between_.Then([&] {
    // Only during the next one; of what it does no other is made.
    if (++images <= 4) SpendOfAll("1");
  });
  for (int i = 0; i < 10 && images == 0; ++i) SpendOfAll("0");
  between_.Then(nullptr);
  ASSERT_GE(images, 4) << "one for each shard";
  ASSERT_TRUE(disk_.checkpoint.has_value());
  const std::vector<store::Image> written = disk_.images;
  EXPECT_LT(written.front().as_of, written.back().as_of);
  for (const int shards : {4, 1, 16}) {
    Die();
    Open(shards);
    for (int n = 1; n <= kCustomers; ++n) EXPECT_EQ(ValueOf(n), "9") << n;
    EXPECT_EQ(engine_->GetStats().decisions_differed, 0U);
  }
  ASSERT_TRUE(engine_->Drain().ok());
  std::set<NotificationId> ids;
  for (const Notification& one : sink_.Take()) ids.insert(one.id);
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(kCustomers));
}

// Would catch calls that wait for images as well as for the transaction that has them
// count.
TEST_F(Checkpoints, CountByATransactionThatHasNoImages) {
  for (int i = 0; i < 10; ++i) SpendOfAll("1");
  ASSERT_TRUE(disk_.checkpoint.has_value());
  EXPECT_GE(disk_.images.size(), 4U) << "one for each shard";
  EXPECT_EQ(disk_.images_beside_checkpoint, 0U);
}

TEST_F(Checkpoints, LeaveAJournalThatDoesNotGrow) {
  std::size_t largest = 0;
  for (int i = 0; i < 100; ++i) {
    SpendOfAll("1");
    std::size_t bytes = 0;
    for (const auto& [step, entries] : disk_.entries) bytes += entries.size();
    largest = std::max(largest, bytes);
  }
  std::size_t image_bytes = 0;
  for (const store::Image& image : disk_.images) image_bytes += image.customers.size();
  EXPECT_GT(image_bytes, 0U);
  // What came after the last checkpoint is less than the customers take, or one batch.
  EXPECT_LT(largest, 3 * image_bytes);
}

// Would catch images that become what counts before all of them are there.
TEST_F(Checkpoints, ThatDoNotComeToTheirEndCountForNothing) {
  for (int i = 0; i < 5; ++i) SpendOfAll("1");
  ASSERT_TRUE(disk_.checkpoint.has_value());
  const std::uint64_t before = disk_.checkpoint->step;
  int images = 0;
  between_.Then([&] {
    if (++images == 3) disk_.off = true;
  });
  absl::Status status;
  for (int i = 0; i < 10 && status.ok(); ++i) {
    status = engine_->Apply(std::vector<Fact>(100, Spend(Customer(1), "0"))).status;
    if (images > 0) status = engine_->Flush();
  }
  between_.Then(nullptr);
  EXPECT_EQ(ReasonOf(status), Reason::kStoreFailed) << status;
  Die();
  EXPECT_EQ(disk_.checkpoint->step, before);
  Open(4);
  for (int n = 2; n <= kCustomers; ++n) EXPECT_EQ(ValueOf(n), "5");
}

TEST_F(Checkpoints, AreMadeOfLittleWhenTheLastOneIsLongAgo) {
  bytes_max_ = 16 * 400;
  Die();
  Open(4);
  const auto is_checkpoint_made_by = [this](int facts) {
    const std::uint64_t before = disk_.checkpoint ? disk_.checkpoint->step : 0;
    for (int i = 0; i < facts; ++i) {
      EXPECT_TRUE(engine_->Apply({{Spend(Customer(1), "1")}}).status.ok());
    }
    return disk_.checkpoint.has_value() && disk_.checkpoint->step != before;
  };
  EXPECT_FALSE(is_checkpoint_made_by(30)) << "enough for a sixteenth, but not yet time";
  clock_.Advance(absl::Minutes(59));
  EXPECT_FALSE(is_checkpoint_made_by(1));
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(is_checkpoint_made_by(1));
  clock_.Advance(absl::Minutes(61));
  EXPECT_FALSE(is_checkpoint_made_by(1)) << "too little for one";
}

// Would catch a host that is told nothing, or never that it is done, of a long recovery.
TEST_F(Checkpoints, AreTakenUpByStepsThatAreTold) {
  bytes_max_ = 10'000'000;
  Die();
  Open(4);
  std::vector<Fact> facts;
  for (int n = 0; n < 60'000; ++n) facts.push_back(Spend(Customer(n % 1'000), "1"));
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(engine_->Apply(facts).status.ok());
  Die();
  progress_.clear();
  Open(4);
  ASSERT_GE(progress_.size(), 4U);
  EXPECT_EQ(progress_.front().bytes_done, 0U);
  EXPECT_GT(progress_.front().bytes, std::uint64_t{3} << 20);
  for (std::size_t i = 1; i < progress_.size(); ++i) {
    EXPECT_GE(progress_[i].bytes_done, progress_[i - 1].bytes_done);
    EXPECT_LE(progress_[i].bytes_done, progress_[i].bytes);
  }
  EXPECT_EQ(progress_.back().bytes_done, progress_.back().bytes);
}

}  // namespace
}  // namespace tocsin::testing
