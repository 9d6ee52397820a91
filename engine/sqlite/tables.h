#ifndef TOCSIN_ENGINE_SQLITE_TABLES_H_
#define TOCSIN_ENGINE_SQLITE_TABLES_H_

#include <cstddef>
#include <cstdint>
#include <deque>

#include "absl/time/time.h"

// The names that who writes a store and who reads it must agree on.
namespace tocsin::sqlite {

inline constexpr char kMeta[] = "meta";
inline constexpr char kJournal[] = "journal";
inline constexpr char kJournalEnd[] = "journal_end";
inline constexpr char kCheckpoint[] = "checkpoint";
inline constexpr char kImage[] = "image";
inline constexpr char kPosition[] = "position";
inline constexpr char kAlert[] = "alert";
inline constexpr char kOutbox[] = "outbox";
inline constexpr char kHistory[] = "history";
inline constexpr char kReceipt[] = "receipt";
inline constexpr char kFactIds[] = "fact_ids";

// Keys of `meta`, which stores before format 3 have.
inline constexpr char kLastInstant[] = "last_instant";
inline constexpr char kSum[] = "sum";

// The columns of `journal`; `SELECT *` and rows that are written go by it.
enum JournalColumn {
  kNumberOfJournal,
  kChecksumOfJournal,
  kFirstStepOfJournal,
  kEntriesOfJournal,
  kInstantOfJournal,
  kSumOfJournal,
};

// In `first_step`, of a row whose entries go on where those of the row before end.
inline constexpr std::int64_t kGoesOn = -1;
// A row of `journal` has at most so many bytes of entries: SQLite takes a thousand
// million in all of a row. https://www.sqlite.org/limits.html
inline constexpr std::size_t kEntriesInRowMax = std::size_t{256} << 20;
// So many ids in one of `fact_ids`, each of which may have some 150 bytes.
inline constexpr std::size_t kFactIdsInRowMax = 1'000'000;

// Some ids of facts, which became durable together.
struct FactIdsRow {
  std::int64_t number = 0;
  absl::Time at = {};
  std::int64_t count = 0;
};

// Where the rows of a store end, behind which the next ones go.
struct Ends {
  std::int64_t journal = 0;
  std::int64_t image = 0;       // of all checkpoints
  std::int64_t checkpoint = 0;  // the last one
  // No image of before is of that one.
  std::int64_t next_checkpoint = 1;
  // What is before these may go: they are the first that somebody needs who recovers.
  std::int64_t journal_needed = 0;
  std::int64_t image_needed = 0;
  std::int64_t history = 0;
  std::int64_t receipt = 0;
  std::deque<FactIdsRow> fact_ids = {};  // all of them
  std::int64_t fact_id_count = 0;        // in these
  std::uint64_t sum = 0;                 // of the checksums of all rows
  absl::Time last_instant = absl::InfinitePast();
};

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_TABLES_H_
