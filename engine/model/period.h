#ifndef TOCSIN_ENGINE_MODEL_PERIOD_H_
#define TOCSIN_ENGINE_MODEL_PERIOD_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tocsin/options.h"

namespace tocsin::model {

// `[starts_at, ends_at)`.
struct Period {
  absl::Time starts_at = absl::InfinitePast();
  absl::Time ends_at = absl::InfiniteFuture();

  friend bool operator==(const Period&, const Period&) = default;
};

// Error: kInvalidArgument if it ends before it has begun.
absl::Status CheckPeriod(const Period& period);

// The UTC calendar month that contains an instant.
Period CalendarMonthAt(absl::Time instant);

// One customer's billing periods: the current one, and one that is told but has
// not begun. Without a told period the policy holds; after one that was told, an
// open-ended one begins.
class PeriodState {
 public:
  PeriodState(PeriodPolicy policy, absl::Time now);
  // One that `IsPlain`.
  PeriodState(PeriodPolicy policy, const Period& current)
      : policy_(policy), current_(current) {}

  const Period& current() const { return current_; }
  // Whether no period was ever told: all there is to know is the current one.
  bool IsPlain() const { return !any_told_; }

  // When the current period ends, as far as is known: at its end, or where a
  // told one begins.
  absl::Time ends_at() const;

  // Begins the period that contains `instant`. Needs `instant >= ends_at()`.
  void AdvanceTo(absl::Time instant);

  enum class Told {
    kMoved,    // the current period's end moved
    kBegan,    // a new period began
    kWaiting,  // it begins later
  };
  // A told period that `CheckPeriod` passes; its end may be past, which `ends_at`
  // then shows. Error: kFailedPrecondition if it starts before the current one and
  // is not the first that is told.
  absl::StatusOr<Told> Tell(const Period& period, absl::Time now);

  // Calls `archive` with all that there is, for who stores it.
  template <typename Archive, typename Self>
  static void VisitFields(Archive& archive, Self& self) {
    archive(self.policy_, self.any_told_, self.current_told_, self.current_,
            self.waiting_);
  }

 private:
  PeriodPolicy policy_;
  bool any_told_ = false;      // also one that waits
  bool current_told_ = false;  // the current one is, or follows one that was
  Period current_;
  std::unique_ptr<const Period> waiting_;
};

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_PERIOD_H_
