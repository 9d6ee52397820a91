#ifndef TOCSIN_ENGINE_CORE_STEP_H_
#define TOCSIN_ENGINE_CORE_STEP_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "engine/core/journal.h"
#include "engine/model/decision.h"
#include "engine/model/reread.h"
#include "engine/model/reset_waiter.h"
#include "engine/model/transition.h"
#include "engine/state/shard.h"
#include "engine/store/entry.h"
#include "engine/store/fact_blob.h"
#include "engine/work/group_commit.h"

namespace tocsin::core {

// What one call does to one shard: filled under the shard's lock, handed on
// before it is released, and followed up after.
struct Work {
  absl::Time now = {};
  std::vector<model::Decision> decisions = {};
  std::vector<model::Transition> transitions = {};
  std::vector<std::string> fact_ids = {};
  std::size_t resets_done = 0;
  std::vector<model::FinishedReset> finished_resets = {};
  bool finished = false;       // follow up: call who waited for a reset
  bool decided = false;        // follow up: deliver
  bool due = false;            // follow up: drain the shard
  bool earlier_timer = false;  // follow up: the timer's thread sleeps too long
  std::vector<model::BegunRead> reads = {};  // to be asked of the source
  std::size_t reads_failed = 0;
  std::size_t reads_given_up = 0;

  // Of the journal: what was done so far; and whether anybody wants to know.
  std::string entries = {};
  bool is_noted = false;

  template <typename Entry>
  void Note(const Entry& entry) {
    if (is_noted) store::Put(entry, &entries);
  }
  void ExpectFacts(std::size_t count) {
    constexpr std::size_t kBytesOfMost = 24;
    if (is_noted) entries.reserve(entries.size() + count * kBytesOfMost);
  }
};

// A decision as the journal has it.
inline store::Decided AsDecided(const model::Decision& decision) {
  return {.customer = decision.customer,
          .alert = decision.alert->id(),
          .instance = decision.instance,
          .kind = decision.kind,
          .epoch = decision.epoch,
          .crossing = decision.crossing,
          .sequence = decision.sequence,
          .triggered_by = decision.triggered_by,
          .value = decision.value,
          .time = decision.time};
}

// What became of the instances of which something was concluded in silence, as it is
// behind all of the transitions.
std::vector<store::Settled> SettledBy(absl::Span<const model::Transition> transitions);

// Holds a shard's lock over what becomes durable whole or not at all, and gives the
// journal what was noted before the lock goes.
class ABSL_SCOPED_LOCKABLE Step {
 public:
  // `journal` may be null.
  Step(Journal* journal, state::Shard* shard, Work* work)
      ABSL_EXCLUSIVE_LOCK_FUNCTION(shard->mu) ABSL_NO_THREAD_SAFETY_ANALYSIS
      : journal_(journal),
        work_(*work),
        stay_(journal == nullptr ? nullptr : &journal->group()),
        lock_(shard) {
    work->is_noted = journal != nullptr;
  }
  ~Step() ABSL_UNLOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (journal_ != nullptr) Record();
  }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

 private:
  // Gives the journal what was noted, unless that ended in the midst.
  void Record();

  Journal* const journal_;
  Work& work_;
  const work::GroupCommit::Stay stay_;
  const state::ShardLock lock_;
};

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_STEP_H_
