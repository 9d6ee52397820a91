#ifndef TOCSIN_NOTIFICATION_H_
#define TOCSIN_NOTIFICATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tocsin/alert.h"
#include "tocsin/decimal.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"

namespace tocsin {

enum class NotificationKind : std::uint8_t { kReached, kResolved };

// What led to a judgement.
enum class Trigger : std::uint8_t {
  kSpend,
  kUsage,
  kBalance,            // a balance fact or a draw
  kInvoiceGeneration,  // an invoice fact
  kPeriod,             // a new billing period, or month of invoices
  kClock,              // a balance or plan started, ended, or ran down
  kCustomer,           // a customer or contract fact
  kAlertCreated,
  kAlertUpdated,  // also enabled, or its filters changed
  kReset,
};

// `alert_created`, as on the wire.
absl::string_view TriggerName(Trigger trigger);

// One threshold, reached or left by one customer: a snapshot taken when it was
// decided. The receiver needs no second call to know what happened.
struct Notification {
  // A version-5 UUID of customer, alert, instance, epoch, kind and crossing
  // number: the same crossing has the same id on every replay and machine.
  NotificationId id = {};
  NotificationKind kind = NotificationKind::kReached;
  AlertType alert_type = AlertType::kSpendThresholdReached;
  CustomerId customer = {};
  AlertId alert = {};
  std::string alert_name = {};
  Decimal threshold = {};
  Decimal value = {};
  // The value when this instance was last judged; nothing if it had no data then,
  // or was not judged before in this period, in this scope, or since the alert was
  // created, enabled again or given other filters.
  std::optional<Decimal> previous_value = std::nullopt;
  // How often the customer alert had been reset.
  std::uint64_t epoch = 0;
  // Counts a customer's notifications from 1, without gaps.
  std::uint64_t sequence = 0;
  Trigger triggered_by = Trigger::kSpend;
  // The engine's clock when it was decided.
  absl::Time timestamp = {};
  // Of a type that has one.
  std::optional<CreditTypeId> credit_type = std::nullopt;
  std::optional<BillableMetricId> billable_metric = std::nullopt;
  // Of a percentage: what remains, in the credit type's unit.
  std::optional<Decimal> remaining_balance = std::nullopt;
  // The alert's group keys with the values of this instance, in the alert's order.
  std::vector<GroupValue> group_values = {};
  // The one balance, invoice or seat that it is about.
  std::optional<BalanceId> balance = std::nullopt;
  std::optional<InvoiceId> invoice = std::nullopt;
  std::optional<std::string> invoice_type = std::nullopt;
  std::optional<Seat> seat = std::nullopt;
  // Of an alert whose specifier leaves a custom field open: the field with the value
  // of this instance. Nothing in the notification for all of them.
  std::optional<CustomField> custom_field = std::nullopt;
};

// The webhook envelope `{"id","type","properties":{...}}` in Metronome's names,
// on one line, the same bytes for the same notification.
std::string ToJson(const Notification& notification);
void AppendJson(const Notification& notification, std::string* out);

// Where notifications go.
class NotificationSink {
 public:
  virtual ~NotificationSink() = default;

  // Takes one notification.
  //
  // [Delivery] At least once, and in order for one customer. OK means taken;
  // anything else, or an exception, is a failure and is tried again later with
  // the same notification, the ones behind it waiting.
  // [Threading] One call at a time, on a thread of the engine's pool, or in
  // `Drain` and `Close` where the pool has no threads.
  // [Locking] No lock of the engine is held; it may call the engine, except
  // `Drain` and `Close` (refused with kFailedPrecondition), and must not
  // destroy it.
  // [Errors] Kept and counted; never given to the caller of a fact.
  virtual absl::Status Deliver(const Notification& notification) = 0;

  // Makes what was taken safe, where the sink holds some of it back. With a directory the
  // engine asks for it before it forgets what was taken: after an error, or none because
  // the process died, all that was taken since the last OK comes again when the directory
  // is opened next.
  // [Threading], [Locking] As `Deliver`, of which none is under way.
  virtual absl::Status Sync() { return absl::OkStatus(); }
};

}  // namespace tocsin

#endif  // TOCSIN_NOTIFICATION_H_
