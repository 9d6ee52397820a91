// Balances and invoices: what a fact says of them, and what follows.
#include <algorithm>
#include <utility>

#include "tests/support/reference_model.h"

namespace tocsin::testing {
namespace {

// Whether all of one sign fit a Decimal together, so that any part of them does.
class SumCheck {
 public:
  void Add(const Wide& units) { (units < 0 ? below_ : above_) += units; }
  bool Fits() const {
    const Wide limit = Wide(1) << 127;
    return above_ < limit && below_ >= -limit;
  }

 private:
  Wide above_ = 0;
  Wide below_ = 0;
};

template <typename T>
void Take(const Patch<T>& patch, std::optional<T>& field) {
  if (!patch.keeps()) field = patch.value();
}

// All balances as if every one counted, with what one of them will be.
bool BalancesFit(const std::map<BalanceId, Balance>& balances, BalanceId id,
                 const Balance& balance, const Wide& remaining_units) {
  SumCheck remaining;
  SumCheck granted;
  remaining.Add(remaining_units);
  granted.Add(Wide(balance.granted.units()));
  for (const auto& [other_id, other] : balances) {
    if (other_id == id) continue;
    remaining.Add(Wide(other.remaining.units()));
    granted.Add(Wide(other.granted.units()));
  }
  return remaining.Fits() && granted.Fits();
}

bool InvoicesFit(const std::map<InvoiceId, Invoice>& invoices, InvoiceId id,
                 const Invoice& invoice) {
  SumCheck total;
  if (invoice.active) total.Add(Wide(invoice.total.units()));
  for (const auto& [other_id, other] : invoices) {
    if (other_id != id && other.active) total.Add(Wide(other.total.units()));
  }
  return total.Fits();
}

bool IsOlder(const std::optional<std::uint64_t>& version,
             const std::optional<std::uint64_t>& newest) {
  return version && newest && *version < *newest;
}

void RaiseTo(const std::optional<std::uint64_t>& version,
             std::optional<std::uint64_t>& newest) {
  if (version) newest = std::max(newest.value_or(0), *version);
}

}  // namespace

absl::Status ReferenceModel::ApplyBalance(Customer& customer, const BalanceTold& told,
                                          bool& stale) {
  auto known = customer.balances.find(told.balance);
  const bool is_new = known == customer.balances.end();
  Balance next;
  if (is_new) {
    next.type = told.type;
    next.credit_type = told.credit_type.value_or(UsdCents());
  } else {
    next = known->second;
  }
  if (told.type != next.type) return Refused(Reason::kCannotChange);
  if (told.credit_type.value_or(next.credit_type) != next.credit_type) {
    return Refused(Reason::kCannotChange);
  }
  Take(told.starts_at, next.starts_at);
  Take(told.ends_at, next.ends_at);
  Take(told.credit_grant_type, next.credit_grant_type);
  Take(told.seat, next.seat);
  if (!told.custom_fields.keeps()) {
    next.custom_fields = told.custom_fields.value().value_or(CustomFields());
  }
  if (next.starts_at && next.ends_at && *next.ends_at <= *next.starts_at) {
    return Refused(Reason::kMalformed);
  }
  stale = IsOlder(told.version, next.newest);
  if (stale) return absl::OkStatus();
  if (is_new && customer.balances.size() >= options_.instances_per_customer_max) {
    return Refused(Reason::kLimitReached);
  }
  next.granted = told.granted;
  next.remaining = told.remaining;
  const Wide remaining(told.remaining.units());
  if (!BalancesFit(customer.balances, told.balance, next, remaining)) {
    return Refused(Reason::kOutOfRange);
  }
  RaiseTo(told.version, next.newest);
  if (told.version) next.last_total = told.version;
  SetBalance(customer, told.balance, next);
  return absl::OkStatus();
}

absl::Status ReferenceModel::ApplyDraw(Customer& customer, const BalanceDrawn& drawn,
                                       bool& stale) {
  auto known = customer.balances.find(drawn.balance);
  if (known == customer.balances.end()) return Refused(Reason::kUnknownBalance);
  Balance next = known->second;
  stale = drawn.version && next.last_total && *drawn.version <= *next.last_total;
  if (stale) return absl::OkStatus();
  const Wide remaining = Wide(next.remaining.units()) - Wide(drawn.amount.units());
  if (!BalancesFit(customer.balances, drawn.balance, next, remaining)) {
    return Refused(Reason::kOutOfRange);
  }
  next.remaining = Rounded({remaining, 1});
  RaiseTo(drawn.version, next.newest);
  SetBalance(customer, drawn.balance, next);
  return absl::OkStatus();
}

void ReferenceModel::SetBalance(Customer& customer, BalanceId id,
                                const Balance& balance) {
  const Values before = LastValues(customer, IsOfBalances);
  customer.balances[id] = balance;
  customer.balances[id].told_at = now_;
  Change change;
  JudgeChange(customer, before, IsOfBalances, Trigger::kBalance, change);
  Publish(customer, std::move(change), now_);
}

absl::Status ReferenceModel::ApplyInvoice(Customer& customer, const InvoiceTold& told,
                                          bool& stale) {
  auto known = customer.invoices.find(told.invoice);
  const bool is_new = known == customer.invoices.end();
  Invoice next;
  if (is_new) {
    next.credit_type = told.credit_type.value_or(UsdCents());
    next.month = MonthOf(customer.moment).month;
  } else {
    next = known->second;
  }
  if (told.credit_type.value_or(next.credit_type) != next.credit_type) {
    return Refused(Reason::kCannotChange);
  }
  stale = IsOlder(told.version, next.newest);
  if (stale) return absl::OkStatus();
  if (is_new && customer.invoices.size() >= options_.instances_per_customer_max) {
    return Refused(Reason::kLimitReached);
  }
  next.invoice_type = told.invoice_type;
  next.total = told.total;
  next.active = told.active;
  if (!InvoicesFit(customer.invoices, told.invoice, next)) {
    return Refused(Reason::kOutOfRange);
  }
  RaiseTo(told.version, next.newest);
  next.told_at = now_;
  const Values before = LastValues(customer, IsOfInvoices);
  customer.invoices[told.invoice] = next;
  Change change;
  JudgeChange(customer, before, IsOfInvoices, Trigger::kInvoiceGeneration, change);
  Publish(customer, std::move(change), now_);
  return absl::OkStatus();
}

}  // namespace tocsin::testing
