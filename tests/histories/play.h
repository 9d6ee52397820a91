#ifndef TOCSIN_TESTS_HISTORIES_PLAY_H_
#define TOCSIN_TESTS_HISTORIES_PLAY_H_

#include <cstdint>
#include <string>

namespace tocsin::testing {

struct PlayOptions {
  std::uint64_t seed = 1;
  std::uint64_t histories = 1;  // at least so many
};

// What was played. A history whose calls do not overlap proves little.
struct Played {
  std::uint64_t histories = 0;
  std::uint64_t overlapping = 0;
  std::uint64_t calls = 0;
  std::uint64_t resets = 0;  // accepted
  std::uint64_t superseded = 0;
  std::uint64_t dropped = 0;
  std::uint64_t tellings = 0;
  // Those of an older epoch than a reset that had begun when they were delivered.
  std::uint64_t late_tellings = 0;
  std::uint64_t engines = 0;
  std::uint64_t search_steps = 0;
  std::string wrong = {};  // the first history that no order explains, if there is one

  std::string ToString() const;
};

// Has 4 threads make calls on the same customer alerts of an engine with worker threads,
// at the same time, and checks the history of each. Ends with the first that is wrong.
Played Play(const PlayOptions& options);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_HISTORIES_PLAY_H_
