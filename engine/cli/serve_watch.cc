#include "engine/cli/serve_watch.h"

#include <utility>

namespace tocsin::cli {
namespace {

// A sink that is slow takes one meanwhile.
constexpr int kLooksUntilStuck = 5;

}  // namespace

std::vector<ServeWatch::Event> ServeWatch::Look(const Stats& stats,
                                                const std::string& sink_error) {
  std::vector<Event> events;
  if (std::exchange(disk_is_full_, stats.disk_is_full) != stats.disk_is_full) {
    if (stats.disk_is_full) {
      events.push_back({"the disk is nearly full",
                        "there is less room than --disk-reserve: facts, resets and "
                        "alert changes are refused"});
    } else {
      events.push_back({"the disk has room again", ""});
    }
  }
  const bool has_delivered =
      std::exchange(delivered_, stats.notifications_delivered) != delivered_;
  looks_without_ = stats.outbox == 0 || has_delivered ? 0 : looks_without_ + 1;
  if (!sink_is_stuck_ && looks_without_ >= kLooksUntilStuck) {
    sink_is_stuck_ = true;
    events.push_back(
        {"notifications are not written",
         sink_error.empty() ? "the last one is still being written" : sink_error});
  } else if (sink_is_stuck_ && looks_without_ == 0) {
    sink_is_stuck_ = false;
    events.push_back({"notifications are written again", ""});
  }
  return events;
}

}  // namespace tocsin::cli
