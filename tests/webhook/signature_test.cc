// Would catch a signature that others make otherwise, one that is taken although the
// body, the time or the secret is another, and a secret that can be guessed or read
// otherwise.
#include "engine/webhook/signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace tocsin::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using webhook::Headers;

constexpr auto kMetronome = WebhookScheme::kMetronome;
constexpr auto kStandard = WebhookScheme::kStandard;
constexpr char kTextSecret[] = "a-secret-of-twenty-four-b";
constexpr char kOtherTextSecret[] = "b-secret-of-twenty-four-b";
constexpr char kWhsec[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr char kOtherWhsec[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx";
constexpr char kSignedId[] = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr char kSignedBody[] = "{\"test\": 2432232314}";

absl::Time SignedAt() { return absl::FromUnixSeconds(1'614'265'330); }

Headers SignBody(WebhookScheme scheme) {
  return SignWebhook(scheme, scheme == kStandard ? kWhsec : kTextSecret, kSignedId,
                     SignedAt(), kSignedBody);
}
absl::StatusCode VerifyBody(WebhookScheme scheme, const Headers& headers,
                            absl::string_view secret,
                            absl::string_view body = kSignedBody,
                            absl::Duration later = absl::ZeroDuration()) {
  return VerifyWebhook(scheme, secret, headers, body, SignedAt() + later).code();
}

// The example of Standard Webhooks' specification.
TEST(Signature, IsThatOfStandardWebhooks) {
  EXPECT_THAT(
      SignBody(kStandard),
      ElementsAre(
          Pair("webhook-id", kSignedId), Pair("webhook-timestamp", "1614265330"),
          Pair("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")));
}

// By: printf 'Thu, 25 Feb 2021 15:02:10 GMT\n{"test": 2432232314}' |
//     openssl dgst -sha256 -hmac a-secret-of-twenty-four-b
TEST(Signature, IsThatOfMetronome) {
  EXPECT_THAT(
      SignBody(kMetronome),
      ElementsAre(
          Pair("Date", "Thu, 25 Feb 2021 15:02:10 GMT"),
          Pair("X-Metronome-Date", "Thu, 25 Feb 2021 15:02:10 GMT"),
          Pair("Metronome-Webhook-Signature",
               "281379f99bbaf36f9add0f5b2798fdc6a26bbc3dd8fc7152d23147ea6c65bd46")));
}

TEST(Signature, IsTakenOnlyForItsOwn) {
  for (const auto scheme : {kMetronome, kStandard}) {
    const std::string secret = scheme == kStandard ? kWhsec : kTextSecret;
    const Headers headers = SignBody(scheme);
    EXPECT_EQ(VerifyBody(scheme, headers, secret), absl::StatusCode::kOk);
    EXPECT_EQ(
        VerifyBody(scheme, headers, scheme == kStandard ? kOtherWhsec : kOtherTextSecret),
        absl::StatusCode::kUnauthenticated);
    for (std::size_t i = 0; i < sizeof kSignedBody - 1; ++i) {
      std::string changed = kSignedBody;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      EXPECT_EQ(VerifyBody(scheme, headers, secret, changed),
                absl::StatusCode::kUnauthenticated);
    }
    EXPECT_EQ(VerifyBody(scheme, headers, secret, ""),
              absl::StatusCode::kUnauthenticated);
  }
}

TEST(Signature, IsTakenForFiveMinutes) {
  for (const auto scheme : {kMetronome, kStandard}) {
    const std::string secret = scheme == kStandard ? kWhsec : kTextSecret;
    for (const int sign : {1, -1}) {
      EXPECT_EQ(VerifyBody(scheme, SignBody(scheme), secret, kSignedBody,
                           sign * absl::Minutes(5)),
                absl::StatusCode::kOk);
      EXPECT_EQ(VerifyBody(scheme, SignBody(scheme), secret, kSignedBody,
                           sign * (absl::Minutes(5) + absl::Milliseconds(1))),
                absl::StatusCode::kUnauthenticated);
    }
  }
}

TEST(Signature, EachHeaderIsSigned) {
  for (const auto scheme : {kMetronome, kStandard}) {
    const std::string secret = scheme == kStandard ? kWhsec : kTextSecret;
    for (std::size_t i = 0; i < SignBody(scheme).size(); ++i) {
      // What is in between may write this one anew.
      if (SignBody(scheme)[i].first == "Date") continue;
      Headers headers = SignBody(scheme);
      headers[i].second.back() = static_cast<char>(headers[i].second.back() ^ 1);
      EXPECT_EQ(VerifyBody(scheme, headers, secret), absl::StatusCode::kUnauthenticated)
          << i;
      headers.erase(headers.begin() + static_cast<std::ptrdiff_t>(i));
      const bool has_other_date = scheme == kMetronome && i == 1;
      EXPECT_EQ(
          VerifyBody(scheme, headers, secret),
          has_other_date ? absl::StatusCode::kOk : absl::StatusCode::kInvalidArgument);
    }
  }
}

TEST(Signature, HeadersAreKnownInAnyCase) {
  Headers headers = SignBody(kStandard);
  for (auto& [name, value] : headers) name[0] = 'W';
  EXPECT_EQ(VerifyBody(kStandard, headers, kWhsec), absl::StatusCode::kOk);
}

TEST(Signature, OfTwoSecretsEachIsTaken) {
  const Headers standard =
      webhook::SignAttempt(kStandard, {.current = kOtherWhsec, .previous = kWhsec},
                           kSignedId, SignedAt(), kSignedBody);
  EXPECT_EQ(VerifyBody(kStandard, standard, kWhsec), absl::StatusCode::kOk);
  EXPECT_EQ(VerifyBody(kStandard, standard, kOtherWhsec), absl::StatusCode::kOk);
  EXPECT_EQ(standard.size(), 3U);
  const Headers metronome = webhook::SignAttempt(
      kMetronome, {.current = kOtherTextSecret, .previous = kTextSecret}, kSignedId,
      SignedAt(), kSignedBody);
  EXPECT_EQ(VerifyBody(kMetronome, metronome, kTextSecret), absl::StatusCode::kOk);
  EXPECT_EQ(VerifyBody(kMetronome, metronome, kOtherTextSecret), absl::StatusCode::kOk);
  // Who knows only Metronome's headers goes on with the secret it has.
  EXPECT_EQ(metronome[2], SignBody(kMetronome)[2]);
  for (const Headers& headers : {standard, metronome}) {
    for (const auto& [name, value] : headers) {
      EXPECT_TRUE(webhook::IsSigningHeader(name)) << name;
    }
  }
  EXPECT_TRUE(webhook::IsSigningHeader("DATE"));
  EXPECT_FALSE(webhook::IsSigningHeader("X-Date"));
}

TEST(Secret, IsLongEnoughAndReadTheSameByAll) {
  for (const std::string& good : {std::string(kWhsec), "whsec_" + std::string(32, 'A')}) {
    EXPECT_TRUE(webhook::CheckSecret(kStandard, good).ok()) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        std::string("whsec_"), "whsec_" + std::string(28, 'A'),
        "whsec_" + std::string(88, 'A'), "whsec_" + std::string(31, 'A') + " ",
        "whsec_" + std::string(34, 'A'), "whsec_" + std::string(31, 'A') + "-",
        "whsec_" + std::string(33, 'A') + "B=="}) {
    const absl::Status status = webhook::CheckSecret(kStandard, bad);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("AAA")));
    EXPECT_THAT(SignWebhook(kStandard, bad, kSignedId, SignedAt(), kSignedBody),
                IsEmpty());
    EXPECT_EQ(VerifyBody(kStandard, SignBody(kStandard), bad),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_TRUE(webhook::CheckSecret(kMetronome, std::string(24, '!')).ok());
  EXPECT_TRUE(webhook::CheckSecret(kMetronome, std::string(256, '~')).ok());
  for (const std::string& bad :
       {std::string(), std::string(23, 'A'), std::string(257, 'A'),
        std::string(24, 'A') + "\n", std::string(12, 'A') + " " + std::string(12, 'A'),
        std::string(24, 'A') + "\xc3\xbc"}) {
    EXPECT_FALSE(webhook::CheckSecret(kMetronome, bad).ok()) << bad;
  }
}

TEST(Secret, IsMadeByChance) {
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i) {
    for (const auto scheme : {kMetronome, kStandard}) {
      const absl::StatusOr<std::string> secret = webhook::MakeSecret(scheme);
      ASSERT_TRUE(secret.ok());
      EXPECT_TRUE(webhook::CheckSecret(scheme, *secret).ok());
      made.insert(*secret);
    }
  }
  EXPECT_EQ(made.size(), 200U);
}

}  // namespace
}  // namespace tocsin::testing
