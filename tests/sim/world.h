#ifndef TOCSIN_TESTS_SIM_WORLD_H_
#define TOCSIN_TESTS_SIM_WORLD_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "tests/sim/figures.h"
#include "tests/support/action.h"
#include "tests/support/manual_executor.h"
#include "tests/support/reference_model.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

using FactAnswer = absl::StatusOr<std::vector<Fact>>;

// A clock that stands where it is put. One thread.
class StandingClock final : public Clock {
 public:
  explicit StandingClock(absl::Time now) : now_(now) {}
  absl::Time Now() override { return now_; }
  void Set(absl::Time now) { now_ = now; }

 private:
  absl::Time now_;
};

// The real engine beside the reference model, with all that surrounds an engine in the
// hands of a simulation: its clock, its sink, and which of its tasks runs when. After
// each thing done the two are compared in what it can have changed.
//
// Who judges what is due, and when, the model cannot know. It is told when somebody had
// the occasion, and knows what must have come of it.
//
// Thread safety: none; one thread.
class World final : private NotificationSink, private FactSource {
 public:
  // With `has_source` the world is the engine's fact source too.
  World(const Options& options, bool has_source, absl::Time start, Figures* figures);
  ~World() override;

  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // What was found wrong first; empty while nothing is, and nothing is done after.
  const std::string& wrong() const { return wrong_; }
  const ReferenceModel& model() const { return model_; }

  // A call on both, but kDrain; or the clock, or the sink's mood.
  void Perform(const Action& action);
  CollectingSink::Mood mood() const { return mood_; }
  // Whether the last reset of many stopped before its end.
  bool bulk_stopped() const { return !expected_resume_.empty(); }

  // Background work: one of the tasks that are scheduled, or the timer.
  std::size_t tasks() const { return executor_->scheduled(); }
  int WhatAt(std::size_t index) const { return executor_->WhatAt(index); }
  void RunTask(std::size_t index);
  void RunTick();

  // What the source does with a read: answers inside it, well or not, or throws, or is
  // silent until `Answer`.
  enum class Reply {
    kGood,
    kGoodAndThrows,
    kError,
    kWrongFact,
    kOfAnother,
    kThrows,
    kLater,
  };
  // Asked at each read; null: the source is well.
  void SetReply(std::function<Reply()> reply) { reply_ = std::move(reply); }
  // What a good answer says; null: nothing.
  void SetFacts(std::function<std::vector<Fact>(const ReadRequest&)> facts) {
    facts_ = std::move(facts);
  }
  // Reads that may be answered, some of them once more.
  std::size_t waiting() const { return waiting_.size(); }
  // In time, too late, or after another.
  void Answer(std::size_t index, Reply reply);

  // With a sink that fails and an outbox that fills, nobody can tell how far a drain
  // comes.
  bool MayDrain() const {
    return mood_ == CollectingSink::Mood::kTakes || !small_outbox_ || inside_sink_ ||
           inside_callback_;
  }
  void Drain();
  // `wait` is what passes until the engine has closed, where it has the time.
  void Close(absl::Duration deadline, const ManualExecutor::Wait& wait);

  // Compare what queries tell. They bring the customers to the present.
  void CompareState(CustomerId customer, AlertId alert, const InstanceSelector& selector);
  void CompareCustomer(CustomerId customer);
  void CompareExplanation(CustomerId customer, AlertId alert,
                          const InstanceSelector& selector);
  void CompareEverything(const std::vector<AlertId>& alerts);
  // That nothing is owed and nothing waits any more.
  void CheckSettled();

  // Called in the middle of a task: while the sink has a notification in hand, or when a
  // drain has judged some and holds no lock.
  void SetInside(std::function<void()> inside) { inside_ = std::move(inside); }

 private:
  absl::Status Deliver(const Notification& notification) override;
  absl::Status Refuse(const Notification& notification);

  void Wrong(const std::string& what);
  void Apply(const Action& action);
  // Whether the step is in the middle of nothing.
  bool IsOutside() const { return !inside_sink_ && !inside_drain_ && !inside_callback_; }

  // world_source.cc
  struct Asked {
    std::uint64_t number = 0;  // the model's
    ReadRequest request;
    std::vector<Fact> facts;
    Done done;
    bool answered_once = false;
  };
  void Read(const ReadRequest& request, Done done) override;
  FactAnswer AnswerOf(Reply reply, const Asked& asked) const;
  void TellModel(const Asked& asked, Reply reply);
  void StepModel(int shard);
  void StepModelOf(CustomerId customer);
  void FinishModel(int shard);
  void CheckReads();
  void CheckReadTimers();

  // world_resets.cc
  // By the number of the reset, as they were told.
  using Outcomes = std::vector<std::pair<std::uint64_t, ResetOutcome>>;
  ResetOptions TellTo(std::uint64_t number, Outcomes* outcomes);
  void CalledBack(std::uint64_t number);
  void Reset(const Action& action);
  void ResetAll(const Action& action);
  void CompareOutcomes();
  void CheckCallbacks();

  void MoveClock(absl::Time to);
  void LookAtClock();
  void SeeStatus(const absl::Status& actual, const absl::Status& expected);
  void AfterCall();
  void RunDrain(std::size_t index);
  void FinishInterrupted(int shard);
  void CompareStats();
  void CheckScheduled();
  int ShardOf(CustomerId customer) const;
  // Brings customers of the shard, or all, on whom something has fallen due to the
  // present.
  void TouchLaggards(int shard);
  void SeeLast(CustomerId customer, AlertId alert, const Explanation::Said& last);
  void SeeState(const CustomerAlert& actual, const CustomerAlert& expected);

  const Options options_;
  const bool has_source_;
  const bool small_outbox_;
  std::uint64_t batches_ = 0;  // applied by id and by handle in turn
  StandingClock clock_;
  ManualExecutor* executor_ = nullptr;  // the engine's
  ReferenceModel model_;
  std::unique_ptr<Engine> engine_;
  const std::vector<CustomerId>& customers_;
  Figures* const figures_;
  std::string wrong_;

  CollectingSink::Mood mood_ = CollectingSink::Mood::kTakes;
  bool in_delivery_task_ = false;
  bool inside_sink_ = false;
  bool in_callback_task_ = false;
  bool in_everything_ = false;
  bool closing_ = false;
  bool inside_drain_ = false;
  bool inside_callback_ = false;
  bool may_interrupt_ = false;  // the drain that runs
  bool interrupted_ = false;
  std::function<void()> inside_;
  NotificationId refused_;  // is the next that the sink must be given; nil: any
  absl::Time retry_not_before_ = absl::InfinitePast();
  std::uint64_t sink_failures_ = 0;
  absl::flat_hash_set<NotificationId> ids_;
  std::map<CustomerId, std::uint64_t> sequences_;
  struct Said {
    CustomerId customer;
    AlertId alert;
    Explanation::Said what;
  };
  // What the sink was given, and what was explained before it was.
  absl::flat_hash_map<NotificationId, Said> said_;

  std::function<Reply()> reply_;
  std::function<std::vector<Fact>(const ReadRequest&)> facts_;
  std::vector<Asked> waiting_;
  std::uint64_t reset_number_ = 0;
  std::uint64_t callback_failures_ = 0;
  Outcomes actual_outcomes_;    // not compared yet
  Outcomes expected_outcomes_;  // of what was not called yet
  std::string actual_resume_;   // where the last reset of many stopped
  std::string expected_resume_;

  bool paused_ = false;       // a drain may have stopped, and gone on not yet
  bool clock_moved_ = false;  // since nobody lagged behind
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SIM_WORLD_H_
