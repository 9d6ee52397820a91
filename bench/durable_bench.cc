// What it costs that a call returns once what it did is on the disk: batches of facts
// beside the bare loop of SQLite that appends the same bytes, and resets beside the
// disk's own syncs. Both of a pair take turns, so that what the disk does of its own
// accord is met by both.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "bench/bench_setting.h"
#include "bench/durable_bare_loop.h"
#include "bench/durable_setting.h"
#include "bench/durations.h"
#include "benchmark/benchmark.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

constexpr std::size_t kDurableBatch = 4'096;
constexpr std::size_t kDistinctBatches = 64;
// Their journal is more than an engine has at once by default: about one checkpoint is
// made meanwhile.
constexpr std::size_t kBatchesPerTurn = 4'096;

double SecondsSince(Instant start) {
  return std::chrono::duration<double>(Tick() - start).count();
}

ApplyResult ApplyBatch(Engine& engine, absl::Span<const Fact> batch) {
  return engine.Apply(batch);
}
ApplyResult ApplyBatch(Engine& engine, absl::Span<const TrackedFact> batch) {
  return engine.ApplyTracked(batch);
}

// Applies batches; each thread has facts of its own. False if one was not accepted.
template <typename AnyFact>
bool ApplyDurably(Engine& engine,
                  const std::vector<std::vector<AnyFact>>& facts_of_threads,
                  std::size_t batches_each) {
  std::atomic<bool> good{true};
  std::vector<std::thread> threads;
  for (const std::vector<AnyFact>& facts : facts_of_threads) {
    threads.emplace_back([&engine, &facts, &good, batches_each] {
      for (std::size_t i = 0; i < batches_each; ++i) {
        const auto batch = absl::MakeConstSpan(facts).subspan(
            i % kDistinctBatches * kDurableBatch, kDurableBatch);
        if (!ApplyBatch(engine, batch).status.ok()) good = false;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return good;
}

// The same facts by handle.
std::vector<TrackedFact> TrackAll(Engine& engine, const std::vector<Fact>& facts) {
  std::vector<TrackedFact> tracked;
  for (const Fact& fact : facts) {
    const auto& spend = std::get<SpendAdded>(fact);
    tracked.push_back({.tracked = *engine.Track(spend.customer, spend.credit_type),
                       .amount = spend.amount});
  }
  return tracked;
}

template <typename AnyFact>
void TimeInTurns(benchmark::State& state, Engine& engine, const DiskFolder& folder,
                 const std::vector<std::vector<AnyFact>>& facts_of_threads) {
  const std::vector<std::vector<AnyFact>> first = {facts_of_threads.front()};
  ApplyDurably(engine, first, kDistinctBatches);
  BareLoop bare(folder / "bare.db", LastOfJournal(folder / "store", kDistinctBatches));
  double ours = 0, theirs = 0;
  for (auto _ : state) {
    const Instant start = Tick();
    const std::size_t each = kBatchesPerTurn / facts_of_threads.size();
    if (!ApplyDurably(engine, facts_of_threads, each)) {
      state.SkipWithError("a batch was not accepted");
    }
    ours += SecondsSince(start);
    const Instant then = Tick();
    bare.Append(kBatchesPerTurn);
    theirs += SecondsSince(then);
  }
  const double count = static_cast<double>(state.iterations()) *
                       static_cast<double>(kBatchesPerTurn * kDurableBatch);
  state.counters["facts_per_second"] = count / ours;
  state.counters["bare_facts_per_second"] = count / theirs;
}

void BM_DurableBatches(benchmark::State& state) {
  constexpr std::uint64_t kCustomers = 1'000'000;
  const auto callers = static_cast<std::size_t>(state.range(0));
  const DiskFolder folder(&state);
  Options options{.directory = folder / "store", .random_seed = 1};
  if (state.range(1) == 0) {
    options.journal_bytes_max = std::numeric_limits<std::uint64_t>::max();
  }
  const std::unique_ptr<Engine> engine = *Engine::Open(options);
  CreateDistantAlerts(*engine);
  ApplySpendOfAll(*engine, kCustomers, 0);
  std::vector<std::vector<Fact>> facts;
  for (std::size_t i = 0; i < callers; ++i) {
    facts.push_back(DrawSpend(kCustomers, kDistinctBatches * kDurableBatch, i));
  }
  if (state.range(2) == 0) return TimeInTurns(state, *engine, folder, facts);
  std::vector<std::vector<TrackedFact>> tracked;
  for (const std::vector<Fact>& each : facts) tracked.push_back(TrackAll(*engine, each));
  TimeInTurns(state, *engine, folder, tracked);
}
BENCHMARK(BM_DurableBatches)
    ->Name("Durable/batches")
    ->ArgNames({"callers", "checkpoints", "by_handle"})
    ->ArgsProduct({{1, 4}, {0, 1}, {0, 1}})
    ->Iterations(3)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// A file whose room is taken, of which one block after the other is written over: what a
// commit to a log cannot do without.
class Synced {
 public:
  explicit Synced(const std::string& path)
      : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    for (std::size_t i = 0; i < kBlocks; ++i) WriteNext();
    Sync();
  }
  ~Synced() { close(file_); }
  Synced(const Synced&) = delete;
  Synced& operator=(const Synced&) = delete;

  void WriteNext() {
    const auto at = static_cast<off_t>(next_++ % kBlocks * block_.size());
    if (pwrite(file_, block_.data(), block_.size(), at) <= 0) std::abort();
  }
  void Sync() {
    if (fdatasync(file_) != 0) std::abort();
  }

 private:
  static constexpr std::size_t kBlocks = 1'024;

  const int file_;
  const std::array<char, 4'096> block_ = {};
  std::size_t next_ = 0;
};

// Waits for the notifications of one reset.
class TakenDurably final : public NotificationSink {
 public:
  absl::Status Deliver(const Notification&) override {
    absl::MutexLock lock(&mu_);
    ++taken_;
    at_ = Tick();
    return absl::OkStatus();
  }
  // When the next one came.
  Instant Await() {
    absl::MutexLock lock(&mu_);
    ++wanted_;
    mu_.Await(absl::Condition(this, &TakenDurably::HasCome));
    return at_;
  }

 private:
  bool HasCome() const { return taken_ >= wanted_; }

  absl::Mutex mu_;
  std::uint64_t taken_ = 0;
  std::uint64_t wanted_ = 0;
  Instant at_;
};

// Resets one by one, each judged, and where the customers are in alarm told of, before
// the next; and syncs.
void BM_DurableReset(benchmark::State& state) {
  constexpr std::uint64_t kCustomers = 100'000;
  constexpr int kPerTurn = 500;
  const bool in_alarm = state.range(0) != 0;
  const DiskFolder folder(&state);
  TakenDurably sink;
  const std::unique_ptr<Engine> engine =
      *Engine::Open({.directory = folder / "store", .sink = &sink, .random_seed = 1});
  // Until the log has its size, as the file of the syncs has.
  for (int i = 0; i < 20; ++i) ApplySpendOfAll(*engine, kCustomers, 1);
  // Nobody is told before the first reset.
  const AlertId alert =
      *engine->CreateAlert({.name = "limit",
                            .threshold = Decimal::FromUnits(in_alarm ? 1 : 1'000'000),
                            .evaluate_on_create = false});
  engine->Drain().IgnoreError();
  Synced synced(folder / "synced");
  Durations call, told, sync;
  std::mt19937_64 random(1);
  for (auto _ : state) {
    for (int i = 0; i < kPerTurn; ++i) {
      const CustomerId customer = IdOfNumber<CustomerId>(random() % kCustomers);
      const Instant begin = Tick();
      if (!IsGood(engine->Reset(customer, alert), &state)) break;
      call.Add(begin, Tick());
      if (in_alarm) told.Add(begin, sink.Await());
      engine->Drain().IgnoreError();
    }
    for (int i = 0; i < kPerTurn; ++i) {
      const Instant begin = Tick();
      synced.WriteNext();
      synced.Sync();
      sync.Add(begin, Tick());
    }
  }
  call.Report(state, "call");
  told.Report(state, "told");
  sync.Report(state, "sync");
}
BENCHMARK(BM_DurableReset)
    ->Name("Durable/reset")
    ->ArgName("in_alarm")
    ->Arg(0)
    ->Arg(1)
    ->Iterations(4)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tocsin
