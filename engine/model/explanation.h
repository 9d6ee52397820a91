#ifndef TOCSIN_ENGINE_MODEL_EXPLANATION_H_
#define TOCSIN_ENGINE_MODEL_EXPLANATION_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "engine/model/customer.h"
#include "engine/model/decision.h"
#include "tocsin/explanation.h"

namespace tocsin::model {

// An Explanation without the id of what was said last, which follows from `said`.
struct Explained {
  Explanation explanation;
  // As much of the decision as its id is made of.
  std::optional<Decision> said;
};

// Why a customer stands so under an alert, as a whole or in one instance that exists.
// Needs `TakeIn` first.
Explained Explain(const Customer& customer, const AlertPtr& alert,
                  const std::optional<std::string>& instance, absl::Time now);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_EXPLANATION_H_
