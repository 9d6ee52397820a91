#ifndef TOCSIN_ENGINE_MODEL_READING_H_
#define TOCSIN_ENGINE_MODEL_READING_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/model/customer.h"
#include "engine/model/level.h"
#include "engine/model/turn.h"

namespace tocsin::model {

// What one instance of a measure stands at for a customer.
struct Reading {
  absl::string_view instance = {};
  std::optional<Level> level = std::nullopt;  // nothing without data
  // What it stood at when it was last judged: of days only another level.
  std::optional<Level> judged = std::nullopt;
  // Of days: the end they are left until.
  std::optional<absl::Time> ends_at = std::nullopt;
  // What a notification shows beside the values.
  std::optional<Decimal> remaining_balance = std::nullopt;
  absl::string_view invoice_type = {};

  // The level at an earlier instant, since when only the time has changed.
  std::optional<Level> LevelAt(absl::Time at) const {
    return ends_at.has_value() ? Level::Days(*ends_at - at) : level;
  }
  Shown ShownNow() const;
};

// Calls `visit` for each instance of a measure that has data, in no special order; of
// a measure without fan-out always once. `at` matters to days only.
void ForEachReading(const Customer& customer, const Measure& measure, absl::Time at,
                    absl::FunctionRef<void(const Reading& reading)> visit);

// Notes that those instances of a measure that `judged` picks were judged.
void NoteJudged(Customer* customer, const Measure& measure, absl::Time at,
                absl::FunctionRef<bool(absl::string_view instance)> judged);

// Judges a gauge whose value is `previous` no more, and sets its band.
void JudgeGauge(const Customer& customer, const Catalog& catalog, const Subject& subject,
                const Measure* measure, absl::string_view instance, Trigger trigger,
                std::optional<Decimal> previous, Gauge* gauge, Turn* turn);

// Sets anew when the instances of a measure are looked at next, after its alerts
// changed: the bands, and the thresholds of days that are reached after `at`.
void SetBands(Customer* customer, const Catalog& catalog, const Measure& measure,
              absl::Time at);

// Forgets what was said of an instance that is no more: its epoch and crossing number
// go on in those of the customer alert.
void ForgetInstance(Customer* customer, const Catalog& catalog, const Measure& measure,
                    absl::string_view instance);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_READING_H_
