#include "tocsin/status.h"

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "engine/base/status.h"
#include "gtest/gtest.h"

namespace tocsin {
namespace {

struct ExpectedReason {
  Reason reason;
  absl::StatusCode code;
  absl::string_view name;
};

const std::vector<ExpectedReason>& EveryReason() {
  using absl::StatusCode;
  static const auto* const kAll = new std::vector<ExpectedReason>{
      {Reason::kMalformed, StatusCode::kInvalidArgument, "malformed"},
      {Reason::kMissing, StatusCode::kInvalidArgument, "missing"},
      {Reason::kNotOfThisType, StatusCode::kInvalidArgument, "not_of_this_type"},
      {Reason::kTooLong, StatusCode::kInvalidArgument, "too_long"},
      {Reason::kOutOfRange, StatusCode::kOutOfRange, "out_of_range"},
      {Reason::kTooFarAhead, StatusCode::kOutOfRange, "too_far_ahead"},
      {Reason::kUnknownAlert, StatusCode::kNotFound, "unknown_alert"},
      {Reason::kUnknownCustomer, StatusCode::kNotFound, "unknown_customer"},
      {Reason::kUnknownInstance, StatusCode::kNotFound, "unknown_instance"},
      {Reason::kUnknownBalance, StatusCode::kNotFound, "unknown_balance"},
      {Reason::kNotInScope, StatusCode::kNotFound, "not_in_scope"},
      {Reason::kUniquenessKeyUsed, StatusCode::kAlreadyExists, "uniqueness_key_used"},
      {Reason::kAlertIdUsed, StatusCode::kAlreadyExists, "alert_id_used"},
      {Reason::kAlertArchived, StatusCode::kFailedPrecondition, "alert_archived"},
      {Reason::kAlertDisabled, StatusCode::kFailedPrecondition, "alert_disabled"},
      {Reason::kAlertNotDisabled, StatusCode::kFailedPrecondition, "alert_not_disabled"},
      {Reason::kCustomerArchived, StatusCode::kFailedPrecondition, "customer_archived"},
      {Reason::kPeriodGoesBack, StatusCode::kFailedPrecondition, "period_goes_back"},
      {Reason::kCannotChange, StatusCode::kFailedPrecondition, "cannot_change"},
      {Reason::kSourceBusy, StatusCode::kFailedPrecondition, "source_busy"},
      {Reason::kCalledFromSink, StatusCode::kFailedPrecondition, "called_from_sink"},
      {Reason::kLimitReached, StatusCode::kResourceExhausted, "limit_reached"},
      {Reason::kClosing, StatusCode::kUnavailable, "closing"},
      {Reason::kStoreUnusable, StatusCode::kFailedPrecondition, "store_unusable"},
      {Reason::kStoreInUse, StatusCode::kFailedPrecondition, "store_in_use"},
      {Reason::kStoreDiffers, StatusCode::kFailedPrecondition, "store_differs"},
      {Reason::kDamaged, StatusCode::kDataLoss, "damaged"},
      {Reason::kStoreFailed, StatusCode::kUnavailable, "store_failed"},
      {Reason::kNotKept, StatusCode::kFailedPrecondition, "not_kept"},
      {Reason::kDiskFull, StatusCode::kResourceExhausted, "disk_full"},
      {Reason::kUnknownEndpoint, StatusCode::kNotFound, "unknown_endpoint"},
      {Reason::kUnknownDelivery, StatusCode::kNotFound, "unknown_delivery"},
      {Reason::kNameUsed, StatusCode::kAlreadyExists, "name_used"},
  };
  return *kAll;
}

TEST(StatusTest, EveryReasonComesBack) {
  // Catches: a reason with another code, name or payload than it is to have.
  std::set<absl::string_view> names;
  for (const ExpectedReason& expected : EveryReason()) {
    const absl::Status status = MakeStatus(expected.reason, "what was wrong");
    EXPECT_EQ(status.code(), expected.code) << status;
    EXPECT_EQ(status.message(), "what was wrong");
    EXPECT_EQ(ReasonOf(status), expected.reason) << status;
    EXPECT_EQ(ReasonName(expected.reason), expected.name);
    EXPECT_TRUE(names.insert(expected.name).second) << expected.name;
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(Reason::kNameUsed))
      << "a reason is missing in this test";
}

TEST(StatusTest, ForeignStatusesHaveNoReason) {
  // Catches: a reason made up for a status that another library made.
  EXPECT_EQ(ReasonOf(absl::OkStatus()), Reason::kNone);
  EXPECT_EQ(ReasonOf(absl::NotFoundError("theirs")), Reason::kNone);
  EXPECT_EQ(ReasonName(Reason::kNone), "none");
  absl::Status unknown = absl::InternalError("from a later version");
  unknown.SetPayload("tocsin.dev/reason", absl::Cord("not_yet_thought_of"));
  EXPECT_EQ(ReasonOf(unknown), Reason::kNone);
}

TEST(StatusTest, ReasonShowsInTheTextOfTheStatus) {
  // Catches: a payload that is unreadable where statuses are logged.
  EXPECT_NE(MakeStatus(Reason::kClosing, "closing").ToString().find("'closing'"),
            std::string::npos);
}

TEST(StatusTest, UniquenessKeyNamesItsHolder) {
  // Catches: the holder lost between the status and `ConflictingAlert`.
  const AlertId holder = *AlertId::Parse("8e3f4c0a-0f1b-4f7e-a9f1-2f4f6d9d7c11");
  const absl::Status status = UniquenessKeyUsed(holder, AlertStatus::kDisabled, "key\n1");
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(status), Reason::kUniquenessKeyUsed);
  EXPECT_EQ(ConflictingAlert(status), holder);
  EXPECT_NE(status.message().find("\"key\\n1\""), absl::string_view::npos) << status;
  EXPECT_NE(status.message().find(holder.ToString()), absl::string_view::npos) << status;
}

TEST(StatusTest, UniquenessKeyAdvisesWhatCanBeDone) {
  // Catches: advice to archive what is archived already.
  const AlertId holder = *AlertId::Parse("8e3f4c0a-0f1b-4f7e-a9f1-2f4f6d9d7c11");
  const auto says = [&](AlertStatus status, absl::string_view text) {
    const absl::Status used = UniquenessKeyUsed(holder, status, "key");
    return used.message().find(text) != absl::string_view::npos;
  };
  for (const AlertStatus status : {AlertStatus::kEnabled, AlertStatus::kDisabled}) {
    EXPECT_TRUE(says(status, "give another one, or archive that alert"));
  }
  EXPECT_TRUE(says(AlertStatus::kArchived, "archived without releasing it"));
  EXPECT_TRUE(says(AlertStatus::kArchived, "give another one"));
  EXPECT_FALSE(says(AlertStatus::kArchived, "archive that alert"));
}

TEST(StatusTest, OthersNameNoHolder) {
  // Catches: a holder made up, or a damaged payload that is trusted.
  EXPECT_EQ(ConflictingAlert(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(ConflictingAlert(MakeStatus(Reason::kAlertIdUsed, "used")), std::nullopt);
  absl::Status damaged = MakeStatus(Reason::kUniquenessKeyUsed, "used");
  damaged.SetPayload("tocsin.dev/conflicting-alert", absl::Cord("no id"));
  EXPECT_EQ(ConflictingAlert(damaged), std::nullopt);
}

TEST(StatusDeathTest, AnErrorNeedsAReason) {
  // Catches: a refusal that would come out as OK.
  EXPECT_DEATH(MakeStatus(Reason::kNone, "wrong").IgnoreError(), "needs a reason");
}

}  // namespace
}  // namespace tocsin
