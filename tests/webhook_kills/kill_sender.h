#ifndef TOCSIN_TESTS_WEBHOOK_KILLS_KILL_SENDER_H_
#define TOCSIN_TESTS_WEBHOOK_KILLS_KILL_SENDER_H_

#include <cstdint>
#include <string>

#include "tests/kills/kill_options.h"

namespace tocsin::testing {

struct KilledSenders {
  int kills = 0;
  int by_line = 0;        // behind something that the process said
  int before_answer = 0;  // with a request that was not answered
  int behind_answer = 0;  // with an answer on its way
  std::uint64_t taken = 0;
  std::uint64_t doubles = 0;
  std::string wrong = {};  // first
  std::string kept = {};   // where the directory is then

  std::string ToString() const;
};

// Starts one process after the other, which sends webhooks to a receiver here, kills each
// and compares what came. Ends with the first thing that is wrong.
KilledSenders KillSenders(const KillOptions& options);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_WEBHOOK_KILLS_KILL_SENDER_H_
