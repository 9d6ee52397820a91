#ifndef TOCSIN_ENGINE_MODEL_CUSTOMER_ALERT_H_
#define TOCSIN_ENGINE_MODEL_CUSTOMER_ALERT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/model/customer.h"
#include "tocsin/customer_alert.h"

namespace tocsin::model {

// The instance key that a selector means under an alert; nothing for the whole.
// Error: kInvalidArgument if it does not name just the alert's open group keys;
// those that the alert gives a value may be named with that value.
absl::StatusOr<std::optional<std::string>> InstanceOf(const AlertVersion& alert,
                                                      const InstanceSelector& selector);

// Whether the customer has such an instance. Error: kNotFound.
absl::Status CheckInstance(Customer* customer, const AlertVersion& alert,
                           const std::optional<std::string>& instance);

// Clears what was concluded, raises the epoch and makes a judgement pending, of
// all instances or of one that exists. Needs `TakeIn` first.
void ResetAlert(Customer* customer, const AlertPtr& alert,
                const std::optional<std::string>& instance);

// Whether a reset of the customer alert is pending already.
bool HasPendingReset(const Customer& customer, const AlertId& alert);

// How a customer stands under an alert, as a whole or in one instance. Needs
// `TakeIn` first.
CustomerAlert Describe(Customer* customer, const AlertVersion& alert,
                       const std::optional<std::string>& instance);

// All instances that the customer has under an alert, by key.
std::vector<CustomerAlert> DescribeInstances(Customer* customer,
                                             const AlertVersion& alert);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_CUSTOMER_ALERT_H_
