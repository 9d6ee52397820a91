#ifndef TOCSIN_ENGINE_MODEL_TOUCHED_H_
#define TOCSIN_ENGINE_MODEL_TOUCHED_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "engine/model/customer.h"
#include "engine/model/judge.h"
#include "engine/model/level.h"
#include "engine/model/turn.h"

namespace tocsin::model {

// The tallies that one change of a customer moves: notes what each stood at before it
// is touched, and judges each once when the change is made.
//
// Not thread-safe; `customer` and `context` must outlive it.
class Touched {
 public:
  // A change at `instant`, and before it the values were those of `before`: days move
  // with the clock alone.
  Touched(Customer* customer, const Context& context, absl::Time instant,
          absl::Time before)
      : customer_(customer), context_(context), instant_(instant), before_(before) {}

  // The tally of an instance, made where there is none, to be changed.
  Tally& Touch(const MeasurePtr& measure, const std::string& instance, Trigger trigger);
  // The balance or plan of an instance is over: it is judged a last time, with 0 days.
  void EndDays(const MeasurePtr& measure, const std::string& instance, Trigger trigger);
  // As `Touch`; what was reached is resolved though no data is left.
  Tally& EndMonth(const MeasurePtr& measure, const std::string& instance);

  // Judges all that was touched, and sets when each is looked at next. Of the alerts
  // in `but` nothing is said.
  void Judge(Turn* turn, const absl::flat_hash_set<AlertId>* but = nullptr);

 private:
  struct Entry {
    MeasurePtr measure;
    std::string instance;
    Tally* tally = nullptr;
    Trigger trigger = Trigger::kBalance;
    std::optional<Level> before;    // what is compared
    std::optional<Level> previous;  // what is shown
    bool days_over = false;
    bool month_over = false;
  };

  Entry& Note(const MeasurePtr& measure, const std::string& instance, Trigger trigger);
  Tallies* TalliesOf(const MeasurePtr& measure);
  void JudgeEntry(Turn* turn, const absl::flat_hash_set<AlertId>* but, Entry* entry);
  // The instance for all, of a measure that leaves a custom field open.
  struct Whole {
    MeasurePtr measure;
    Trigger trigger = Trigger::kBalance;
    std::optional<Level> before;
  };
  void NoteStanding(Tallies* tallies, const Entry& entry);
  void JudgeWhole(const Whole& whole, Turn* turn,
                  const absl::flat_hash_set<AlertId>* but);
  // Drops what has no data left.
  void Settle(const Entry& entry);

  Customer* const customer_;
  const Context& context_;
  const absl::Time instant_;
  const absl::Time before_;
  std::vector<Entry> entries_;
  absl::flat_hash_map<const Tally*, std::size_t> places_;
  std::vector<Whole> wholes_;
};

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_TOUCHED_H_
