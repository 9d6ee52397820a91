#ifndef TOCSIN_ENGINE_MODEL_STANDS_H_
#define TOCSIN_ENGINE_MODEL_STANDS_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "tocsin/ids.h"

// What an older version of this library concluded stands, also where this one would
// conclude otherwise of the same values. Where it does, the status is kept beside them
// until the instance is judged again.
namespace tocsin::model {

struct Customer;

// Whether it is in alarm, by alert and instance key.
using Stands = absl::btree_map<std::pair<AlertId, std::string>, bool>;

// What stands of an instance; nothing if its values tell.
std::optional<bool> FindStand(const Customer& customer, const AlertId& alert,
                              absl::string_view instance);
// The same, and it stands no more: whoever asks judges the instance.
std::optional<bool> TakeStand(Customer* customer, const AlertId& alert,
                              absl::string_view instance);
// Of all instances of an alert, which was reset, or whose scope the customer left.
void DropStands(Customer* customer, const AlertId& alert);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_STANDS_H_
