#ifndef TOCSIN_JSON_H_
#define TOCSIN_JSON_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "tocsin/alert.h"
#include "tocsin/customer_alert.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"

namespace tocsin {

// Facts, alerts and what is done to alerts, read from JSON (the library target
// `tocsin_json`; the engine itself needs none of it).
//
// Of every text that is read:
// - Numbers are read from their digits, never through a floating-point number.
//   Decimals may be JSON numbers (digits after the twelfth fractional one round
//   half to even) or strings (such digits are refused).
// - A key twice in an object is refused, however deep; so are invalid UTF-8, a
//   byte order mark, anything behind the value, and more than 16 levels.
// - A fact may have fields that are not known: they are passed over, so that a log may
//   carry more than tocsin reads. In all else, alerts and what is done to them, such a
//   field is refused, at whatever depth: to pass it over would do something else than
//   what was asked for.
// - `null` takes an optional field of a `customer` or `balance` fact away (all but
//   `archived`, where it is refused, and `version`), and counts as left out
//   elsewhere. A balance whose credit type is taken away is one of USD in cents.
// - An error names the field, its value and what would be right. It carries a
//   Reason: kMalformed, kMissing, kOutOfRange, kTooLong or kNotOfThisType.
// The limits of the domain (how long a name may be, how many group values) and
// which filters a type of alert has are the engine's to judge, not the reader's.
//
// In the forms below, U is the text of a UUID, D a decimal, T an RFC 3339 timestamp,
// S a string, N an unsigned integer, B `true` or `false`; `?` marks what may be left
// out.
//
// The facts:
//   {"type":"spend","customer_id":U,"amount":D,"credit_type_id":U?,"contract_id":U?,
//    "group_values":{S:S}?,"version":N?}
//   {"type":"usage","customer_id":U,"billable_metric_id":U,"quantity":D,
//    "group_values":{S:S}?,"version":N?}
// either with `"total":D` in the place of `amount` or `quantity`,
//   {"type":"balance","customer_id":U,"balance_id":U,
//    "balance_type":"commit"|"contract_credit"|"credit_grant","credit_type_id":U?,
//    "granted":D,"remaining":D,"starts_at":T?,"ends_at":T?,"custom_fields":{S:S}?,
//    "credit_grant_type":S?,"seat":{"seat_group_key":S,"seat_group_value":S}?,
//    "version":N?}
//   {"type":"draw","customer_id":U,"balance_id":U,"amount":D,"version":N?}
//   {"type":"invoice","customer_id":U,"invoice_id":U,"invoice_type":S,
//    "credit_type_id":U?,"total":D,"active":B,"version":N?}
//   {"type":"period","customer_id":U,"starts_at":T,"ends_at":T}
//   {"type":"customer","customer_id":U,"plan_id":U?,"plan_ends_at":T?,
//    "custom_fields":{S:S}?,"archived":B?}
//   {"type":"contract","customer_id":U,"contract_id":U,"custom_fields":{S:S}}
// Each may carry `"timestamp":T`.
//
// The filters of an alert; an empty list is none:
//   "group_values":[{"key":S,"value":S?}]?
//   "custom_field_filters":[{"entity":E,"key":S,"value":S}]?
//   "invoice_types_filter":[S]?
//   "credit_grant_type_filters":[S]?
//   "seat_filter":{"seat_group_key":S,"seat_group_value":S?}?
//   "alert_specifiers":[{"custom_field_filters":[{"entity":E,"key":S,"value":S?}]?,
//      "exclude":[{"custom_field_filters":[{"entity":E,"key":S,"value":S}]}]?}]?
// where E is "Contract", "Commit", "ContractCredit" or "ContractCreditOrCommit".

// The longest statement, in bytes.
inline constexpr std::size_t kStatementBytesMax = std::size_t{1} << 20;
// The longest array of alerts, in bytes.
inline constexpr std::size_t kAlertsBytesMax = std::size_t{64} << 20;
// Values, at whatever depth, in one statement or one alert body; and in one
// array of alerts.
inline constexpr std::size_t kStatementValuesMax = 65'536;
inline constexpr std::size_t kAlertsValuesMax = std::size_t{1} << 20;
inline constexpr std::size_t kJsonDepthMax = 16;

// The lines below that name an alert take `id` and `alert_id` for it, whichever is
// written here; both must be the same if both are given.

// {"type":"reset","customer_id":U,"alert_id":U}, and for one instance one of
//   "group_values":[{"key":S,"value":S}], or {S:S} as in facts; without any value in
//     them they are refused
//   "balance_id":U
//   "invoice_id":U
//   "seat_filter":{"seat_group_key":S,"seat_group_value":S}
//   "alert_specifiers":[{"custom_field_filters":[{"entity":E?,"key":S,"value":S}]}],
// of which the last is for an alert whose specifier leaves a custom field open.
struct ResetStatement {
  CustomerId customer = {};
  AlertId alert = {};
  InstanceSelector instance = {};
};

// {"type":"clock"}: says only what time it is.
struct ClockStatement {};

// {"type":"alert","alert":{...}}
struct AlertStatement {
  AlertSpec spec = {};
};

// {"type":"alert_update","id":U,"name":S?,"threshold":D?,"notify_resolved":B?,
//  the filters, "on_change":"keep"|"notify_again"?}
// One that changes nothing is refused.
struct AlertUpdateStatement {
  AlertId alert = {};
  AlertUpdate update = {};
};

// {"type":"archive","id":U,"release_uniqueness_key":B?}
struct ArchiveStatement {
  AlertId alert = {};
  ArchiveOptions options = {};
};

// {"type":"disable","id":U}
struct DisableStatement {
  AlertId alert = {};
};

// {"type":"enable","id":U}
struct EnableStatement {
  AlertId alert = {};
};

// One line of a replay file: a fact, or something done to an alert.
struct Statement {
  // When it happened; every statement may carry a `timestamp`. Nothing: at the
  // clock. Of a spend or usage fact it is the fact's own time, too.
  std::optional<absl::Time> time = std::nullopt;
  std::variant<ClockStatement, Fact, ResetStatement, AlertStatement, AlertUpdateStatement,
               ArchiveStatement, DisableStatement, EnableStatement>
      what = ClockStatement{};
};

// Reads statements, one after the other. Keeps its buffers between two of them:
// in a loop far faster than `StatementFromJson`.
//
// Thread safety: one thread at a time; any number of readers beside each other.
class StatementReader {
 public:
  StatementReader();
  ~StatementReader();
  StatementReader(StatementReader&&) noexcept;
  StatementReader& operator=(StatementReader&&) noexcept;

