#ifndef TOCSIN_ENGINE_STATE_POSITIONS_H_
#define TOCSIN_ENGINE_STATE_POSITIONS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "tocsin/fact.h"

namespace tocsin::state {

// Errors: kInvalidArgument for a source's name that is empty, too long or not UTF-8.
absl::Status CheckForm(const Position& position);

// How far each source's log has been applied.
//
// Thread safety: thread-safe.
class Positions {
 public:
  // Takes the source, of a position that is well formed, for one batch. False if the
  // batch has been applied already; else the caller must call `End`. Errors, first match
  // first: kResourceExhausted for too many sources; kFailedPrecondition while a batch of
  // the source is under way.
  absl::StatusOr<bool> Begin(const Position& position);
  void End(const Position& position);

  std::optional<std::uint64_t> Last(absl::string_view source) const;

 private:
  struct Source {
    std::optional<std::uint64_t> last_offset;
    bool busy = false;
  };

  mutable absl::Mutex mu_;
  absl::flat_hash_map<std::string, Source> sources_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tocsin::state

#endif  // TOCSIN_ENGINE_STATE_POSITIONS_H_
