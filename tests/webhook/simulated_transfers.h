#ifndef TOCSIN_TESTS_WEBHOOK_SIMULATED_TRANSFERS_H_
#define TOCSIN_TESTS_WEBHOOK_SIMULATED_TRANSFERS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/webhook/transfers.h"

namespace tocsin::testing {

// Transfers that end when and as the test says.
class SimulatedTransfers : public webhook::Transfers {
 public:
  void Begin(webhook::Transfer transfer) override {
    const std::uint64_t key = transfer.key;
    under_way_.emplace(key, std::move(transfer));
  }
  void Cancel(std::uint64_t key) override { under_way_.erase(key); }
  void Run(absl::Duration, std::vector<webhook::Ended>*) override {}
  std::size_t under_way() const override { return under_way_.size(); }
  void Wake() override {}

  // By key, which is the order in which they began.
  const std::map<std::uint64_t, webhook::Transfer>& all() const { return under_way_; }
  webhook::Transfer Take(std::uint64_t key) {
    webhook::Transfer transfer = std::move(under_way_.at(key));
    under_way_.erase(key);
    return transfer;
  }

 private:
  std::map<std::uint64_t, webhook::Transfer> under_way_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_WEBHOOK_SIMULATED_TRANSFERS_H_
