#ifndef TOCSIN_ENGINE_MODEL_STANDS_H_
#define TOCSIN_ENGINE_MODEL_STANDS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/string_view.h"
#include "tocsin/ids.h"

// What an older version of this library concluded stands, also where this one would
// conclude otherwise of the same values. Where it does, the status is kept beside them
// until the instance is judged again.
namespace tocsin::model {

class Catalog;
class Ladder;
struct Customer;

// An alert and the key of an instance.
using InstanceKey = std::pair<AlertId, std::string>;
// Whether it is in alarm.
using Stands = absl::btree_map<InstanceKey, bool>;

// What stands of an instance; nothing if its values tell.
std::optional<bool> FindStand(const Customer& customer, const AlertId& alert,
                              absl::string_view instance);
// The same, and it stands no more: whoever asks judges the instance.
std::optional<bool> TakeStand(Customer* customer, const AlertId& alert,
                              absl::string_view instance);
// Of all instances of an alert, which was reset, or whose scope the customer left.
void DropStands(Customer* customer, const AlertId& alert);

using InAlarm = absl::btree_set<InstanceKey>;

// All instances that are in alarm, of a customer that has taken in all changes of alerts.
InAlarm FindInAlarm(const Customer& customer, const Catalog& catalog);
// The same by the rungs that a plain sum has reached.
void AddReached(const Ladder& ladder, std::size_t reached, InAlarm* in_alarm);
// Has these be in alarm and no others. Returns of how many that was not so.
std::size_t HaveInAlarm(Customer* customer, const Catalog& catalog,
                        const InAlarm& in_alarm);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_STANDS_H_
