// Would catch a statement in the pages that the files of an engine and of its webhooks do
// not answer.
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sqlite3.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tocsin/engine.h"
#include "tocsin/webhook.h"

namespace tocsin::testing {
namespace {

// The statements of a page's examples.
std::vector<std::string> StatementsOf(const std::string& page) {
  std::ifstream file(TOCSIN_SOURCE_DIR "/docs/" + page);
  std::vector<std::string> statements;
  std::string one;
  bool is_sql = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      is_sql = line == "```sql";
    } else if (is_sql && !line.starts_with("--")) {
      one += line + "\n";
      if (line.ends_with(";")) statements.push_back(std::exchange(one, ""));
    }
  }
  EXPECT_EQ(one, "") << "a statement without an end";
  return statements;
}

int CountRows(const std::string& file, const std::string& statement) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY, nullptr),
            SQLITE_OK);
  const auto count = [](void* rows, int, char**, char**) {
    ++*static_cast<int*>(rows);
    return 0;
  };
  int rows = 0;
  EXPECT_EQ(sqlite3_exec(database, statement.c_str(), count, &rows, nullptr), SQLITE_OK)
      << statement << sqlite3_errmsg(database);
  sqlite3_close(database);
  return rows;
}

// An engine with a customer who was told of things, by webhooks to a host that is none:
// one of them died, one waits, and one the engine has not given away yet.
class DocsSql : public ::testing::Test {
 protected:
  DocsSql() {
    EXPECT_TRUE(
        webhooks_->Create({.name = "nobody", .url = "https://nobody.invalid/"}, "")
            .status()
            .ok());
    Cross(1);
    EXPECT_TRUE(engine_->Drain().ok());
    Await([](const WebhookEndpoint& endpoint) { return endpoint.failed > 0; });
    clock_.Advance(absl::Hours(49));
    Await([](const WebhookEndpoint& endpoint) { return endpoint.dead == 1; });
    Cross(2);
    EXPECT_TRUE(engine_->Drain().ok());
    Await([](const WebhookEndpoint& endpoint) { return endpoint.waiting == 1; });
    Cross(3);
  }

  void Cross(int number) {
    EXPECT_TRUE(engine_
                    ->CreateAlert({.id = AlertNumber(number),
                                   .name = "limit",
                                   .threshold = D("100"),
                                   .customer = customer_})
                    .ok());
    EXPECT_TRUE(engine_->Apply({{Spend(customer_, "150")}}).status.ok());
  }
  template <typename Is>
  void Await(Is is) {
    const absl::Time end = absl::Now() + absl::Seconds(30);
    while (!is(webhooks_->List().at(0))) {
      ASSERT_LT(absl::Now(), end);
      std::this_thread::yield();
    }
  }
  void ExpectEachHasRows(const std::string& page, const std::string& file) {
    const std::vector<std::string> statements = StatementsOf(page);
    EXPECT_GE(statements.size(), 3U);
    for (const std::string& statement : statements) {
      EXPECT_GT(CountRows(directory_ / file, statement), 0) << statement;
    }
  }

  const CustomerId customer_ = *CustomerId::Parse("5a1e5a1e-0000-4000-8000-000000000001");
  TempDirectory directory_;
  ManualClock clock_ = ManualClock(absl::Now());
  std::unique_ptr<WebhookSink> webhooks_ =
      *WebhookSink::Open({.directory = directory_.path(), .clock = &clock_});
  std::unique_ptr<Engine> engine_ = *Engine::Open(
      {.directory = directory_.path(), .sink = webhooks_.get(), .worker_threads = 0});
};

TEST_F(DocsSql, ThoseOfTheStoreAreAnswered) {
  ExpectEachHasRows("durability.md", "tocsin.db");
}

TEST_F(DocsSql, ThoseOfWebhooksAreAnswered) {
  ExpectEachHasRows("webhooks.md", "webhooks.db");
}

}  // namespace
}  // namespace tocsin::testing
