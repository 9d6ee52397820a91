#ifndef TOCSIN_TESTS_SUPPORT_DIFFERENTIAL_H_
#define TOCSIN_TESTS_SUPPORT_DIFFERENTIAL_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/case.h"
#include "tests/support/differences.h"
#include "tests/support/scenario.h"

namespace tocsin::testing {

// How two engines are run beside each other.
struct Comparison {
  EngineMaker actual;
  EngineMaker expected;
  int actual_shards = 1;
  // Ids are compared only between two engines: the model gives none.
  bool ids = false;
  // Whether the actual one dies now and then: whoever waited for a reset is not told
  // then, and what falls due is done sooner than it must be.
  bool dies = false;
  // Changes what the actual engine delivered before it is compared: how a test
  // shows that the comparison finds what it should.
  std::function<void(std::vector<Notification>&)> tamper = nullptr;
};

// Takes a case step by step on both and compares after each: the call's code
// and reason, what became of each fact, how much was decided, what was
// delivered and, where the case looks, all that queries tell. Empty if they
// agree, else the first step after which they do not, and how.
std::string Differ(const Case& test_case, const Comparison& comparison);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_DIFFERENTIAL_H_
