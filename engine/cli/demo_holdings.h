#ifndef TOCSIN_ENGINE_CLI_DEMO_HOLDINGS_H_
#define TOCSIN_ENGINE_CLI_DEMO_HOLDINGS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/cli/demo_feed.h"
#include "tocsin/decimal.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"

namespace tocsin::cli {

// What a file says of balances, seats, invoices and plans, so that alerts can be
// chosen that suit it. When a balance begins and ends is left out of account.
//
// Thread safety: one thread at a time.
class DemoHoldings {
 public:
  // Facts of spend, usage, contracts and periods are passed over.
  void Add(const Fact& fact);

  // For the kinds and credit types of balances that come first in the order of their
  // ids: one on what remains, and one on the days left if any has an end. One on seats,
  // one on invoices, one on the days left of plans.
  void AddAlerts(std::vector<DemoAlert>* alerts) const;

 private:
  // A sum, and the lowest that it was.
  struct Low {
    Decimal sum;
    std::optional<Decimal> lowest;
  };
  // Balances of one kind in one credit type.
  using PoolId = std::pair<BalanceType, CreditTypeId>;
  struct Pool {
    bool has_end = false;
    absl::flat_hash_map<CustomerId, Low> customers;
  };
  struct Balance {
    PoolId pool;
    Decimal remaining;
    std::optional<Seat> seat;
  };

  void AddBalance(const BalanceTold& told);
  void AddDraw(const BalanceDrawn& drawn);
  void AddInvoice(const InvoiceTold& told);
  Low& PlaceOf(const CustomerId& customer, const Balance& balance);
  void AddPoolAlerts(const PoolId& id, const Pool& pool,
                     std::vector<DemoAlert>* alerts) const;
  void AddSeatAlert(std::vector<DemoAlert>* alerts) const;
  void AddInvoiceAlert(std::vector<DemoAlert>* alerts) const;

  absl::flat_hash_map<std::pair<CustomerId, BalanceId>, Balance> balances_;
  std::map<PoolId, Pool> pools_;
  // By the group key, then the customer and the value.
  std::map<std::string, absl::flat_hash_map<std::pair<CustomerId, std::string>, Low>>
      seats_;
  absl::flat_hash_map<std::pair<CustomerId, InvoiceId>, CreditTypeId> invoices_;
  std::map<CreditTypeId, std::vector<Decimal>> invoice_totals_;
  bool has_plan_end_ = false;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_DEMO_HOLDINGS_H_