  // Reads one JSON object, with nothing but white space around it. After an
  // error `statement->time` is the time in the object's `timestamp`, whatever else
  // is wrong with it; nothing if there is none, if it is no time or stands twice, or
  // if the text is no JSON object within the limits above. The rest of `*statement`
  // is unspecified then.
  absl::Status Read(absl::string_view json, Statement* statement);

  // After an OK: the fields of the fact that were passed over, in the order of the
  // text; none of another statement. Good until the next call, as long as the text is.
  absl::Span<const absl::string_view> passed_over() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

absl::StatusOr<Statement> StatementFromJson(absl::string_view json);

// Of a field that was passed over: the field of facts that may be meant by it, such as
// `ends_at` by `end_at`. Empty: none, or it is one itself, of another fact.
absl::string_view FactFieldMeant(absl::string_view name);

// The body of `/v1/alerts/create`, with `id` and `notify_resolved` beside it:
// {"id":U?,"alert_type":S,"name":S,"threshold":D,"uniqueness_key":S?,
//  "customer_id":U?,"plan_id":U?,"credit_type_id":U?,"billable_metric_id":U?,
//  the filters, "evaluate_on_create":B?,"notify_resolved":B?}
absl::StatusOr<AlertSpec> AlertSpecFromJson(absl::string_view json);

// An array of them. An error names the element, and in front of it the line on which
// it begins (or, where the text is no JSON, the line of the fault) and its id, if it has
// one: `line 12, alert "a1e00000-...": [3].threshold: is missing, ...`.
absl::StatusOr<std::vector<AlertSpec>> AlertSpecsFromJson(absl::string_view json);

// The same for what the engine says of an alert of such an array, which has been read:
// `line 12, alert "a1e00000-...": [3]`.
std::string AlertPlace(absl::string_view json, std::size_t index);

// Appends one customer alert, as `tocsin replay --state` writes it:
//   {"customer_id":U,"alert_id":U,"customer_status":S|null,"triggered_by":S|null,
//    "value":D|null,"threshold":D,"epoch":N}
// Of an alert with instances, `instances` are those to name; they are added as
//   "instances":[{"group_values":[{"key":S,"value":S}],"customer_status":S|null,
//                 "triggered_by":S|null,"value":D|null,"epoch":N}]
// where `group_values`, `balance_id`, `invoice_id`, `seat_filter` or
// `alert_specifiers` names an instance as in a reset. The one
// of all values of an open custom field has no name.
// Null: an alert without instances.
void AppendStateJson(const CustomerAlert& whole,
                     const std::vector<CustomerAlert>* instances, std::string* out);

// Appends `text`, which is UTF-8, as a JSON string with its quotes: on one line.
void AppendJsonText(absl::string_view text, std::string* out);

}  // namespace tocsin

#endif  // TOCSIN_JSON_H_
