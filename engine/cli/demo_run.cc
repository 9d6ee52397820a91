#include "engine/cli/demo_run.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

namespace tocsin::cli {
namespace {

// The engine draws ids of alerts; they too are to be the same on every run.
constexpr std::uint64_t kDemoSeed = 1;
// One beside the thread that applies. With a second one, nobody could be shown a
// customer alert that is `evaluating`: it would no longer be by the time one looks.
constexpr int kWorkerThreads = 1;
// Of so many facts one is told alone, so that its decision can be measured.
constexpr std::size_t kFactsPerAlone = 10;

static_assert(absl::Nanoseconds(kDemoBatchMax) <= kDemoClockStep);

bool FromFact(Trigger trigger) {
  switch (trigger) {
    case Trigger::kSpend:
    case Trigger::kUsage:
    case Trigger::kBalance:
    case Trigger::kInvoiceGeneration:
    case Trigger::kCustomer:
      return true;
    default:
      return false;
  }
}

}  // namespace

const DemoTimings::Call* DemoTimings::CallOf(const Arrival& arrival) const {
  if (!FromFact(arrival.triggered_by)) return nullptr;
  const auto call = std::lower_bound(
      calls_.begin(), calls_.end(), arrival.decided_at,
      [](const Call& candidate, absl::Time time) { return candidate.clock < time; });
  const bool found = call != calls_.end() && call->clock == arrival.decided_at;
  return found ? &*call : nullptr;
}

std::vector<SteadyClock::duration> DemoTimings::Decisions(
    const std::vector<Arrival>& arrivals) const {
  std::vector<const Call*> crossed;
  for (const Arrival& arrival : arrivals) {
    const Call* call = CallOf(arrival);
    if (call != nullptr && call->facts == 1) crossed.push_back(call);
  }
  // One fact may have led to several.
  std::sort(crossed.begin(), crossed.end());
  crossed.erase(std::unique(crossed.begin(), crossed.end()), crossed.end());
  std::vector<SteadyClock::duration> decisions;
  decisions.reserve(crossed.size());
  for (const Call* call : crossed) decisions.push_back(call->took);
  std::sort(decisions.begin(), decisions.end());
  return decisions;
}

std::vector<SteadyClock::duration> DemoTimings::Deliveries(
    const std::vector<Arrival>& arrivals) const {
  std::vector<SteadyClock::duration> deliveries;
  for (const Arrival& arrival : arrivals) {
    const Call* call = CallOf(arrival);
    if (call != nullptr) deliveries.push_back(arrival.arrived_at - call->began);
  }
  std::sort(deliveries.begin(), deliveries.end());
  return deliveries;
}

absl::StatusOr<std::unique_ptr<DemoRun>> DemoRun::Start(DemoFeed* feed) {
  auto run = absl::WrapUnique(new DemoRun(feed));
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Open({.sink = &run->sink_,
                    .clock = &run->clock_,
                    .period_policy = feed->period_policy(),
                    .worker_threads = kWorkerThreads,
                    .random_seed = kDemoSeed});
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

absl::StatusOr<Arrival> DemoRun::Await(std::size_t begin, const CustomerId& customer,
                                       const DemoAlert& alert) {
  while (true) {
    const std::optional<Arrival> arrival = sink_.Await(begin++);
    if (!arrival.has_value()) {
      return absl::DeadlineExceededError(
          absl::StrCat("no notification of alert ", alert.mark, " has come"));
    }
    if (arrival->alert == alert.id && arrival->customer == customer) return *arrival;
  }
}

absl::Status DemoRun::Apply(DemoBatch* batch) {
  const std::size_t facts = batch->facts.size();
  const std::size_t together = facts - facts / kFactsPerAlone;
  absl::Status status = Call(batch, 0, together);
  for (std::size_t i = together; i < facts && status.ok(); ++i) {
    status = Call(batch, i, 1);
  }
  return status;
}

absl::Status DemoRun::Call(DemoBatch* batch, std::size_t first, std::size_t count) {
  const auto facts = absl::MakeConstSpan(batch->facts).subspan(first, count);
  const absl::Time clock =
      batch->clock + absl::Nanoseconds(static_cast<std::int64_t>(first));
  clock_.MoveTo(clock);
  const SteadyClock::time_point began = SteadyClock::now();
  const ApplyResult result = engine_->Apply(facts);
  const SteadyClock::duration took = SteadyClock::now() - began;
  timings_.Add({.clock = clock, .began = began, .took = took, .facts = count});
  facts_ += count;
  if (!result.status.ok()) return result.status;
  for (const FactReport& report : result.reports) {
    if (report.kind != FactReport::Kind::kRefused) continue;
    // What the demo made up itself has no lines, and nothing to refuse.
    if (batch->lines.empty()) return report.status;
    batch->problems.emplace_back(batch->lines[first + report.index], report.status);
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
