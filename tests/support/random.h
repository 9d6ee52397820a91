#ifndef TOCSIN_TESTS_SUPPORT_RANDOM_H_
#define TOCSIN_TESTS_SUPPORT_RANDOM_H_

#include <cstdint>

namespace tocsin::testing {

// splitmix64: small, and the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  unsigned Below(unsigned limit) { return static_cast<unsigned>(Next() % limit); }

 private:
  std::uint64_t state_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_RANDOM_H_
