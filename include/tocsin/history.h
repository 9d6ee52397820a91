#ifndef TOCSIN_HISTORY_H_
#define TOCSIN_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "tocsin/customer_alert.h"
#include "tocsin/decimal.h"
#include "tocsin/notification.h"

namespace tocsin {

// That a customer alert, or one instance of it, came to a status, or was reset.
struct HistoryEvent {
  std::uint64_t number = 0;  // rises in the order in which they became durable
  absl::Time at = {};        // the engine's instant
  // What it came to. `evaluating`: it was reset. Nothing: the customer left the alert's
  // scope, or the alert was disabled or archived.
  std::optional<CustomerStatus> status = std::nullopt;
  Trigger triggered_by = Trigger::kSpend;
  // Of the alert for everybody: enabled, or its filters changed, which is one event for
  // all of its customers and has no epoch and value.
  bool of_all_customers = false;
  // Empty: the whole. By the keys that the alert has now: before a change of its filters
  // it had others, and if they were not as many this is empty too.
  InstanceSelector instance = {};
  std::uint64_t epoch = 0;
  Decimal value = {};  // 0 without data, and of a reset
  // What was said of it, if anything was.
  std::optional<NotificationId> notification = std::nullopt;
};

// Which events are wanted.
struct HistoryRange {
  absl::Time from = absl::InfinitePast();
  absl::Time to = absl::InfiniteFuture();  // not in it
  // Only those with a larger number: to go on behind the last one of an answer.
  std::uint64_t after = 0;
  std::size_t limit = 1'000;  // 1 to 10,000
};

}  // namespace tocsin

#endif  // TOCSIN_HISTORY_H_
