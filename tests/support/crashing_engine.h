#ifndef TOCSIN_TESTS_SUPPORT_CRASHING_ENGINE_H_
#define TOCSIN_TESTS_SUPPORT_CRASHING_ENGINE_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "tests/support/memory_store.h"
#include "tests/support/random.h"
#include "tests/support/without_receipts.h"

namespace tocsin::testing {

// An engine with a store that dies now and then between two calls, without having been
// told, and comes back from what it had made durable. To who calls it, it is as one that
// never died: what the sink is told again is kept from it, and must be the same to the
// byte.
//
// Thread safety: none.
class CrashingEngine final : public WithoutReceipts {
 public:
  // It dies before every `calls`-th call or so. Nothing runs in the background.
  CrashingEngine(const Options& options, std::uint64_t seed, std::uint32_t calls);
  ~CrashingEngine() override;

  absl::StatusOr<AlertId> CreateAlert(const AlertSpec& spec) override;
  absl::Status UpdateAlert(AlertId alert, const AlertUpdate& update) override;
  absl::Status ArchiveAlert(AlertId alert, const ArchiveOptions& options) override;
  absl::Status DisableAlert(AlertId alert) override;
  absl::Status EnableAlert(AlertId alert) override;
  absl::StatusOr<Alert> GetAlert(AlertId alert) override;
  absl::Status ForEachAlert(absl::FunctionRef<void(const Alert&)> visit) override;
  ApplyResult Apply(absl::Span<const Fact> facts, const ApplyOptions& options) override;
  absl::StatusOr<Tracked> Track(CustomerId customer, CreditTypeId credit_type) override;
  absl::StatusOr<Tracked> Track(CustomerId customer, BillableMetricId metric) override;
  ApplyResult ApplyTracked(absl::Span<const TrackedFact> facts,
                           const ApplyOptions& options) override;
  absl::StatusOr<std::optional<std::uint64_t>> LastPosition(
      absl::string_view source) override;
  absl::Status Reset(CustomerId customer, AlertId alert, const InstanceSelector& instance,
                     ResetOptions options) override;
  BulkResetResult ResetAll(AlertId alert, absl::string_view from,
                           const std::atomic<bool>* stop) override;
  BulkResetResult ResetAll(CustomerId customer, absl::string_view from,
                           const std::atomic<bool>* stop) override;
  absl::StatusOr<CustomerAlert> GetCustomerAlert(
      CustomerId customer, AlertId alert, const InstanceSelector& instance) override;
  absl::StatusOr<Explanation> Explain(CustomerId customer, AlertId alert,
                                      const InstanceSelector& instance) override;
  absl::StatusOr<std::vector<HistoryEvent>> History(CustomerId customer, AlertId alert,
                                                    const HistoryRange& range) override;
  absl::Status ForEachCustomerAlert(
      CustomerId customer, absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::Status ForEachCustomerAlert(
      AlertId alert, absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::Status ForEachInstance(
      CustomerId customer, AlertId alert,
      absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::Status Drain() override;
  absl::Status Flush() override;
  Stats GetStats() override;
  absl::StatusOr<CloseResult> Close(absl::Duration deadline) override;

  std::uint64_t crashes() const { return crashes_; }

 private:
  class Sink;

  void MayCrash();
  void Open();

  Options options_;
  MemoryDisk disk_;
  Random random_;
  const std::uint32_t calls_;
  std::uint64_t crashes_ = 0;
  Stats before_;  // of the lives before this one
  std::map<NotificationId, std::string> told_;
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_CRASHING_ENGINE_H_
