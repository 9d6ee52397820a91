#ifndef TOCSIN_TESTS_DAMAGE_DAMAGE_H_
#define TOCSIN_TESTS_DAMAGE_DAMAGE_H_

#include <cstdint>
#include <string>

#include "tests/damage/store_files.h"
#include "tests/support/random.h"

namespace tocsin::testing {

// Files that something happened to, and what that was.
struct Damaged {
  StoreFiles files;
  std::string what;
};

// Bits, bytes or ranges changed, pages exchanged, files cut, emptied or removed; in the
// database, the log, the lock or several of them.
Damaged DamageByChance(const MadeStore& made, Random* random);

// What is wrong with what was seen of such files; empty where they were refused by name,
// or what is shown is right: all, or what the log has before its damage where D5 of the
// contract lets it end there and it is said that it does.
std::string WhatIsWrong(const MadeStore& made, const StoreFiles& damaged,
                        const Seen& seen, const StoreGround& ground);

struct DamageRun {
  std::uint64_t seed = 1;
  std::uint64_t stores = 1;  // damaged ones
};

struct DamageCounts {
  std::uint64_t refused = 0;
  std::uint64_t whole = 0;    // shows all that was written
  std::uint64_t cut_off = 0;  // shows what is before a torn end, and says so
  std::uint64_t shorter = 0;  // a file was cut where nobody can see it
  std::string wrong = {};     // the first, and how to see it again

  std::string ToString() const;
};

// Damages stores until one is taken wrongly.
DamageCounts RunDamage(const DamageRun& run);
// One of them, by what `wrong` said.
std::string RunDamagedOnce(std::uint64_t seed, std::uint64_t number);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_DAMAGE_DAMAGE_H_
