// A boost::concurrent_flat_map from customer to sum.
#include <boost/unordered/concurrent_flat_map.hpp>
#include <memory>

#include "absl/hash/hash.h"
#include "bench/peers/map_peer.h"
#include "bench/peers/peer_list.h"

namespace tocsin::peers {
namespace {

class BoostPeer : public MapPeer {
 public:
  std::string Note() const override {
    return "boost::concurrent_flat_map in this process: visit, add, upper_bound in the "
           "thresholds; one thread";
  }

  absl::Status Apply(absl::Span<const Spend> facts) override {
    for (const Spend& fact : facts) {
      const auto add = [&](Sums::value_type& entry) { Add(fact, &entry.second); };
      // A new customer's sum is put there as 0, so that it is added to in one place.
      if (sums_.visit(fact.customer, add) > 0) continue;
      sums_.emplace(fact.customer, 0);
      sums_.visit(fact.customer, add);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::int64_t> SumOf(const CustomerId& customer) override {
    std::int64_t sum = 0;
    const auto read = [&](const Sums::value_type& entry) { sum = entry.second; };
    if (sums_.cvisit(customer, read) == 0) return absl::NotFoundError("there is no sum");
    return sum;
  }

 private:
  using Sums =
      boost::concurrent_flat_map<CustomerId, std::int64_t, absl::Hash<CustomerId>>;

  Sums sums_;
};

}  // namespace

std::unique_ptr<Peer> MakeBoostPeer() { return std::make_unique<BoostPeer>(); }

}  // namespace tocsin::peers
