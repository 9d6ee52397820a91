// What notifications take that wait for an endpoint: on the disk, in memory, and time
// when a sink begins with them.
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

#include "bench/bench_setting.h"
#include "bench/durable_setting.h"
#include "bench/given_out.h"
#include "bench/webhook_setting.h"
#include "benchmark/benchmark.h"
#include "tocsin/webhook.h"

namespace tocsin {
namespace {

// A sink on a disk.
std::unique_ptr<WebhookSink> OpenIn(const std::string& directory,
                                    benchmark::State* state) {
  absl::StatusOr<std::unique_ptr<WebhookSink>> sink =
      WebhookSink::Open({.directory = directory, .random_seed = 1});
  return IsGood(sink.status(), state) ? *std::move(sink) : nullptr;
}

// All for one endpoint, to which nothing is sent, and each of a customer of its own, as
// what is in order behind another takes less.
void BM_WebhookWaiting(benchmark::State& state) {
  const auto waiting = static_cast<std::uint64_t>(state.range(0));
  for (auto _ : state) {
    const DiskFolder folder(&state);
    const std::string directory = folder / "webhooks";
    std::unique_ptr<WebhookSink> sink = OpenIn(directory, &state);
    if (sink == nullptr) return;
    const WebhookSettings settings = {.url = "https://receiver.example/hook",
                                      .enabled = false};
    if (!IsGood(sink->Create(settings, "").status(), &state)) return;
    for (std::uint64_t number = 0; number < waiting; ++number) {
      Notification notification = WebhookNumber(number);
      notification.customer = IdOfNumber<CustomerId>(number);
      if (!IsGood(sink->Deliver(notification), &state)) return;
      const bool is_many = number % 10'000 == 9'999 || number + 1 == waiting;
      if (is_many && !IsGood(sink->Sync(), &state)) return;
    }
    sink.reset();
    DropFromMemory(directory);
    const auto report = [&](const char* name, double all) {
      state.counters[name] = all / static_cast<double>(waiting);
    };
    report("bytes_on_disk", static_cast<double>(BytesOf(directory)));
    const std::size_t before = GivenOut();
    const Instant begin = Tick();
    sink = OpenIn(directory, &state);
    if (sink == nullptr) return;
    state.counters["open_s"] = std::chrono::duration<double>(Tick() - begin).count();
    report("bytes_in_memory", static_cast<double>(GivenOut() - before));
    if (sink->List().front().waiting != waiting) {
      state.SkipWithError("not all that waited is there");
    }
  }
}
BENCHMARK(BM_WebhookWaiting)
    ->Name("Webhook/waiting")
    ->ArgName("waiting")
    ->Arg(300'000)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tocsin
