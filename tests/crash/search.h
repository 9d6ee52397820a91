#ifndef TOCSIN_TESTS_CRASH_SEARCH_H_
#define TOCSIN_TESTS_CRASH_SEARCH_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tests/crash/disk.h"
#include "tests/crash/trial.h"

namespace tocsin::testing {

// Where the power goes, in the story of a seed or of a scenario: at which change of the
// disk in the first life, in the second, and so on.
struct CrashPoint {
  std::string scenario = {};  // its file, or none
  std::uint64_t seed = 1;
  std::vector<std::uint64_t> at = {};

  std::string ToString() const;  // as arguments of tocsin_crashes
};

struct SearchOptions {
  std::uint64_t seed = 1;  // of the first story
  std::uint64_t points = 1'000;
  std::vector<std::string> scenarios = {};  // files whose stories are told instead
  std::uint64_t every = 1;                  // of their changes so many-th has its turn
  std::set<Sync> lies_about = {};
  bool made_before =
      false;  // only stories in which the database is there when they begin
};

struct Searched {
  std::uint64_t stories = 0;
  std::uint64_t points = 0;
  std::uint64_t ends = 0;           // of engines, by the power
  std::uint64_t while_opening = 0;  // of those
  std::uint64_t in = 0;             // calls that were under way and came to be in
  std::uint64_t out = 0;            // and not
  std::uint64_t again = 0;          // notifications that were told once more
  std::string wrong;  // at the last of the points; empty where nothing was found
  CrashPoint last;

  std::string ToString() const;
};

// Has the power go at every change of the disk in one story after another, in some of
// them also at every change of the recovery, and once more in the life after; until
// something is wrong or there were enough, or the scenarios are at an end.
Searched Search(const SearchOptions& options);

// One point by itself.
Trial RunPoint(const CrashPoint& point, const std::set<Sync>& lies_about, Trials* trials);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CRASH_SEARCH_H_
