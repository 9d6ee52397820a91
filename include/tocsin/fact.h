#ifndef TOCSIN_FACT_H_
#define TOCSIN_FACT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tocsin/alert_type.h"
#include "tocsin/decimal.h"
#include "tocsin/ids.h"

namespace tocsin {

// A fact is one statement about one customer. Fields that are optional say so;
// a `time` left out is the engine's clock. A `version` is a number that the
// host raises; see docs/semantics.md for which facts it makes stale.

struct GroupValue {
  std::string key = {};
  std::string value = {};

  friend bool operator==(const GroupValue&, const GroupValue&) = default;
};

// The seat that a balance belongs to.
struct Seat {
  std::string group_key = {};
  std::string group_value = {};

  friend bool operator==(const Seat&, const Seat&) = default;
};

// A custom field with its value.
struct CustomField {
  std::string key = {};
  std::string value = {};

  friend bool operator==(const CustomField&, const CustomField&) = default;
};

// What was spent in one credit type, before credits; negative to correct.
struct SpendAdded {
  CustomerId customer = {};
  Decimal amount = {};
  CreditTypeId credit_type = UsdCents();
  std::optional<ContractId> contract = std::nullopt;
  std::vector<GroupValue> group_values = {};
  std::optional<std::uint64_t> version = std::nullopt;
  std::optional<absl::Time> time = std::nullopt;
};

// What the period's spend is in all, for just these group values and contract.
struct SpendTotal {
  CustomerId customer = {};
  Decimal total = {};
  CreditTypeId credit_type = UsdCents();
  std::optional<ContractId> contract = std::nullopt;
  std::vector<GroupValue> group_values = {};
  std::optional<std::uint64_t> version = std::nullopt;
  std::optional<absl::Time> time = std::nullopt;
};

// How much of a billable metric was used; negative to correct.
struct UsageAdded {
  CustomerId customer = {};
  BillableMetricId billable_metric = {};
  Decimal quantity = {};
  std::vector<GroupValue> group_values = {};
  std::optional<std::uint64_t> version = std::nullopt;
  std::optional<absl::Time> time = std::nullopt;
};

// What the period's usage is in all, for just these group values.
struct UsageTotal {
  CustomerId customer = {};
  BillableMetricId billable_metric = {};
  Decimal total = {};
  std::vector<GroupValue> group_values = {};
  std::optional<std::uint64_t> version = std::nullopt;
  std::optional<absl::Time> time = std::nullopt;
};

// The customer's billing period `[starts_at, ends_at)`.
struct PeriodTold {
  CustomerId customer = {};
  absl::Time starts_at = {};
  absl::Time ends_at = {};
};

using CustomFields = std::map<std::string, std::string>;

// What a fact says about an optional field: nothing (the field keeps what it
// was), that it is gone, or its new value.
template <typename T>
class Patch {
 public:
  Patch() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Patch(T value) : value_(std::make_unique<Value>(std::move(value))) {}
  Patch(const Patch& other)
      : value_(other.keeps() ? nullptr : std::make_unique<Value>(*other.value_)) {}
  Patch(Patch&&) noexcept = default;
  Patch& operator=(const Patch& other) { return *this = Patch(other); }
  Patch& operator=(Patch&&) noexcept = default;
  ~Patch() = default;
  static Patch Clear() {
    Patch patch;
    patch.value_ = std::make_unique<Value>();
    return patch;
  }

  bool keeps() const { return value_ == nullptr; }
  // The new value; nothing where there is none, or it is taken away.
  const std::optional<T>& value() const {
    static const Value none;
    return keeps() ? none : *value_;
  }

 private:
  using Value = std::optional<T>;

