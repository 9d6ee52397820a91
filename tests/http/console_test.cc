// Would catch a console that asks for a file that is not there, or for anything from
// elsewhere, that is served without its policy, or anew each time.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "engine/http/console_file.h"
#include "tests/http/api_fixture.h"

namespace tocsin {
namespace {

using testing::ApiFixture;
using ::testing::Contains;
using testing::FieldOf;
using ::testing::HasSubstr;
using ::testing::Not;

HttpResponse GetOpenly(const ApiFixture& api, const std::string& target,
                       const std::string& tag = "") {
  return api.api->HandleRequest(
      {.method = "GET", .target = target, .fields = {{"If-None-Match", tag}}});
}

// What stands behind `begin` in each place, up to `end`.
std::vector<std::string> Between(const std::string& text, const std::string& begin,
                                 const std::string& end) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(begin); at != std::string::npos;
       at = text.find(begin, at + 1)) {
    const std::size_t from = at + begin.size();
    found.push_back(text.substr(from, text.find(end, from) - from));
  }
  return found;
}

TEST(Console, EveryFileThatItAsksForIsThere) {
  const ApiFixture api;
  const HttpResponse page = GetOpenly(api, "/");
  ASSERT_EQ(page.status, 200);
  EXPECT_EQ(FieldOf(page, "Content-Type"), "text/html; charset=utf-8");
  std::vector<std::string> asked = Between(page.body, "src=\"", "\"");
  for (const std::string& link : Between(page.body, "href=\"", "\"")) {
    if (link.front() != '#') asked.push_back(link);
  }
  EXPECT_THAT(asked, Contains("/console/main.js"));
  for (const http::ConsoleFile& file : http::ConsoleFiles()) {
    for (const std::string& name : Between(std::string(file.text), " from './", "'")) {
      asked.push_back(absl::StrCat("/console/", name));
    }
  }
  for (const std::string& path : asked) {
    EXPECT_EQ(GetOpenly(api, path).status, 200) << path;
  }
  // And none that nothing asks for.
  for (const http::ConsoleFile& file : http::ConsoleFiles()) {
    if (file.path == "/") continue;
    EXPECT_THAT(asked, Contains(file.path));
  }
  EXPECT_EQ(GetOpenly(api, "/console/other.js").status, 404);
  EXPECT_EQ(GetOpenly(api, "/console/").status, 404);
  EXPECT_EQ(api.Post("/console/main.js", "").status, 405);
}

TEST(Console, HasNothingFromElsewhereAndNothingInline) {
  const ApiFixture api;
  for (const http::ConsoleFile& file : http::ConsoleFiles()) {
    const HttpResponse response = GetOpenly(api, std::string(file.path));
    EXPECT_THAT(FieldOf(response, "Content-Security-Policy").value_or(""),
                HasSubstr("default-src 'none'; script-src 'self'; style-src 'self'; "))
        << file.path;
    EXPECT_EQ(FieldOf(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(FieldOf(response, "Referrer-Policy"), "no-referrer");
    for (const char* inline_or_markup :
         {"<style", " style=\"", " onclick=", "innerHTML", "insertAdjacentHTML",
          "document.write", "eval("}) {
      EXPECT_THAT(response.body, Not(HasSubstr(inline_or_markup))) << file.path;
    }
    // The name of SVG is no address, and what is to be typed has no host.
    for (const std::string& address : Between(response.body, "://", "\n")) {
      EXPECT_TRUE(absl::StartsWith(address, "www.w3.org/2000/svg") ||
                  absl::StartsWith(address, "'"))
          << file.path << " " << address;
    }
  }
}

TEST(Console, IsSentAgainOnlyWhereItIsAnother) {
  const ApiFixture api;
  const HttpResponse first = GetOpenly(api, "/console/main.js");
  const std::string tag = FieldOf(first, "ETag").value_or("");
  EXPECT_EQ(FieldOf(first, "Cache-Control"), "no-cache");
  EXPECT_EQ(tag.size(), 34u);
  for (const std::string& known : {tag, "W/" + tag}) {
    const HttpResponse again = GetOpenly(api, "/console/main.js", known);
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(FieldOf(again, "ETag"), tag);
  }
  EXPECT_EQ(GetOpenly(api, "/", tag).status, 200);
}

}  // namespace
}  // namespace tocsin
