#ifndef TOCSIN_ENGINE_MODEL_PENDING_H_
#define TOCSIN_ENGINE_MODEL_PENDING_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/model/customer.h"
#include "engine/model/turn.h"
#include "tocsin/status.h"

namespace tocsin::model {

// What is owed to a customer, and how it is paid. A change of an alert costs its
// customers nothing until something touches them: then `TakeIn` makes of all the
// changes a customer missed what is pending for it, and `JudgePending` judges
// that, on the values of that moment. Nothing but these touches changes a value,
// so it is as if all had been judged at the instant of the change.

// Takes in the alert changes that the customer has missed: raises epochs, keeps
// and drops sums, and notes what is to be judged. Concludes nothing.
void TakeIn(Customer* customer, const Context& context);

// Judges all that is pending, but no instance that awaits the fact source, as one
// change at `instant`, on the values of `as_of`: the same, or just before it. Needs
// `TakeIn` first.
void JudgePending(Customer* customer, const Context& context, absl::Time instant,
                  absl::Time as_of);

// Judges every instance of an alert that begins to apply to the customer.
void JudgeEntering(Customer* customer, const Context& context, const AlertPtr& alert,
                   Turn* turn);

// Drops what is pending for an alert, or awaits the fact source, if anything does. `why`
// is for who waits for a reset's end.
void DropPending(Customer* customer, const AlertId& alert, Reason why,
                 const Context& context);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_PENDING_H_
