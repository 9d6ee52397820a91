// tocsin itself, as a host uses it.
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "bench/bench_setting.h"
#include "bench/peers/peer_list.h"
#include "tocsin/engine.h"

namespace tocsin::peers {
namespace {

class KeepingSink : public NotificationSink {
 public:
  absl::Status Deliver(const Notification& notification) override {
    kept_.push_back(
        {.customer = notification.customer,
         .threshold = static_cast<std::int64_t>(notification.threshold.units())});
    return absl::OkStatus();
  }

  const std::vector<Crossing>& kept() const { return kept_; }

 private:
  std::vector<Crossing> kept_;
};

class TocsinPeer : public Peer {
 public:
  std::string Note() const override {
    return "Engine::Apply in batches of 4,096 on one thread, no worker threads";
  }

  absl::Status Open(const Setup& setup) override {
    auto engine = Engine::Open({.sink = &sink_, .worker_threads = 0, .random_seed = 1});
    if (!engine.ok()) return engine.status();
    engine_ = *std::move(engine);
    for (const std::int64_t threshold : setup.thresholds) {
      const absl::StatusOr<AlertId> alert =
          engine_->CreateAlert({.name = absl::StrCat("alert ", threshold),
                                .threshold = Decimal::FromUnits(threshold)});
      if (!alert.ok()) return alert.status();
      alert_ = *alert;
    }
    ApplySpendOfAll(*engine_, setup.customers, 0);
    return engine_->Drain();
  }

  absl::Status Apply(absl::Span<const Spend> facts) override {
    return ApplyFacts(FactsOf(facts));
  }

  absl::StatusOr<std::int64_t> SumOf(const CustomerId& customer) override {
    const absl::StatusOr<CustomerAlert> state =
        engine_->GetCustomerAlert(customer, alert_);
    if (!state.ok()) return state.status();
    if (!state->value.has_value()) return absl::NotFoundError("there is no sum");
    return static_cast<std::int64_t>(state->value->units());
  }

  absl::StatusOr<std::vector<Crossing>> Crossings() override {
    if (absl::Status status = engine_->Drain(); !status.ok()) return status;
    return sink_.kept();
  }

  // A host has its facts as `Fact`s, as a peer's host has them as `Spend`s.
  absl::StatusOr<Measured> Measure(const Workload& workload, double seconds) override {
    std::vector<std::vector<Fact>> batches;
    for (const std::vector<Spend>& batch : workload.batches) {
      batches.push_back(FactsOf(batch));
    }
    return Repeat(seconds, [&](std::uint64_t i) -> absl::StatusOr<std::uint64_t> {
      const std::vector<Fact>& batch = batches[i % batches.size()];
      if (absl::Status status = ApplyFacts(batch); !status.ok()) return status;
      return batch.size();
    });
  }

 private:
  static std::vector<Fact> FactsOf(absl::Span<const Spend> spends) {
    std::vector<Fact> facts;
    facts.reserve(spends.size());
    for (const Spend& spend : spends) {
      facts.push_back(SpendAdded{.customer = spend.customer,
                                 .amount = Decimal::FromUnits(spend.amount)});
    }
    return facts;
  }

  absl::Status ApplyFacts(absl::Span<const Fact> facts) {
    const ApplyResult result = engine_->Apply(facts);
    if (!result.status.ok()) return result.status;
    if (result.applied == facts.size()) return absl::OkStatus();
    return absl::InternalError(
        absl::StrCat(result.applied, " facts were applied of ", facts.size()));
  }

  KeepingSink sink_;
  std::unique_ptr<Engine> engine_;
  AlertId alert_;
};

}  // namespace

std::unique_ptr<Peer> MakeTocsinPeer() { return std::make_unique<TocsinPeer>(); }

}  // namespace tocsin::peers
