#include "tests/fuzz/fuzz_engine.h"

#include <utility>

#include "engine/core/open.h"
#include "engine/store/entry.h"
#include "tests/support/facts.h"
#include "tests/support/kept_story.h"
#include "tests/support/manual_clock.h"

namespace tocsin::testing {

Options FuzzOptions(NotificationSink* sink) {
  // Of its own: `Options` holds only where it is.
  static auto* const clock = new ManualClock(At("2026-02-01T00:00:00Z"));
  return {
      .sink = sink, .clock = clock, .worker_threads = 0, .shards = 1, .random_seed = 1};
}

std::string FuzzRules() {
  const Options options;
  std::string bytes;
  store::Put(
      store::Rules{
          .period_policy = options.period_policy,
          .tracked_group_keys = options.tracked_group_keys,
          .groups_per_measure_max = options.groups_per_measure_max,
          .instances_per_customer_max = options.instances_per_customer_max,
          .keep_ended = options.keep_ended,
          .source_timeout = options.source_timeout,
          .source_attempts_max = static_cast<std::uint64_t>(options.source_attempts_max),
          .read_additions_max = options.read_additions_max,
          .seed = 1},
      &bytes);
  return bytes;
}

void Recover(MemoryDisk* disk) {
  CollectingSink sink;
  const absl::StatusOr<std::unique_ptr<Engine>> engine = core::OpenWith(
      FuzzOptions(&sink), nullptr, nullptr, std::make_unique<MemoryStore>(disk));
  if (engine.ok()) ShownStateAndRest(**engine, sink);
}

}  // namespace tocsin::testing
