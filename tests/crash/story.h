#ifndef TOCSIN_TESTS_CRASH_STORY_H_
#define TOCSIN_TESTS_CRASH_STORY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "engine/sqlite/sqlite_store.h"
#include "tests/crash/disk_vfs.h"
#include "tests/support/action.h"
#include "tests/support/case.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/random.h"
#include "tocsin/options.h"
#include "tocsin/receipt.h"

namespace tocsin::testing {

// One call of an engine, and its surroundings at that time.
struct StoryCall {
  Action action = {};                             // one of an engine
  std::vector<std::string> fact_ids = {};         // of its facts, or none
  std::optional<Receipt> receipt = std::nullopt;  // that it comes with
  absl::Time clock;
  CollectingSink::Mood mood = CollectingSink::Mood::kTakes;
  bool flush = false;  // then, with `Durability::kGrouped`
};

// What an engine is told, and on what: all of it follows from the seed. Batches have a
// position each, by which an engine that comes back is asked how far it is; the last call
// is a `Drain` into a sink that takes everything.
struct Story {
  std::vector<StoryCall> calls;
  Options options = {};
  // Whom and what is looked at, alerts in the order in which they are made.
  std::vector<CustomerId> customers = CustomersOfCases();
  std::vector<AlertId> alerts = AlertsOfCases();
  DiskVfs::Claims claims = DiskVfs::Claims::kNothing;
  std::size_t sector = 512;
  int page = 4'096;  // other than the usual: the database is made before
  std::size_t entries_in_row = sqlite::kEntriesInRowMax;
  int pages_in_log = 1'000;  // as many, and they are copied into the database
  sqlite::Copying::By copies_by = sqlite::Copying::By::kCommits;

  bool others_look = false;  // and have the database open when an engine has ended

  bool made_before() const { return page != Story().page; }
  std::string ToString() const;
};

inline constexpr char kStorySource[] = "story";

Story MakeStory(std::uint64_t seed);

// Chooses the disk, the settings of the store, and who else looks.
void ChooseSurroundings(Random& random, Story* story);
// What a story ends with: a `Drain` into a sink that takes all.
StoryCall EndOf(StoryCall last);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CRASH_STORY_H_
