#ifndef TOCSIN_ENGINE_MODEL_ANSWER_H_
#define TOCSIN_ENGINE_MODEL_ANSWER_H_

#include "absl/types/span.h"
#include "engine/model/customer.h"

namespace tocsin::model {

enum class Taken {
  kAll,
  kReadAgain,  // it cannot be told what the answer comes to by now
  kRefused,    // a fact of the answer was not asked for, or is refused
};

// Takes in what the fact source answered to the read of an alert, `awaited.read`: each
// fact as a total of the instant at which it was read, with what was applied since on
// top. Judges what that moves, as a fact does. Unless kAll, what the alert watches may
// have been taken in in part.
Taken TakeAnswerIn(Customer* customer, const Context& context, const AlertVersion& alert,
                   const Awaited& awaited, absl::Span<const Fact> facts);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_ANSWER_H_
