#ifndef TOCSIN_ENGINE_CLI_DEMO_FEED_H_
#define TOCSIN_ENGINE_CLI_DEMO_FEED_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tocsin/alert.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"
#include "tocsin/options.h"

namespace tocsin::cli {

inline constexpr std::size_t kDemoBatchMax = 1'000;
// As many nanoseconds as a batch can have facts: one for each call.
inline constexpr absl::Duration kDemoClockStep = absl::Microseconds(1);

// Facts to be told at one time.
struct DemoBatch {
  // What the engine's clock says when it begins: at least a step later than at the
  // one before, so that the clock tells of a notification which call led to it.
  absl::Time clock;
  std::vector<Fact> facts;
  // Of a file: the line of each fact, and the bad lines met on the way to them.
  std::vector<std::uint64_t> lines;
  std::vector<std::pair<std::uint64_t, absl::Status>> problems;

  void Clear() {
    facts.clear();
    lines.clear();
    problems.clear();
  }
};

// An alert of the demo and how its text speaks of it.
struct DemoAlert {
  std::string mark;  // `A`
  std::string says;  // one line
  std::string unit;  // of its values; empty where nobody has said it
  AlertSpec spec;
  // Of an alert that a story can be about: another one, with `notify_resolved`,
  // that a large wrong fact would reach and its correction leave again.
  std::optional<std::size_t> guard = std::nullopt;
  // Of such another one that fans out: values of its key.
  std::vector<std::string> values = {};
  AlertId id = {};  // once it is created
};

// What the engine is told, and what it is to watch.
//
// Thread safety: one thread at a time.
class DemoFeed {
 public:
  virtual ~DemoFeed() = default;

  // Lines that say what is told, each with its newline.
  virtual std::string Describe() const = 0;
  virtual std::vector<DemoAlert> Alerts() const = 0;
  // Whom the story may be about: of these the one who came closest to the first
  // alert without reaching it. Empty: whoever got the most notifications.
  virtual std::vector<CustomerId> StoryCustomers() const = 0;
  virtual absl::Time starts_at() const = 0;
  virtual PeriodPolicy period_policy() const = 0;

  // The next facts, in order; false at the end, where there may be problems all
  // the same.
  virtual absl::StatusOr<bool> Next(DemoBatch* batch) = 0;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_DEMO_FEED_H_
