// How fast notifications go out as webhooks to receivers on the loopback, which are
// threads of this process and share its cores with the sender.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "bench/bench_setting.h"
#include "bench/durable_setting.h"
#include "bench/durations.h"
#include "bench/webhook_setting.h"
#include "benchmark/benchmark.h"
#include "tests/receiver/receiver.h"
#include "tocsin/engine.h"
#include "tocsin/webhook.h"

namespace tocsin {
namespace {

using testing::AnswerOf;
using testing::Conversation;
using testing::ReceivedRequest;
using testing::Receiver;

// When webhooks arrived.
class Arrivals {
 public:
  void Note() {
    const Instant now = Tick();
    const absl::MutexLock lock(&mu_);
    at_.push_back(now);
  }
  // Waits until there are so many; those there are from then on are others.
  std::vector<Instant> Await(std::size_t count) {
    const absl::MutexLock lock(&mu_);
    wanted_ = count;
    mu_.Await(absl::Condition(this, &Arrivals::AreThere));
    return std::exchange(at_, {});
  }

 private:
  bool AreThere() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return at_.size() >= wanted_;
  }

  absl::Mutex mu_;
  std::vector<Instant> at_ ABSL_GUARDED_BY(mu_);
  std::size_t wanted_ ABSL_GUARDED_BY(mu_) = 0;
};

// A sink on the disk, or in memory, and a receiver that takes all.
class Sending {
 public:
  // Ends the benchmark if it cannot be.
  Sending(bool durable, benchmark::State* state)
      : receiver_(Receiver::Answering([this](const ReceivedRequest& request) {
          if (request.head.find(" /counted ") != std::string::npos) arrivals_.Note();
          return AnswerOf(200);
        })) {
    WebhookOptions options;
    options.allow_http = true;
    options.allowed_networks = {"127.0.0.0/8"};
    options.random_seed = 1;
    if (durable) {
      folder_.emplace(state);
      options.directory = *folder_ / "webhooks";
    }
    absl::StatusOr<std::unique_ptr<WebhookSink>> sink =
        WebhookSink::Open(std::move(options));
    if (IsGood(sink.status(), state)) sink_ = *std::move(sink);
  }

  // Nothing else may be called of one that is not.
  bool ok() const { return sink_ != nullptr; }
  WebhookSink& sink() { return *sink_; }
  Arrivals& arrivals() { return arrivals_; }
  std::string Counted() const { return Url("counted"); }
  std::string Uncounted() const { return Url("uncounted"); }
  std::string FolderOfStore() const { return *folder_ / "store"; }

  bool Add(const std::string& url, benchmark::State* state) {
    return IsGood(sink_->Create({.url = url}, "").status(), state);
  }

 private:
  std::string Url(absl::string_view path) const {
    return absl::StrCat("http://127.0.0.1:", receiver_.port(), "/", path);
  }

  Arrivals arrivals_;
  Receiver receiver_;
  std::optional<DiskFolder> folder_;
  std::unique_ptr<WebhookSink> sink_;
};

void BM_WebhookDeliveries(benchmark::State& state) {
  constexpr std::uint64_t kEach = 20'000;
  Sending sending(state.range(0) != 0, &state);
  if (!sending.ok() || !sending.Add(sending.Counted(), &state)) return;
  std::uint64_t number = 0;
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < kEach; ++i) {
      if (!IsGood(sending.sink().Deliver(WebhookNumber(number++)), &state)) return;
    }
    if (!IsGood(sending.sink().Sync(), &state)) return;
    sending.arrivals().Await(kEach);
  }
  state.counters["deliveries_per_second"] =
      benchmark::Counter(static_cast<double>(number), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_WebhookDeliveries)
    ->Name("Webhook/deliveries")
    ->ArgNames({"durable"})
    ->ArgsProduct({{0, 1}})
    ->Iterations(3)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// One at a time: a fact of an engine on the disk, and the webhook that comes of it.
void BM_WebhookOfAFact(benchmark::State& state) {
  constexpr int kEach = 1'000;
  Sending sending(true, &state);
  if (!sending.ok() || !sending.Add(sending.Counted(), &state)) return;
  absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Open(
      {.directory = sending.FolderOfStore(), .sink = &sending.sink(), .random_seed = 1});
  if (!IsGood(engine.status(), &state)) return;
  const absl::StatusOr<AlertId> alert = (*engine)->CreateAlert(
      {.name = "a limit of a customer", .threshold = Decimal::FromUnits(1)});
  if (!IsGood(alert.status(), &state)) return;
  Durations took;
  std::uint64_t customer = 0;
  for (auto _ : state) {
    for (int i = 0; i < kEach; ++i) {
      const std::vector<Fact> facts = {SpendOf(customer++, 1)};
      const Instant before = Tick();
      benchmark::DoNotOptimize((*engine)->Apply(facts));
      took.Add(before, sending.arrivals().Await(1).front());
    }
  }
  took.Report(state, "webhook");
}
BENCHMARK(BM_WebhookOfAFact)
    ->Name("Webhook/of_a_fact")
    ->Iterations(3)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// To each of a hundred endpoints; of one of them nobody ever hears.
void BM_WebhookHundred(benchmark::State& state) {
  constexpr std::size_t kOthers = 99;
  constexpr int kEach = 100;
  const bool hangs = state.range(0) != 0;
  std::optional<Receiver> hanging;
  Sending sending(true, &state);
  if (!sending.ok()) return;
  if (hangs) {
    hanging.emplace([](Conversation& conversation) { conversation.AwaitEnd(); });
  }
  if (!sending.Add(hangs ? hanging->Url() : sending.Uncounted(), &state)) return;
  for (std::size_t i = 0; i < kOthers; ++i) {
    if (!sending.Add(sending.Counted(), &state)) return;
  }
  Durations took;
  std::uint64_t number = 0;
  for (auto _ : state) {
    for (int i = 0; i < kEach; ++i) {
      const Instant before = Tick();
      if (!IsGood(sending.sink().Deliver(WebhookNumber(number++)), &state)) return;
      if (!IsGood(sending.sink().Sync(), &state)) return;
      for (const Instant at : sending.arrivals().Await(kOthers)) took.Add(before, at);
    }
  }
  took.Report(state, "webhook");
}
BENCHMARK(BM_WebhookHundred)
    ->Name("Webhook/hundred")
    ->ArgNames({"one_hangs"})
    ->ArgsProduct({{0, 1}})
    ->Iterations(3)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tocsin
