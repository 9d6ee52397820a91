#ifndef TOCSIN_ENGINE_MODEL_AGENDA_H_
#define TOCSIN_ENGINE_MODEL_AGENDA_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/time/time.h"
#include "boost/uuid/uuid.hpp"
#include "engine/base/rare.h"
#include "engine/model/measure.h"

namespace tocsin::model {

// Something that falls due for a customer at an instant.
struct Event {
  enum class Kind : std::uint8_t {
    kStarts,       // a balance
    kEnds,         // a balance
    kDaysReached,  // a threshold of days, of a balance or (nil) the plan
    kPlanEnds,
    kMonthEnds,  // of invoices
    kForgetBalance,
    kForgetInvoice,
  };

  absl::Time at;
  Kind kind = Kind::kStarts;
  boost::uuids::uuid id{};
  const Measure* measure = nullptr;  // of kDaysReached

  // Nothing that anybody is told, nor that a judgement waits for.
  bool only_forgets() const {
    return kind == Kind::kForgetBalance || kind == Kind::kForgetInvoice;
  }

  friend bool operator<(const Event& a, const Event& b) {
    return std::tie(a.at, a.kind, a.id, a.measure) <
           std::tie(b.at, b.kind, b.id, b.measure);
  }
};

// What falls due for a customer, first by instant. Adding and taking away cost the
// logarithm of how much there is; asking for the first instant costs nothing.
class Agenda {
 public:
  // The first instant; an infinite future where there is none.
  absl::Time first() const { return first_; }
  const absl::btree_set<Event>& events() const { return *events_; }

  void Insert(const Event& event) {
    events_.Change().insert(event);
    SetFirst();
  }
  // Nothing if the event is not there.
  void Erase(const Event& event) {
    if (Events* const events = events_.IfThere()) events->erase(event);
    SetFirst();
  }
  // Takes out all events of one instant, which is the first.
  std::vector<Event> TakeAt(absl::Time instant) {
    std::vector<Event> taken;
    Events* const events = events_.IfThere();
    if (events == nullptr) return taken;
    while (!events->empty() && events->begin()->at == instant) {
      taken.push_back(*events->begin());
      events->erase(events->begin());
    }
    SetFirst();
    return taken;
  }
  void Clear() {
    events_.Clear();
    SetFirst();
  }

 private:
  using Events = absl::btree_set<Event>;

  void SetFirst() {
    first_ = events_->empty() ? absl::InfiniteFuture() : events_->begin()->at;
  }

  Rare<Events> events_;
  absl::Time first_ = absl::InfiniteFuture();
};

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_AGENDA_H_
