#ifndef TOCSIN_ENGINE_NOTIFY_DECISION_QUEUE_H_
#define TOCSIN_ENGINE_NOTIFY_DECISION_QUEUE_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "engine/model/decision.h"
#include "engine/store/store.h"

namespace tocsin::notify {

// What was decided, in the order of its coming, taken out many at once. It stays where it
// was put, in pieces that are used again: a `std::deque` would allocate for each of
// them, and growing a vector would move all that wait at once, under the lock.
//
// Thread safety: none.
class DecisionQueue {
 public:
  struct Queued {
    model::Decision decision = {};
    // Where it was made already, as it is stored. Then there is no decision.
    std::unique_ptr<const store::Waiting> made = nullptr;
  };
  using Piece = std::vector<Queued>;

  bool empty() const { return pieces_.empty(); }

  void Push(Queued&& queued) {
    if (pieces_.empty() || pieces_.back().size() == kPieceMax) {
      pieces_.push_back(std::exchange(spare_, Piece()));
      pieces_.back().reserve(kPieceMax);
    }
    pieces_.back().push_back(std::move(queued));
  }

  // The oldest ones, at most `kPieceMax`. Not when empty. `used` is one whose decisions
  // are done with.
  Piece Take(Piece used) {
    used.clear();
    spare_ = std::move(used);
    Piece taken = std::move(pieces_.front());
    pieces_.pop_front();
    return taken;
  }

 private:
  static constexpr std::size_t kPieceMax = 64;

  std::deque<Piece> pieces_;  // none is empty
  Piece spare_;
};

}  // namespace tocsin::notify

#endif  // TOCSIN_ENGINE_NOTIFY_DECISION_QUEUE_H_
