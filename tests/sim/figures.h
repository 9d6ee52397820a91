#ifndef TOCSIN_TESTS_SIM_FIGURES_H_
#define TOCSIN_TESTS_SIM_FIGURES_H_

#include <cstdint>
#include <string>

namespace tocsin::testing {

// What a simulation did, and a hash of everything that was seen in it: of one seed it
// is the same each time, on every machine.
struct Figures {
  std::uint64_t steps = 0;
  std::uint64_t engines = 0;
  std::uint64_t facts = 0;
  std::uint64_t resets = 0;       // accepted
  std::uint64_t bulk_resets = 0;  // calls
  std::uint64_t went_on = 0;      // of those, where an earlier one had stopped
  std::uint64_t outcomes = 0;     // of resets, told
  std::uint64_t explained = 0;
  std::uint64_t reads = 0;            // of the fact source
  std::uint64_t late_answers = 0;     // not inside the read, of use or not
  std::uint64_t failed_for_good = 0;  // looks at who was judged without the source
  std::uint64_t refused = 0;          // calls and facts
  std::uint64_t tasks = 0;
  std::uint64_t ticks = 0;
  std::uint64_t delivered = 0;
  std::uint64_t sink_failures = 0;
  std::uint64_t full = 0;    // calls refused because the outbox or due_max was full
  std::uint64_t inside = 0;  // steps made in the middle of a task
  std::uint64_t hash = 0;

  void See(std::uint64_t seen) {
    hash = (hash ^ seen) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 29;
  }
  std::string ToString() const;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SIM_FIGURES_H_
