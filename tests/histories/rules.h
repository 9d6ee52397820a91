#ifndef TOCSIN_TESTS_HISTORIES_RULES_H_
#define TOCSIN_TESTS_HISTORIES_RULES_H_

#include <cstdint>
#include <optional>
#include <tuple>

#include "tests/histories/history.h"

namespace tocsin::testing {

// One customer alert, to which one thing happens at a time: what docs/semantics.md says
// of it, for an alert on spend without groups, periods or a fact source. It is given what
// was seen, and says of each step whether that is what had to be seen.
struct Rules {
  explicit Rules(const History& history);

  // Does the call. False if it had to be answered otherwise, or if what it causes was
  // told otherwise.
  bool Do(const History& history, const Call& call, int index);
  // What is due is judged. False as above. Needs `IsDue`.
  bool Judge(const History& history);

  bool IsDue() const { return reset || enabled_anew || updated; }
  // Whether all that had to be told by now was, and nothing else.
  bool IsComplete(const History& history) const;

  // What decides how it goes on, for whoever has been here already.
  auto Key() const {
    return std::make_tuple(value, threshold, judged_threshold, epoch, said_epoch, told,
                           waits, alert, said, said_by, reset, enabled_anew, updated);
  }

  int value = 0;
  int threshold = 0;
  AlertStatus alert = AlertStatus::kEnabled;
  std::uint64_t epoch = 0;

  // What is due, and the threshold at which the status was concluded before that.
  bool reset = false;
  bool enabled_anew = false;
  bool updated = false;
  int judged_threshold = 0;

  // What was said last, and in which epoch.
  std::optional<NotificationKind> said = std::nullopt;
  std::optional<Trigger> said_by = std::nullopt;
  std::uint64_t said_epoch = 0;
  std::size_t told = 0;  // of the history's tellings

  int waits = -1;  // the call whose reset is due and was not told its end

 private:
  bool IsReached() const { return value >= threshold; }
  bool SaidInThisEpoch(NotificationKind kind) const {
    return said == kind && said_epoch == epoch;
  }
  bool Reset(const History& history, const Call& call, int index);
  bool Spend(const History& history, const Call& call);
  bool Threshold(const Call& call);
  bool ChangeStatus(const History& history, AlertStatus to, Reason refused);
  bool Tell(const History& history, NotificationKind kind, Trigger by,
            std::optional<int> previous);
  // The reset that waits ends so.
  bool Finish(const History& history, const End& expected);
  View Look() const;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_HISTORIES_RULES_H_
