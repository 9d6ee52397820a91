#ifndef TOCSIN_ENGINE_MODEL_HOLDINGS_H_
#define TOCSIN_ENGINE_MODEL_HOLDINGS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/model/gauge.h"
#include "engine/model/level.h"
#include "engine/model/measure.h"
#include "tocsin/decimal.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"

namespace tocsin::model {

// A commit, contract credit or credit grant as it was told.
struct Balance {
  BalanceType type = BalanceType::kCommit;
  CreditTypeId credit_type;
  Decimal granted;
  Sum remaining;
  absl::Time starts_at = absl::InfinitePast();
  absl::Time ends_at = absl::InfiniteFuture();
  CustomFields custom_fields;
  std::string credit_grant_type;
  std::optional<Seat> seat;

  // As of the last instant that was done for the customer.
  bool started = false;
  bool over = false;

  bool counts() const { return started && !over; }
};

struct Invoice {
  std::string type;
  CreditTypeId credit_type;
  Sum total;
  bool active = false;
  absl::Time month;           // the start of the UTC month that it belongs to
  absl::Time inactive_since;  // while it is not active
};

// What a customer's balances, invoices or plan come to in one instance of a measure.
struct Tally {
  Decimal total;    // remaining of the balances that count, or of the active invoices
  Decimal granted;  // of the balances that count
  // Items with data: balances that have started, active invoices. Those that were
  // forgotten since are among them, so that forgetting changes no status.
  std::uint64_t items = 0;

  // Of days: the end of the balance or plan, while it counts; when the instance was
  // last judged; when the next threshold is reached.
  std::optional<absl::Time> ends_at;
  absl::Time judged_at = absl::InfinitePast();
  absl::Time next_at = absl::InfiniteFuture();

  std::string invoice_type;  // of one invoice

  bool empty() const { return items == 0 && !ends_at.has_value(); }
};

// Which instance stands at what.
struct Standing {
  Level level;
  std::string instance;

  friend bool operator<(const Standing& a, const Standing& b) {
    if (IsLower(a.level, b.level)) return true;
    return !IsLower(b.level, a.level) && a.instance < b.instance;
  }
};

struct Tallies {
  MeasurePtr measure;
  absl::node_hash_map<std::string, Tally> instances;  // by instance key
  // Of a measure that leaves a custom field open: the instances with data, the lowest
  // first, which is what the instance for all of them stands at.
  absl::btree_set<Standing> standings;
};

// What a customer has beside spend and usage: kept only for those who have any of it.
struct Holdings {
  absl::node_hash_map<BalanceId, Balance> balances;
  absl::node_hash_map<InvoiceId, Invoice> invoices;
  Bounds remaining_bounds;
  Bounds granted_bounds;
  Bounds invoice_bounds;

  std::vector<Tallies> tallies;  // those with an instance that is not empty

  // The end of the plan, while it is still to come.
  std::optional<absl::Time> plan_ends_at;

  // Of the current month of invoices: its start, and how many belong to it.
  absl::Time month = absl::InfinitePast();
  std::size_t invoices_of_month = 0;

  Tallies* FindTallies(const Measure* measure) {
    for (Tallies& one : tallies) {
      if (one.measure.get() == measure) return &one;
    }
    return nullptr;
  }
};

// Refusals of what a customer may hold; `what` names the kind, in the plural.
absl::Status TooManyHeld(CustomerId customer, absl::string_view what, std::size_t max);
absl::Status HeldOverflow(CustomerId customer, absl::string_view what, Decimal amount);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_HOLDINGS_H_
