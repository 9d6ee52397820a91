#ifndef TOCSIN_TESTS_SUPPORT_KEPT_RECORDS_H_
#define TOCSIN_TESTS_SUPPORT_KEPT_RECORDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "tocsin/engine.h"

// What an engine keeps beside its state, as text.
namespace tocsin::testing {

// What the histories of these customers and alerts show, an event a line, without their
// numbers: what is not known has a line that says so. Errors: of the store.
absl::StatusOr<std::string> ShownHistory(Engine& engine,
                                         absl::Span<const CustomerId> customers,
                                         absl::Span<const AlertId> alerts);

// All receipts in their order, one a line. Errors: as `Engine::Receipts`.
enum class Instants { kShown, kLeftOut };
absl::StatusOr<std::string> ShownReceipts(Engine& engine, Instants instants);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_KEPT_RECORDS_H_
