#include "tests/sim/world.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "engine/base/hash.h"
#include "engine/core/open.h"
#include "tests/support/by_handle.h"
#include "tests/support/case.h"
#include "tests/support/describe.h"
#include "tests/support/differences.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

constexpr int kCallbacks = work::Executor::kCallbacks;

Options With(Options options, Clock* clock, NotificationSink* sink, FactSource* source) {
  options.clock = clock;
  options.sink = sink;
  options.fact_source = source;
  return options;
}

// Of an outbox that fills in a simulation.
constexpr std::size_t kSmallOutbox = 100;

}  // namespace

World::World(const Options& options, bool has_source, absl::Time start, Figures* figures)
    : options_(With(options, &clock_, this, has_source ? this : nullptr)),
      has_source_(has_source),
      small_outbox_(options.outbox_max < kSmallOutbox),
      clock_(start),
      model_(With(options, &clock_, nullptr, options_.fact_source)),
      customers_(CustomersOfCases()),
      figures_(figures) {
  auto executor = std::make_unique<ManualExecutor>();
  executor_ = executor.get();
  engine_ = core::OpenWith(options_, std::move(executor)).value();
  executor_->SetScheduled([this] {
    if (!std::exchange(may_interrupt_, false) || !inside_) return;
    interrupted_ = true;
    inside_drain_ = true;
    inside_();
    inside_drain_ = false;
  });
  ++figures_->engines;
  model_.SetWalk([this](CustomerId id) { return static_cast<std::size_t>(ShardOf(id)); });
  LookAtClock();
}

World::~World() {
  mood_ = CollectingSink::Mood::kTakes;
  if (wrong_.empty()) wrong_ = "over";
  engine_->Close(absl::ZeroDuration()).IgnoreError();
}

void World::Wrong(const std::string& what) {
  if (wrong_.empty()) wrong_ = what;
}

int World::ShardOf(CustomerId customer) const {
  const auto shards = static_cast<std::uint64_t>(options_.shards);
  return static_cast<int>(StableHash(customer.uuid()) & (shards - 1));
}

void World::SeeStatus(const absl::Status& actual, const absl::Status& expected) {
  figures_->See(static_cast<std::uint64_t>(actual.raw_code()));
  if (actual.ok() && expected.ok()) return;
  ++figures_->refused;
  const Reason reason = ReasonIn(actual);
  figures_->See(static_cast<std::uint64_t>(reason));
  if (reason == Reason::kLimitReached) ++figures_->full;
  if (actual.code() == expected.code() && reason == ReasonIn(expected)) return;
  const std::string differs = DifferInStatus("the call", actual, expected);
  if (!differs.empty()) Wrong(differs);
}

void World::Perform(const Action& action) {
  if (!wrong_.empty()) return;
  switch (action.verb) {
    case Action::Verb::kDrain:
      return Drain();
    case Action::Verb::kClock:
      return MoveClock(action.time);
    case Action::Verb::kSink:
      mood_ = action.mood;
      return;
    case Action::Verb::kApply:
      Apply(action);
      return AfterCall();
    case Action::Verb::kReset:
      Reset(action);
      return AfterCall();
    case Action::Verb::kResetAll:
      ResetAll(action);
      return AfterCall();
    default:
      break;
  }
  const Stage actual = {.engine = engine_.get(), .clock = nullptr, .sink = nullptr};
  const Stage expected = {.engine = &model_, .clock = nullptr, .sink = nullptr};
  const absl::Status status = testing::Perform(action, actual).status;
  SeeStatus(status, testing::Perform(action, expected).status);
  AfterCall();
}

void World::Apply(const Action& action) {
  const ApplyOptions options{.position = action.position};
  const ApplyResult actual = ++batches_ % 2 == 0
                                 ? testing::ApplyByHandle(*engine_, action.facts, options)
                                 : engine_->Apply(action.facts, options);
  const ApplyResult expected = model_.Apply(action.facts, {.position = action.position});
  SeeStatus(actual.status, expected.status);
  figures_->facts += actual.applied;
  figures_->refused += actual.refused;
  figures_->See(actual.applied);
  for (const FactReport& report : actual.reports) {
    figures_->See(report.index * 8 + static_cast<std::uint64_t>(report.kind));
  }
  if (!Same(actual, expected)) {
    Wrong(absl::StrCat("the facts\n  actual:   ", Describe(actual),
                       "\n  expected: ", Describe(expected)));
  }
}

void World::AfterCall() {
  CompareOutcomes();
  CheckReads();
  CompareStats();
  CheckScheduled();
}

void World::MoveClock(absl::Time to) {
  if (to < clock_.Now()) {
    // A clock that nobody has read did not go back.
    LookAtClock();
  }
  clock_.Set(to);
  clock_moved_ = true;
}

void World::LookAtClock() {
  engine_->UpdateAlert(AlertId(), {}).IgnoreError();
  model_.Look();
}

