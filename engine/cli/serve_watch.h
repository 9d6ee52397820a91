#ifndef TOCSIN_ENGINE_CLI_SERVE_WATCH_H_
#define TOCSIN_ENGINE_CLI_SERVE_WATCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tocsin/engine.h"

namespace tocsin::cli {

// Notices what keeps a server from doing its work, once when it begins and once when it
// ends, however many requests meet it.
class ServeWatch {
 public:
  struct Event {
    std::string what;
    std::string because;  // empty: there is no more to be said
  };

  // What has begun or ended since the last look; to be called about once a second.
  // `sink_error` is what the sink said last, if it was no success.
  std::vector<Event> Look(const Stats& stats, const std::string& sink_error);

 private:
  bool disk_is_full_ = false;
  bool sink_is_stuck_ = false;
  std::uint64_t delivered_ = 0;
  int looks_without_ = 0;  // a delivery, though something waits
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_SERVE_WATCH_H_
