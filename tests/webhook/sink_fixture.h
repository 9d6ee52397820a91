#ifndef TOCSIN_TESTS_WEBHOOK_SINK_FIXTURE_H_
#define TOCSIN_TESTS_WEBHOOK_SINK_FIXTURE_H_

#include <memory>
#include <utility>

#include "engine/webhook/make_sink.h"
#include "gtest/gtest.h"
#include "tests/support/temp_directory.h"
#include "tests/webhook/prompt_transfers.h"

namespace tocsin::testing {

// A sink in a directory, one after the other, whose receiver answers at once or, where it
// hangs, never.
class SinkFixture : public ::testing::Test {
 protected:
  std::unique_ptr<WebhookSink> Open(bool hangs = false, WebhookOptions options = {}) {
    options.directory = directory_ / "sink";
    auto sink = webhook::MakeWebhookSink(
        std::move(options), std::make_unique<PromptTransfers>(&receiver_, hangs));
    EXPECT_TRUE(sink.ok()) << sink.status();
    return *std::move(sink);
  }

  TempDirectory directory_;
  PromptReceiver receiver_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_WEBHOOK_SINK_FIXTURE_H_
