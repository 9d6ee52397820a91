#ifndef TOCSIN_STATUS_H_
#define TOCSIN_STATUS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tocsin/ids.h"

namespace tocsin {

// Why a call or a fact was refused, for programs; the status's message says it
// for people, with the value that was wrong and what would be right. Each
// reason always comes with the same absl::StatusCode.
enum class Reason {
  kNone,               // an OK status, or one that is not of this library
  kMalformed,          // kInvalidArgument: not of the form that is asked for
  kMissing,            // kInvalidArgument: a required value is absent or nil
  kNotOfThisType,      // kInvalidArgument: a filter the alert type does not have
  kTooLong,            // kInvalidArgument: longer or more than its limit
  kOutOfRange,         // kOutOfRange: a number or sum beyond its range
  kTooFarAhead,        // kOutOfRange: stamped too far past the clock
  kUnknownAlert,       // kNotFound
  kUnknownCustomer,    // kNotFound
  kUnknownInstance,    // kNotFound: no such instance under the alert
  kUnknownBalance,     // kNotFound: a draw on a balance never told, or forgotten
  kNotInScope,         // kNotFound: the alert does not speak of the customer
  kUniquenessKeyUsed,  // kAlreadyExists: `ConflictingAlert` names the holder
  kAlertIdUsed,        // kAlreadyExists
  kAlertArchived,      // kFailedPrecondition
  kAlertDisabled,      // kFailedPrecondition
  kAlertNotDisabled,   // kFailedPrecondition
  kCustomerArchived,   // kFailedPrecondition
  kPeriodGoesBack,     // kFailedPrecondition
  kCannotChange,       // kFailedPrecondition: what a balance or invoice is stays
  kSourceBusy,         // kFailedPrecondition: a batch of that source is under way
  kCalledFromSink,     // kFailedPrecondition: not allowed inside a callback
  kLimitReached,       // kResourceExhausted: a bound of `Options`
  kClosing,            // kUnavailable: the engine is closing or closed
  kStoreUnusable,      // kFailedPrecondition: the directory cannot be used as a store
  kStoreInUse,         // kFailedPrecondition: another has it open, or locks its database
  kStoreDiffers,       // kFailedPrecondition: made with an option that cannot change
  kDamaged,            // kDataLoss: what is stored is not what was written
  kStoreFailed,        // kUnavailable: writing failed; the engine has to be opened again
  kNotKept,            // kFailedPrecondition: `Options` say that it is not kept
  kDiskFull,           // kResourceExhausted: less room than `Options::disk_reserve`
  kUnknownEndpoint,    // kNotFound: no webhook has this id
  kUnknownDelivery,    // kNotFound: no dead letter of the webhook has this number
  kNameUsed,           // kAlreadyExists: another webhook has this name
};

// The reason a status of this library carries; kNone for any other.
Reason ReasonOf(const absl::Status& status);

// The reason's name as in logs and JSON: `unknown_alert`.
absl::string_view ReasonName(Reason reason);

// With kUniquenessKeyUsed: the alert that holds the key.
std::optional<AlertId> ConflictingAlert(const absl::Status& status);

}  // namespace tocsin

#endif  // TOCSIN_STATUS_H_
