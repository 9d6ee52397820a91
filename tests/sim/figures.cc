#include "tests/sim/figures.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace tocsin::testing {

std::string Figures::ToString() const {
  return absl::StrCat(
      steps, " steps on ", engines, " engines: ", facts, " facts, ", resets, " resets, ",
      bulk_resets, " of many (", went_on, " went on), ", outcomes, " outcomes told, ",
      explained, " explained, ", reads, " reads, ", late_answers, " answers later, ",
      failed_for_good, " times source_failed, ", tasks, " tasks, ", ticks, " ticks, ",
      delivered, " delivered, ", sink_failures, " sink failures, ", refused, " refused (",
      full, " where full), ", inside, " steps inside a task; hash ",
      absl::StrFormat("%016x", hash));
}

}  // namespace tocsin::testing