void World::CompareStats() {
  const Stats actual = engine_->GetStats();
  const Stats expected = model_.GetStats();
  figures_->See(actual.notifications_decided);
  figures_->See(actual.due);
  const bool same =
      actual.facts_applied == expected.facts_applied &&
      actual.facts_refused == expected.facts_refused &&
      actual.facts_stale == expected.facts_stale &&
      actual.facts_late == expected.facts_late &&
      actual.facts_group_dropped == expected.facts_group_dropped &&
      actual.notifications_decided == expected.notifications_decided &&
      actual.notifications_delivered == expected.notifications_delivered &&
      actual.delivery_failures == sink_failures_ &&
      actual.callback_failures == callback_failures_ &&
      actual.resets == expected.resets && actual.source_reads == expected.source_reads &&
      actual.source_failures == expected.source_failures &&
      actual.source_given_up == expected.source_given_up &&
      actual.customers == expected.customers && actual.alerts == expected.alerts &&
      actual.due == expected.due && actual.outbox == expected.outbox;
  if (same) return;
  auto text = [](const Stats& stats) {
    return absl::StrCat(
        "applied=", stats.facts_applied, " refused=", stats.facts_refused,
        " stale=", stats.facts_stale, " late=", stats.facts_late,
        " dropped=", stats.facts_group_dropped, " decided=", stats.notifications_decided,
        " delivered=", stats.notifications_delivered,
        " failures=", stats.delivery_failures, " and ", stats.callback_failures,
        " of callbacks, resets=", stats.resets, " reads=", stats.source_reads,
        " failed=", stats.source_failures, " given up=", stats.source_given_up,
        " customers=", stats.customers, " alerts=", stats.alerts, " due=", stats.due,
        " outbox=", stats.outbox);
  };
  Wrong(absl::StrCat("the stats\n  actual:   ", text(actual),
                     "\n  expected: ", text(expected), ", failures=", sink_failures_,
                     " and ", callback_failures_));
  for (const CustomerId customer : customers_) {
    const Notification* first = model_.FirstWaiting(customer);
    if (first == nullptr) continue;
    absl::StrAppend(&wrong_, "\n  waits: ", Describe(*first).ToString());
  }
}

// What is owed has somebody who will come for it.
void World::CheckScheduled() {
  std::size_t needed = 0;
  for (std::size_t i = 0; i < tasks(); ++i)
    needed += WhatAt(i) >= work::Executor::kDeliveries;
  if (needed > static_cast<std::size_t>(options_.shards) + 1) {
    Wrong(absl::StrCat(needed, " tasks are scheduled; one for each of ", options_.shards,
                       " shards and one that delivers are enough"));
  }
  if (IsOutside()) CheckCallbacks();
  const bool waits = model_.undelivered() > 0 && refused_.is_nil() && !inside_sink_;
  if (waits && !executor_->IsScheduled(work::Executor::kDeliveries)) {
    Wrong("notifications wait and nobody is scheduled to deliver them");
  }
  if (paused_) return;
  for (const CustomerId customer : customers_) {
    if (executor_->IsScheduled(ShardOf(customer))) continue;
    if (!model_.NeedsTask(customer)) continue;
    Wrong(absl::StrCat("a judgement of ", NameOf(customer),
                       " is owed and nobody is scheduled to make it"));
  }
}

void World::TouchLaggards(int shard) {
  if (!clock_moved_) return;
  for (const CustomerId customer : customers_) {
    if (shard >= 0 && ShardOf(customer) != shard) continue;
    if (model_.LagsBehind(customer)) CompareCustomer(customer);
  }
  if (shard < 0) clock_moved_ = false;
}

void World::RunTask(std::size_t index) {
  if (!wrong_.empty()) return;
  const int what = executor_->WhatAt(index);
  ++figures_->tasks;
  figures_->See(static_cast<std::uint64_t>(what + 2));
  model_.Look();
  if (what == work::Executor::kEverything) {
    // It has been seen to that nothing stops it.
    model_.JudgeEverybody();
    StepModel(-1);
    in_everything_ = true;
    executor_->RunAt(index);
    in_everything_ = false;
    FinishModel(-1);
    paused_ = false;
  } else if (what == work::Executor::kDeliveries) {
    const bool outer = std::exchange(in_delivery_task_, true);
    executor_->RunAt(index);
    in_delivery_task_ = outer;
    if (model_.HasRoom()) paused_ = false;
  } else if (what == kCallbacks) {
    const bool outer = std::exchange(in_callback_task_, true);
    executor_->RunAt(index);
    in_callback_task_ = outer;
  } else {
    RunDrain(index);
  }
  AfterCall();
}

void World::RunDrain(std::size_t index) {
  const int shard = executor_->WhatAt(index);
  // How far a drain comes whose own reads fill the outbox hangs on who lagged behind.
  if (has_source_) TouchLaggards(shard);
  // At a full outbox nothing is judged; else all that the shard owes, even if the outbox
  // then holds more than it should.
  const bool room = model_.HasRoom();
  bool lags = false;
  bool reads = false;
  for (const CustomerId customer : customers_) {
    if (!room || ShardOf(customer) != shard) continue;
    lags = lags || (clock_moved_ && model_.LagsBehind(customer));
    reads = reads || (has_source_ && model_.AwaitsSource(customer));
  }
  if (room) StepModel(shard);
  if (!model_.HasRoom()) paused_ = true;
  // By then it has done all that the model has done, if nobody lagged behind.
  // How much of what a call in its middle asks for is done before a small outbox is full
  // nobody can tell.
  may_interrupt_ = room && !lags && !reads && !small_outbox_ && IsOutside();
  executor_->RunAt(index);
  may_interrupt_ = false;
  // Else the drain that follows does it.
  if (room && (inside_drain_ || !interrupted_)) FinishModel(shard);
  if (!inside_drain_ && std::exchange(interrupted_, false)) FinishInterrupted(shard);
  if (!model_.HasRoom()) paused_ = true;
  TouchLaggards(shard);
}

