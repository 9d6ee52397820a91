// What a checkpoint and a recovery take, and what a checkpoint is to those who apply
// facts meanwhile.
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "bench/bench_setting.h"
#include "bench/durable_setting.h"
#include "bench/durations.h"
#include "benchmark/benchmark.h"
#include "engine/core/moments.h"
#include "engine/core/open.h"
#include "engine/sqlite/sqlite_store.h"
#include "engine/work/worker_pool.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

// Knows whether a checkpoint is being written.
class CheckpointWatch final : public core::Moments {
 public:
  void At(core::Moment moment) override {
    if (moment == core::Moment::kImageWrittenUnderChangeMu) {
      if (!writes_.exchange(true)) began_ = Tick();
    } else if (moment == core::Moment::kImagesWholeUnderChangeMu) {
      whole_ = Tick();
    } else if (moment == core::Moment::kCheckpointMadeUnderChangeMu) {
      last_ns_ += std::chrono::nanoseconds(Tick() - whole_).count();
      took_ns_ += std::chrono::nanoseconds(Tick() - began_).count();
      ++made_;
      writes_ = false;
    }
  }
  bool writes() const { return writes_; }
  std::uint64_t made() const { return made_; }
  // Of those that were made, from the first image on.
  double MeanSeconds() const { return Mean(took_ns_); }
  // Of the transaction that has all images count.
  double MeanSecondsOfLast() const { return Mean(last_ns_); }

 private:
  double Mean(std::int64_t ns) const {
    return static_cast<double>(ns) / 1e9 / static_cast<double>(made_);
  }

  std::atomic<bool> writes_{false};
  std::atomic<std::uint64_t> made_{0};
  // Of the thread that makes the checkpoint, until it is made.
  Instant began_;
  Instant whole_;
  std::atomic<std::int64_t> last_ns_{0};
  std::atomic<std::int64_t> took_ns_{0};
};

// The last engine leaves a journal and no checkpoint; the next one does all of that
// again, and makes one; and the third begins with that. What is on the disk is read from
// there.
void BM_Checkpoint(benchmark::State& state) {
  const auto customers = static_cast<std::uint64_t>(state.range(0));
  const DiskFolder folder(&state);
  Options options{.directory = folder / "store", .worker_threads = 0, .random_seed = 1};
  options.journal_bytes_max = std::numeric_limits<std::uint64_t>::max();
  const auto seconds_to_open = [&](std::unique_ptr<Engine>* engine) {
    engine->reset();
    DropFromMemory(options.directory);
    const Instant begin = Tick();
    *engine = *Engine::Open(options);
    return std::chrono::duration<double>(Tick() - begin).count();
  };
  std::unique_ptr<Engine> engine;
  for (auto _ : state) {
    engine = *Engine::Open(options);
    CreateDistantAlerts(*engine);
    ApplySpendOfAll(*engine, customers, 1);
    options.journal_bytes_max = 1;
    state.counters["journal_bytes"] = static_cast<double>(BytesOf(options.directory));
    state.counters["replay_s"] = seconds_to_open(&engine);
    // Without threads the call makes it that finds it due.
    const Instant begin = Tick();
    if (!IsGood(engine->Apply({SpendOf(0, 1)}).status, &state)) break;
    state.counters["checkpoint_s"] =
        std::chrono::duration<double>(Tick() - begin).count();
    state.counters["recovery_s"] = seconds_to_open(&engine);
    state.counters["store_bytes"] = static_cast<double>(BytesOf(options.directory));
    if (engine->GetStats().customers != customers) {
      state.SkipWithError("not all customers came back");
    }
  }
}
BENCHMARK(BM_Checkpoint)
    ->Name("Durable/checkpoint")
    ->ArgName("customers")
    ->Arg(1'000'000)
    ->Arg(10'000'000)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// How often the scheduler has taken the processor from this thread.
long Interruptions() {
  rusage usage = {};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

// 64 facts every 100 us, while checkpoints come as they do by themselves. Either no call
// waits for the disk, and what stops one is a lock, or that two cores have three threads
// to run; or each does, and a transaction of the checkpoint may be before it. The longest
// is also sought among those that kept their processor, which who waits for the disk does
// not.
void BM_ApplyBesideCheckpoints(benchmark::State& state) {
  constexpr std::size_t kPerCall = 64;
  constexpr std::size_t kCalls = 4'096;
  constexpr std::uint64_t kCheckpoints = 4;
  constexpr std::chrono::microseconds kEvery{100};
  const auto customers = static_cast<std::uint64_t>(state.range(0));
  const DiskFolder folder(&state);
  CheckpointWatch watch;
  Options options{
      .directory = folder / "store",
      .durability = state.range(1) != 0 ? Durability::kEach : Durability::kGrouped,
      .random_seed = 1};
  // As many as images of a million customers take.
  options.journal_bytes_max = std::uint64_t{32} << 20;
  const std::unique_ptr<Engine> engine = *core::OpenWith(
      options, std::make_unique<work::WorkerPool>(options.worker_threads), &watch,
      *sqlite::OpenStore(options.directory, "", {.by = sqlite::Copying::By::kThread}));
  CreateDistantAlerts(*engine);
  ApplySpendOfAll(*engine, customers, 0);
  engine->Drain().IgnoreError();
  engine->Flush().IgnoreError();
  const std::vector<Fact> facts = DrawSpend(customers, kCalls * kPerCall, 1);
  Durations meanwhile, without, kept_meanwhile, kept_without;
  for (auto _ : state) {
    const std::uint64_t wanted = watch.made() + kCheckpoints;
    for (std::size_t i = 0; watch.made() < wanted; ++i) {
      const auto batch =
          absl::MakeConstSpan(facts).subspan(i % kCalls * kPerCall, kPerCall);
      const bool wrote = watch.writes();
      const long interruptions = Interruptions();
      const Instant begin = Tick();
      if (!IsGood(engine->Apply(batch).status, &state)) return;
      const Instant end = Tick();
      const bool beside = wrote || watch.writes();
      (beside ? meanwhile : without).Add(begin, end);
      if (Interruptions() == interruptions) {
        (beside ? kept_meanwhile : kept_without).Add(begin, end);
      }
      while (Tick() < begin + kEvery) continue;
    }
  }
  meanwhile.Report(state, "meanwhile");
  without.Report(state, "without");
  kept_meanwhile.Report(state, "kept_meanwhile");
  kept_without.Report(state, "kept_without");
  state.counters["calls_meanwhile"] = static_cast<double>(meanwhile.count());
  state.counters["calls_without"] = static_cast<double>(without.count());
  state.counters["checkpoint_s"] = watch.MeanSeconds();
  state.counters["last_commit_s"] = watch.MeanSecondsOfLast();
}
BENCHMARK(BM_ApplyBesideCheckpoints)
    ->Name("Durable/beside")
    ->ArgNames({"customers", "durable"})
    ->Args({1'000'000, 0})
    ->Args({1'000'000, 1})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tocsin
