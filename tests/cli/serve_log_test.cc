// Would catch a line of the log for which the server waits, as a pipe that takes
// something does not take all of it; and one that is no JSON where something was cut.
#include "engine/cli/serve_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits.h>
#include <unistd.h>

#include <string>

#include "boost/json.hpp"
#include "tests/cli/run_tocsin.h"

namespace tocsin::testing {
namespace {

using cli::ServeLog;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ServeLogTest : public ::testing::Test {
 protected:
  // The line of an event with two such values.
  std::string Logged(bool json, const std::string& value) {
    const std::string path = dir_.Path("log");
    const int kept = dup(STDERR_FILENO);
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    dup2(file, STDERR_FILENO);
    ServeLog(json).Error(
        "event", {{"first", value}, {"number", std::uint64_t{7}}, {"second", value}});
    dup2(kept, STDERR_FILENO);
    close(file);
    close(kept);
    return ReadFile(path);
  }

  TempDir dir_;
};

TEST_F(ServeLogTest, WhatIsShortIsThereWhole) {
  const std::string value(500, 'a');
  EXPECT_THAT(
      Logged(/*json=*/false, value),
      EndsWith(" error event first=" + value + " number=7 second=" + value + "\n"));
  EXPECT_THAT(Logged(/*json=*/true, value),
              EndsWith(R"("event":"event","first":")" + value +
                       R"(","number":7,"second":")" + value + "\"}\n"));
}

TEST_F(ServeLogTest, NoLineIsLongerThanAPipeTakesAtOnce) {
  // Of one byte, of more, and such as are escaped.
  for (const std::string character :
       {"a", "\xC3\xA9", "\xF0\x9F\x94\x94", "\"", "\x01"}) {
    std::string value;
    while (value.size() < 10'000) value += character;
    for (const bool json : {false, true}) {
      const std::string line = Logged(json, value);
      EXPECT_LE(line.size(), std::size_t{PIPE_BUF}) << character;
      EXPECT_THAT(line, HasSubstr("..."));
      if (!json) continue;
      boost::json::error_code error;
      const boost::json::value parsed = boost::json::parse(line, error);
      ASSERT_FALSE(error) << line;
      for (const char* const name : {"first", "second"}) {
        const std::string shown(parsed.at(name).as_string());
        EXPECT_GT(shown.size(), 200u);
        EXPECT_EQ((shown.size() - 3) % character.size(), 0u) << "no character is cut";
        EXPECT_THAT(value, StartsWith(shown.substr(0, shown.size() - 3)));
      }
      EXPECT_EQ(parsed.at("number").as_int64(), 7);
    }
  }
}

}  // namespace
}  // namespace tocsin::testing
