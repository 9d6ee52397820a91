// Would catch a receiver that a change of its endpoint leaves without a signature that it
// can check, or that is sent to again although nobody said so.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/webhook/simulated_world.h"
#include "tocsin/status.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kPlace[] = "https://receiver.example/hook";
constexpr char kOldSecret[] = "the-first-that-nobody-would-guess";
constexpr char kMiddleSecret[] = "the-second-that-nobody-would-guess";
constexpr char kLastSecret[] = "the-third-that-nobody-would-guess";
constexpr char kStandardSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class EndpointChanges : public ::testing::Test {
 protected:
  EndpointChanges() {
    EXPECT_EQ(Rotate(kOldSecret, absl::ZeroDuration()).value(), kOldSecret);
  }

  absl::StatusOr<std::string> Rotate(absl::string_view secret, absl::Duration overlap) {
    return world_.dispatcher().RotateSecret(id_, secret, overlap, world_.now());
  }
  WebhookEndpoint Shown() { return *world_.dispatcher().Get(id_, world_.now()); }
  absl::Status Update(const WebhookSettings& settings) {
    return world_.dispatcher().Update(id_, settings, world_.now());
  }

  SimulatedWorld world_;
  const EndpointId id_ = world_.AddEndpoint(kPlace);
};

TEST_F(EndpointChanges, NoThirdSecretTakesThePlaceOfOneThatStillSigns) {
  ASSERT_TRUE(Rotate(kMiddleSecret, absl::Hours(24)).ok());
  const absl::Time until = *Shown().previous_secret_until;
  const absl::Status third = Rotate(kLastSecret, absl::Hours(1)).status();
  EXPECT_EQ(ReasonOf(third), Reason::kCannotChange);
  EXPECT_THAT(std::string(third.message()), HasSubstr("no room for a third"));
  EXPECT_THAT(std::string(third.message()), ::testing::Not(HasSubstr("nobody-would")));
  EXPECT_EQ(Shown().previous_secret_until, until);
  // The one that was asked for a second time, as after an answer that was lost.
  EXPECT_EQ(Rotate(kMiddleSecret, absl::Hours(1)).value(), kMiddleSecret);
  EXPECT_EQ(Shown().previous_secret_until, until);
  // Once the overlap is over there is room.
  world_.RunFor(absl::Hours(24));
  EXPECT_TRUE(Rotate(kLastSecret, absl::Hours(1)).ok());
}

TEST_F(EndpointChanges, ARotationIsTakenBackByTheSecretOfBefore) {
  ASSERT_TRUE(Rotate("", absl::Hours(24)).ok());
  EXPECT_EQ(Rotate(kOldSecret, absl::Hours(24)).value(), kOldSecret);
  EXPECT_EQ(Shown().previous_secret_until, std::nullopt);
  EXPECT_TRUE(Rotate(kLastSecret, absl::Hours(1)).ok());
}

TEST_F(EndpointChanges, TheSecretOfAnOverlapThatIsOverIsANewOne) {
  ASSERT_TRUE(Rotate(kMiddleSecret, absl::Seconds(1)).ok());
  world_.RunFor(absl::Seconds(2));
  ASSERT_EQ(Shown().previous_secret_until, std::nullopt);
  EXPECT_EQ(Rotate(kOldSecret, absl::Hours(1)).value(), kOldSecret);
  EXPECT_EQ(Shown().previous_secret_until, world_.now() + absl::Hours(1));
}

TEST_F(EndpointChanges, AnOverlapOfNothingEndsTheOneOfBefore) {
  ASSERT_TRUE(Rotate(kMiddleSecret, absl::Hours(24)).ok());
  EXPECT_EQ(Rotate(kMiddleSecret, absl::ZeroDuration()).value(), kMiddleSecret);
  EXPECT_EQ(Shown().previous_secret_until, std::nullopt);
  ASSERT_TRUE(Rotate(kLastSecret, absl::Hours(24)).ok());
  EXPECT_EQ(Rotate(kOldSecret, absl::ZeroDuration()).value(), kOldSecret);
  EXPECT_EQ(Shown().previous_secret_until, std::nullopt);
}

TEST_F(EndpointChanges, ASecretThatCannotSignByANewSchemeEndsWithTheOldOne) {
  ASSERT_TRUE(Rotate(kStandardSecret, absl::Hours(24)).ok());
  WebhookSettings settings = Shown().settings;
  settings.scheme = WebhookScheme::kStandard;
  ASSERT_TRUE(Update(settings).ok());
  EXPECT_EQ(Shown().previous_secret_until, std::nullopt);
}

TEST_F(EndpointChanges, WhoIsGoneStaysSoUntilItIsEnabled) {
  world_.Answers(kPlace,
                 [](const auto&) { return SimulatedWorld::Answer{.status = 410}; });
  world_.Give(SampleNotification(1, 1, 1));
  world_.RunFor(absl::Seconds(1));
  ASSERT_EQ(Shown().status, WebhookStatus::kGone);
  WebhookSettings settings = Shown().settings;
  EXPECT_FALSE(settings.enabled);
  settings.name = "renamed";
  ASSERT_TRUE(Update(settings).ok());
  EXPECT_EQ(Shown().status, WebhookStatus::kGone);
  world_.RunFor(absl::Hours(1));
  EXPECT_EQ(world_.arrived().size(), 1U);
  settings.enabled = true;
  ASSERT_TRUE(Update(settings).ok());
  world_.RunFor(absl::Seconds(1));
  EXPECT_EQ(world_.arrived().size(), 2U);
}

}  // namespace
}  // namespace tocsin::testing
