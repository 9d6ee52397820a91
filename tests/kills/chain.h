#ifndef TOCSIN_TESTS_KILLS_CHAIN_H_
#define TOCSIN_TESTS_KILLS_CHAIN_H_

#include <cstdint>
#include <map>
#include <string>

#include "tests/kills/kill_options.h"

namespace tocsin::testing {

struct Killed {
  int kills = 0;
  std::map<std::string, int> by_point = {};
  int directories = 0;
  int ends = 0;  // processes that were let come to their end
  std::uint64_t calls = 0;
  std::uint64_t told = 0;
  std::uint64_t told_again = 0;
  // What was wrong first, and where the directory is then.
  std::string wrong = {};
  std::string kept = {};

  std::string ToString() const;
};

// Starts one process after the other on a directory, and has each killed, by itself at a
// point or from here at some instant; now and then one comes to its end. In every other
// directory somebody else has the database open meanwhile. Checks all that they say. Ends
// with the first thing that is wrong.
Killed Kill(const KillOptions& options);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_KILLS_CHAIN_H_
