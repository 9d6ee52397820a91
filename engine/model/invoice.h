#ifndef TOCSIN_ENGINE_MODEL_INVOICE_H_
#define TOCSIN_ENGINE_MODEL_INVOICE_H_

#include "engine/model/customer.h"
#include "engine/model/posting.h"
#include "engine/model/touched.h"
#include "tocsin/fact.h"

namespace tocsin::model {

// What an invoice says. Needs a customer that is up to date. A fact that is refused or
// stale changes nothing.
// Errors, first match first: kFailedPrecondition for an invoice of another credit type
// than was told; kResourceExhausted for too many; kOutOfRange if a sum would not fit.
Outcome TellInvoice(Customer* customer, const Context& context, const InvoiceTold& fact);
// As `TellInvoice`, in a change that is judged when all of it is done. `total`: what it
// comes to then, where that was worked out already.
Outcome TakeInInvoice(Customer* customer, const Context& context, const InvoiceTold& fact,
                      const Sum* total, Touched* touched);

// What an invoice comes to; null for one that is not known.
const Sum* TotalOf(const Customer& customer, const InvoiceId& id);

// The month of invoices is over.
void EndMonth(Customer* customer, Touched* touched);
void ForgetInvoice(Customer* customer, const InvoiceId& id);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_INVOICE_H_
