#ifndef TOCSIN_ENGINE_MODEL_AWAITED_H_
#define TOCSIN_ENGINE_MODEL_AWAITED_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/model/read_log.h"
#include "engine/model/reset_waiter.h"
#include "tocsin/decimal.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"

namespace tocsin::model {

// A read of the fact source that is under way.
struct SourceRead {
  std::uint64_t number = 0;  // in the engine; an answer names it
  Subject subject;
  ReadLog log;
  std::optional<absl::StatusOr<std::vector<Fact>>> answer;
};

// A reset of a customer alert whose re-evaluation waits for the fact source. Until then
// nothing is decided about the instances that were reset.
struct Awaited {
  bool whole = false;
  absl::btree_set<std::string> instances;
  // What the instances that have been judged stood at when they were reset.
  absl::btree_map<std::string, Decimal> judged;
  absl::Time since = absl::InfinitePast();  // the oldest reset of those that wait
  ResetWaiters waiters;
  bool period_began = false;  // since the reset, of an alert on what is summed in one

  int attempts = 0;  // reads begun since the newest reset
  // When the next read is to begin; of one that is under way, when it has failed.
  absl::Time next_at = absl::InfinitePast();
  std::optional<SourceRead> read;

  bool Concerns(absl::string_view instance) const {
    return whole || instances.contains(instance);
  }
  // Whether a read is under way and not answered.
  bool IsReading() const { return read.has_value() && !read->answer.has_value(); }
  // All begins afresh, also what the alert watches.
  void ConcernAll() {
    whole = true;
    instances.clear();
    judged.clear();
    StartOver();
  }
  // A newer reset: what was read before it does not count.
  void StartOver() {
    read.reset();
    attempts = 0;
    next_at = absl::InfinitePast();
  }
};
using AwaitedAlerts = absl::btree_map<AlertId, Awaited>;

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_AWAITED_H_
