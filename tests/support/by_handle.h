#ifndef TOCSIN_TESTS_SUPPORT_BY_HANDLE_H_
#define TOCSIN_TESTS_SUPPORT_BY_HANDLE_H_

#include "absl/types/span.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

// Applies the batch as tracked facts where each of its facts can be one, and as it is
// else. What comes of it has to be the same.
ApplyResult ApplyByHandle(Engine& engine, absl::Span<const Fact> facts,
                          const ApplyOptions& options);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_BY_HANDLE_H_
