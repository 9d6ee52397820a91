#ifndef TOCSIN_ENGINE_MODEL_BALANCE_H_
#define TOCSIN_ENGINE_MODEL_BALANCE_H_

#include "absl/status/status.h"
#include "engine/model/customer.h"
#include "engine/model/posting.h"
#include "engine/model/touched.h"
#include "tocsin/fact.h"

namespace tocsin::model {

// What remains of a balance; null for one that is not known.
const Sum* RemainingOf(const Customer& customer, const BalanceId& id);

absl::Status UnknownBalance(const BalanceDrawn& fact);

// What a balance or a draw says. They need a customer that is up to date. A fact that
// is refused or stale changes nothing.
// Errors, first match first: kFailedPrecondition for a balance of another type or
// credit type than was told; kInvalidArgument for one that ends before it starts;
// kResourceExhausted for too many; kOutOfRange if a sum would not fit.
Outcome TellBalance(Customer* customer, const Context& context, const BalanceTold& fact);
// Errors: kNotFound for a balance that is not known; kOutOfRange.
Outcome DrawBalance(Customer* customer, const Context& context, const BalanceDrawn& fact);

// As `TellBalance`, in a change that is judged when all of it is done. `settled`: what
// remains then, where that was worked out already; else it is what the fact says, unless
// that is stale.
Outcome TakeInBalance(Customer* customer, const Context& context, const BalanceTold& fact,
                      const Sum* settled, Touched* touched);

// What falls due for one balance, in a change that is judged when all of it is done.
void StartBalance(Customer* customer, const Context& context, const BalanceId& id,
                  Touched* touched);
void EndBalance(Customer* customer, const Context& context, const BalanceId& id,
                Touched* touched);
void ReachDays(Customer* customer, const Event& event, Touched* touched);
void ForgetBalance(Customer* customer, const BalanceId& id);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_BALANCE_H_
