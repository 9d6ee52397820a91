// What a host that embeds the engine does most, for a profile to be recorded of: facts in
// batches and one by one, by id and by handle, of which few reach a threshold; resets and
// looks in between. Ends at once if something is not as it should be.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kCustomers = 50'000;
constexpr int kAlerts = 6;
constexpr int kRounds = 200;
constexpr std::size_t kBatch = 2'000;

template <typename AnyId>
AnyId IdOf(std::uint64_t number) {
  std::mt19937_64 random(number);
  boost::uuids::uuid uuid{};
  for (std::uint8_t& byte : uuid.data) byte = static_cast<std::uint8_t>(random());
  uuid.data[0] |= 1;
  return AnyId(uuid);
}

void Check(bool right) {
  if (!right) std::abort();
}

class Host {
 public:
  Host()
      : engine_(*Engine::Open({.period_policy = PeriodPolicy::kCalendarMonth,
                               .worker_threads = 0,
                               .random_seed = 1})) {
    for (int i = 1; i <= kAlerts; ++i) {
      alerts_.push_back(
          *engine_->CreateAlert({.name = absl::StrCat("spend ", i),
                                 .threshold = Decimal::FromInteger(2'000 * i)}));
    }
    for (std::uint64_t n = 0; n < kCustomers; ++n) ids_.push_back(IdOf<CustomerId>(n));
    for (const CustomerId& id : ids_) {
      Check(engine_->Apply({SpendAdded{.customer = id}}).applied == 1);
    }
    for (const CustomerId& id : ids_) {
      tracked_.push_back(*engine_->Track(id, UsdCents()));
    }
  }

  void Go() {
    for (int round = 0; round < kRounds; ++round) {
      const std::vector<Fact> facts = FactsById();
      Check(engine_->Apply(facts).applied == facts.size());
      const std::vector<TrackedFact> by_handle = FactsByHandle();
      Check(engine_->ApplyTracked(by_handle).applied == by_handle.size());
      for (std::size_t i = 0; i < kBatch; i += 4) {
        Check(engine_->Apply(absl::MakeConstSpan(&facts[i], 1)).applied == 1);
        Check(engine_->ApplyTracked(absl::MakeConstSpan(&by_handle[i], 1)).applied == 1);
      }
      for (int i = 0; i < 20; ++i) {
        const CustomerId& id = ids_[Any()];
        Check(engine_->GetCustomerAlert(id, alerts_[0]).ok());
        Check(engine_->Reset(id, alerts_[0]).ok());
      }
      Check(engine_->Drain().ok());
    }
  }

 private:
  std::size_t Any() { return random_() % kCustomers; }
  Decimal Amount() { return Decimal::FromInteger(1 + static_cast<int>(random_() % 200)); }
  std::optional<absl::Time> MaybeNow() {
    return random_() % 4 == 0 ? std::optional(SystemClock()->Now()) : std::nullopt;
  }

  std::vector<Fact> FactsById() {
    std::vector<Fact> facts;
    for (std::size_t i = 0; i < kBatch; ++i) {
      const CustomerId& id = ids_[Any()];
      if (i % 8 == 0) {
        facts.push_back(UsageAdded{.customer = id,
                                   .billable_metric = IdOf<BillableMetricId>(1),
                                   .quantity = Amount(),
                                   .time = MaybeNow()});
      } else {
        facts.push_back(
            SpendAdded{.customer = id, .amount = Amount(), .time = MaybeNow()});
      }
    }
    return facts;
  }
  std::vector<TrackedFact> FactsByHandle() {
    std::vector<TrackedFact> facts;
    for (std::size_t i = 0; i < kBatch; ++i) {
      facts.push_back(
          {.tracked = tracked_[Any()], .amount = Amount(), .time = MaybeNow()});
    }
    return facts;
  }

  std::unique_ptr<Engine> engine_;
  std::mt19937_64 random_;
  std::vector<AlertId> alerts_;
  std::vector<CustomerId> ids_;
  std::vector<Tracked> tracked_;
};

}  // namespace
}  // namespace tocsin

int main() { tocsin::Host().Go(); }
