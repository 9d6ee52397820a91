#ifndef TOCSIN_STORE_H_
#define TOCSIN_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tocsin/fact.h"

// What can be done with a directory that an engine keeps its state in
// (`Options::directory`), without that engine.
//
// Thread safety: everything here may be called from any thread at any time, also while an
// engine has the directory, in this process or another, which it does not hold up. The
// store is seen as it was at one instant: all that was acknowledged before the call is in
// it. Nothing is written into the directory, and a store whose engine has died is left as
// it was found; only where an engine writes meanwhile may SQLite's index of the log
// (tocsin.db-shm) be made or changed.
//
// Errors, first match first: kInvalidArgument for a directory without a name or with NUL
// in it, and for any where the library was built without a store; kFailedPrecondition
// (kStoreUnusable) where there is no store, it cannot be read, is another program's or of
// a newer format; kDataLoss (kDamaged) for one that is not as it was written, or whose
// database is gone; kUnavailable (kStoreFailed)
// where reading fails for another reason. Each says which file, and what of it.
namespace tocsin {

// What is in a store.
struct StoreSummary {
  struct File {
    std::string name = {};
    std::uint64_t bytes = 0;
  };

  std::int64_t format = 0;
  // What the engine's clock has shown last. InfinitePast if it was not asked yet.
  absl::Time last_instant = absl::InfinitePast();

  // What the next engine has to do again: the rows of the table that have steps. Steps
  // are counted from the first one ever; 0 where there are none.
  std::uint64_t journal_rows = 0;
  std::uint64_t journal_bytes = 0;
  std::uint64_t journal_first_step = 0;
  std::uint64_t journal_last_step = 0;
  // The last checkpoint and the step that it stands behind; 0 if there is none yet.
  std::uint64_t checkpoint = 0;
  std::uint64_t checkpoint_step = 0;
  // All customers as they were at the checkpoint, and those of one that is not finished.
  std::uint64_t image_rows = 0;
  std::uint64_t image_bytes = 0;

  std::uint64_t alerts_enabled = 0;
  std::uint64_t alerts_disabled = 0;
  std::uint64_t alerts_archived = 0;
  // How far each source's log has been applied, by source.
  std::vector<Position> positions = {};
  // The notifications that the sink has not taken, and when the oldest was decided.
  std::uint64_t outbox = 0;
  std::uint64_t outbox_first_number = 0;
  absl::Time outbox_oldest = absl::InfinitePast();
  std::uint64_t history = 0;
  absl::Time history_oldest = absl::InfinitePast();
  // By which facts are known again.
  std::uint64_t fact_ids = 0;
  // Where the write-ahead log ends before its end, if it does, as in
  // `RecoveryProgress::cut_off`: what was written last was torn, or damaged since. Of a
  // copy: that of the store. Empty where an engine runs.
  std::string cut_off = {};
  // Those in the directory, by name.
  std::vector<File> files = {};

  // Of a store that was verified: customers, and customer alerts that wait for a reset's
  // evaluation.
  std::optional<std::size_t> customers = std::nullopt;
  std::optional<std::size_t> due = std::nullopt;
};

// Reads little, and checks little of it.
absl::StatusOr<StoreSummary> InspectStore(const std::string& directory);

// Reads all of it: each page, the checksum of each row, the sum of all of them, and does
// again what the next engine will, in memory, of which it takes as much as that engine.
absl::StatusOr<StoreSummary> VerifyStore(const std::string& directory);

// Makes a copy of the store in the directory `to`, which is made, but not those above it,
// where there is none. When it returns OK the copy was verified and is durable, and an
// engine may be opened in it; what it says is of the copy. After an error nothing is left
// of it. What is left where the process dies meanwhile is refused by `Engine::Open`, and
// here.
// Errors: of the source as above; kFailedPrecondition (kStoreUnusable) for a `to` that
// cannot be made, is not empty or is in the store itself; kUnavailable (kStoreFailed)
// where writing fails, on a full disk for one; those of `beside`. `beside`, if there is
// one, copies what a host keeps beside the store into `to`: of a later instant than the
// store's, and before the copy counts. After an error it removes what it has put there
// itself.
absl::StatusOr<StoreSummary> BackupStore(
    const std::string& directory, const std::string& to,
    const std::function<absl::Status()>& beside = {});

}  // namespace tocsin

#endif  // TOCSIN_STORE_H_
