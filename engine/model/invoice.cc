#include "engine/model/invoice.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/model/tally.h"
#include "engine/model/turn.h"

namespace tocsin::model {
namespace {

absl::Status OtherCreditType(const InvoiceTold& fact, const Invoice& known) {
  return MakeStatus(
      Reason::kCannotChange,
      absl::StrCat("invoice ", fact.invoice.ToString(), " has the credit_type_id ",
                   known.credit_type.ToString(), " and cannot get ",
                   fact.credit_type->ToString(), "; tell another invoice"));
}

Event EndOfMonth(absl::Time month) {
  return {.at = CalendarMonthAt(month).ends_at,
          .kind = Event::Kind::kMonthEnds,
          .id = {},
          .measure = nullptr};
}

Event ForgettingOf(const InvoiceId& id, const Invoice& invoice, absl::Duration keep) {
  return {.at = invoice.inactive_since + keep,
          .kind = Event::Kind::kForgetInvoice,
          .id = id.uuid(),
          .measure = nullptr};
}

// An invoice that is new belongs to the month that is now.
void JoinMonth(absl::Time now, Customer* customer, Invoice* invoice) {
  Holdings* holdings = customer->holdings.get();
  invoice->month = CalendarMonthAt(now).starts_at;
  if (holdings->invoices_of_month++ > 0) return;
  holdings->month = invoice->month;
  customer->agenda.Insert(EndOfMonth(holdings->month));
}

// Takes an invoice out of every tally, has it changed, and takes it in again.
void RecountInvoice(Customer* customer, const Context& context, const InvoiceId& id,
                    Invoice* invoice, Touched* touched,
                    absl::FunctionRef<void()> change) {
  const auto for_each = [&](auto move) {
    ForEachInvoiceMeasure(
        *customer, context.catalog, *invoice, [&](const MeasurePtr& measure) {
          const bool of_month =
              measure->subject.info().watched != Watched::kInvoicesOfMonth ||
              IsOfMonth(*customer->holdings, *invoice);
          if (!invoice->active || !of_month || !Matches(*measure, *invoice)) return;
          move(&touched->Touch(measure, InstanceOf(*measure, id),
                               Trigger::kInvoiceGeneration));
        });
  };
  for_each([&](Tally* tally) { Exclude(*invoice, tally); });
  change();
  for_each([&](Tally* tally) { Include(*invoice, tally); });
}

std::optional<Decimal> ActiveTotal(const Invoice& invoice) {
  return invoice.active ? std::optional<Decimal>(invoice.total.value) : std::nullopt;
}

}  // namespace

const Sum* TotalOf(const Customer& customer, const InvoiceId& id) {
  if (customer.holdings == nullptr) return nullptr;
  const auto it = customer.holdings->invoices.find(id);
  return it == customer.holdings->invoices.end() ? nullptr : &it->second.total;
}

Outcome TellInvoice(Customer* customer, const Context& context, const InvoiceTold& fact) {
  Turn turn(customer, context, context.now);
  Touched touched(customer, context, context.now, context.now);
  Outcome outcome = TakeInInvoice(customer, context, fact, nullptr, &touched);
  touched.Judge(&turn);
  return outcome;
}

Outcome TakeInInvoice(Customer* customer, const Context& context, const InvoiceTold& fact,
                      const Sum* total, Touched* touched) {
  Outcome outcome;
  const Holdings* held = customer->holdings.get();
  const Invoice* known = nullptr;
  if (held != nullptr) {
    const auto it = held->invoices.find(fact.invoice);
    if (it != held->invoices.end()) known = &it->second;
  }
  if (known != nullptr &&
      fact.credit_type.value_or(known->credit_type) != known->credit_type) {
    outcome.status = OtherCreditType(fact, *known);
    return outcome;
  }
  Invoice next = known != nullptr ? *known : Invoice();
  if (known == nullptr) next.credit_type = fact.credit_type.value_or(UsdCents());
  next.type = fact.invoice_type;
  next.active = fact.active;
  next.inactive_since = context.now;
  if (total != nullptr) {
    next.total = *total;
  } else {
    outcome.stale = next.total.Post({fact.total, true, fact.version}) == Posted::kStale;
  }
  if (outcome.stale) return outcome;
  if (known == nullptr && held != nullptr &&
      held->invoices.size() >= context.instances_per_customer_max) {
    outcome.status =
        TooManyHeld(customer->id, "invoices", context.instances_per_customer_max);
    return outcome;
  }
  Holdings& holdings = customer->HoldingsToChange();
  const std::optional<Bounds> bounds = holdings.invoice_bounds.With(
      known != nullptr ? ActiveTotal(*known) : std::nullopt, ActiveTotal(next));
  if (!bounds.has_value()) {
    outcome.status = HeldOverflow(customer->id, "invoices", fact.total);
    return outcome;
  }
  holdings.invoice_bounds = *bounds;
  const auto [place, inserted] = holdings.invoices.try_emplace(fact.invoice);
  Invoice& invoice = place->second;
  if (inserted) {
    invoice.credit_type = next.credit_type;
    JoinMonth(context.now, customer, &next);
  } else if (!invoice.active) {
    customer->agenda.Erase(ForgettingOf(fact.invoice, invoice, context.keep_ended));
  }
  RecountInvoice(customer, context, fact.invoice, &invoice, touched,
                 [&] { invoice = std::move(next); });
  if (!invoice.active) {
    customer->agenda.Insert(ForgettingOf(fact.invoice, invoice, context.keep_ended));
  }
  return outcome;
}

void EndMonth(Customer* customer, Touched* touched) {
  Holdings& holdings = *customer->holdings;
  std::vector<MeasurePtr> of_month;
  for (const Tallies& tallies : holdings.tallies) {
    if (tallies.measure->subject.info().watched == Watched::kInvoicesOfMonth) {
      of_month.push_back(tallies.measure);
    }
  }
  for (const MeasurePtr& measure : of_month) {
    Tally& tally = touched->EndMonth(measure, "");
    tally.items = 0;
    tally.total = Decimal();
  }
  holdings.month = absl::InfinitePast();
  holdings.invoices_of_month = 0;
}

void ForgetInvoice(Customer* customer, const InvoiceId& id) {
  Holdings& holdings = *customer->holdings;
  const auto it = holdings.invoices.find(id);
  const bool of_month = IsOfMonth(holdings, it->second);
  holdings.invoices.erase(it);
  if (!of_month || --holdings.invoices_of_month > 0) return;
  customer->agenda.Erase(EndOfMonth(holdings.month));
  holdings.month = absl::InfinitePast();
}

}  // namespace tocsin::model
