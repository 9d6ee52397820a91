#ifndef TOCSIN_TESTS_HISTORIES_CHECKER_H_
#define TOCSIN_TESTS_HISTORIES_CHECKER_H_

#include <cstddef>

#include "tests/histories/history.h"

namespace tocsin::testing {

inline constexpr std::size_t kCallsPerHistoryMax = 32;

// Whether there is an order in which the calls of the history, one after the other, and
// judgements of what is due between them, would have been answered and told just as they
// were. In it a call stands after all that had ended, been decided or been told when it
// began, and what is decided after all calls that had ended. (Linearizability, by the
// search of Wing and Gong, which remembers as Lowe's does where it has been.)
//
// If `steps` is not null, how much was tried is added to it.
bool IsLinearizable(const History& history, std::size_t* steps = nullptr);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_HISTORIES_CHECKER_H_
