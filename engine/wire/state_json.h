#ifndef TOCSIN_ENGINE_WIRE_STATE_JSON_H_
#define TOCSIN_ENGINE_WIRE_STATE_JSON_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tocsin/customer_alert.h"

namespace tocsin {

// Parts of what is written of a customer alert, whoever asks.

// Appends an instant in quotes.
void AppendTimeText(absl::Time time, std::string* out);

// Appends `"a name"` of the wire, or `null`.
void AppendNameOrNull(std::optional<absl::string_view> name, std::string* out);

// Appends `"customer_status":S|null,"triggered_by":S|null,"value":D|null`.
void AppendStanding(const CustomerAlert& alert, std::string* out);

// Appends `,"instances":[...]`; nothing if there is no list of them.
void AppendInstances(const std::vector<CustomerAlert>* instances, std::string* out);

// Appends the fields by which a reset names the instance, each with a comma behind it.
void AppendSelectorJson(AlertType type, const InstanceSelector& instance,
                        std::string* out);
InstanceSelector SelectorOf(const CustomerAlert& instance);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_STATE_JSON_H_
