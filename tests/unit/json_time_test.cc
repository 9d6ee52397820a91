// Catches a line that is refused and takes its time with it, and one that has a time
// made up for it.

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "tocsin/json.h"

namespace tocsin {
namespace {

TEST(JsonTime, OfALineThatIsRefused) {
  StatementReader reader;
  Statement statement;
  const absl::Time noon = absl::FromUnixSeconds(1'769'860'800);
  const std::string time = R"("timestamp":"2026-01-31T12:00:00Z")";
  for (const std::string& bad :
       {"{" + time + "}", R"({"type":"invoice",)" + time + "}",
        R"({"type":"spend","amount":"x",)" + time + "}",
        R"({"type":"clock","x":[{"y":1,"y":2}],)" + time + "}"}) {
    EXPECT_FALSE(reader.Read(bad, &statement).ok()) << bad;
    EXPECT_EQ(statement.time, noon) << bad;
  }
  for (const std::string& bad :
       {std::string(), "[" + time + "]", "{" + time, "{" + time + "}}",
        "{" + time + "," + time + "}", std::string(R"([{"x":1,"x":1}])"),
        std::string("{}"), std::string(R"({"type":"clock","timestamp":"2026-01-31"})"),
        "{" + time + std::string(kStatementBytesMax, ' ') + "}"}) {
    statement.time = noon;
    EXPECT_FALSE(reader.Read(bad, &statement).ok()) << bad.substr(0, 80);
    EXPECT_EQ(statement.time, std::nullopt) << bad.substr(0, 80);
  }
}

}  // namespace
}  // namespace tocsin
