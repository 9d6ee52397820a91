#ifndef TOCSIN_TESTS_WEBHOOK_TRANSFERS_FIXTURE_H_
#define TOCSIN_TESTS_WEBHOOK_TRANSFERS_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/webhook/transfers.h"
#include "tests/receiver/certificates.h"
#include "tests/receiver/receiver.h"
#include "tests/support/manual_clock.h"

namespace tocsin::testing {

// Makes requests to receivers of this machine, by real sockets.
class TransfersTest : public ::testing::Test {
 protected:
  // What a test lets happen to the end is cut short by `timeout`; all others end long
  // before.
  void Open(absl::Duration timeout = absl::Seconds(20)) {
    webhook::TransferOptions options = {.clock = &clock_, .timeout = timeout};
    options.allow_http = allow_http_;
    options.allowed_networks = networks_;
    options.authorities_file = certificates_.authority();
    auto transfers = webhook::MakeCurlTransfers(std::move(options));
    ASSERT_TRUE(transfers.ok()) << transfers.status();
    transfers_ = *std::move(transfers);
  }
  void OpenBriefly() { Open(absl::Milliseconds(300)); }

  void Begin(const std::string& url, std::uint64_t key = 1, std::string body = "{}") {
    transfers_->Begin({.key = key,
                       .url = url,
                       .headers = {"X-Told: so", "X-Empty: "},
                       .body = std::make_shared<const std::string>(std::move(body))});
  }
  // All that is under way, in the order of the ends.
  std::vector<webhook::Ended> AwaitAll() {
    std::vector<webhook::Ended> ended;
    while (transfers_->under_way() > 0) transfers_->Run(absl::Seconds(60), &ended);
    return ended;
  }
  webhook::Ended Post(const std::string& url, std::string body = "{}") {
    if (transfers_ == nullptr) Open();
    Begin(url, 1, std::move(body));
    const std::vector<webhook::Ended> ended = AwaitAll();
    EXPECT_EQ(ended.size(), 1U);
    return ended.empty() ? webhook::Ended() : ended.front();
  }

  std::vector<std::string> networks_ = {"127.0.0.0/8"};
  bool allow_http_ = true;
  ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  Certificates certificates_;
  std::unique_ptr<webhook::Transfers> transfers_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_WEBHOOK_TRANSFERS_FIXTURE_H_