  // Apart, as few facts say anything of such a field, and every `Fact` has the room of
  // the largest.
  std::unique_ptr<const Value> value_;
};

// That a customer exists, and what is known of it. Fields left out keep what
// they were; `custom_fields` is replaced whole.
struct CustomerTold {
  CustomerId customer = {};
  Patch<PlanId> plan = {};
  Patch<absl::Time> plan_ends_at = {};
  Patch<CustomFields> custom_fields = {};
  std::optional<bool> archived = std::nullopt;
};

// The custom fields of a contract, replaced whole. Moves the period's spend of
// that contract in or out of the alerts that filter by them, at once.
struct ContractTold {
  CustomerId customer = {};
  ContractId contract = {};
  CustomFields custom_fields = {};
};

// A commit, contract credit or credit grant: what was granted and what remains of it.
// Fields left out keep what they were; `custom_fields` is replaced whole. It counts
// while `starts_at <= now < ends_at`; what is not given is without bound.
struct BalanceTold {
  CustomerId customer = {};
  BalanceId balance = {};
  BalanceType type = BalanceType::kCommit;  // stays what it was told first
  // USD in cents if it was never given; stays what it was told first.
  std::optional<CreditTypeId> credit_type = std::nullopt;
  Decimal granted = {};    // 0 or more
  Decimal remaining = {};  // may be below 0 or above what was granted
  Patch<absl::Time> starts_at = {};
  Patch<absl::Time> ends_at = {};
  Patch<CustomFields> custom_fields = {};
  Patch<std::string> credit_grant_type = {};
  // A seat's balances count for seat alerts, and for no others.
  Patch<Seat> seat = {};
  std::optional<std::uint64_t> version = std::nullopt;
};

// What was taken from one balance; negative to give back.
struct BalanceDrawn {
  CustomerId customer = {};
  BalanceId balance = {};
  Decimal amount = {};
  std::optional<std::uint64_t> version = std::nullopt;
};

// What an invoice comes to. It belongs to the UTC month in which it is told first.
struct InvoiceTold {
  CustomerId customer = {};
  InvoiceId invoice = {};
  std::string invoice_type = {};  // 1 to 128 bytes
  // USD in cents if it was never given; stays what it was told first.
  std::optional<CreditTypeId> credit_type = std::nullopt;
  Decimal total = {};
  bool active = true;
  std::optional<std::uint64_t> version = std::nullopt;
};

using Fact =
    std::variant<SpendAdded, SpendTotal, UsageAdded, UsageTotal, PeriodTold, CustomerTold,
                 ContractTold, BalanceTold, BalanceDrawn, InvoiceTold>;

// Where a batch stands in the host's log. Offsets of one source only rise.
struct Position {
  std::string source = {};
  std::uint64_t offset = 0;
};

struct ApplyOptions {
  // A batch whose offset is not above the last one applied from its source is
  // ignored whole and says so in `ApplyResult::ignored`.
  std::optional<Position> position = std::nullopt;

  // For a host without a log: one for each fact, 1 to 128 bytes, or empty for one without
  // an id; or none at all. A fact whose customer had one with the same id is ignored, as
  // far back as `Options::fact_ids_max` and `fact_ids_keep` say; one that was refused
  // leaves its id free. Not with `ApplyTracked`.
  absl::Span<const std::string> fact_ids = {};
};

// What became of one fact that was not simply counted.
struct FactReport {
  enum class Kind {
    kRefused,       // nothing of it was applied; `status` says why
    kStale,         // already contained in what was applied
    kLate,          // stamped before the customer's current period
    kDuplicate,     // one with its id was applied before
    kGroupDropped,  // counted, but not in a measure that has too many group values
  };
  std::size_t index = 0;  // in the batch
  Kind kind = Kind::kRefused;
  absl::Status status = absl::OkStatus();
};

struct [[nodiscard]] ApplyResult {
  // Of the batch as a whole. OK also if single facts were refused. Anything
  // else means that nothing of the batch was applied.
  absl::Status status = absl::OkStatus();
  // The batch's position had been applied already.
  bool ignored = false;
  std::size_t applied = 0;  // facts counted in full or in part
  std::size_t refused = 0;
  std::size_t stale = 0;
  std::size_t late = 0;
  std::size_t duplicates = 0;
  std::size_t group_dropped = 0;  // of the applied ones
  // One for each fact that was not simply counted, by index.
  std::vector<FactReport> reports = {};
};

}  // namespace tocsin

#endif  // TOCSIN_FACT_H_
