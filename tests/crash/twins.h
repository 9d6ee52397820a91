#ifndef TOCSIN_TESTS_CRASH_TWINS_H_
#define TOCSIN_TESTS_CRASH_TWINS_H_

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/crash/story.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_store.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

// What a host knows when its engine has ended: `known` calls of the story turned out to
// be in it when call `during` was under way, and the rest is told from then on.
struct Resumed {
  std::size_t known = 0;
  std::size_t during = 0;
  friend auto operator<=>(const Resumed&, const Resumed&) = default;
};
// Those that say something: where a call that was under way is told again, or is known,
// all is as if it had not ended.
using Path = std::vector<Resumed>;

// An engine on a disk in memory that was told what another should know.
struct Twin {
  explicit Twin(absl::Time now) : clock(now) {}

  ManualClock clock;
  CollectingSink sink;
  MemoryDisk disk;
  std::unique_ptr<Engine> engine;
  std::vector<Notification> told;  // by a whole story, by customer
};

// Where a call that was under way is told again, nothing has happened.
void Add(Resumed resumed, Path* path);

// Engines that never end, for engines that did. They are kept, as many are alike.
//
// Thread safety: none.
class Twins {
 public:
  explicit Twins(const Story* story) : story_(*story) {}

  // One that knows so many calls, as the clock stands at a later one.
  Twin& Knowing(Path path, Resumed resumed);
  // The notifications that may come of what such a one knows.
  const std::set<NotificationId>& Known(Path path, Resumed resumed);
  // One that was told all.
  Twin& AtTheEnd(Path path);

 private:
  std::unique_ptr<Twin> Tell(const Path& path, std::size_t calls);

  const Story& story_;
  std::map<Path, std::unique_ptr<Twin>> knowing_;
  std::map<Path, std::set<NotificationId>> known_;
  std::map<Path, std::unique_ptr<Twin>> at_the_end_;
};

// Does the call on an engine, whose clock and sink are put to where they are then.
absl::Status Tell(const StoryCall& call, Engine& engine, ManualClock& clock,
                  CollectingSink& sink);

void SortByCustomer(std::vector<Notification>* notifications);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CRASH_TWINS_H_
