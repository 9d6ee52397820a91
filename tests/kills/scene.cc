#include "tests/kills/scene.h"

#include "absl/strings/str_cat.h"
#include "tests/support/facts.h"

namespace tocsin::testing {
namespace {

constexpr int kFirstShared = kKillSources * kOwnCustomers + 1;
constexpr std::uint64_t kThousand = 1'000;
constexpr std::uint64_t kCountedThreshold = 10;
constexpr std::uint64_t kResetThreshold = 5;
constexpr std::uint64_t kPassingForAll = 50'000;

int SourceOf(int customer) { return (customer - 1) / kOwnCustomers; }
// One of each source goes up twice where the others go up once.
bool GoesTwice(int customer) { return (customer - 1) % kOwnCustomers == 0; }

std::uint64_t ThresholdOf(int alert) {
  if (alert == kCountedAlert) return kCountedThreshold;
  if (alert == kResetAlert) return kResetThreshold;
  return CustomerOfAlert(alert) == 0 ? kPassingForAll : 1;
}

}  // namespace

int OwnCustomer(int source, int n) { return 1 + source * kOwnCustomers + n; }
bool IsShared(int customer) { return customer >= kFirstShared; }
std::string SourceName(int source) { return absl::StrCat("source", source); }

std::vector<Fact> BatchOf(int source, std::uint64_t offset) {
  std::vector<Fact> facts;
  const bool up = offset % 2 == 1;
  for (int n = 0; n < kOwnCustomers; ++n) {
    const CustomerId customer = Customer(OwnCustomer(source, n));
    facts.push_back(Spend(customer, up ? "10" : "-10"));
    if (!up || !GoesTwice(OwnCustomer(source, n))) continue;
    facts.push_back(Spend(customer, "-10"));
    facts.push_back(Spend(customer, "10"));
  }
  for (int n = 0; n < kSharedCustomers; ++n) {
    facts.push_back(Spend(Customer(kFirstShared + n), source == 0 ? "1" : "1000"));
  }
  return facts;
}

std::vector<std::string> FactIdsOf(int source, std::uint64_t offset) {
  std::vector<std::string> ids(BatchOf(source, offset).size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ids[i] = absl::StrCat(source, ".", offset, ".", i);
  }
  return ids;
}

std::string ReceiptOfBatch(int source, std::uint64_t offset) {
  return absl::StrCat("batch ", source, " ", offset);
}
std::string ReceiptOfReset(int customer) { return absl::StrCat("reset ", customer); }

int CustomerOfAlert(int alert) {
  return alert < kFirstPassing || alert % 2 == 0
             ? 0
             : kFirstShared + alert % kSharedCustomers;
}

AlertSpec AlertOf(int alert) {
  AlertSpec spec{.id = AlertNumber(alert),
                 .name = absl::StrCat(alert),
                 .threshold = D(absl::StrCat(ThresholdOf(alert))),
                 .notify_resolved = alert == kCountedAlert};
  const int customer = CustomerOfAlert(alert);
  if (customer != 0) spec.customer = Customer(customer);
  return spec;
}

bool IsKnownAt(int customer, const Offsets& offsets) {
  if (IsShared(customer)) return offsets != Offsets(kKillSources, 0);
  return offsets[static_cast<std::size_t>(SourceOf(customer))] > 0;
}

std::uint64_t SumAt(int customer, const Offsets& offsets) {
  if (IsShared(customer)) return offsets[0] + kThousand * offsets[1];
  return offsets[static_cast<std::size_t>(SourceOf(customer))] % 2 == 1 ? 10 : 0;
}

std::uint64_t ReachedAt(int customer, const Offsets& offsets) {
  if (IsShared(customer)) return IsPast(kCountedAlert, customer, offsets) ? 1 : 0;
  const std::uint64_t ups =
      (offsets[static_cast<std::size_t>(SourceOf(customer))] + 1) / 2;
  return GoesTwice(customer) ? 2 * ups : ups;
}

std::uint64_t ResolvedAt(int customer, const Offsets& offsets) {
  if (IsShared(customer)) return 0;
  const std::uint64_t offset = offsets[static_cast<std::size_t>(SourceOf(customer))];
  return GoesTwice(customer) ? offset : offset / 2;
}

bool IsPast(int alert, int customer, const Offsets& offsets) {
  return SumAt(customer, offsets) >= ThresholdOf(alert);
}

}  // namespace tocsin::testing
