#ifndef TOCSIN_ENGINE_WEBHOOK_ENDPOINT_QUEUE_H_
#define TOCSIN_ENGINE_WEBHOOK_ENDPOINT_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "tocsin/ids.h"

namespace tocsin::webhook {

// What goes in order: the notifications of one customer alert.
struct LineKey {
  CustomerId customer = {};
  AlertId alert = {};

  friend bool operator==(const LineKey& a, const LineKey& b) {
    return a.customer == b.customer && a.alert == b.alert;
  }
  template <typename H>
  friend H AbslHashValue(H state, const LineKey& key) {
    return H::combine(std::move(state), key.customer, key.alert);
  }
};

// One delivery that waits. The numbers of those that are accepted rise.
struct Waiting {
  std::uint64_t number = 0;
  absl::Time accepted_at = {};
  std::uint32_t attempts = 0;  // that failed
};

// What waits for one endpoint: a line for each customer alert. Of each line the first is
// due at some time, or under way.
//
// Thread safety: none.
class EndpointQueue {
 public:
  struct First {
    LineKey line = {};
    Waiting waiting = {};
  };

  std::size_t size() const { return size_; }
  // At the end of its line. As the first of it, it is due at `due`, else when it becomes
  // the first.
  void Push(const LineKey& line, const Waiting& waiting, absl::Time due);
  // Those that are due by then may be taken.
  void BringUpTo(absl::Time now);
  // The oldest that may be taken, if there is one.
  const Waiting* Oldest() const;
  // Takes the oldest: it is under way.
  std::optional<First> Take();
  // The first of the line, which is under way, is due again. It has one more attempt.
  void Return(const LineKey& line, absl::Time due);
  // The first of the line, which is under way, is done with: the next one is due.
  void Finish(const LineKey& line);
  // All are due that are not under way.
  void MakeAllDue();
  // The clock went back to `now`: none was accepted later, and none is due after
  // `latest`.
  void GoBackTo(absl::Time now, absl::Time latest);
  // It went ahead to `now` at once: all were accepted so much later, or now.
  void JumpAhead(absl::Duration by, absl::Time now);
  // Nothing waits: the infinite past.
  absl::Time OldestAccepted() const;
  // When the next one becomes due, that may not yet be taken.
  absl::Time NextDue() const;

 private:
  struct Line {
    LineKey key = {};
    // From `first` on. What is before it is done with.
    std::vector<Waiting> waiting = {};
    std::size_t first = 0;
    absl::Time due = {};
    enum class State { kLater, kReady, kUnderWay } state = State::kLater;
  };
  // By number, and by time and number.
  using Ready = std::set<std::pair<std::uint64_t, Line*>>;
  using Later = std::set<std::pair<absl::Time, Line*>>;

  void SetDue(Line* line, absl::Time due);
  template <typename Change>
  void ChangeAccepted(Change change);

  absl::flat_hash_map<LineKey, std::unique_ptr<Line>> lines_;
  Ready ready_;
  Later later_;
  std::size_t size_ = 0;
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_ENDPOINT_QUEUE_H_
