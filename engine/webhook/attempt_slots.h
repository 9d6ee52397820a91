#ifndef TOCSIN_ENGINE_WEBHOOK_ATTEMPT_SLOTS_H_
#define TOCSIN_ENGINE_WEBHOOK_ATTEMPT_SLOTS_H_

#include <algorithm>
#include <cstddef>

namespace tocsin::webhook {

// How many attempts may be under way. Half of all is divided among the endpoints, and
// stays theirs though they need it not; the rest goes to who comes first. So those that
// hang cannot keep the others waiting.
//
// Thread safety: none.
class AttemptSlots {
 public:
  AttemptSlots(std::size_t max, std::size_t max_of_endpoint)
      : max_(max), max_of_endpoint_(max_of_endpoint) {}

  // Begins to count anew, for so many endpoints.
  void Divide(std::size_t endpoints) {
    const std::size_t part = max_ / 2 / std::max<std::size_t>(endpoints, 1);
    share_ = std::min(std::max<std::size_t>(part, 1), max_of_endpoint_);
    shared_ = std::min(share_ * endpoints, max_);
    taken_ = 0;
    borrowed_ = 0;
  }
  // Whether an endpoint that has so many under way may have one more.
  bool MayTake(std::size_t has) const {
    if (has >= max_of_endpoint_ || taken_ >= max_) return false;
    return has < share_ || borrowed_ < max_ - shared_;
  }
  // Whether it is the others that keep it from that.
  bool IsStarved(std::size_t has) const {
    return has < max_of_endpoint_ && !MayTake(has);
  }
  void Take(std::size_t has_before) {
    ++taken_;
    if (has_before >= share_) ++borrowed_;
  }
  void Give(std::size_t has_before) {
    --taken_;
    if (has_before > share_) --borrowed_;
  }
  std::size_t taken() const { return taken_; }

 private:
  const std::size_t max_;
  const std::size_t max_of_endpoint_;
  std::size_t share_ = 1;
  std::size_t shared_ = 0;  // in all
  std::size_t taken_ = 0;
  std::size_t borrowed_ = 0;  // beyond the shares
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_ATTEMPT_SLOTS_H_
