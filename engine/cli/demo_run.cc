#include "engine/cli/demo_run.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"

namespace tocsin::cli {
namespace {

// The engine draws ids of alerts; they too are to be the same on every run.
constexpr std::uint64_t kRandomSeed = 1;
// One beside the thread that applies. With a second one, nobody could be shown a
// customer alert that is `evaluating`: it would no longer be by the time one looks.
constexpr int kWorkerThreads = 1;

bool FromFact(Trigger trigger) {
  return trigger == Trigger::kSpend || trigger == Trigger::kUsage;
}

}  // namespace

std::vector<SteadyClock::duration> DemoTimings::Decisions(
    const std::vector<Arrival>& arrivals) const {
  std::vector<SteadyClock::duration> decisions;
  for (const Arrival& arrival : arrivals) {
    if (!FromFact(arrival.triggered_by)) continue;
    const auto call = std::lower_bound(
        calls.begin(), calls.end(), arrival.decided_at,
        [](const Call& candidate, absl::Time time) { return candidate.clock < time; });
    if (call == calls.end() || call->clock != arrival.decided_at) continue;
    decisions.push_back(arrival.arrived_at - call->began);
  }
  std::sort(decisions.begin(), decisions.end());
  return decisions;
}

absl::StatusOr<std::unique_ptr<DemoRun>> DemoRun::Start(DemoFeed* feed) {
  auto run = absl::WrapUnique(new DemoRun(feed));
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Open({.sink = &run->sink_,
                    .clock = &run->clock_,
                    .period_policy = feed->period_policy(),
                    .worker_threads = kWorkerThreads,
                    .random_seed = kRandomSeed});
  if (!engine.ok()) return engine.status();
  run->engine_ = *std::move(engine);
  run->alerts_ = feed->Alerts();
  for (DemoAlert& alert : run->alerts_) {
    const absl::StatusOr<AlertId> id = run->engine_->CreateAlert(alert.spec);
    if (!id.ok()) {
      return absl::Status(id.status().code(), absl::StrCat("alert ", alert.mark, ": ",
                                                           id.status().message()));
    }
    alert.id = *id;
  }
  return run;
}

absl::Status DemoRun::Tell(Reporter* reporter) {
  DemoBatch batch;
  while (true) {
    const absl::StatusOr<bool> more = feed_->Next(&batch);
    if (!more.ok()) return more.status();
    if (*more) {
      absl::Status status = Apply(&batch);
      if (!status.ok()) return status;
    }
    Report(&batch, reporter);
    if (!*more) return engine_->Drain();
  }
}

absl::Status DemoRun::Apply(DemoBatch* batch) {
  clock_.MoveTo(batch->clock);
  const SteadyClock::time_point began = SteadyClock::now();
  const ApplyResult result = engine_->Apply(batch->facts);
  timings_.applying += SteadyClock::now() - began;
  facts_ += batch->facts.size();
  timings_.calls.push_back({batch->clock, began});
  if (!result.status.ok()) return result.status;
  for (const FactReport& report : result.reports) {
    if (report.kind != FactReport::Kind::kRefused) continue;
    // What the demo made up itself has no lines, and nothing to refuse.
    if (batch->lines.empty()) return report.status;
    batch->problems.emplace_back(batch->lines[report.index], report.status);
  }
  return absl::OkStatus();
}

void DemoRun::Report(DemoBatch* batch, Reporter* reporter) {
  std::sort(batch->problems.begin(), batch->problems.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [line, reason] : batch->problems) reporter->BadLine(line, reason);
  problems_ += batch->problems.size();
}

}  // namespace tocsin::cli
