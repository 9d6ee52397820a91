#ifndef TOCSIN_TESTS_SIM_SIMULATION_H_
#define TOCSIN_TESTS_SIM_SIMULATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/figures.h"

namespace tocsin::testing {

// The life of one engine: everything in it follows from the seed. Each step is drawn by
// itself, so that one that is left out changes no other.
struct Life {
  std::uint64_t seed = 0;
  std::uint32_t steps = 0;          // how many of them; more than there are: all
  std::vector<bool> left_out = {};  // by step
  bool tell = false;                // write down what is done
};

struct Ending {
  std::string wrong;     // empty if all agreed
  std::uint32_t at = 0;  // how many steps had begun
  std::vector<std::string> told = {};
};

inline constexpr std::uint32_t kWholeLife = ~std::uint32_t{0};

Ending Live(const Life& life, Figures* figures);

// Leaves out of a life that ends badly what it can do without.
Life Shrink(Life life);

// The seed of the life after that of `seed`.
std::uint64_t NextSeed(std::uint64_t seed);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SIM_SIMULATION_H_
