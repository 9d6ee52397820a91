#include "tests/kills/death.h"

#include <signal.h>
#include <unistd.h>

namespace tocsin::testing {

const std::vector<DeathPoint>& DeathPoints() {
  using core::Moment;
  static const auto* const kPoints = new std::vector<DeathPoint>{
      {"commit taken", 40, Moment::kCommitTaken},
      {"commit durable", 40, Moment::kCommitDurable},
      {"fact decided", 60, Moment::kFactDecided},
      {"reset taken", 12, Moment::kResetTaken},
      {"due judged", 12, Moment::kDueJudged},
      {"delivery", 40, Moment::kDelivery},
      {"change drafted", 6, Moment::kChangeDraftedUnderChangeMu},
      {"change in force", 24, Moment::kChangeInForceUnderChangeMu},
      {"image written", 20, Moment::kImageWrittenUnderChangeMu},
      {"images whole", 2, Moment::kImagesWholeUnderChangeMu},
      {"checkpoint made", 2, Moment::kCheckpointMadeUnderChangeMu},
      {"journal done again", 1, Moment::kJournalDoneAgain},
      {"log write", 400},
      {"log write, half", 400},
      {"log sync", 40},
      {"database write", 30},
      {"database sync", 1},
  };
  return *kPoints;
}

void Death::Die() {
  kill(getpid(), SIGKILL);
  while (true) pause();
}

void Death::At(core::Moment moment) {
  for (const DeathPoint& point : DeathPoints()) {
    if (point.moment == moment && IsNow(point.name)) Die();
  }
}

}  // namespace tocsin::testing
