#ifndef TOCSIN_ENGINE_MODEL_POSTING_H_
#define TOCSIN_ENGINE_MODEL_POSTING_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/model/customer.h"
#include "engine/model/gauge.h"
#include "engine/model/read_log.h"
#include "tocsin/fact.h"

namespace tocsin::model {

// What became of one fact.
struct Outcome {
  absl::Status status = absl::OkStatus();  // else it was refused, and changed nothing
  bool stale = false;
  bool late = false;
  bool group_dropped = false;
};

// A posting, and which sums of its subject it speaks of.
struct Entry {
  Subject subject;
  Posting posting;
  std::optional<ContractId> contract;
  absl::Span<const GroupValue> group_values;
  Trigger trigger = Trigger::kSpend;
};

// Calls `visit` for each sum that an entry speaks of; `now` is null where the sum is
// not there yet.
void ForEachSum(const Customer& customer, const Catalog& catalog, const Entry& entry,
                absl::FunctionRef<void(const SumKey& key, const Sum* now)> visit);

// Counts a spend or usage entry in every sum that it speaks of, and judges what
// moved. Needs a customer that is up to date, and an entry of the current period.
// Error: kOutOfRange if a sum would not fit; kResourceExhausted for too many
// contracts. Either changes nothing.
Outcome Post(Customer* customer, const Context& context, const Entry& entry);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_POSTING_H_
