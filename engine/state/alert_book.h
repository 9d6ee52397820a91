#ifndef TOCSIN_ENGINE_STATE_ALERT_BOOK_H_
#define TOCSIN_ENGINE_STATE_ALERT_BOOK_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/model/alert_version.h"
#include "tocsin/alert.h"

namespace tocsin::state {

// The error for what cannot be done to an archived alert.
absl::Status AlertArchived(const AlertId& alert);

// Every alert there ever was, in its newest version, and the uniqueness keys.
//
// A change is made in two steps: a `Draft...` works out the change and says whether
// it may be made; once it is in force in every shard, `Publish` makes it known.
//
// Thread safety: `Find`, `Get`, `All` and `active_count` are thread-safe. Drafts and
// `Publish` are for one thread at a time.
class AlertBook {
 public:
  // Null where there never was one.
  model::AlertPtr Find(const AlertId& alert) const;
  // Errors: kInvalidArgument for a nil id; kNotFound where there never was one.
  absl::StatusOr<model::AlertPtr> Get(const AlertId& alert) const;
  std::vector<model::AlertPtr> All() const;
  std::size_t active_count() const;  // not archived

  // Errors: as Engine::CreateAlert. `id` is for a spec that brings none.
  absl::StatusOr<model::AlertChange> DraftCreate(const AlertSpec& spec, const AlertId& id,
                                                 absl::Time now);
  absl::StatusOr<model::AlertChange> DraftUpdate(const AlertId& alert,
                                                 const AlertUpdate& update,
                                                 absl::Time now);
  // To enabled, disabled or archived.
  absl::StatusOr<model::AlertChange> DraftStatus(const AlertId& alert, AlertStatus status,
                                                 absl::Time now) const;

  void Publish(const model::AlertChange& change, const ArchiveOptions& options = {});

  // All of it in bytes, and back, of a book that is empty. False where they are none.
  void Write(std::string* bytes) const;
  bool Read(absl::string_view bytes);

  // The one object for a measure, as drafts make it. As drafts.
  model::MeasurePtr InternKnown(const model::Measure& measure) { return Intern(measure); }

 private:
  absl::Status CheckUnused(const AlertSpec& spec, const AlertId& id) const;
  // The one object for a measure, shared by all alerts that watch the same.
  model::MeasurePtr Intern(const model::Measure& measure);

  mutable absl::Mutex mu_;
  absl::flat_hash_map<AlertId, model::AlertPtr> alerts_ ABSL_GUARDED_BY(mu_);
  std::size_t active_count_ ABSL_GUARDED_BY(mu_) = 0;
  absl::flat_hash_map<std::string, AlertId> uniqueness_keys_ ABSL_GUARDED_BY(mu_);

  // By canonical text. Those whose last alert is gone are dropped now and then. Only
  // drafts use them, so what keeps those to one thread at a time guards them: the
  // engine's `change_mu_`.
  absl::flat_hash_map<std::string, std::weak_ptr<const model::Measure>> measures_;
  std::size_t measures_after_cleaning_ = 0;
};

}  // namespace tocsin::state

#endif  // TOCSIN_ENGINE_STATE_ALERT_BOOK_H_
