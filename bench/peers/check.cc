#include "bench/peers/check.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bench/bench_setting.h"

namespace tocsin::peers {
namespace {

std::string Listed(const std::vector<Crossing>& crossings) {
  return absl::StrJoin(crossings, ", ", [](std::string* out, const Crossing& crossing) {
    absl::StrAppend(out, crossing.customer.ToString(), " past ", crossing.threshold);
  });
}

absl::Status CheckNoticed(Peer& peer, std::vector<Crossing> expected) {
  absl::StatusOr<std::vector<Crossing>> noticed = peer.Crossings();
  if (!noticed.ok()) return noticed.status();
  std::sort(noticed->begin(), noticed->end());
  std::sort(expected.begin(), expected.end());
  if (*noticed == expected) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("noticed {", Listed(*noticed), "}, must be {", Listed(expected), "}"));
}

absl::Status CheckSum(Peer& peer, const CustomerId& customer, std::int64_t expected) {
  const absl::StatusOr<std::int64_t> sum = peer.SumOf(customer);
  if (!sum.ok()) return sum.status();
  if (*sum == expected) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("the sum of ", customer.ToString(), " is ",
                                          *sum, ", must be ", expected));
}

std::int64_t ExpectedSum(const CustomerId& customer, const Workload& workload,
                         std::uint64_t batches_applied) {
  std::int64_t sum = 0;
  const std::uint64_t count = workload.batches.size();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t times =
        batches_applied / count + (i < batches_applied % count ? 1 : 0);
    for (const Spend& spend : workload.batches[i]) {
      if (spend.customer != customer) continue;
      sum += spend.amount * static_cast<std::int64_t>(times);
    }
  }
  return sum;
}

}  // namespace

absl::Status CheckItNotices(Peer& peer) {
  Setup setup{.customers = 10};
  for (std::int64_t threshold = 5; threshold <= 100; threshold += 5) {
    setup.thresholds.push_back(threshold);
  }
  const CustomerId slow = IdOfNumber<CustomerId>(3);
  const CustomerId quick = IdOfNumber<CustomerId>(7);
  const Crossing slow_crossing = {.customer = slow, .threshold = 5};
  if (absl::Status status = peer.Open(setup); !status.ok()) return status;

  std::vector<Spend> facts(4, {.customer = slow, .amount = 1});
  if (absl::Status status = peer.Apply(facts); !status.ok()) return status;
  if (absl::Status status = CheckNoticed(peer, {}); !status.ok()) return status;

  // To the threshold exactly is a crossing; further is none.
  facts = {{.customer = slow, .amount = 1}, {.customer = slow, .amount = 1}};
  if (absl::Status status = peer.Apply(facts); !status.ok()) return status;
  if (absl::Status status = CheckNoticed(peer, {slow_crossing}); !status.ok()) {
    return status;
  }
  facts = {{.customer = quick, .amount = 12}, {.customer = slow, .amount = 1}};
  if (absl::Status status = peer.Apply(facts); !status.ok()) return status;
  if (absl::Status status = CheckNoticed(peer, {slow_crossing,
                                                {.customer = quick, .threshold = 5},
                                                {.customer = quick, .threshold = 10}});
      !status.ok()) {
    return status;
  }
  return CheckSum(peer, quick, 12);
}

absl::Status CheckSums(Peer& peer, const Setup& setup, const Workload& workload,
                       const Measured& measured) {
  std::vector<CustomerId> customers = {IdOfNumber<CustomerId>(0),
                                       IdOfNumber<CustomerId>(setup.customers - 1)};
  for (std::size_t i = 0; i < 8; ++i) {
    customers.push_back(workload.batches[i % workload.batches.size()][i].customer);
  }
  for (const CustomerId& customer : customers) {
    const std::int64_t expected =
        ExpectedSum(customer, workload, measured.batches_applied);
    if (absl::Status status = CheckSum(peer, customer, expected); !status.ok()) {
      return status;
    }
  }
  return CheckNoticed(peer, {});
}

}  // namespace tocsin::peers
