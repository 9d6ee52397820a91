#include "engine/model/stands.h"

#include <algorithm>
#include <utility>

#include "engine/model/customer.h"
#include "engine/model/customer_alert.h"
#include "engine/model/judge.h"
#include "engine/model/reading.h"

namespace tocsin::model {
namespace {

InstanceKey KeyOf(const AlertId& alert, absl::string_view instance) {
  return {alert, std::string(instance)};
}

// Adds what instances of one measure have reached by their values. `measure` null: the
// subject's whole sum.
class ReachedFinder {
 public:
  ReachedFinder(const Customer& customer, const Catalog& catalog, InAlarm* in_alarm)
      : customer_(customer), catalog_(catalog), in_alarm_(*in_alarm) {}

  void Find(const Subject& subject, const Measure* measure, absl::string_view instance,
            const Level& level) {
    if (measure != measure_ || subject_ != subject || !ladders_.has_value()) {
      ladders_.emplace(customer_, catalog_, subject, measure);
      measure_ = measure;
      subject_ = subject;
    }
    for (const Ladder* ladder : *ladders_) {
      const std::size_t reached = ladder->Reached(level);
      for (std::size_t i = 0; i < reached; ++i) {
        const AlertId& id = ladder->rung(i)->id();
        if (customer_.pending.contains(id) || customer_.Awaits(id, instance)) continue;
        in_alarm_.insert(KeyOf(id, instance));
      }
    }
  }

 private:
  const Customer& customer_;
  const Catalog& catalog_;
  InAlarm& in_alarm_;
  std::optional<Ladders> ladders_;
  std::optional<Subject> subject_;
  const Measure* measure_ = nullptr;
};

void FindReached(const Customer& customer, const Catalog& catalog, InAlarm* in_alarm) {
  ReachedFinder finder(customer, catalog, in_alarm);
  const auto find = [&](const Subject& subject, const Measure* measure,
                        absl::string_view instance, const Gauge& gauge) {
    const std::optional<Decimal> value = gauge.sum.value_if_data();
    if (value.has_value()) finder.Find(subject, measure, instance, Level::Of(*value));
  };
  for (const Meter& meter : customer.meters) {
    find(meter.subject, nullptr, "", meter.whole);
    for (const Slice& slice : meter.slices()) {
      for (const auto& [key, instance] : slice.instances) {
        find(meter.subject, slice.measure.get(), key, instance.gauge);
      }
    }
  }
  if (customer.holdings == nullptr) return;
  for (const Tallies& tallies : customer.holdings->tallies) {
    // Days run down without anybody being told: what they were judged at counts.
    ForEachReading(customer, *tallies.measure, absl::InfinitePast(),
                   [&](const Reading& reading) {
                     if (!reading.judged.has_value()) return;
                     finder.Find(tallies.measure->subject, tallies.measure.get(),
                                 reading.instance, *reading.judged);
                   });
  }
}

// Until it is judged a status stays what it was when the alert changed.
void FindPending(const Customer& customer, const Catalog& catalog, InAlarm* in_alarm) {
  customer.pending.ForEach([&](const AlertId& id, const Pending& pending) {
    const AlertPtr* const alert = FindAlert(customer, catalog, id);
    if (alert == nullptr || !(*alert)->enabled()) return;
    ForEachReading(customer, *(*alert)->measure, pending.since,
                   [&](const Reading& reading) {
                     if (StatusOf(customer, **alert, reading) != CustomerStatus::kInAlarm)
                       return;
                     in_alarm->insert(KeyOf(id, reading.instance));
                   });
  });
}

}  // namespace

std::optional<bool> FindStand(const Customer& customer, const AlertId& alert,
                              absl::string_view instance) {
  if (customer.stands.IsEmpty()) return std::nullopt;
  const auto it = customer.stands->find(KeyOf(alert, instance));
  return it == customer.stands->end() ? std::nullopt : std::optional<bool>(it->second);
}

std::optional<bool> TakeStand(Customer* customer, const AlertId& alert,
                              absl::string_view instance) {
  const std::optional<bool> stand = FindStand(*customer, alert, instance);
  if (!stand.has_value()) return stand;
  customer->stands.Change().erase(KeyOf(alert, instance));
  if (customer->stands->empty()) customer->stands.Clear();
  return stand;
}

void DropStands(Customer* customer, const AlertId& alert) {
  if (customer->stands.IsEmpty()) return;
  absl::erase_if(customer->stands.Change(),
                 [&alert](const auto& one) { return one.first.first == alert; });
  if (customer->stands->empty()) customer->stands.Clear();
}

InAlarm FindInAlarm(const Customer& customer, const Catalog& catalog) {
  InAlarm in_alarm;
  if (customer.archived) return in_alarm;
  FindReached(customer, catalog, &in_alarm);
  FindPending(customer, catalog, &in_alarm);
  for (const auto& [key, stands_in_alarm] : *customer.stands) {
    if (stands_in_alarm) {
      in_alarm.insert(key);
    } else {
      in_alarm.erase(key);
    }
  }
  return in_alarm;
}

void AddReached(const Ladder& ladder, std::size_t reached, InAlarm* in_alarm) {
  for (std::size_t i = 0; i < std::min(reached, ladder.size()); ++i) {
    in_alarm->insert({ladder.rung(i)->id(), ""});
  }
}

std::size_t HaveInAlarm(Customer* customer, const Catalog& catalog,
                        const InAlarm& in_alarm) {
  const InAlarm by_values = FindInAlarm(*customer, catalog);
  if (by_values == in_alarm) return 0;
  std::size_t differ = 0;
  const auto stand = [&](const InstanceKey& key, bool stands_in_alarm) {
    customer->stands.Change()[key] = stands_in_alarm;
    ++differ;
  };
  for (const InstanceKey& key : in_alarm) {
    if (!by_values.contains(key)) stand(key, true);
  }
  for (const InstanceKey& key : by_values) {
    if (!in_alarm.contains(key)) stand(key, false);
  }
  return differ;
}

}  // namespace tocsin::model
