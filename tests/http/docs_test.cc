// Would catch a line of docs/http-api.md that is refused, or answers something else than
// stands below it.
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/http/api_fixture.h"
#include "tests/support/temp_directory.h"

namespace tocsin {
namespace {

struct Block {
  std::string language = {};
  std::string text = {};
};

std::vector<Block> BlocksOf(const std::string& page) {
  std::vector<Block> blocks;
  bool inside = false;
  for (const absl::string_view line : absl::StrSplit(page, '\n')) {
    if (absl::StartsWith(line, "```")) {
      inside = !inside;
      if (inside) blocks.push_back({.language = std::string(line.substr(3))});
    } else if (inside) {
      absl::StrAppend(&blocks.back().text, line, "\n");
    }
  }
  return blocks;
}

// The words of a command, as a shell has them; of variables only $TOKEN.
std::vector<std::string> WordsOf(const std::string& command) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    const bool is_space = quote == 0 && (c == ' ' || c == '\n');
    if (quote == 0 && c == '\\') {
      ++i;  // the end of the line
    } else if (is_space) {
      in_word = false;
    } else {
      if (!in_word) words.emplace_back();
      in_word = true;
      if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (quote != '\'' && c == '$') {
        words.back() += testing::kAllToken;
        i += std::string("TOKEN").size();
      } else {
        words.back() += c;
      }
    }
  }
  return words;
}

HttpRequest RequestOfCurl(const std::string& command) {
  const std::vector<std::string> words = WordsOf(command);
  HttpRequest request = {.method = "GET"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const absl::string_view word = words[i];
    if (word == "-H") {
      const std::vector<std::string> field =
          absl::StrSplit(words[++i], absl::MaxSplits(": ", 1));
      request.fields.emplace_back(field[0], field[1]);
    } else if (word == "-d" || word == "--data-binary") {
      request.method = "POST";
      request.body = words[++i];
    } else if (absl::StartsWith(word, "http://")) {
      request.target = std::string(absl::StripPrefix(word, "http://127.0.0.1:8080"));
    } else {
      EXPECT_TRUE(word == "curl" || word == "-sS") << word;
    }
  }
  return request;
}

// As an answer of `api` to the block in front of it.
void ExpectAnswer(const HttpResponse& response, const Block* answer,
                  const std::string& command) {
  if (answer == nullptr) {
    EXPECT_EQ(response.status, 200) << command;
  } else if (answer->language == "text") {
    for (const absl::string_view line : absl::StrSplit(answer->text, '\n')) {
      EXPECT_THAT(response.body, ::testing::HasSubstr(absl::StrCat(line, "\n")));
    }
  } else {
    const boost::json::value want = boost::json::parse(answer->text);
    EXPECT_EQ(testing::Json(response), want) << command << "\n" << response.body;
  }
}

TEST(HttpApiPage, SaysWhatIsAnswered) {
  std::ifstream file(TOCSIN_SOURCE_DIR "/docs/http-api.md");
  std::stringstream page;
  page << file.rdbuf();
  const std::vector<Block> blocks = BlocksOf(page.str());
  const testing::TempDirectory directory(testing::InMemory());
  testing::ManualClock clock(testing::At("2026-01-10T00:00:00Z"));
  const std::unique_ptr<Engine> engine = *Engine::Open({.directory = directory / "store",
                                                        .clock = &clock,
                                                        .worker_threads = 0,
                                                        .random_seed = 1});
  const std::unique_ptr<HttpApi> api = *HttpApi::Make(
      engine.get(), {.tokens = {{.token = testing::kAllToken, .rights = 7}}});
  std::size_t paths = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].language != "sh") continue;
    // tests/client asks these, of a server that has somebody to send to.
    if (absl::StrContains(blocks[i].text, "/v1/webhooks/")) continue;
    ++paths;
    const bool answered = i + 1 < blocks.size() && blocks[i + 1].language != "sh";
    const HttpResponse response = api->HandleRequest(RequestOfCurl(blocks[i].text));
    ExpectAnswer(response, answered ? &blocks[i + 1] : nullptr, blocks[i].text);
    // As far as a server has come when the next line is typed.
    ASSERT_TRUE(engine->Drain().ok());
  }
  EXPECT_GE(paths, 18u);
}

}  // namespace
}  // namespace tocsin
