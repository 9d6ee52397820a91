// Would catch an answer that says that something was done which a crash undoes, and one
// that says so although writing has failed.
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/core/open.h"
#include "engine/store/store.h"
#include "tests/http_front/front_fixture.h"
#include "tests/support/memory_store.h"
#include "tests/support/temp_directory.h"
#include "tocsin/store.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;

class DurableTest : public FrontTest {
 protected:
  DurableTest() : DurableTest(std::make_unique<TempDirectory>()) {}
  ~DurableTest() override {
    front_.reset();
    engine_.reset();
  }

  void StartDurable() {
    HttpFrontOptions options;
    options.flush_before_answer = true;
    StartFront(std::move(options));
  }
  // How far the facts of a source are in what would be found after a crash.
  std::uint64_t DurableOffset(const std::string& source) {
    const absl::StatusOr<StoreSummary> summary = InspectStore(*directory_ / "store");
    EXPECT_TRUE(summary.ok()) << summary.status();
    for (const Position& position : summary->positions) {
      if (position.source == source) return position.offset;
    }
    return 0;
  }
  std::string Facts(const std::string& source, std::uint64_t offset) const {
    return Post(absl::StrCat("/v1/facts?source=", source, "&offset=", offset),
                absl::StrCat(R"([{"type":"spend","customer_id":")", acme_.ToString(),
                             R"(","amount":1}])"),
                Bearer(kWriter));
  }

  std::unique_ptr<TempDirectory> directory_;

 private:
  explicit DurableTest(std::unique_ptr<TempDirectory> directory)
      : FrontTest(
            {.directory = *directory / "store", .durability = Durability::kGrouped}),
        directory_(std::move(directory)) {}
};

TEST_F(DurableTest, WhatWasAnsweredIsThereAfterACrash) {
  StartDurable();
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([this, i] {
      const std::string source = absl::StrCat("source-", i);
      RawClient client(port());
      for (std::uint64_t offset = 1; offset <= 20; ++offset) {
        const RawAnswer answer = client.Ask(Facts(source, offset));
        ASSERT_EQ(answer.status, 200) << answer.body;
        ASSERT_GE(DurableOffset(source), offset);
      }
    });
  }
  for (std::thread& client : clients) client.join();
}

// A store that fails once it is told to.
class BreakableStore final : public store::Store {
 public:
  BreakableStore(MemoryDisk* disk, const std::atomic<bool>* broken)
      : store_(disk), broken_(*broken) {}

  absl::Status Load(store::Loader* loader) override { return store_.Load(loader); }
  absl::Status Commit(const store::Transaction& transaction) override {
    if (broken_.load()) return absl::UnavailableError("the disk is gone");
    return store_.Commit(transaction);
  }

 private:
  MemoryStore store_;
  const std::atomic<bool>& broken_;
};

class BrokenTest : public FrontTest {};

TEST_F(BrokenTest, AfterAFailedWriteNothingIsSaidToBeDone) {
  std::atomic<bool> broken = false;
  MemoryDisk disk;
  const auto open = [&] {
    return core::OpenWith({.durability = Durability::kGrouped,
                           .sink = &sink_,
                           .clock = &clock_,
                           .worker_threads = 0,
                           .random_seed = 1},
                          nullptr, nullptr,
                          std::make_unique<BreakableStore>(&disk, &broken))
        .value();
  };
  engine_ = open();
  ASSERT_TRUE(
      engine_->CreateAlert({.id = limit_, .name = "limit", .threshold = D("100")}).ok());
  ASSERT_TRUE(engine_->Apply({{Spend(acme_, "150")}}).status.ok());
  HttpFrontOptions options;
  options.flush_before_answer = true;
  StartFront(std::move(options));
  RawClient client(port()), looks(port());
  ASSERT_EQ(client.Ask(Reset()).status, 200);
  broken = true;
  const RawAnswer answer = client.Ask(Reset());
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("\"message\""));
  EXPECT_THAT(answer.head, ::testing::Not(HasSubstr("Retry-After")));
  EXPECT_THAT(answer.head, ::testing::Not(HasSubstr("disk")));
  const std::string metrics = looks.Ask(Get("/metrics")).body;
  for (const char* const status : {"200", "503"}) {
    EXPECT_THAT(metrics, HasSubstr(absl::StrCat("tocsin_http_requests_total{path=\"/v1/"
                                                "customer-alerts/reset\",status=\"",
                                                status, "\"} 1\n")));
  }
  // And nothing after it.
  RawClient other(port());
  EXPECT_EQ(other.Ask(Reset()).status, 503);
  client.Close();
  looks.Close();
  other.Close();
  front_.reset();
  engine_.reset();
  broken = false;
  engine_ = open();
  // What was answered is there, and of the rest at most what was asked for.
  EXPECT_GE(Epoch(), 1U);
  EXPECT_LE(Epoch(), 2U);
  engine_.reset();
}

}  // namespace
}  // namespace tocsin::testing
