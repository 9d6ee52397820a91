#ifndef TOCSIN_ENGINE_MODEL_JUDGE_H_
#define TOCSIN_ENGINE_MODEL_JUDGE_H_

#include <cstddef>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "engine/model/customer.h"
#include "engine/model/level.h"
#include "engine/model/turn.h"

namespace tocsin::model {

// The alert in force for a customer, its own or a shared one; null once archived.
const AlertPtr* FindAlert(const Customer& customer, const Catalog& catalog,
                          const AlertId& id);

// The ladders of enabled alerts that apply to one measure of a customer: for all, for
// its plan, and of its own alerts.
class Ladders {
 public:
  // `measure` null: the subject's whole sum.
  Ladders(const Customer& customer, const Catalog& catalog, const Subject& subject,
          const Measure* measure);
  Ladders(const Ladders&) = delete;
  Ladders& operator=(const Ladders&) = delete;

  auto begin() const { return ladders_.begin(); }
  auto end() const { return ladders_.end(); }

  // The values between the nearest thresholds on either side; without data, those that
  // reach none either.
  Band BandAt(const std::optional<Decimal>& value) const;
  // When the next threshold of days is reached of what ends at `ends_at`, after `at`.
  absl::Time NextDaysAt(absl::Time ends_at, absl::Time at) const;

 private:
  bool looks_always_;          // something stands that the values do not tell
  std::optional<Ladder> own_;  // only where there are any: it takes memory
  absl::InlinedVector<const Ladder*, 3> ladders_;
};

// An instance went from one level to another.
struct Move {
  absl::string_view instance;
  Trigger trigger = Trigger::kSpend;
  std::optional<Level> before;  // nothing: there was no data
  std::optional<Level> after;
  // What a notification shows.
  Shown shown = {};
  // Says `resolved` also where no data is left.
  bool tells_end = false;
  // Of an alert that is here, nothing is said: it is judged otherwise.
  const absl::flat_hash_set<AlertId>* but = nullptr;
};

// Decides what the move crossed, of alerts that do not wait for the fact source. The
// work grows with what was crossed, not with the alerts that were not.
void JudgeMove(const Ladders& ladders, const Move& move, Turn* turn);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_JUDGE_H_
