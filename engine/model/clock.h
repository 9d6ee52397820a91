#ifndef TOCSIN_ENGINE_MODEL_CLOCK_H_
#define TOCSIN_ENGINE_MODEL_CLOCK_H_

#include "absl/time/time.h"
#include "engine/model/customer.h"

// What time alone does to a customer: periods end, balances start and end, days run
// down.
namespace tocsin::model {

// Takes in the alert changes that the customer missed, and does what fell due by
// `context.now`: in the order of the instants, each as one change at its own instant,
// judging before it what was pending.
void AdvanceClock(Customer* customer, const Context& context);

// All of the above, and judges what is pending then: what a fact does first.
void BringUpToDate(Customer* customer, const Context& context);

// Ends the current period because of a fact, and begins the one that contains `next`.
void BeginPeriod(Customer* customer, const Context& context, absl::Time next);

// As of a told period, which has begun already.
void ClearPeriod(Customer* customer, const Context& context);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_CLOCK_H_
