#ifndef TOCSIN_ENGINE_MODEL_TURN_H_
#define TOCSIN_ENGINE_MODEL_TURN_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"
#include "engine/model/customer.h"
#include "tocsin/decimal.h"

namespace tocsin::model {

// What a notification shows of an instance, beside what it is about.
struct Shown {
  Decimal value = {};
  std::optional<Decimal> previous = std::nullopt;           // when last judged
  std::optional<Decimal> remaining_balance = std::nullopt;  // of a percentage
  absl::string_view invoice_type = {};                      // of one invoice
};

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
        transitions_(context.transitions),
        before_(context.before_decisions),
        first_(context.decisions->size()),
        first_transition_(transitions_ == nullptr ? 0 : transitions_->size()),
        instant_(instant) {}
  // What became of instances is in the order of their keys. The order of one change:
  // `resolved` before `reached`; the whole before its instances, instances by key; rising
  // before falling; thresholds lowest first, of falling ones highest first; alert ids.
  ~Turn();

  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  const Customer& customer() const { return *customer_; }

  // What is to be said, if it is.
  struct Said {
    const AlertPtr& alert;
    absl::string_view instance;
    Trigger trigger;
    const Shown& shown;
  };

  // Decides a `reached`.
  void Reach(const Said& said);
  // Decides a `resolved`, if the alert asks for it and the last thing said was
  // `reached`, in this epoch.
  void Leave(const Said& said);
  // As `Leave`, after a reset: whatever the epoch of the last thing said.
  void LeaveAfterReset(const Said& said);
  // Has it come to a status of which nothing is said; nothing where there is none left.
  void Become(const Said& said, std::optional<CustomerStatus> status);
  // What stands of an instance that is judged now.
  std::optional<bool> TakeStand(const AlertId& alert, absl::string_view instance) {
    return model::TakeStand(customer_, alert, instance);
  }

 private:
  // False: nothing is said.
  bool Resolve(const Said& said, bool in_any_epoch);
  void NoteTransition(const Said& said, std::optional<CustomerStatus> status,
                      std::optional<NotificationKind> kind);
  void NoteBefore(const Said& said, const AlertState& state,
                  const InstanceState& instance);
  void Add(NotificationKind kind, const Said& said, const InstanceState& instance);

  Customer* const customer_;
  std::vector<Decision>* const decisions_;
  std::vector<Transition>* const transitions_;  // may be null
  std::vector<BeforeDecision>* const before_;   // may be null
  const std::size_t first_;
  const std::size_t first_transition_;
  const absl::Time instant_;
};

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_TURN_H_
