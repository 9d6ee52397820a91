// Would catch a server that remembers for ever that endpoints failed which are deleted,
// or forgets it of such as are there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "engine/cli/serve_log.h"
#include "engine/cli/serve_webhooks.h"
#include "tests/receiver/inbox.h"
#include "tests/support/names.h"

namespace tocsin::cli {
namespace {

TEST(FailingWebhooks, ThoseThatAreDeletedAreForgotten) {
  testing::Inbox inbox;
  inbox.AnswerFromNowOn(500);
  ServeLog log(/*json=*/false);
  const auto webhooks = ServeWebhooks::Open(
      {.allow_http = true, .allowed_networks = {"127.0.0.0/8"}}, &log);
  ASSERT_TRUE(webhooks.ok()) << webhooks.status();
  WebhookSink& sink = (*webhooks)->sink();
  const auto stays = sink.Create({.url = inbox.Url()}, "");
  const auto goes = sink.Create({.url = inbox.Url()}, "");
  ASSERT_TRUE(stays.ok() && goes.ok());
  ASSERT_TRUE(sink.Deliver({.id = testing::Named<NotificationId>("n")}).ok());
  while (sink.Get(stays->id)->failed == 0 || sink.Get(goes->id)->failed == 0) {
  }
  (*webhooks)->Look();
  EXPECT_EQ((*webhooks)->failing(), 2U);
  ASSERT_TRUE(sink.Remove(goes->id).ok());
  (*webhooks)->Look();
  EXPECT_EQ((*webhooks)->failing(), 1U);
}

}  // namespace
}  // namespace tocsin::cli
