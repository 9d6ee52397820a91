#include "engine/core/open.h"

#include <limits>
#include <memory>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/mistake.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/core/engine_impl.h"
#include "engine/core/let_others_in.h"
#include "engine/work/worker_pool.h"
#ifdef TOCSIN_STORE
#include "engine/sqlite/sqlite_store.h"
#endif

namespace tocsin {
namespace {

absl::Status BadOption(absl::string_view name, absl::string_view value,
                       absl::string_view right) {
  return MakeStatus(Reason::kMalformed, absl::StrCat("Options::", name, " is ", value,
                                                     "; it must be ", right));
}

absl::Status CheckTrackedKeys(const Options& options) {
  if (options.tracked_group_keys.size() > kTrackedGroupKeysMax) {
    return BadOption("tracked_group_keys",
                     absl::StrCat(options.tracked_group_keys.size(), " sets"),
                     absl::StrCat("at most ", kTrackedGroupKeysMax));
  }
  for (const std::vector<std::string>& keys : options.tracked_group_keys) {
    if (keys.empty() || keys.size() > kGroupKeysPerAlertMax) {
      return BadOption("tracked_group_keys", absl::StrCat("a set of ", keys.size()),
                       absl::StrCat("sets of 1 to ", kGroupKeysPerAlertMax, " keys"));
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const bool sound =
          !keys[i].empty() && keys[i].size() <= kGroupKeyMax && IsValidUtf8(keys[i]);
      if (!sound || (i > 0 && keys[i] == keys[i - 1]) || (i > 1 && keys[2] == keys[0])) {
        return BadOption("tracked_group_keys", Quote(keys[i]),
                         absl::StrCat("keys of 1 to ", kGroupKeyMax,
                                      " bytes of UTF-8, none twice in a set"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status WithAdvice(const absl::Status& status) {
  constexpr absl::string_view kAdvice = "restore a copy";
  if (ReasonOf(status) != Reason::kDamaged ||
      absl::StrContains(status.message(), kAdvice)) {
    return status;
  }
  return MakeStatus(Reason::kDamaged, absl::StrCat(status.message(), "; ", kAdvice));
}

#ifdef TOCSIN_STORE
absl::StatusOr<std::unique_ptr<store::Store>> OpenStore(const Options& options) {
  return sqlite::OpenStore(
      options.directory, "",
      {.by = options.worker_threads > 0 ? sqlite::Copying::By::kThread
                                        : sqlite::Copying::By::kCommits});
}
#else
absl::StatusOr<std::unique_ptr<store::Store>> OpenStore(const Options& options) {
  return BadOption("directory", Quote(options.directory),
                   "empty: this library was built without a store (TOCSIN_STORE)");
}
#endif

absl::Status CheckOptions(const Options& options) {
  const PeriodPolicy policy = options.period_policy;
  if (policy != PeriodPolicy::kOpenEnded && policy != PeriodPolicy::kCalendarMonth) {
    return BadOption("period_policy", absl::StrCat("number ", static_cast<int>(policy)),
                     "kOpenEnded or kCalendarMonth");
  }
  const Durability durability = options.durability;
  if (durability != Durability::kEach && durability != Durability::kGrouped) {
    return BadOption("durability", absl::StrCat("number ", static_cast<int>(durability)),
                     "kEach or kGrouped");
  }
  if (absl::StrContains(options.directory, '\0')) {
    return BadOption("directory", Quote(options.directory), "a name without NUL");
  }
  if (options.worker_threads < 0 || options.worker_threads > kWorkerThreadsMax) {
    return BadOption("worker_threads", absl::StrCat(options.worker_threads),
                     absl::StrCat("0 to ", kWorkerThreadsMax));
  }
  const int shards = options.shards;
  if (shards < 1 || shards > kShardsMax || (shards & (shards - 1)) != 0) {
    return BadOption("shards", absl::StrCat(shards),
                     absl::StrCat("a power of two from 1 to ", kShardsMax));
  }
  if (options.groups_per_measure_max < 1) {
    return BadOption("groups_per_measure_max", "0", "1 or more");
  }
  if (options.instances_per_customer_max < 1) {
    return BadOption("instances_per_customer_max", "0", "1 or more");
  }
  if (options.keep_ended < absl::ZeroDuration()) {
    return BadOption("keep_ended", absl::FormatDuration(options.keep_ended), "0 or more");
  }
  for (const auto& [name, keep] : {std::pair{"history_keep", options.history_keep},
                                   std::pair{"fact_ids_keep", options.fact_ids_keep},
                                   std::pair{"receipts_keep", options.receipts_keep}}) {
    if (keep < absl::ZeroDuration()) {
      return BadOption(name, absl::FormatDuration(keep), "0 or more");
    }
  }
  if (options.fact_ids_max > kFactIdsMax) {
    return BadOption("fact_ids_max", absl::StrCat(options.fact_ids_max),
                     absl::StrCat("0 to ", kFactIdsMax));
  }
  if (options.due_max < 1) return BadOption("due_max", "0", "1 or more");
  if (options.outbox_max < 1) return BadOption("outbox_max", "0", "1 or more");
  if (options.event_time_ahead_max < absl::ZeroDuration()) {
    return BadOption("event_time_ahead_max",
                     absl::FormatDuration(options.event_time_ahead_max), "0 or more");
  }
  if (options.delivery_retry_max < absl::Milliseconds(1)) {
    return BadOption("delivery_retry_max",
                     absl::FormatDuration(options.delivery_retry_max), "1 ms or more");
  }
  if (options.source_timeout <= absl::ZeroDuration()) {
    return BadOption("source_timeout", absl::FormatDuration(options.source_timeout),
                     "above 0");
  }
  const int attempts = options.source_attempts_max;
  if (attempts < 1 || attempts > kSourceAttemptsMax) {
    return BadOption("source_attempts_max", absl::StrCat(attempts),
                     absl::StrCat("1 to ", kSourceAttemptsMax));
  }
  if (options.read_additions_max < 1) {
    return BadOption("read_additions_max", "0", "1 or more");
  }
  return CheckTrackedKeys(options);
}

std::uint64_t SeedOf(const Options& options) {
  if (options.random_seed != 0) return options.random_seed;
  std::random_device entropy;
  return (std::uint64_t{entropy()} << 32) ^ entropy();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(Options options) noexcept {
  absl::Status status = CheckOptions(options);
  if (!status.ok()) return status;
  std::unique_ptr<work::Executor> executor;
  if (options.worker_threads > 0) {
    executor = std::make_unique<work::WorkerPool>(options.worker_threads);
  }
  std::unique_ptr<store::Store> store;
  if (!options.directory.empty()) {
    absl::StatusOr<std::unique_ptr<store::Store>> opened = OpenStore(options);
    if (!opened.ok()) return WithAdvice(opened.status());
    store = *std::move(opened);
  }
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      core::OpenWith(std::move(options), std::move(executor), nullptr, std::move(store));
  if (!engine.ok()) return WithAdvice(engine.status());
  return engine;
}

absl::StatusOr<std::unique_ptr<Engine>> core::OpenWith(
    Options options, std::unique_ptr<work::Executor> executor, Moments* moments,
    std::unique_ptr<store::Store> store) {
  Clock* clock = options.clock != nullptr ? options.clock : SystemClock();
  const std::uint64_t seed = SeedOf(options);
  auto engine = std::make_unique<EngineImpl>(
      std::move(options), clock, seed, std::move(executor), moments, std::move(store));
  absl::Status status = engine->Start();
  if (!status.ok()) return status;
  return engine;
}

}  // namespace tocsin

namespace tocsin::core {

EngineParts::EngineParts(Options options, Clock* clock, std::uint64_t seed,
                         std::uint32_t number, Moments* moments,
                         std::unique_ptr<store::Store> store)
    : number_(number),
      options_(std::move(options)),
      clock_(clock),
      moments_(moments),
      journal_(store == nullptr ? nullptr : std::make_unique<Journal>(std::move(store))),
      written_instant_ns_(std::numeric_limits<std::int64_t>::min()),
      outbox_(options_, seed, journal_ != nullptr),
      callbacks_(kResetCallbacksMax),
      last_instant_ns_(std::numeric_limits<std::int64_t>::min()),
      next_tick_ns_(std::numeric_limits<std::int64_t>::min()),
      catalog_(std::make_shared<const model::Catalog>(options_.tracked_group_keys)),
      random_(seed) {}

EngineImpl::EngineImpl(Options options, Clock* clock, std::uint64_t seed,
                       std::unique_ptr<work::Executor> executor, Moments* moments,
                       std::unique_ptr<store::Store> store)
    : EngineParts(std::move(options), clock, seed, NextNumber(), moments,
                  std::move(store)),
      pool_(std::move(executor)) {
  SetRules(RulesOfOptions(seed));
  for (int i = 0; i < options_.shards; ++i) {
    shards_.push_back(
        std::make_unique<state::Shard>(i, catalog_, options_.period_policy, &blocks_));
  }
}

EngineImpl::~EngineImpl() {
  // A sink that destroys its engine would wait for itself.
  Close(absl::InfiniteDuration()).IgnoreError();
}

absl::Status EngineImpl::Start() noexcept {
  if (journal_ != nullptr) {
    absl::Status status = Recover();
    if (!status.ok()) {
      // Of what was recovered in part nothing is finished, and no thread would do it.
      close_called_.store(true);
      return status;
    }
  }
  if (rules_.has_source) OpenPort();
  return pool_ == nullptr ? absl::OkStatus() : pool_->Start([this] { return Tick(); });
}

absl::Time EngineImpl::Now() {
  absl::Time now = clock_->Now();
  const std::int64_t now_ns = absl::ToUnixNanos(now);
  // There the count ends, in the year 2262.
  if (now_ns == std::numeric_limits<std::int64_t>::max())
    now = absl::FromUnixNanos(now_ns);
  std::int64_t last_ns = last_instant_ns_.load(std::memory_order_relaxed);
  while (now_ns > last_ns && !last_instant_ns_.compare_exchange_weak(
                                 last_ns, now_ns, std::memory_order_relaxed)) {
  }
  if (TOCSIN_MISTAKE(clock_goes_back)) return now;
  return now_ns >= last_ns ? now : absl::FromUnixNanos(last_ns);
}

absl::Time EngineImpl::LastInstant() const {
  const std::int64_t last_ns = last_instant_ns_.load(std::memory_order_relaxed);
  return last_ns == std::numeric_limits<std::int64_t>::min()
             ? absl::InfinitePast()
             : absl::FromUnixNanos(last_ns);
}

model::Context EngineImpl::ContextFor(const state::Shard& shard, const state::Slot& slot,
                                      Work* work) {
  model::Context context{.catalog = shard.catalog(),
                         .missed = shard.MissedBy(slot.customer),
                         .now = work->now,
                         .groups_per_measure_max = rules_.groups_per_measure_max,
                         .instances_per_customer_max = rules_.instances_per_customer_max,
                         .keep_ended = rules_.keep_ended,
                         .decisions = &work->decisions,
                         .resets_done = &work->resets_done,
                         .finished_resets = &work->finished_resets,
                         .reads = rules_.has_source ? &read_policy_ : nullptr,
                         .reads_failed = &work->reads_failed,
                         .reads_given_up = &work->reads_given_up};
  if (work->is_noted) context.transitions = &work->transitions;
  if (replayer_ != nullptr) NoteRedone(&context);
  return context;
}

void EngineImpl::HandOnResets(Work* work) {
  if (work->resets_done > 0) {
    due_.fetch_sub(std::exchange(work->resets_done, 0), std::memory_order_relaxed);
  }
  if (work->finished_resets.empty()) return;
  for (model::FinishedReset& finished : work->finished_resets) {
    callbacks_.Push(
        [outcome = finished.outcome, on_done = std::move(finished.on_done)]() mutable {
          std::move(on_done)(outcome);
        });
  }
  work->finished_resets.clear();
  work->finished = true;
}

void EngineImpl::HandOn(state::Shard* shard, state::Slot* slot, Work* work) {
  HandOnResets(work);
  if (slot->read_at != absl::InfiniteFuture() || slot->customer.awaited != nullptr) {
    HandOnReads(shard, slot, work);
  }
  shard->NoteInstant(*slot);
  if (shard->SetTimer(slot)) {
    const std::int64_t wakes_ns = next_tick_ns_.load(std::memory_order_relaxed);
    if (absl::ToUnixNanos(slot->timer) < wakes_ns) work->earlier_timer = true;
  }
  if (work->decisions.empty()) return;
  if (TOCSIN_MISTAKE(published_after_lock)) {
    LetOthersIn(shard, slot);
    work->now = Now();
  }
  if (replayer_ != nullptr) return TakeRedecided(work);
  for (const model::Decision& decision : work->decisions) {
    if (work->is_noted) work->Note(AsDecided(decision));
  }
  // Under the shard's lock, so that no later decision of the customer overtakes.
  outbox_.Push(&work->decisions);
  work->decided = true;
}

void EngineImpl::HandOnReads(state::Shard* shard, state::Slot* slot, Work* work) {
  counters_.source_failures.fetch_add(std::exchange(work->reads_failed, 0),
                                      std::memory_order_relaxed);
  counters_.source_given_up.fetch_add(std::exchange(work->reads_given_up, 0),
                                      std::memory_order_relaxed);
  NoteReads(shard, slot);
  if (slot->read_at <= work->now) {
    shard->Queue(slot);
    work->due = true;
  }
  const std::int64_t wakes_ns = next_tick_ns_.load(std::memory_order_relaxed);
  if (absl::ToUnixNanos(slot->read_at) < wakes_ns) work->earlier_timer = true;
}

void EngineImpl::FollowUp(state::Shard* shard, const Work& work) {
  if (pool_ == nullptr) return;
  if (work.due) ScheduleDrain(shard);
  if (work.decided) ScheduleDelivery();
  if (work.finished && !TOCSIN_MISTAKE(callbacks_not_scheduled)) {
    pool_->Schedule(work::Executor::kCallbacks, [this] { callbacks_.Run(); });
  }
  if (work.earlier_timer) pool_->WakeTimer();
}

absl::Status EngineImpl::Closing() const {
  if (journal_ != nullptr) {
    absl::Status failure = journal_->group().failure();
    if (!failure.ok()) return failure;
  }
  return MakeStatus(Reason::kClosing,
                    "the engine is closing or closed; open another one");
}

absl::Status EngineImpl::CheckOutside(absl::string_view call) const {
  if (outbox_.InsideSink()) {
    return MakeStatus(
        Reason::kCalledFromSink,
        absl::StrCat(call, " waits for the sink, so the sink must not call it"));
  }
  if (callbacks_.InsideCallback()) {
    return MakeStatus(
        Reason::kCalledFromSink,
        absl::StrCat(call, " waits for callbacks, so a callback must not call it"));
  }
  if (InsideSource()) {
    return MakeStatus(
        Reason::kCalledFromSink,
        absl::StrCat(call, " waits for the fact source, so the source must not call it"));
  }
  return absl::OkStatus();
}

absl::Status EngineImpl::CheckRoom() {
  if (outbox_.HasRoom() || TOCSIN_MISTAKE(outbox_max_ignored)) {
    // Looked at again, as room comes back without a commit.
    return disk_is_short_.load(std::memory_order_relaxed) ? CheckDisk()
                                                          : absl::OkStatus();
  }
  return MakeStatus(Reason::kLimitReached,
                    absl::StrCat(outbox_.size(), " notifications wait to be delivered, ",
                                 "as many as may (Options::outbox_max is ",
                                 options_.outbox_max, "); try again when some were"));
}

}  // namespace tocsin::core
