#ifndef TOCSIN_TESTS_CRASH_KEPT_HISTORY_H_
#define TOCSIN_TESTS_CRASH_KEPT_HISTORY_H_

#include <string>

#include "absl/status/statusor.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

// What the histories of the cases' customers and alerts show, an event a line, without
// their numbers: what is not known has a line that says so. Errors: of the store.
absl::StatusOr<std::string> ShownHistory(Engine& engine);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CRASH_KEPT_HISTORY_H_
