#ifndef TOCSIN_ENGINE_MODEL_NOTING_H_
#define TOCSIN_ENGINE_MODEL_NOTING_H_

#include <vector>

#include "absl/container/inlined_vector.h"
#include "engine/model/customer.h"
#include "engine/model/read_log.h"

namespace tocsin::model {

// What a read is about.
enum class NotedKind { kSums, kBalances, kInvoices };
NotedKind NotedKindOf(const Subject& subject);

// Notes one posting in the logs of the customer's reads under way that are about what
// it moves: `Keep` of each sum before it is moved, then `Add`.
//
// Not thread-safe; the customer's reads must stay as they are in between.
class Noting {
 public:
  // `subject` matters to sums of a period alone.
  Noting(Customer* customer, NotedKind kind, const Subject& subject = {}) {
    if (customer->awaited != nullptr) FindLogs(customer, kind, subject);
  }

  // Whether there is such a read.
  bool needed() const { return !logs_.empty(); }
  void Keep(const SumKey& key, const Sum* now);
  void Add(const Posting& posting, const Context& context) {
    if (needed()) AddToLogs(posting, context);
  }

 private:
  void FindLogs(Customer* customer, NotedKind kind, const Subject& subject);
  void AddToLogs(const Posting& posting, const Context& context);

  absl::InlinedVector<ReadLog*, 2> logs_;
  std::vector<SumKey> keys_;
};

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_NOTING_H_
