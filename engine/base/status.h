#ifndef TOCSIN_ENGINE_BASE_STATUS_H_
#define TOCSIN_ENGINE_BASE_STATUS_H_

#include "absl/base/attributes.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tocsin/alert.h"
#include "tocsin/ids.h"
#include "tocsin/status.h"

namespace tocsin {

// An error with the code that belongs to `reason`. `reason` must not be kNone
// (a programmer's error). The message says what was wrong, with which value,
// and what would be right.
ABSL_ATTRIBUTE_COLD absl::Status MakeStatus(Reason reason, absl::string_view message);

// The error for the second use of a uniqueness key, which names the alert that
// holds it. An archived one cannot let go of it any more.
absl::Status UniquenessKeyUsed(AlertId holder, AlertStatus holder_status,
                               absl::string_view key);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_STATUS_H_
