#ifndef TOCSIN_ENGINE_MODEL_PLAN_H_
#define TOCSIN_ENGINE_MODEL_PLAN_H_

#include "engine/model/customer.h"
#include "engine/model/touched.h"

namespace tocsin::model {

// Brings what is kept of the plan's days in line with the customer's `plan_ends_at`. A
// plan that counted and whose end has come by `context.now` is over.
void SetPlanEnd(Customer* customer, const Context& context, Touched* touched);

// The plan that counts is over.
void EndPlan(Customer* customer, const Context& context, Trigger trigger,
             Touched* touched);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_PLAN_H_
