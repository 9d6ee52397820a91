// A tbb::concurrent_hash_map from customer to sum.
#include <tbb/concurrent_hash_map.h>

#include <memory>

#include "absl/hash/hash.h"
#include "bench/peers/map_peer.h"
#include "bench/peers/peer_list.h"

namespace tocsin::peers {
namespace {

struct HashCompare {
  static std::size_t hash(const CustomerId& id) { return absl::HashOf(id); }
  static bool equal(const CustomerId& a, const CustomerId& b) { return a == b; }
};

class TbbPeer : public MapPeer {
 public:
  std::string Note() const override {
    return "tbb::concurrent_hash_map in this process: accessor, add, upper_bound in the "
           "thresholds; one thread";
  }

  absl::Status Apply(absl::Span<const Spend> facts) override {
    for (const Spend& fact : facts) {
      Sums::accessor sum;
      sums_.insert(sum, fact.customer);
      Add(fact, &sum->second);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::int64_t> SumOf(const CustomerId& customer) override {
    Sums::const_accessor sum;
    if (!sums_.find(sum, customer)) return absl::NotFoundError("there is no sum");
    return sum->second;
  }

 private:
  using Sums = tbb::concurrent_hash_map<CustomerId, std::int64_t, HashCompare>;

  Sums sums_;
};

}  // namespace

std::unique_ptr<Peer> MakeTbbPeer() { return std::make_unique<TbbPeer>(); }

}  // namespace tocsin::peers
