#ifndef TOCSIN_ENGINE_STORE_ENTRY_H_
#define TOCSIN_ENGINE_STORE_ENTRY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/store/archive.h"
#include "tocsin/alert.h"
#include "tocsin/decimal.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"
#include "tocsin/notification.h"
#include "tocsin/options.h"

// The journal says what was done, in the order in which it was done to each customer, so
// that it can be done again: by the same functions, at the same instants. It is a
// sequence of entries; in docs/durability.md is how they stand in bytes.
namespace tocsin::store {

// The entries up to the next one of this kind were one step under one lock, which the
// clock showed this instant.
struct At {
  absl::Time instant = {};
};

// Something looked at a customer.
struct Touched {
  enum class How : std::uint8_t {
    kRefreshed,        // what had fallen due by the clock was done
    kBroughtUpToDate,  // and what was pending was judged
    kJudged,           // and reads of the fact source that were due begun
    kReadsDropped,     // reads under way are to begin again
  };
  CustomerId customer = {};
  How how = How::kRefreshed;
};

// A sweep after changes of alerts has looked at the customers of one of so many shards
// that are from the first to the last by id, both among them. Where one had something
// more to be done, there is an entry of its own.
struct Swept {
  std::uint64_t shards = 0;
  std::uint64_t shard = 0;
  CustomerId first = {};
  CustomerId last = {};
};

struct WasReset {
  CustomerId customer = {};
  AlertId alert = {};
  std::optional<std::string> instance = std::nullopt;  // its key; nothing: the whole
  bool read_anew = false;
};

// The fact source answered a read that was under way.
struct Answered {
  CustomerId customer = {};
  AlertId alert = {};
  std::optional<std::string> error = std::nullopt;  // else it has facts, if only none
  std::vector<Fact> facts = {};
};

struct AlertCreated {
  AlertSpec spec = {};  // with its id
  absl::Time drafted_at = {};
};
struct AlertUpdated {
  AlertId alert = {};
  AlertUpdate update = {};
  absl::Time drafted_at = {};
};
struct AlertStatusSet {
  AlertId alert = {};
  AlertStatus status = AlertStatus::kEnabled;
  bool release_uniqueness_key = false;
  absl::Time drafted_at = {};
};

// What the step decided.
struct Decided {
  CustomerId customer = {};
  AlertId alert = {};
  std::string instance = {};  // its key
  NotificationKind kind = NotificationKind::kReached;
  std::uint64_t epoch = 0;
  std::uint64_t crossing = 0;
  std::uint64_t sequence = 0;
  // What `Explain` shows of it. Does not tell one decision from another.
  Trigger triggered_by = Trigger::kSpend;
  Decimal value = {};
  absl::Time time = absl::InfinitePast();
};

// Whether they decide the same.
inline bool operator==(const Decided& a, const Decided& b) {
  const auto all = [](const Decided& one) {
    return std::tie(one.customer, one.alert, one.instance, one.kind, one.epoch,
                    one.crossing, one.sequence);
  };
  return all(a) == all(b);
}

// Something became of an instance in the step of which nothing is said; behind the step
// it is in alarm, or not.
struct Settled {
  CustomerId customer = {};
  AlertId alert = {};
  std::string instance = {};  // its key
  bool in_alarm = false;

  friend bool operator==(const Settled&, const Settled&) = default;
};

// The options by which everything is done from here on.
struct Rules {
  PeriodPolicy period_policy = PeriodPolicy::kOpenEnded;
  std::vector<std::vector<std::string>> tracked_group_keys = {};
  std::uint64_t groups_per_measure_max = 0;
  std::uint64_t instances_per_customer_max = 0;
  absl::Duration keep_ended = {};
  bool has_source = false;
  absl::Duration source_timeout = {};
  std::uint64_t source_attempts_max = 0;
  std::uint64_t read_additions_max = 0;
  std::uint64_t seed = 0;  // of the jitter

  friend bool operator==(const Rules&, const Rules&) = default;
};

using Entry = std::variant<At, Fact, Touched, Swept, WasReset, Answered, AlertCreated,
                           AlertUpdated, AlertStatusSet, Decided, Settled, Rules>;

// Appends an entry. `Put` of a fact is in fact_blob.h.
void Put(const At& entry, std::string* out);
void Put(const Touched& entry, std::string* out);
void Put(const Swept& entry, std::string* out);
void Put(const WasReset& entry, std::string* out);
void Put(const Answered& entry, std::string* out);
void Put(const AlertCreated& entry, std::string* out);
void Put(const AlertUpdated& entry, std::string* out);
void Put(const AlertStatusSet& entry, std::string* out);
void Put(const Decided& entry, std::string* out);
void Put(const Settled& entry, std::string* out);
void Put(const Rules& entry, std::string* out);

// Reads the next one. Fails the reader where there is none.
Entry ReadEntry(Reader* reader);

}  // namespace tocsin::store

#endif  // TOCSIN_ENGINE_STORE_ENTRY_H_
