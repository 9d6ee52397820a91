#ifndef TOCSIN_EXPLANATION_H_
#define TOCSIN_EXPLANATION_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "tocsin/customer_alert.h"
#include "tocsin/decimal.h"
#include "tocsin/ids.h"
#include "tocsin/notification.h"

namespace tocsin {

// Why a customer alert, or one instance of it, is what it is.
struct Explanation {
  // How its status came about, as far as that is kept: nothing is remembered of what
  // was never notified nor reset.
  struct Change {
    absl::Time at = {};
    Trigger by = Trigger::kReset;
  };
  // The notification that was decided last, of whatever epoch, delivered or not.
  struct Said {
    NotificationId id = {};
    NotificationKind kind = NotificationKind::kReached;
    absl::Time at = {};
    Decimal value = {};
    std::uint64_t epoch = 0;
    Trigger triggered_by = Trigger::kSpend;
  };
  // A judgement that is owed.
  struct Due {
    absl::Time since = {};  // of the oldest reason, for whichever instance
    // kReset, kAlertUpdated, kAlertCreated, in this order.
    std::vector<Trigger> reasons = {};
  };

  CustomerAlert state = {};  // as `Engine::GetCustomerAlert`
  // Since when it has its status.
  //   evaluating   since the newest reset, enabling or changed filters, or else the
  //                creation; nothing of an instance that an older one concerned, and
  //                the newest did not
  //   in_alarm     since the `reached` of this epoch; nothing if it became so silently
  //   ok           since the `resolved` of this epoch, or, if nothing was said in it,
  //                since the reset that began it; nothing if it never was in alarm, or
  //                recovered without a word
  // Nothing without a status. Of an alert that fans out as a whole nothing either, but
  // while all of it is evaluating; nor of an instance that came after the reset.
  std::optional<Change> status_change = std::nullopt;
  // Of an alert that fans out as a whole: the last of any of its instances that are
  // remembered; of several at one instant the last in the order of one change.
  std::optional<Said> last_notification = std::nullopt;
  std::optional<Due> due = std::nullopt;
};

}  // namespace tocsin

#endif  // TOCSIN_EXPLANATION_H_
