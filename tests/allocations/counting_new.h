#ifndef TOCSIN_TESTS_ALLOCATIONS_COUNTING_NEW_H_
#define TOCSIN_TESTS_ALLOCATIONS_COUNTING_NEW_H_

#include <cstddef>

namespace tocsin::testing {

// How often this process has called `operator new`, in whatever form and on whatever
// thread. A program in which counting_new.cc is linked has it in the place of the usual
// one.
std::size_t Allocations();

// Has the n-th from now on of this thread throw std::bad_alloc; 0: none.
void FailAllocation(std::size_t n);
// How many there are until it does.
std::size_t LeftToFailure();

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_ALLOCATIONS_COUNTING_NEW_H_
