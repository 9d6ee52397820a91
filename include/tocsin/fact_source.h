#ifndef TOCSIN_FACT_SOURCE_H_
#define TOCSIN_FACT_SOURCE_H_

#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tocsin/alert.h"
#include "tocsin/customer_alert.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"

namespace tocsin {

// What is to be read anew, because a customer alert was reset.
struct ReadRequest {
  CustomerId customer = {};
  AlertId alert = {};
  AlertSpec spec = {};  // of the alert: what it watches
  // The instances that were reset. Empty: the whole customer alert.
  std::vector<InstanceSelector> instances = {};
  // The customer's billing period `[starts_at, ends_at)`: sums of spend and usage are
  // those within it.
  absl::Time period_starts_at = absl::InfinitePast();
  absl::Time period_ends_at = absl::InfiniteFuture();
  int attempt = 1;  // of this re-evaluation: 1 up to `Options::source_attempts_max`
};

// Where a host's facts can be read anew. With one, a reset's re-evaluation first asks
// it what the alert watches, and judges the answer.
//
// Delivery: one `Read` for each read; several may be under way, also for one customer.
// Threading: called from any thread, several at a time.
// Locking: called without any lock of the engine; it may call the engine, but neither
// `Drain` nor `Close`, which would wait for it.
// Errors: an exception, and silence past `Options::source_timeout`, are failures as an
// error status is. A failed read is made again after waits that double from 100 ms.
class FactSource {
 public:
  // Takes the answer: an error, or facts about the customer, those that there are of
  // what the alert watches: `SpendTotal`s of its credit type, `UsageTotal`s of its
  // billable metric (with group values and contract as an ordinary total has them),
  // `BalanceTold`s, or `InvoiceTold`s; at most 100,000. What the answer does not speak
  // of stays as it is. Other facts, and malformed ones, are a failure.
  //
  // Called once, from any thread, inside `Read` or later; also after the engine is
  // closed or destroyed. A second answer, and one that comes too late, are thrown away.
  using Done = absl::AnyInvocable<void(absl::StatusOr<std::vector<Fact>>)>;

  virtual ~FactSource() = default;

  // Begins to read and returns. What it reads must not be older than the call: a cache
  // that was filled before must not answer.
  virtual void Read(const ReadRequest& request, Done done) = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_FACT_SOURCE_H_
