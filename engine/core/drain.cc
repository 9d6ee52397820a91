#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "engine/base/mistake.h"
#include "engine/base/status.h"
#include "engine/core/engine_impl.h"
#include "engine/core/let_others_in.h"
#include "engine/model/clock.h"

namespace tocsin::core {
namespace {

// As many customers as are judged under one hold of a shard's lock.
constexpr std::size_t kJudgedPerHold = 64;

// A sweep takes the lock again at once, and so sooner than a thread that waits for it can
// be woken. Lets one have it first where one waits; not all, and not for longer than it
// takes to wake it, some 50 microseconds, so that a sweep comes to its end. It gives up
// no processor meanwhile, as getting one again may take a hundred times as long.
void LetOneFirst(const state::Shard& shard) {
  constexpr int kLooks = 50'000;
  const std::uint32_t holds = shard.holds.load(std::memory_order_relaxed);
  for (int i = 0; i < kLooks; ++i) {
    if (shard.waiting.load(std::memory_order_relaxed) == 0) return;
    if (shard.holds.load(std::memory_order_relaxed) != holds) return;
  }
}

}  // namespace

void EngineImpl::ScheduleDrain(state::Shard* shard) {
  bool sweeps = false;
  {
    state::ShardLock lock(shard);
    if (std::exchange(shard->drain_scheduled, true)) return;
    sweeps = shard->HasChanges();
  }
  work::Executor::Task drain = [this, shard] {
    {
      // From here on whoever finds more to do schedules the next task.
      state::ShardLock lock(shard);
      if (!TOCSIN_MISTAKE(drain_stays_scheduled)) shard->drain_scheduled = false;
    }
    if (DrainShard(shard)) return;
    Pass(Moment::kDrainStopped);
    paused_.store(true);
  };
  if (sweeps) {
    pool_->ScheduleLong(shard->number, std::move(drain));
  } else {
    pool_->Schedule(shard->number, std::move(drain));
  }
}

void EngineImpl::ScheduleDelivery() {
  if (delivery_scheduled_.exchange(true)) return;
  pool_->Schedule(work::Executor::kDeliveries, [this] {
    delivery_scheduled_.exchange(false);
    Pass(Moment::kDelivery);
    Deliver(notify::Outbox::Retry::kWhenDue);
  });
}

void EngineImpl::Deliver(notify::Outbox::Retry retry) {
  // Nothing is delivered that is not durable. Where nothing waits, nobody waits for the
  // disk.
  if (outbox_.size() > 0 && !Commit().ok()) return;
  outbox_.Deliver([this] { return Now(); }, retry);
  if (journal() != nullptr) {
    for (const std::uint64_t number : outbox_.TakeTaken()) journal_->AddTaken(number);
  }
  if (pool_ == nullptr) return;
  const absl::Time next = outbox_.NextDelivery();
  if (absl::ToUnixNanos(next) < next_tick_ns_.load()) pool_->WakeTimer();
  GoOn();
}

void EngineImpl::GoOn() {
  if (!outbox_.HasRoom() || !paused_.exchange(false)) return;
  for (const std::unique_ptr<state::Shard>& shard : shards_) ScheduleDrain(shard.get());
}

bool EngineImpl::DrainShard(state::Shard* shard) {
  return Sweep(shard) && DrainQueue(shard);
}

bool EngineImpl::Sweep(state::Shard* shard) {
  while (true) {
    std::uint64_t generation = 0;
    std::size_t count = 0;
    {
      state::ShardLock lock(shard);
      if (!shard->HasChanges()) return true;
      // Who comes later has taken in this generation from the start.
      generation = shard->catalog().generation();
      count = shard->customer_count();
    }
    std::vector<CustomerId> customers;
    while (customers.size() < count) {
      state::ShardLock lock(shard);
      const std::vector<CustomerId> some = shard->Roster(
          customers.size(), std::min<std::size_t>(4'096, count - customers.size()));
      customers.insert(customers.end(), some.begin(), some.end());
    }
    std::sort(customers.begin(), customers.end());
    for (std::size_t i = 0; i < count; i += kJudgedPerHold) {
      if (!MayGoOn()) return false;
      Pass(Moment::kSweepLooks);
      if (i > 0) LetOneFirst(*shard);
      JudgeSome(shard, absl::MakeConstSpan(customers).subspan(i, kJudgedPerHold));
      // A reset does not wait for a sweep over everybody.
      if (!DrainQueue(shard)) return false;
    }
    state::ShardLock lock(shard);
    shard->ForgetChanges(generation);
  }
}

void EngineImpl::JudgeSome(state::Shard* shard, absl::Span<const CustomerId> customers) {
  Work work;
  {
    Step step(journal(), shard, &work);
    work.now = Now();
    work.Note(store::Swept{.shards = shards_.size(),
                           .shard = static_cast<std::uint64_t>(shard->number),
                           .first = customers.front(),
                           .last = customers.back()});
    for (const CustomerId& customer : customers) {
      state::Line* const line =
          shard->LineOf(state::LineIndex::HashOf(customer), customer);
      // To most a change is nothing.
      if (!shard->CatchUp(line)) Judge(shard, &shard->Find(line), &work);
    }
  }
  Pass(Moment::kDueJudged);
  FollowUpAndCall(shard, &work);
}

void EngineImpl::FollowUpAndCall(state::Shard* shard, Work* work) {
  const bool finished = std::exchange(work->finished, false);
  FollowUp(shard, *work);
  if (finished) callbacks_.Run();
  CallSource(std::exchange(work->reads, {}));
}

void EngineImpl::Judge(state::Shard* shard, state::Slot* slot, Work* work) {
  if (TOCSIN_MISTAKE(due_dropped_when_taken)) {
    auto taken = std::exchange(slot->customer.pending, {});
    LetOthersIn(shard, slot);
    work->now = Now();
    slot->customer.pending = std::move(taken);
  }
  if (TOCSIN_MISTAKE(epoch_seen_earlier)) {
    auto seen = slot->customer.states;
    LetOthersIn(shard, slot);
    work->now = Now();
    slot->customer.states = std::move(seen);
  }
  model::BringUpToDate(&slot->customer, ContextFor(*shard, *slot, work));
  BeginReads(shard, slot, work);
  HandOn(shard, slot, work);
  work->Note(store::Touched{slot->customer.id, store::Touched::How::kJudged});
}

bool EngineImpl::DrainQueue(state::Shard* shard) {
  while (true) {
    if (!MayGoOn()) return false;
    Pass(Moment::kDrainLooks);
    Work work;
    std::size_t judged = 0;
    {
      Step step(journal(), shard, &work);
      work.now = Now();
      shard->QueueReadsDue(work.now, kJudgedPerHold);
      for (; judged < kJudgedPerHold; ++judged) {
        state::Slot* slot = shard->NextQueued();
        if (slot == nullptr) break;
        Judge(shard, slot, &work);
      }
    }
    // A source may answer at once.
    const bool all = judged < kJudgedPerHold && work.reads.empty();
    if (judged > 0) Pass(Moment::kDueJudged);
    FollowUpAndCall(shard, &work);
    if (all) return true;
  }
}

bool EngineImpl::RunTimers() {
  using Entry = std::pair<state::Shard::Timer, std::size_t>;
  absl::MutexLock one_at_a_time(&timers_mu_);
  const absl::Time now = Now();
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> first;
  const auto add = [&](std::size_t i) {
    state::ShardLock lock(shards_[i].get());
    const std::optional<state::Shard::Timer> timer = shards_[i]->FirstTimer();
    if (timer.has_value() && timer->first <= now) first.push({*timer, i});
  };
  for (std::size_t i = 0; i < shards_.size(); ++i) add(i);
  while (!first.empty()) {
    if (!MayGoOn()) return false;
    const auto [timer, i] = first.top();
    first.pop();
    state::Shard* shard = shards_[i].get();
    // No further than this instant, so that those of all customers come in order.
    Work work{.now = timer.first};
    Pass(Moment::kInstantFoundUnderTimersMu);
    {
      Step step(journal(), shard, &work);
      state::Slot* slot = shard->Find(timer.second);
      // A call on the customer may have been first.
      if (slot->timer == timer.first) Refresh(shard, slot, &work);
    }
    FollowUp(shard, work);
    add(i);
  }
  return true;
}

absl::Duration EngineImpl::Tick() {
  // Here too, as the sink may have made room just before a drain noted its pause.
  GoOn();
  const bool done = RunTimers();
  const absl::Time now = Now();
  absl::Time next = outbox_.NextDelivery();
  if (next <= now) {
    ScheduleDelivery();
    next = absl::InfiniteFuture();
  }
  for (const std::unique_ptr<state::Shard>& shard : shards_) {
    // Those that are left wait for room in the outbox.
    if (!done) break;
    bool due = false;
    {
      state::ShardLock lock(shard.get());
      const std::optional<state::Shard::Timer> timer = shard->FirstTimer();
      if (timer.has_value()) next = std::min(next, timer->first);
      const absl::Time read_at = shard->FirstReadTimer();
      due = read_at <= now;
      // The drain sets those timers anew.
      if (!due) next = std::min(next, read_at);
    }
    if (due) ScheduleDrain(shard.get());
  }
  next_tick_ns_.store(absl::ToUnixNanos(next));
  return std::max(next - now, absl::ZeroDuration());
}

bool EngineImpl::OwesJudgementAtAnInstant() {
  const absl::Time now = Now();
  for (const std::unique_ptr<state::Shard>& shard : shards_) {
    state::ShardLock lock(shard.get());
    const bool owes = shard->HasChanges() || shard->HasQueued();
    if (owes && shard->earliest_instant() <= now) return true;
  }
  return false;
}

void EngineImpl::DrainEverything() {
  while (true) {
    const std::uint64_t called = callbacks_.called();
    // Before the first pause, as a worker may make the room that it waits for.
    const std::uint64_t delivered = outbox_.delivered();
    if (OwesJudgementAtAnInstant()) AdvanceEverybody();
    bool paused = !RunTimers();
    for (const std::unique_ptr<state::Shard>& shard : shards_) {
      paused = !DrainShard(shard.get()) || paused;
    }
    Deliver(notify::Outbox::Retry::kNow);
    callbacks_.RunAndAwait();
    if (closing_in_haste_.load()) return;
    // What a callback causes is left to the pool, if there is one.
    const bool caused = pool_ == nullptr && callbacks_.called() != called;
    const bool has_room = paused && outbox_.delivered() != delivered;
    if (!caused && !has_room) return;
  }
}

absl::Status EngineImpl::Drain() noexcept {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  absl::Status outside = CheckOutside("Drain");
  if (!outside.ok()) return outside;
  DrainEverything();
  if (closing_in_haste_.load()) return Closing();
  NoteInstant();
  return Acknowledge();
}

}  // namespace tocsin::core
