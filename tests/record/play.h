#ifndef TOCSIN_TESTS_RECORD_PLAY_H_
#define TOCSIN_TESTS_RECORD_PLAY_H_

#include <memory>
#include <string>

#include "tests/support/collecting_sink.h"
#include "tests/support/manual_clock.h"
#include "tests/support/random.h"
#include "tocsin/engine.h"

// What an engine is told whose rules may be others: values that come to be just at
// thresholds, for there rules differ.
namespace tocsin::testing {

struct PlayedEngine {
  std::string directory;
  CollectingSink sink;
  ManualClock clock{absl::FromUnixSeconds(1'770'000'000)};
  std::unique_ptr<Engine> engine;

  // `checkpoints`: every few calls.
  absl::Status Open(bool checkpoints);
};

// Of 8 customers 5 come just to the threshold of two alerts, and 3 beyond, and all go
// back; the first of the alerts asks to be told of that.
absl::Status PlayCounted(Engine& engine);

absl::Status CreateAlerts(Engine& engine);
// One random call that succeeds.
absl::Status PlayStep(PlayedEngine* played, Random* random);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_RECORD_PLAY_H_
