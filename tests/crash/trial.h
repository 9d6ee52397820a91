#ifndef TOCSIN_TESTS_CRASH_TRIAL_H_
#define TOCSIN_TESTS_CRASH_TRIAL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/crash/disk.h"
#include "tests/crash/story.h"
#include "tests/crash/twins.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_directory.h"

namespace tocsin::testing {

// What goes wrong, life by life, and on which disk chance.
struct Fate {
  std::uint64_t chance = 1;
  std::vector<Disk::Plan> lives = {};  // what is not in it goes well
  // For what goes wrong elsewhere than on the disk: told of each life, and asked whether
  // something has.
  std::function<void(std::size_t life)> before_life = nullptr;
  std::function<bool()> has_failed = nullptr;
};

// What became of it.
struct Trial {
  std::string wrong;                   // empty if it is as it was promised
  std::vector<std::uint64_t> calls;    // of the disk, in each life
  std::vector<std::uint64_t> changes;  // those that changed something
  std::vector<std::uint64_t> opened;   // of those, before the engine was open
  bool doubtful = false;            // more than one prefix of the calls looked the same
  std::size_t ended = 0;            // lives that did not end by themselves
  std::size_t refused_to_open = 0;  // of those
  std::size_t in = 0;               // calls that were under way and came to be in
  std::size_t out = 0;              // and not
  std::size_t again = 0;            // notifications that were told once more
};

// Tells a story to an engine on a disk on which things go wrong. Each life ends with what
// goes wrong, or with the story. The next one must know a prefix of the calls with all
// that were acknowledged, and is told the rest. At the end, everything must be as if
// nothing had gone wrong: state, and the notifications, each once, or again with the same
// bytes.
//
// Thread safety: one at a time in a process.
class Trials {
 public:
  explicit Trials(Story story);
  explicit Trials(std::uint64_t seed) : Trials(MakeStory(seed)) {}
  ~Trials();

  const Story& story() const { return story_; }
  Trial Run(const Fate& fate);

 private:
  class Running;

  const Story story_;
  const std::string empty_;  // a database
  TempDirectory temp_{InMemory()};
  Twins twins_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CRASH_TRIAL_H_
