#ifndef TOCSIN_TESTS_HISTORIES_HISTORY_H_
#define TOCSIN_TESTS_HISTORIES_HISTORY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tocsin/alert.h"
#include "tocsin/customer_alert.h"
#include "tocsin/notification.h"
#include "tocsin/reset.h"
#include "tocsin/status.h"

namespace tocsin::testing {

// What several threads did to one customer alert, and what each was answered. Times
// are numbers of one counter that all threads draw from: what ended at a smaller number
// than another began at was before it. Values and thresholds are whole numbers.

enum class Verb { kReset, kSpend, kGet, kThreshold, kDisable, kEnable, kArchive };

// What `GetCustomerAlert` answered.
struct View {
  AlertStatus alert = AlertStatus::kEnabled;
  std::optional<CustomerStatus> status = std::nullopt;
  int threshold = 0;
  int value = 0;
  std::uint64_t epoch = 0;
  std::optional<Trigger> triggered_by = std::nullopt;

  friend bool operator==(const View&, const View&) = default;
};

// What `ResetOptions::on_done` was told, and when.
struct End {
  std::uint64_t at = 0;
  ResetOutcome::Kind kind = ResetOutcome::Kind::kJudged;
  std::uint64_t epoch = 0;
  std::optional<CustomerStatus> status = std::nullopt;  // kJudged
  int value = 0;                                        // kJudged
  bool notified = false;                                // kJudged
  std::uint64_t newer_epoch = 0;                        // kSuperseded
  Reason why = Reason::kNone;                           // kDropped
};

struct Call {
  Verb verb = Verb::kGet;
  int thread = 0;
  std::uint64_t began = 0;
  std::uint64_t ended = 0;
  Reason refused = Reason::kNone;
  int number = 0;                         // kSpend: how much; kThreshold: the new one
  View view = {};                         // kGet
  std::optional<End> end = std::nullopt;  // kReset, if it was accepted and told
};

// A notification as the sink was given it. The engine's clock draws from the counter too,
// so `Notification::timestamp` says when it was decided.
struct Telling {
  std::uint64_t decided = 0;
  std::uint64_t at = 0;
  NotificationKind kind = NotificationKind::kReached;
  std::uint64_t epoch = 0;
  int value = 0;
  int threshold = 0;
  std::optional<int> previous = std::nullopt;
  Trigger by = Trigger::kReset;
  std::uint64_t sequence = 0;
};

struct History {
  // Before it the alert was created and judged, at this value; so at or above the
  // threshold it had spoken in epoch 0.
  int value = 0;
  int threshold = 0;
  bool notify_resolved = false;
  std::uint64_t sequence = 0;  // of the customer's last notification before it

  std::vector<Call> calls = {};
  std::vector<Telling> tellings = {};  // in the order of delivery

  // By time, one a line.
  std::string ToString() const;
  // Whether two calls of different threads were under way at one time.
  bool Overlaps() const;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_HISTORIES_HISTORY_H_
