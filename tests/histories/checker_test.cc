// Would catch a checker that lets a wrong history pass, or refuses a right one.
#include "tests/histories/checker.h"

#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace tocsin::testing {
namespace {

using Kind = ResetOutcome::Kind;
using Status = CustomerStatus;

End Judged(std::uint64_t at, std::uint64_t epoch, Status status, int value,
           bool notified) {
  return {
      .at = at, .epoch = epoch, .status = status, .value = value, .notified = notified};
}
End Superseded(std::uint64_t at, std::uint64_t epoch, std::uint64_t newer) {
  return {.at = at, .kind = Kind::kSuperseded, .epoch = epoch, .newer_epoch = newer};
}
End Dropped(std::uint64_t at, std::uint64_t epoch, Reason why) {
  return {.at = at, .kind = Kind::kDropped, .epoch = epoch, .why = why};
}
Call Reset(int thread, std::uint64_t began, std::uint64_t ended, End end) {
  return {
      .verb = Verb::kReset, .thread = thread, .began = began, .ended = ended, .end = end};
}
Call Spend(int thread, std::uint64_t began, std::uint64_t ended, int number) {
  return {.verb = Verb::kSpend,
          .thread = thread,
          .began = began,
          .ended = ended,
          .number = number};
}
Call Get(int thread, std::uint64_t began, std::uint64_t ended, View view) {
  return {
      .verb = Verb::kGet, .thread = thread, .began = began, .ended = ended, .view = view};
}
Call Do(Verb verb, int thread, std::uint64_t began, std::uint64_t ended, int number = 0) {
  return {
      .verb = verb, .thread = thread, .began = began, .ended = ended, .number = number};
}
View InAlarm(std::uint64_t epoch, Trigger by) {
  return {.status = Status::kInAlarm,
          .threshold = 10,
          .value = 10,
          .epoch = epoch,
          .triggered_by = by};
}
View Evaluating(std::uint64_t epoch) {
  return {.status = Status::kEvaluating, .threshold = 10, .value = 10, .epoch = epoch};
}
Telling Reached(std::uint64_t decided, std::uint64_t epoch, std::uint64_t sequence) {
  return {.decided = decided,
          .at = decided + 5,
          .epoch = epoch,
          .value = 10,
          .threshold = 10,
          .previous = 10,
          .sequence = sequence};
}

// A reset that is evaluated and speaks, then a query.
History OneReset() {
  return {.value = 10,
          .threshold = 10,
          .sequence = 5,
          .calls = {Reset(0, 10, 20, Judged(40, 1, Status::kInAlarm, 10, true)),
                    Get(1, 50, 60, InAlarm(1, Trigger::kReset))},
          .tellings = {Reached(30, 1, 6)}};
}
// A second one beside the first; one evaluation.
History TwoResets() {
  return {.value = 10,
          .threshold = 10,
          .calls = {Reset(0, 10, 20, Superseded(25, 1, 2)),
                    Reset(1, 15, 30, Judged(45, 2, Status::kInAlarm, 10, true))},
          .tellings = {Reached(35, 2, 1)}};
}

struct Change {
  std::string what;
  std::function<void(History*)> make;
};

void ExpectEachIsFound(History (*right)(), const std::vector<Change>& changes) {
  EXPECT_TRUE(IsLinearizable(right()));
  for (const Change& change : changes) {
    History history = right();
    change.make(&history);
    EXPECT_FALSE(IsLinearizable(history)) << change.what << "\n" << history.ToString();
  }
}

TEST(Checker, FindsWhatIsWrongWithOneReset) {
  ExpectEachIsFound(
      OneReset,
      {{"lost", [](History* h) { h->tellings.clear(); }},
       {"doubled", [](History* h) { h->tellings.push_back(Reached(35, 1, 7)); }},
       {"in the old epoch", [](History* h) { h->tellings[0].epoch = 0; }},
       {"said to resolve",
        [](History* h) { h->tellings[0].kind = NotificationKind::kResolved; }},
       {"another value", [](History* h) { h->tellings[0].value = 11; }},
       {"another value before", [](History* h) { h->tellings[0].previous = 9; }},
       {"another threshold", [](History* h) { h->tellings[0].threshold = 9; }},
       {"another trigger", [](History* h) { h->tellings[0].by = Trigger::kSpend; }},
       {"a number left out", [](History* h) { h->tellings[0].sequence = 7; }},
       {"decided before the reset began", [](History* h) { h->tellings[0].decided = 5; }},
       {"delivered before it was decided", [](History* h) { h->tellings[0].at = 29; }},
       {"decided after it was seen",
        [](History* h) { h->tellings[0] = Reached(70, 1, 6); }},
       {"never told its end", [](History* h) { h->calls[0].end.reset(); }},
       {"told that it was silent", [](History* h) { h->calls[0].end->notified = false; }},
       {"told another epoch", [](History* h) { h->calls[0].end->epoch = 2; }},
       {"told another value", [](History* h) { h->calls[0].end->value = 9; }},
       {"told its end before it began", [](History* h) { h->calls[0].end->at = 5; }},
       {"told its end before it was judged",
        [](History* h) { h->calls[0].end->at = 25; }},
       {"dropped",
        [](History* h) { h->calls[0].end = Dropped(40, 1, Reason::kAlertArchived); }},
       {"refused", [](History* h) { h->calls[0].refused = Reason::kAlertDisabled; }},
       {"seen in the old epoch", [](History* h) { h->calls[1].view.epoch = 0; }},
       {"seen evaluating though it had spoken",
        [](History* h) { h->calls[1].view = Evaluating(1); }},
       {"seen without its trigger",
        [](History* h) { h->calls[1].view.triggered_by.reset(); }}});
}

TEST(Checker, FindsWhatIsWrongWithTwo) {
  ExpectEachIsFound(
      TwoResets,
      {{"evaluated twice",
        [](History* h) {
          h->calls[0].end = Judged(25, 1, Status::kInAlarm, 10, true);
          h->tellings = {Reached(22, 1, 1), Reached(23, 1, 2)};
        }},
       {"the older one counted", [](History* h) { h->tellings[0].epoch = 1; }},
       {"one epoch for both", [](History* h) { h->calls[0].end->epoch = 2; }},
       {"superseded by itself", [](History* h) { h->calls[0].end->newer_epoch = 1; }},
       {"both superseded", [](History* h) { h->calls[1].end = Superseded(45, 2, 3); }},
       {"told before the newer one began", [](History* h) { h->calls[0].end->at = 12; }},
       {"the first in time has the newer epoch", [](History* h) {
          h->calls[0].ended = 12;
          std::swap(h->calls[0].end, h->calls[1].end);
        }}});
}

// No notification that was decided after `Reset` returned has the older epoch.
TEST(Checker, KeepsTheFence) {
  const auto with_decided = [](std::uint64_t crossing, std::uint64_t reset) {
    History history{
        .value = 9,
        .threshold = 10,
        .calls = {Spend(0, 10, 30, 1),
                  Reset(1, 12, 20, Judged(60, 1, Status::kInAlarm, 10, true))},
        .tellings = {Reached(crossing, 0, 1), Reached(reset, 1, 2)}};
    history.tellings[0].previous = 9;
    history.tellings[0].by = Trigger::kSpend;
    return history;
  };
  EXPECT_TRUE(IsLinearizable(with_decided(15, 40)));
  EXPECT_FALSE(IsLinearizable(with_decided(25, 40)));
}

TEST(Checker, TakesEitherOrderOfWhatOverlaps) {
  for (const bool sees_it : {false, true}) {
    History history = OneReset();
    history.calls[1] =
        Get(1, 15, 60, sees_it ? Evaluating(1) : InAlarm(0, Trigger::kAlertCreated));
    EXPECT_TRUE(IsLinearizable(history));
    // Half done is neither.
    history.calls[1].view.epoch = sees_it ? 0 : 1;
    EXPECT_FALSE(IsLinearizable(history));
  }
}

// Each alone could be explained.
TEST(Checker, FindsQueriesThatGoBack) {
  History history = OneReset();
  history.calls = {Reset(0, 10, 90, Judged(80, 1, Status::kInAlarm, 10, true)),
                   Get(1, 20, 25, Evaluating(1)),
                   Get(2, 26, 29, InAlarm(0, Trigger::kAlertCreated))};
  EXPECT_FALSE(IsLinearizable(history));
  std::swap(history.calls[1].view, history.calls[2].view);
  EXPECT_TRUE(IsLinearizable(history));
}

TEST(Checker, HasAFactJudgeWhatIsDueOnTheValueBeforeIt) {
  History history{.value = 10,
                  .threshold = 10,
                  .notify_resolved = true,
                  .calls = {Reset(0, 10, 20, Judged(60, 1, Status::kInAlarm, 10, true)),
                            Spend(1, 30, 50, -1)},
                  .tellings = {Reached(40, 1, 1), Reached(40, 1, 2)}};
  Telling& resolved = history.tellings[1];
  resolved.kind = NotificationKind::kResolved;
  resolved.value = 9;
  resolved.by = Trigger::kSpend;
  EXPECT_TRUE(IsLinearizable(history));
  // On the value after it.
  history.calls[0].end = Judged(60, 1, Status::kOk, 9, false);
  history.tellings.clear();
  EXPECT_FALSE(IsLinearizable(history));
}

TEST(Checker, DropsWithTheEndOfTheAlertAndThenDecidesNothing) {
  const History dropped{
      .value = 10,
      .threshold = 10,
      .calls = {Reset(0, 10, 20, Dropped(45, 1, Reason::kAlertArchived)),
                Do(Verb::kArchive, 1, 30, 40), Do(Verb::kThreshold, 1, 50, 60, 12)}};
  History history = dropped;
  EXPECT_FALSE(IsLinearizable(history)) << "an archived alert is not changed";
  history.calls[2].refused = Reason::kAlertArchived;
  EXPECT_TRUE(IsLinearizable(history));
  history.calls[0].end = Judged(45, 1, Status::kInAlarm, 10, true);
  history.tellings = {Reached(35, 1, 1)};
  EXPECT_TRUE(IsLinearizable(history)) << "judged just before";
  history.tellings = {Reached(42, 1, 1)};
  EXPECT_FALSE(IsLinearizable(history)) << "decided after the archiving";
}

TEST(Checker, KeepsTheStatusUntilANewThresholdIsJudged) {
  History history{.value = 10,
                  .threshold = 10,
                  .notify_resolved = true,
                  .calls = {Do(Verb::kThreshold, 0, 10, 20, 12),
                            Get(1, 30, 40, InAlarm(0, Trigger::kAlertCreated))},
                  .tellings = {Reached(50, 0, 1)}};
  history.calls[1].view.threshold = 12;
  history.tellings[0].kind = NotificationKind::kResolved;
  history.tellings[0].threshold = 12;
  history.tellings[0].by = Trigger::kAlertUpdated;
  EXPECT_TRUE(IsLinearizable(history));
  history.calls[1].view.status = Status::kOk;
  EXPECT_FALSE(IsLinearizable(history)) << "it was told only later";
}

TEST(Checker, BeginsAnEpochWithEnabling) {
  History history{.value = 10,
                  .threshold = 10,
                  .calls = {Do(Verb::kDisable, 0, 10, 20), Do(Verb::kEnable, 0, 30, 40),
                            Do(Verb::kEnable, 1, 50, 60)},
                  .tellings = {Reached(70, 1, 1)}};
  history.tellings[0].by = Trigger::kAlertUpdated;
  history.tellings[0].previous.reset();
  EXPECT_FALSE(IsLinearizable(history)) << "enabled twice";
  history.calls[2].refused = Reason::kAlertNotDisabled;
  EXPECT_TRUE(IsLinearizable(history));
  history.tellings[0].epoch = 0;
  EXPECT_FALSE(IsLinearizable(history));
}

}  // namespace
}  // namespace tocsin::testing