// Whether the drain still saw what came in its middle nobody can tell; if not, another is
// scheduled. After both all is judged.
void World::FinishInterrupted(int shard) {
  model_.Look();
  if (!model_.HasRoom()) return;
  for (std::size_t i = 0; i < tasks(); ++i) {
    if (executor_->WhatAt(i) != shard) continue;
    executor_->RunAt(i);
    break;
  }
  StepModel(shard);
  FinishModel(shard);
}

void World::RunTick() {
  if (!wrong_.empty()) return;
  ++figures_->ticks;
  model_.Look();
  // Where no alert change is on its way to the customers, the timer alone must do all
  // that fell due and is told.
  bool alone = !paused_;
  for (std::size_t i = 0; i < tasks(); ++i) alone = alone && executor_->WhatAt(i) < 0;
  if (model_.HasRoom()) paused_ = false;
  executor_->RunTick();
  if (alone) {
    model_.CatchUpWhileRoom();
  } else {
    TouchLaggards(-1);
  }
  if (model_.undelivered() > 0 && model_.now() >= retry_not_before_ + absl::Minutes(16)) {
    if (!executor_->IsScheduled(work::Executor::kDeliveries) && !inside_sink_) {
      Wrong("what the sink refused long ago is not tried again");
    }
  }
  CheckReadTimers();
  AfterCall();
}

void World::Drain() {
  if (!wrong_.empty()) return;
  if (inside_sink_ || inside_callback_) {
    const absl::Status status = engine_->Drain();
    if (ReasonIn(status) != Reason::kCalledFromSink) {
      Wrong(absl::StrCat("Drain inside the sink or a callback says ", status.ToString()));
    }
    return;
  }
  model_.Look();
  model_.JudgeEverybody();
  StepModel(-1);
  in_everything_ = true;
  const absl::Status status = engine_->Drain();
  in_everything_ = false;
  FinishModel(-1);
  if (!status.ok()) Wrong(absl::StrCat("Drain says ", status.ToString()));
  paused_ = false;
  if (mood_ == CollectingSink::Mood::kTakes && model_.undelivered() > 0) {
    Wrong("Drain left notifications to a sink that takes them");
  }
  clock_moved_ = false;
  AfterCall();
}

void World::Close(absl::Duration deadline, const ManualExecutor::Wait& wait) {
  if (!wrong_.empty()) return;
  model_.Look();
  // While it closes it cannot be asked.
  TouchLaggards(-1);
  inside_ = nullptr;
  executor_->SetWait(wait);
  closing_ = true;
  const absl::StatusOr<CloseResult> left = engine_->Close(deadline);
  std::size_t owed = 0;
  for (const CustomerId customer : customers_) owed += model_.JudgementsOwed(customer);
  if (!left.ok()) return Wrong(absl::StrCat("Close says ", left.status().ToString()));
  if (left->due != owed || left->undelivered != model_.undelivered()) {
    Wrong(absl::StrCat("Close says that it left ", left->due, " judgements and ",
                       left->undelivered, " notifications; it left ", owed, " and ",
                       model_.undelivered()));
  }
  figures_->See(left->due * 1'000 + left->undelivered);
  const absl::Status after = engine_->Reset(customers_[0], AlertsOfCases()[0], {});
  if (ReasonIn(after) != Reason::kClosing) {
    Wrong(absl::StrCat("a reset of a closed engine says ", after.ToString()));
  }
  if (tasks() > 0) Wrong("a closed engine has tasks scheduled");
  model_.TellClosing();
  CompareOutcomes();
  if (!expected_outcomes_.empty()) {
    Wrong(absl::StrCat("never told: ", Describe(expected_outcomes_.front().second)));
  }
}

void World::CheckSettled() {
  if (!wrong_.empty()) return;
  const Stats stats = engine_->GetStats();
  if (stats.due > 0 || stats.outbox > 0 || tasks() > 0) {
    Wrong(absl::StrCat("it does not settle: due=", stats.due, " outbox=", stats.outbox,
                       " tasks=", tasks()));
  }
  for (const CustomerId customer : customers_) {
    if (!model_.OwesJudgement(customer)) continue;
    Wrong(absl::StrCat("a judgement of ", NameOf(customer), " is never made"));
  }
  for (const auto& [id, said] : said_) {
    if (ids_.contains(id)) continue;
    Wrong(
        absl::StrCat("what was explained to have been said never was: ", id.ToString()));
  }
}

}  // namespace tocsin::testing
