#include "engine/base/status.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/base/internal/raw_logging.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "engine/base/text.h"

namespace tocsin {
namespace {

// Payloads carry text, so that an `absl::Status` logged whole shows them.
constexpr absl::string_view kReasonUrl = "tocsin.dev/reason";
constexpr absl::string_view kConflictingAlertUrl = "tocsin.dev/conflicting-alert";

struct ReasonEntry {
  Reason reason = Reason::kNone;
  absl::StatusCode code = absl::StatusCode::kOk;
  absl::string_view name = "none";
};

constexpr std::array<ReasonEntry, 34> kReasons = {{
    {Reason::kNone, absl::StatusCode::kOk, "none"},
    {Reason::kMalformed, absl::StatusCode::kInvalidArgument, "malformed"},
    {Reason::kMissing, absl::StatusCode::kInvalidArgument, "missing"},
    {Reason::kNotOfThisType, absl::StatusCode::kInvalidArgument, "not_of_this_type"},
    {Reason::kTooLong, absl::StatusCode::kInvalidArgument, "too_long"},
    {Reason::kOutOfRange, absl::StatusCode::kOutOfRange, "out_of_range"},
    {Reason::kTooFarAhead, absl::StatusCode::kOutOfRange, "too_far_ahead"},
    {Reason::kUnknownAlert, absl::StatusCode::kNotFound, "unknown_alert"},
    {Reason::kUnknownCustomer, absl::StatusCode::kNotFound, "unknown_customer"},
    {Reason::kUnknownInstance, absl::StatusCode::kNotFound, "unknown_instance"},
    {Reason::kUnknownBalance, absl::StatusCode::kNotFound, "unknown_balance"},
    {Reason::kNotInScope, absl::StatusCode::kNotFound, "not_in_scope"},
    {Reason::kUniquenessKeyUsed, absl::StatusCode::kAlreadyExists, "uniqueness_key_used"},
    {Reason::kAlertIdUsed, absl::StatusCode::kAlreadyExists, "alert_id_used"},
    {Reason::kAlertArchived, absl::StatusCode::kFailedPrecondition, "alert_archived"},
    {Reason::kAlertDisabled, absl::StatusCode::kFailedPrecondition, "alert_disabled"},
    {Reason::kAlertNotDisabled, absl::StatusCode::kFailedPrecondition,
     "alert_not_disabled"},
    {Reason::kCustomerArchived, absl::StatusCode::kFailedPrecondition,
     "customer_archived"},
    {Reason::kPeriodGoesBack, absl::StatusCode::kFailedPrecondition, "period_goes_back"},
    {Reason::kCannotChange, absl::StatusCode::kFailedPrecondition, "cannot_change"},
    {Reason::kSourceBusy, absl::StatusCode::kFailedPrecondition, "source_busy"},
    {Reason::kCalledFromSink, absl::StatusCode::kFailedPrecondition, "called_from_sink"},
    {Reason::kLimitReached, absl::StatusCode::kResourceExhausted, "limit_reached"},
    {Reason::kClosing, absl::StatusCode::kUnavailable, "closing"},
    {Reason::kStoreUnusable, absl::StatusCode::kFailedPrecondition, "store_unusable"},
    {Reason::kStoreInUse, absl::StatusCode::kFailedPrecondition, "store_in_use"},
    {Reason::kStoreDiffers, absl::StatusCode::kFailedPrecondition, "store_differs"},
    {Reason::kDamaged, absl::StatusCode::kDataLoss, "damaged"},
    {Reason::kStoreFailed, absl::StatusCode::kUnavailable, "store_failed"},
    {Reason::kNotKept, absl::StatusCode::kFailedPrecondition, "not_kept"},
    {Reason::kDiskFull, absl::StatusCode::kResourceExhausted, "disk_full"},
    {Reason::kUnknownEndpoint, absl::StatusCode::kNotFound, "unknown_endpoint"},
    {Reason::kUnknownDelivery, absl::StatusCode::kNotFound, "unknown_delivery"},
    {Reason::kNameUsed, absl::StatusCode::kAlreadyExists, "name_used"},
}};

constexpr bool IsIndexedByReason() {
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    if (kReasons[i].reason != static_cast<Reason>(i)) return false;
  }
  return static_cast<std::size_t>(Reason::kNameUsed) + 1 == kReasons.size();
}
static_assert(IsIndexedByReason(), "one entry for each reason, in their order");

const ReasonEntry& EntryOf(Reason reason) {
  const auto index = static_cast<std::size_t>(reason);
  ABSL_RAW_CHECK(index < kReasons.size(), "not a Reason");
  return kReasons[index];
}

}  // namespace

Reason ReasonOf(const absl::Status& status) {
  if (status.ok()) return Reason::kNone;
  const absl::optional<absl::Cord> payload = status.GetPayload(kReasonUrl);
  if (!payload.has_value()) return Reason::kNone;
  for (const ReasonEntry& entry : kReasons) {
    if (*payload == entry.name) return entry.reason;
  }
  return Reason::kNone;
}

absl::string_view ReasonName(Reason reason) { return EntryOf(reason).name; }

std::optional<AlertId> ConflictingAlert(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kConflictingAlertUrl);
  if (!payload.has_value()) return std::nullopt;
  absl::StatusOr<AlertId> holder = AlertId::Parse(std::string(*payload));
  if (!holder.ok()) return std::nullopt;
  return *holder;
}

absl::Status MakeStatus(Reason reason, absl::string_view message) {
  const ReasonEntry& entry = EntryOf(reason);
  // An error that turned out OK would be taken for a success.
  ABSL_RAW_CHECK(entry.code != absl::StatusCode::kOk, "an error needs a reason");
  absl::Status status(entry.code, message);
  status.SetPayload(kReasonUrl, absl::Cord(entry.name));
  return status;
}

absl::Status UniquenessKeyUsed(AlertId holder, AlertStatus holder_status,
                               absl::string_view key) {
  const std::string id = holder.ToString();
  const bool archived = holder_status == AlertStatus::kArchived;
  absl::Status status = MakeStatus(
      Reason::kUniquenessKeyUsed,
      absl::StrCat("the uniqueness_key ", Quote(key), " is held by the alert ", id,
                   archived
                       ? ", which was archived without releasing it; give another one"
                       : "; give another one, or archive that alert with "
                         "release_uniqueness_key"));
  status.SetPayload(kConflictingAlertUrl, absl::Cord(id));
  return status;
}

}  // namespace tocsin
