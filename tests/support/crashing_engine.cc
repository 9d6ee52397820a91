#include "tests/support/crashing_engine.h"

#include <utility>

#include "engine/core/open.h"
#include "gtest/gtest.h"

namespace tocsin::testing {

// Of one life.
class CrashingEngine::Sink final : public NotificationSink {
 public:
  explicit Sink(CrashingEngine* owner) : owner_(*owner) {}

  absl::Status Deliver(const Notification& notification) override {
    if (dead_) return absl::UnavailableError("whom it is from is dead");
    std::string bytes = ToJson(notification);
    const auto told = owner_.told_.find(notification.id);
    if (told != owner_.told_.end()) {
      EXPECT_EQ(told->second, bytes) << "one id with two bodies";
      return absl::OkStatus();
    }
    absl::Status status = owner_.options_.sink->Deliver(notification);
    if (status.ok()) owner_.told_.emplace(notification.id, std::move(bytes));
    return status;
  }

  void Die() { dead_ = true; }

 private:
  CrashingEngine& owner_;
  bool dead_ = false;
};

CrashingEngine::CrashingEngine(const Options& options, std::uint64_t seed,
                               std::uint32_t calls)
    : options_(options), random_(seed), calls_(calls) {
  Open();
}

CrashingEngine::~CrashingEngine() = default;

void CrashingEngine::Open() {
  sink_ = std::make_unique<Sink>(this);
  Options options = options_;
  if (options.sink != nullptr) options.sink = sink_.get();
  // A checkpoint every few calls.
  options.journal_bytes_max = 500;
  absl::StatusOr<std::unique_ptr<Engine>> opened =
      core::OpenWith(options, nullptr, nullptr, std::make_unique<MemoryStore>(&disk_));
  ASSERT_TRUE(opened.ok()) << opened.status();
  engine_ = *std::move(opened);
}

void CrashingEngine::MayCrash() {
  if (random_.Below(calls_) != 0) return;
  ++crashes_;
  // What a question brings about, as the clock had, is not waited for; whether it is lost
  // would show in how much is due.
  EXPECT_TRUE(engine_->Flush().ok());
  before_ = GetStats();
  sink_->Die();
  disk_.off = true;
  // Or it would still finish what it can.
  engine_->Close(absl::ZeroDuration()).IgnoreError();
  engine_.reset();
  disk_.off = false;
  Open();
}

absl::StatusOr<AlertId> CrashingEngine::CreateAlert(const AlertSpec& spec) {
  MayCrash();
  return engine_->CreateAlert(spec);
}
absl::Status CrashingEngine::UpdateAlert(AlertId alert, const AlertUpdate& update) {
  MayCrash();
  return engine_->UpdateAlert(alert, update);
}
absl::Status CrashingEngine::ArchiveAlert(AlertId alert, const ArchiveOptions& options) {
  MayCrash();
  return engine_->ArchiveAlert(alert, options);
}
absl::Status CrashingEngine::DisableAlert(AlertId alert) {
  MayCrash();
  return engine_->DisableAlert(alert);
}
absl::Status CrashingEngine::EnableAlert(AlertId alert) {
  MayCrash();
  return engine_->EnableAlert(alert);
}
absl::StatusOr<Alert> CrashingEngine::GetAlert(AlertId alert) {
  MayCrash();
  return engine_->GetAlert(alert);
}
absl::Status CrashingEngine::ForEachAlert(absl::FunctionRef<void(const Alert&)> visit) {
  MayCrash();
  return engine_->ForEachAlert(visit);
}
ApplyResult CrashingEngine::Apply(absl::Span<const Fact> facts,
                                  const ApplyOptions& options) {
  MayCrash();
  return engine_->Apply(facts, options);
}
absl::StatusOr<Tracked> CrashingEngine::Track(CustomerId customer,
                                              CreditTypeId credit_type) {
  return engine_->Track(customer, credit_type);
}
absl::StatusOr<Tracked> CrashingEngine::Track(CustomerId customer,
                                              BillableMetricId metric) {
  return engine_->Track(customer, metric);
}
// What was tracked is good in one life only.
ApplyResult CrashingEngine::ApplyTracked(absl::Span<const TrackedFact> facts,
                                         const ApplyOptions& options) {
  return engine_->ApplyTracked(facts, options);
}
absl::StatusOr<std::optional<std::uint64_t>> CrashingEngine::LastPosition(
    absl::string_view source) {
  MayCrash();
  return engine_->LastPosition(source);
}
absl::Status CrashingEngine::Reset(CustomerId customer, AlertId alert,
                                   const InstanceSelector& instance,
                                   ResetOptions options) {
  MayCrash();
  return engine_->Reset(customer, alert, instance, std::move(options));
}
BulkResetResult CrashingEngine::ResetAll(AlertId alert, absl::string_view from,
                                         const std::atomic<bool>* stop) {
  MayCrash();
  return engine_->ResetAll(alert, from, stop);
}
BulkResetResult CrashingEngine::ResetAll(CustomerId customer, absl::string_view from,
                                         const std::atomic<bool>* stop) {
  MayCrash();
  return engine_->ResetAll(customer, from, stop);
}
absl::StatusOr<CustomerAlert> CrashingEngine::GetCustomerAlert(
    CustomerId customer, AlertId alert, const InstanceSelector& instance) {
  MayCrash();
  return engine_->GetCustomerAlert(customer, alert, instance);
}
absl::StatusOr<Explanation> CrashingEngine::Explain(CustomerId customer, AlertId alert,
                                                    const InstanceSelector& instance) {
  MayCrash();
  return engine_->Explain(customer, alert, instance);
}
absl::StatusOr<std::vector<HistoryEvent>> CrashingEngine::History(
    CustomerId customer, AlertId alert, const HistoryRange& range) {
  MayCrash();
  return engine_->History(customer, alert, range);
}

absl::Status CrashingEngine::ForEachCustomerAlert(
    CustomerId customer, absl::FunctionRef<void(const CustomerAlert&)> visit) {
  MayCrash();
  return engine_->ForEachCustomerAlert(customer, visit);
}
absl::Status CrashingEngine::ForEachCustomerAlert(
    AlertId alert, absl::FunctionRef<void(const CustomerAlert&)> visit) {
  MayCrash();
  return engine_->ForEachCustomerAlert(alert, visit);
}
absl::Status CrashingEngine::ForEachInstance(
    CustomerId customer, AlertId alert,
    absl::FunctionRef<void(const CustomerAlert&)> visit) {
  MayCrash();
  return engine_->ForEachInstance(customer, alert, visit);
}
absl::Status CrashingEngine::Drain() {
  MayCrash();
  return engine_->Drain();
}
absl::Status CrashingEngine::Flush() { return engine_->Flush(); }

Stats CrashingEngine::GetStats() {
  Stats stats = engine_->GetStats();
  stats.facts_applied += before_.facts_applied;
  stats.facts_refused += before_.facts_refused;
  stats.facts_stale += before_.facts_stale;
  stats.facts_late += before_.facts_late;
  stats.facts_duplicate += before_.facts_duplicate;
  stats.facts_group_dropped += before_.facts_group_dropped;
  stats.notifications_decided += before_.notifications_decided;
  stats.resets += before_.resets;
  stats.delivery_failures += before_.delivery_failures;
  // Those that are told a second time were never gone for who looks on.
  stats.notifications_delivered = told_.size();
  stats.outbox = stats.notifications_decided - told_.size();
  return stats;
}

absl::StatusOr<CloseResult> CrashingEngine::Close(absl::Duration deadline) {
  return engine_->Close(deadline);
}

}  // namespace tocsin::testing
