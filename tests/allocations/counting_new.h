#ifndef TOCSIN_TESTS_ALLOCATIONS_COUNTING_NEW_H_
#define TOCSIN_TESTS_ALLOCATIONS_COUNTING_NEW_H_

#include <cstddef>

namespace tocsin::testing {

// How often this process has called `operator new`, in whatever form and on whatever
// thread. A program in which counting_new.cc is linked has it in the place of the usual
// one.
std::size_t Allocations();

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_ALLOCATIONS_COUNTING_NEW_H_
