#ifndef TOCSIN_ENGINE_MODEL_SELECTOR_H_
#define TOCSIN_ENGINE_MODEL_SELECTOR_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/model/alert_version.h"
#include "tocsin/customer_alert.h"

// Between an instance's key and what it is called outside.
namespace tocsin::model {

// Error: kInvalidArgument for a nil id.
absl::Status CheckIds(const InstanceSelector& selector);

// The instance key that a selector means under an alert; nothing for the whole.
// Error: kInvalidArgument if it does not name just what the alert leaves open; what the
// alert fixes may be named with the same value.
absl::StatusOr<std::optional<std::string>> InstanceOf(const AlertVersion& alert,
                                                      const InstanceSelector& selector);

// What an instance of an alert is about: the alert's group keys with their values, or
// the one balance, invoice, seat or custom field.
InstanceSelector SelectorOf(const AlertSpec& spec, absl::string_view instance);

// What an instance is about, for a message.
std::string NameInstance(const AlertSpec& spec, absl::string_view instance);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_SELECTOR_H_
