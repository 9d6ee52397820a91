#ifndef TOCSIN_ENGINE_MODEL_TURN_H_
#define TOCSIN_ENGINE_MODEL_TURN_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"
#include "engine/model/customer.h"
#include "tocsin/decimal.h"

namespace tocsin::model {

// One change of one customer: collects what it decides and, at its end, puts it in
// order and numbers it.
//
// Not thread-safe; `customer` and `context` must outlive it.
class Turn {
 public:
  // Decisions are stamped with `instant`.
  Turn(Customer* customer, const Context& context, absl::Time instant)
      : customer_(customer),
        decisions_(context.decisions),
        first_(context.decisions->size()),
        instant_(instant) {}
  // The order of one change: `resolved` before `reached`; the whole before its
  // instances, instances by key; thresholds lowest first; alert ids.
  ~Turn();

  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // An instance of an alert, its value now, and at its last judgement.
  struct Reading {
    const AlertPtr& alert;
    absl::string_view instance;
    Decimal value;
    std::optional<Decimal> previous;
    Trigger trigger;
  };

  // Decides a `reached`.
  void Reach(const Reading& reading);
  // Decides a `resolved`, if the alert asks for it and the last thing said was
  // `reached`, in this epoch.
  void Leave(const Reading& reading);
  // As `Leave`, after a reset: whatever the epoch of the last thing said.
  void LeaveAfterReset(const Reading& reading);

 private:
  void Resolve(const Reading& reading, bool in_any_epoch);
  void Add(NotificationKind kind, const Reading& reading, const InstanceState& instance);

  Customer* const customer_;
  std::vector<Decision>* const decisions_;
  const std::size_t first_;
  const absl::Time instant_;
};

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_TURN_H_
