// Would catch a file that is taken though it is another program's, of a newer format or
// damaged; a transaction that is kept by half; and values that come back otherwise.
#include "engine/webhook/delivery_store.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/sqlite/database.h"
#include "engine/webhook/letter.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tests/webhook/simulated_world.h"
#include "tocsin/status.h"

namespace tocsin::webhook {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::SampleNotification;
using ::testing::SizeIs;

class DeliveryStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<DeliveryStore> Open() {
    auto store = DeliveryStore::Open(directory_.path());
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  absl::Status Refused() { return DeliveryStore::Open(directory_.path()).status(); }
  void Execute(const std::string& sql) {
    auto database = sqlite::Database::Open(directory_ / "webhooks.db", "");
    ASSERT_TRUE(database.ok()) << database.status();
    ASSERT_TRUE((*database)->Execute(sql).ok());
  }

  testing::TempDirectory directory_;
};

EndpointRecord FullRecord() {
  const absl::Time at = absl::FromUnixMillis(1'767'225'600'123);
  EndpointRecord record{.number = 7,
                        .id = testing::Named<EndpointId>("e"),
                        .status = WebhookStatus::kGone,
                        .secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1u",
                        .previous_secret = "was-a-secret-of-24-bytes",
                        .previous_secret_until = at + absl::Hours(1),
                        .overlap = absl::Hours(2),
                        .created_at = at,
                        .enabled_at = at + absl::Seconds(1),
                        .delivered = 11,
                        .failed = 12,
                        .last_failure_at = at + absl::Seconds(2),
                        .last_failure = "no",
                        .last_success_at = at + absl::Seconds(3),
                        .circuit = {.failures_in_a_row = 5,
                                    .pauses_in_a_row = 2,
                                    .paused_until = at + absl::Seconds(4)}};
  record.settings.name = "n";
  record.settings.url = "https://r.example/";
  record.settings.scheme = WebhookScheme::kStandard;
  record.settings.filter = {
      .alert_types = {AlertType::kInvoiceTotalReached, AlertType::kUsageThresholdReached},
      .alerts = {testing::AlertNumber(1), testing::AlertNumber(2)},
      .customers = {testing::Customer(3)}};
  record.settings.headers = {{"X-One", "1: 2"}, {"X-Two", ""}};
  record.settings.enabled = false;
  return record;
}

TEST_F(DeliveryStoreTest, AnEndpointComesBackAsItWas) {
  const EndpointRecord record = FullRecord();
  {
    const auto store = Open();
    ASSERT_TRUE(store->Write([&] { return store->PutEndpoint(record); }).ok());
  }
  const auto store = Open();
  const std::vector<EndpointRecord> all = *store->Endpoints();
  ASSERT_THAT(all, SizeIs(1));
  const EndpointRecord& found = all[0];
  EXPECT_EQ(found.number, record.number);
  EXPECT_EQ(found.id, record.id);
  EXPECT_EQ(found.settings.name, record.settings.name);
  EXPECT_EQ(found.settings.url, record.settings.url);
  EXPECT_EQ(found.settings.scheme, record.settings.scheme);
  EXPECT_EQ(found.settings.filter.alert_types, record.settings.filter.alert_types);
  EXPECT_EQ(found.settings.filter.alerts, record.settings.filter.alerts);
  EXPECT_EQ(found.settings.filter.customers, record.settings.filter.customers);
  EXPECT_EQ(found.settings.headers, record.settings.headers);
  EXPECT_EQ(found.settings.enabled, record.settings.enabled);
  EXPECT_EQ(found.status, record.status);
  EXPECT_EQ(found.secret, record.secret);
  EXPECT_EQ(found.previous_secret, record.previous_secret);
  EXPECT_EQ(found.previous_secret_until, record.previous_secret_until);
  EXPECT_EQ(found.overlap, record.overlap);
  EXPECT_EQ(found.created_at, record.created_at);
  EXPECT_EQ(found.enabled_at, record.enabled_at);
  EXPECT_EQ(found.delivered, record.delivered);
  EXPECT_EQ(found.failed, record.failed);
  EXPECT_EQ(found.last_failure_at, record.last_failure_at);
  EXPECT_EQ(found.last_failure, record.last_failure);
  EXPECT_EQ(found.last_success_at, record.last_success_at);
  EXPECT_EQ(found.circuit.failures_in_a_row, record.circuit.failures_in_a_row);
  EXPECT_EQ(found.circuit.pauses_in_a_row, record.circuit.pauses_in_a_row);
  EXPECT_EQ(found.circuit.paused_until, record.circuit.paused_until);
}

TEST_F(DeliveryStoreTest, NoSecretOfBeforeStaysInTheFile) {
  EndpointRecord record = FullRecord();
  const std::vector<std::string> before = {record.secret, *record.previous_secret};
  for (const std::size_t width : {1u, 5'000u}) {
    // The longer one goes beyond its page.
    record.settings.headers = {{"X-One", std::string(width, 'x')}};
    record.secret = before[0];
    record.previous_secret = before[1];
    const auto put = [&] {
      const auto store = Open();
      EXPECT_TRUE(store->Write([&] { return store->PutEndpoint(record); }).ok());
    };
    put();
    EXPECT_THAT(testing::ReadFile(directory_ / "webhooks.db"), HasSubstr(before[0]));
    record.secret = "whsec_YW5vdGhlciBzZWNyZXQgb2YgMjQgYnl0ZXM=";
    record.previous_secret = std::nullopt;
    record.settings.headers = {};
    put();
    for (const std::string& secret : before) {
      EXPECT_THAT(testing::ReadFile(directory_ / "webhooks.db"), Not(HasSubstr(secret)))
          << width;
    }
  }
}

TEST_F(DeliveryStoreTest, OfALongFilterOnlyWhatChangesIsWritten) {
  EndpointRecord record = FullRecord();
  for (int i = 0; i < 10'000; ++i) {
    record.settings.filter.customers.push_back(testing::Customer(i));
  }
  const auto store = Open();
  const auto put = [&] {
    ASSERT_TRUE(store->Write([&] { return store->PutEndpoint(record); }).ok());
  };
  const auto log_size = [&] {
    return std::filesystem::file_size(directory_ / "webhooks.db-wal");
  };
  put();
  const std::uintmax_t before = log_size();
  ++record.delivered;
  record.last_success_at = *record.last_success_at + absl::Seconds(1);
  put();
  EXPECT_LT(log_size() - before, 50'000u) << "the filter has 370,000";
  EXPECT_EQ(store->Endpoints()->front().delivered, record.delivered);
  EXPECT_EQ(store->Endpoints()->front().settings.filter.customers.size(), 10'001u);
}

TEST_F(DeliveryStoreTest, OnlyARowThatIsDamagedItselfIsPassedOver) {
  constexpr std::uint64_t kRows = 200;
  const auto store = Open();
  const auto insert = [&] {
    absl::Status status;
    for (std::uint64_t n = 1; n <= kRows; ++n) {
      status.Update(store->Insert(n, 7, *MakeLetter(SampleNotification(1, 1, n)), {}));
    }
    return status;
  };
  ASSERT_TRUE(store->Write(insert).ok());
  const auto update = [&](std::uint64_t number) {
    // Whatever the transaction comes to.
    absl::Status updated;
    store->Write([&] { return updated = store->Update(number, {.attempts = 1}); })
        .IgnoreError();
    return updated;
  };
  Execute("UPDATE delivery SET body = 'x' WHERE number = 1");
  EXPECT_TRUE(update(1).ok()) << update(1);
  Execute("PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string path = directory_ / "webhooks.db";
  const auto file = sqlite::Database::OpenToRead(path, "");
  ASSERT_TRUE(file.ok()) << file.status();
  const auto root =
      (*file)->QueryInteger("SELECT rootpage FROM sqlite_schema WHERE name = 'delivery'");
  ASSERT_TRUE(root.ok()) << root.status();
  constexpr std::size_t kPage = 4'096;
  std::string bytes = testing::ReadFile(path);
  bytes.replace(static_cast<std::size_t>(*root - 1) * kPage, kPage, kPage, '\x55');
  testing::WriteFile(path, bytes);
  // So that what the store remembers of it does not count.
  Execute("PRAGMA user_version = 2");
  EXPECT_EQ(ReasonOf(update(2)), Reason::kDamaged) << update(2);
}

TEST_F(DeliveryStoreTest, ATransactionIsWholeOrNot) {
  const auto store = Open();
  const auto letter = MakeLetter(SampleNotification(1, 1, 1));
  const absl::Status status = store->Write([&] {
    EXPECT_TRUE(store->Insert(1, 7, *letter, {}).ok());
    return absl::CancelledError("no");
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_FALSE(*store->Knows(7, letter->id));
  EXPECT_TRUE(store->Write([&] { return store->Insert(1, 7, *letter, {}); }).ok());
  EXPECT_TRUE(*store->Knows(7, letter->id));
  EXPECT_FALSE(*store->Knows(8, letter->id));
}

TEST_F(DeliveryStoreTest, NumbersAreNotGivenTwice) {
  const auto letter = MakeLetter(SampleNotification(1, 1, 1));
  {
    const auto store = Open();
    EXPECT_EQ(*store->LastNumber(), 0u);
    ASSERT_TRUE(store->Write([&] { return store->Insert(41, 7, *letter, {}); }).ok());
    ASSERT_TRUE(store->Write([&] { return store->Remove(41); }).ok());
  }
  EXPECT_EQ(*Open()->LastNumber(), 41u);
}

TEST_F(DeliveryStoreTest, WhatIsNoneOfItsOwnIsRefusedByName) {
  Execute("CREATE TABLE t (x)");
  const absl::Status status = Refused();
  EXPECT_EQ(ReasonOf(status), Reason::kStoreUnusable);
  EXPECT_THAT(status.message(), HasSubstr("webhooks.db"));
  EXPECT_THAT(status.message(), HasSubstr("another program"));
}

TEST_F(DeliveryStoreTest, ANewerFormatIsRefusedByName) {
  Open();
  Execute("PRAGMA user_version = 4");
  const absl::Status status = Refused();
  EXPECT_EQ(ReasonOf(status), Reason::kStoreUnusable);
  EXPECT_THAT(status.message(), HasSubstr("format 4"));
}

TEST_F(DeliveryStoreTest, ADamagedFileIsRefusedByName) {
  {
    const auto store = Open();
    ASSERT_TRUE(store
                    ->Write([&]() -> absl::Status {
                      absl::Status put = store->PutEndpoint(FullRecord());
                      if (!put.ok()) return put;
                      for (std::uint64_t n = 1; n <= 100; ++n) {
                        const auto letter = MakeLetter(SampleNotification(1, 1, n));
                        absl::Status status = store->Insert(n, 7, *letter, {});
                        if (!status.ok()) return status;
                      }
                      return absl::OkStatus();
                    })
                    .ok());
  }
  const std::string file = directory_ / "webhooks.db";
  std::string bytes = testing::ReadFile(file);
  constexpr std::size_t kPage = 4'096;
  ASSERT_GT(bytes.size(), 8 * kPage);
  // The middle of the file, but not its first page.
  for (std::size_t at = 3 * kPage; at < 6 * kPage; ++at) bytes[at] = '\x55';
  testing::WriteFile(file, bytes);
  const absl::Status status = Refused();
  EXPECT_EQ(ReasonOf(status), Reason::kDamaged) << status;
  EXPECT_THAT(status.message(), HasSubstr("webhooks.db"));
}

TEST_F(DeliveryStoreTest, AFileThatIsNoDatabaseIsRefused) {
  testing::WriteFile(directory_ / "webhooks.db", std::string(10'000, 'x'));
  EXPECT_EQ(ReasonOf(Refused()), Reason::kDamaged) << Refused();
}

TEST_F(DeliveryStoreTest, OneAtATime) {
  const auto store = Open();
  const absl::Status status = Refused();
  EXPECT_EQ(ReasonOf(status), Reason::kStoreInUse);
}

}  // namespace
}  // namespace tocsin::webhook
