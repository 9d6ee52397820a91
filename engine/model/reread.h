#ifndef TOCSIN_ENGINE_MODEL_REREAD_H_
#define TOCSIN_ENGINE_MODEL_REREAD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/model/customer.h"
#include "tocsin/fact_source.h"

// A reset's re-evaluation where there is a fact source: it awaits a read, the read
// begins, is answered, and the answer is taken in and judged.
namespace tocsin::model {

// Has a reset's re-evaluation await the source: of one instance, or of all where it is
// null. What is read already does not count for it. Who waits for its end is returned.
ResetWaiters& AwaitSource(Customer* customer, const AlertVersion& alert,
                          const std::string* instance, absl::Time now);

// A read that has begun.
struct BegunRead {
  std::uint64_t number = 0;
  ReadRequest request;
};
// Begins the customer's reads whose time has come. Needs `TakeIn` first.
void BeginReads(Customer* customer, const Context& context,
                absl::FunctionRef<std::uint64_t()> next_number,
                std::vector<BegunRead>* begun);

// Keeps the answer to a read for `TakeAnswers`. False, and it is thrown away, if that
// read is not under way any more or its time is over.
bool GiveAnswer(Customer* customer, const AlertId& alert, std::uint64_t number,
                absl::Time now, absl::StatusOr<std::vector<Fact>> answer);

// Takes the answers in, and what failed, one alert after the other. What was read, and
// what is not read again, is judged; the rest is read again, some of it later. Needs
// `JudgePending` first: an answer meets nothing that is due.
void TakeAnswers(Customer* customer, const Context& context);

// Has all reads that are under way or to come begin anew, and at once: for who recovers,
// as no answer to the old ones will come.
void BeginReadsAgain(Customer* customer);

// When the first read is to begin or has failed; InfiniteFuture where nothing is read.
absl::Time NextReadAt(const Customer& customer);
// How many reads are under way.
std::uint32_t ReadsUnderWay(const Customer& customer);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_REREAD_H_
