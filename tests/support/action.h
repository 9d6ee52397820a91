#ifndef TOCSIN_TESTS_SUPPORT_ACTION_H_
#define TOCSIN_TESTS_SUPPORT_ACTION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/manual_clock.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

// One call of an engine, or one change of its surroundings, as data: what
// scenario files and generated cases are made of.
struct Action {
  enum class Verb {
    kClock,
    kSink,
    kCreate,
    kUpdate,
    kArchive,
    kDisable,
    kEnable,
    kApply,
    kReset,
    kResetAll,
    kDrain,
  };

  Verb verb = Verb::kDrain;
  absl::Time time = absl::UnixEpoch();                       // kClock
  CollectingSink::Mood mood = CollectingSink::Mood::kTakes;  // kSink
  AlertSpec spec = {};                                       // kCreate
  AlertId alert = {};                                        // but kCreate
  AlertUpdate update = {};                                   // kUpdate
  bool release_key = false;                                  // kArchive
  std::vector<Fact> facts = {};                              // kApply
  std::optional<Position> position = std::nullopt;           // kApply
  CustomerId customer = {};                                  // kReset, kResetAll
  InstanceSelector selector = {};                            // kReset
  bool of_customer = false;  // kResetAll: of all alerts of the customer
  bool go_on = false;        // kResetAll: where the last one stopped
};

struct Outcome {
  absl::Status status = absl::OkStatus();
  std::optional<ApplyResult> result = std::nullopt;  // kApply
  std::optional<std::size_t> taken = std::nullopt;   // kResetAll
};

// How facts are applied: as they are, or as tracked facts where they can be.
enum class FactsBy { kId, kHandle };

// What an action is performed on.
struct Stage {
  Engine* engine = nullptr;
  FactsBy facts_by = FactsBy::kId;
  absl::Span<const std::string> fact_ids = {};  // kApply
  ManualClock* clock = nullptr;
  CollectingSink* sink = nullptr;
  std::string* resume = nullptr;  // where the last kResetAll stopped
  // What became of the resets, as it is told.
  std::vector<ResetOutcome>* outcomes = nullptr;
};

Outcome Perform(const Action& action, const Stage& stage);

// Splits a line at spaces; "..." keeps spaces, # ends the line.
std::vector<std::string> SplitWords(std::string_view line);

// Reads and writes the actions of scenario files; the grammar stands in
// scenario.h. A batch of other than one fact is written as several lines.
absl::StatusOr<Action> ParseAction(const std::vector<std::string>& words);
std::string FormatAction(const Action& action);

// Times as in scenario files: RFC 3339, or a date for its midnight in UTC.
absl::StatusOr<absl::Time> TimeFromText(const std::string& text);
std::string TimeToText(absl::Time time);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_ACTION_H_
