// Would catch a statement in the pages that the files of an engine and of its webhooks do
// not answer.
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "sqlite3.h"
#include "tests/support/facts.h"
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

// An engine with a customer who was told of something, by webhooks to a host that is
// none, where it died, and to who is disabled, where it waits; and of something that the
// engine has not given away yet.
class DocsSql : public ::testing::Test {
 protected:
  DocsSql() {
    for (const bool enabled : {true, false}) {
      EXPECT_TRUE(
          webhooks_->Create({.url = "https://nobody.invalid/", .enabled = enabled}, "")
              .status()
              .ok());
    }
    Cross(1);
    EXPECT_TRUE(engine_->Drain().ok());
    const absl::Time end = absl::Now() + absl::Seconds(30);
    while (webhooks_->List().at(0).dead == 0) {
      if (absl::Now() > end) break;
      std::this_thread::yield();
    }
    // It is written down before anybody is shown it.
    EXPECT_EQ(webhooks_->DeadLetters(webhooks_->List().at(0).id, 0, 1)->size(), 1U);
    Cross(2);
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
  void ExpectEachHasRows(const std::string& page, const std::string& file) {
    const std::vector<std::string> statements = StatementsOf(page);
    EXPECT_GE(statements.size(), 3U);
    for (const std::string& statement : statements) {
      EXPECT_GT(CountRows(directory_ / file, statement), 0) << statement;
    }
  }

  const CustomerId customer_ = *CustomerId::Parse("5a1e5a1e-0000-4000-8000-000000000001");
  TempDirectory directory_;
  std::unique_ptr<WebhookSink> webhooks_ =
      *WebhookSink::Open({.directory = directory_.path(),
                          .retry_first = absl::Milliseconds(1),
                          .keep_trying = absl::Milliseconds(1)});
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
