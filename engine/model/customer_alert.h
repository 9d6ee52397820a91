#ifndef TOCSIN_ENGINE_MODEL_CUSTOMER_ALERT_H_
#define TOCSIN_ENGINE_MODEL_CUSTOMER_ALERT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/model/customer.h"
#include "engine/model/selector.h"
#include "tocsin/customer_alert.h"

namespace tocsin::model {

struct Reading;

// Whether the customer has such an instance now. Error: kNotFound.
absl::Status CheckInstance(const Customer& customer, const AlertVersion& alert,
                           const std::optional<std::string>& instance, absl::Time now);

// The status of an instance that has data, of an enabled alert.
CustomerStatus StatusOf(const Customer& customer, const AlertVersion& alert,
                        const Reading& reading);

// Which instances of a customer alert are reset, and how they are judged again.
struct WhatToReset {
  std::string instance;    // empty: all
  bool read_anew = false;  // its re-evaluation awaits the fact source
};

// Clears what was concluded, raises the epoch and makes a judgement pending, of
// all instances or of one that exists. Tells `on_done`, if there is one, when that is
// made or was given up. Needs `TakeIn` first.
void ResetAlert(Customer* customer, const Context& context, const AlertPtr& alert,
                const WhatToReset& what, OnResetDone on_done);

// Whether a reset of the customer alert is pending already, or awaits the fact source.
bool HasPendingReset(const Customer& customer, const AlertId& alert);

// How a customer stands under an alert, as a whole or in one instance. Needs
// `TakeIn` first.
CustomerAlert Describe(const Customer& customer, const AlertVersion& alert,
                       const std::optional<std::string>& instance, absl::Time now);

// All instances that the customer has under an alert, by key.
std::vector<CustomerAlert> DescribeInstances(const Customer& customer,
                                             const AlertVersion& alert, absl::Time now);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_CUSTOMER_ALERT_H_
