// Would catch a URL that is configured although nothing could, or may, be sent there, and
// one that is refused although it is good.
#include "engine/webhook/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

absl::Status CheckUrl(const std::string& url, bool allow_http = false,
                      const std::vector<std::string>& networks = {}) {
  return webhook::CheckWebhookUrl(url, allow_http,
                                  *webhook::AddressPolicy::Make(networks));
}

TEST(WebhookUrl, TakesWhatCanBeSentTo) {
  for (const std::string url :
       {"https://example.org", "https://example.org/", "HTTPS://EXAMPLE.ORG:8443/a/b?c=d",
        "https://xn--bcher-kva.example/%20?token=a@b", "https://8.8.8.8/x",
        "https://[2606:4700::1111]:443/", "https://example.org./",
        "https://localhost.example.org/", "https://10.example.org/"}) {
    EXPECT_TRUE(CheckUrl(url).ok()) << url << CheckUrl(url);
  }
  EXPECT_TRUE(CheckUrl("http://example.org", true).ok());
  const std::string longest =
      absl::StrCat("https://example.org/", std::string(2'048 - 20, 'x'));
  EXPECT_TRUE(CheckUrl(longest).ok());
  EXPECT_THAT(std::string(CheckUrl(longest + "x").message()), HasSubstr("2048"));
}

TEST(WebhookUrl, RefusesOtherSchemes) {
  for (const std::string url :
       {"http://example.org", "file:///etc/passwd", "gopher://example.org/x",
        "dict://example.org/x", "ftp://example.org", "example.org", "//example.org",
        "httpss://example.org", "javascript:alert(1)", "https"}) {
    EXPECT_THAT(std::string(CheckUrl(url).message()), HasSubstr("must be https")) << url;
  }
}

TEST(WebhookUrl, RefusesWhatCannotBeRead) {
  for (const std::string url : {"",
                                "https://",
                                "https:/example.org",
                                "https:///example.org",
                                "https:example.org",
                                "https://?x",
                                "https://:443/",
                                "https://example.org:0/",
                                "https://example.org:65536/",
                                "https://example.org:x/",
                                "https://[::1",
                                "https://[::g]/",
                                "https://exa mple.org/",
                                "https://example.org/\r\nX: y",
                                "https://example.org/\t",
                                "https://example.org/\x7f",
                                "https://ex%00ample.org/",
                                "https://b\xc3\xbc\x63her.example/",
                                "https://example.org/#part",
                                "https://a^b/",
                                "https://example.org\\@10.0.0.1/",
                                "https://exa%0d%0ample.org/"}) {
    EXPECT_EQ(CheckUrl(url).code(), absl::StatusCode::kInvalidArgument) << url;
  }
  EXPECT_FALSE(CheckUrl(std::string("https://example.org/\0", 21)).ok());
}

TEST(WebhookUrl, RefusesAUserWithoutShowingIt) {
  for (const std::string url :
       {"https://user@example.org/", "https://user:hidden@example.org/",
        "https://:hidden@example.org/", "https://@example.org/",
        "https://8.8.8.8:hidden@127.0.0.1/", "https://a%40b:hidden@c/"}) {
    const std::string message(CheckUrl(url).message());
    EXPECT_THAT(message, HasSubstr("has a user")) << url;
    EXPECT_THAT(message, Not(HasSubstr("hidden")));
  }
}

TEST(WebhookUrl, RefusesAddressesInAnySpelling) {
  for (const std::string host : {"127.0.0.1",
                                 "127.1",
                                 "127.0.1",
                                 "2130706433",
                                 "0x7f.1",
                                 "0x7f000001",
                                 "017700000001",
                                 "0177.0.0.1",
                                 "127.0.0.1.",
                                 "%31%32%37.0.0.1",
                                 "0",
                                 "0.0.0.0",
                                 "10.0.0.1",
                                 "169.254.169.254",
                                 "0xa9fea9fe",
                                 "2852039166",
                                 "100.100.100.200",
                                 "[::1]",
                                 "[0:0::1]",
                                 "[::]",
                                 "[::ffff:7f00:1]",
                                 "[::ffff:127.0.0.1]",
                                 "[64:ff9b::127.0.0.1]",
                                 "[fd00:ec2::254]",
                                 "[2002:7f00:1::]",
                                 "localhost",
                                 "LOCALHOST",
                                 "localhost.",
                                 "some.localhost"}) {
    const absl::Status status = CheckUrl(absl::StrCat("https://", host, ":8443/"));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << host;
    EXPECT_THAT(std::string(status.message()), HasSubstr("not public")) << host;
  }
  EXPECT_FALSE(CheckUrl("https://[fe80::1%25lo]/").ok());
}

TEST(WebhookUrl, TakesAddressesOfNetworksThatAreAllowed) {
  EXPECT_TRUE(CheckUrl("https://0x7f.1/", false, {"127.0.0.1/32"}).ok());
  EXPECT_TRUE(CheckUrl("https://localhost/", false, {"127.0.0.0/8"}).ok());
  EXPECT_TRUE(CheckUrl("https://localhost/", false, {"::1/128"}).ok());
  EXPECT_FALSE(CheckUrl("https://localhost/", false, {"10.0.0.0/8"}).ok());
  EXPECT_TRUE(CheckUrl("http://[fd00::1]:80/x", true, {"fd00::/8"}).ok());
}

}  // namespace
}  // namespace tocsin::testing
