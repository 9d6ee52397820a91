#ifndef TOCSIN_OPTIONS_H_
#define TOCSIN_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tocsin/fact_source.h"
#include "tocsin/notification.h"

namespace tocsin {

// Where the engine's time comes from; nothing else in it reads one. Going
// backwards counts as standing still. Called from any thread and under locks of
// the engine, so it must not call the engine, nor throw.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() = 0;
};

// The machine's clock. Never null, never destroyed.
Clock* SystemClock();

// What the billing period of a customer is that was told none.
enum class PeriodPolicy {
  kOpenEnded,      // one that never ends
  kCalendarMonth,  // calendar months in UTC, each followed by the next
};

enum class Durability {
  // A call returns once what it did is durable; those of several threads share a write.
  kEach,
  // A call may return before. `Flush` is the acknowledgement.
  kGrouped,
};

// How far `Open` has come with what a directory holds.
struct RecoveryProgress {
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes = 0;    // in all; done once they are as many
  std::size_t customers = 0;  // of the checkpoint, that were read
  // Where what was written ended before its end, as the machine did: all before it was
  // recovered. Empty: nothing was cut off.
  std::string cut_off = {};
};

// How an engine is set up. Every field has a default; `sink` is the one that
// a service gives.
struct Options {
  // Where the engine keeps what it must not lose: made, but not the directories above it,
  // where there is none. One engine at a time. Empty: it is in memory only and promises
  // nothing beyond its own end.
  std::string directory = {};

  // When a call may return, with a directory.
  Durability durability = Durability::kEach;

  // After so many bytes of journal, or as many as all customers take where that is more,
  // these are written whole in the background, and the journal before is dropped: a
  // larger one means a longer `Open`, a smaller one more writing. The default is some 12
  // million plain facts.
  std::uint64_t journal_bytes_max = std::uint64_t{256} << 20;

  // With as little as a sixteenth of that, that is also done when it was last done so
  // long ago, by `clock`.
  absl::Duration checkpoint_interval = absl::Hours(1);

  // How long the store keeps what `Engine::History` shows. 0: it keeps none.
  absl::Duration history_keep = absl::Hours(24) * 90;

  // Facts that come with an id (`ApplyOptions::fact_ids`) are known again among the last
  // so many of them, and for so long by `clock`. Each shard has its part of the number,
  // for all of its customers. 0: facts have no ids; up to a thousand million.
  std::size_t fact_ids_max = 0;
  absl::Duration fact_ids_keep = absl::Hours(24);

  // How long receipts (`Engine::WithReceipt`) are kept, by `clock`. 0: none are.
  absl::Duration receipts_keep = absl::ZeroDuration();

  // Is told by `Open` how far it has come, at its beginning, now and then, and at its
  // end; on its thread. Must not throw. Empty: nobody is.
  std::function<void(const RecoveryProgress&)> on_recovery = nullptr;
  // Above 0: with a directory, while its file system has room for less than so many bytes
  // more, facts, alert changes and resets are refused with kResourceExhausted (kDiskFull)
  // before anything of them is accepted: a disk that is met full in the midst of a write
  // ends the engine. They are taken again once there is room. It is looked at after each
  // write, and what is written at once goes into a log first and into the database later:
  // it must fit in twice. The default holds the largest batch of plain facts. 0: the file
  // system is not looked at.
  std::uint64_t disk_reserve = std::uint64_t{64} << 20;

  // Takes the notifications. Null: they are decided and counted, and thrown
  // away. Must outlive the engine.
  NotificationSink* sink = nullptr;

  // Null: `SystemClock()`. Must outlive the engine.
  Clock* clock = nullptr;

  PeriodPolicy period_policy = PeriodPolicy::kOpenEnded;

  // Threads that judge what is due and deliver notifications. With 0 nothing
  // runs in the background: `Drain` does the work, in one fixed order.
  int worker_threads = 2;

  // Parts the customers are divided into, each with one lock. A power of two,
  // 1 to 65,536. With 1 the notifications of a batch come in the order of its
  // facts, also across customers.
  int shards = 64;

  // Group values that are summed per customer and measure in one period. Facts
  // with a further one count everywhere else.
  std::size_t groups_per_measure_max = 5'000;

  // 1 or more. Balances of one customer, and invoices of one customer, that are
  // remembered; a fact about a further one is refused with kResourceExhausted. A
  // balance has at most one seat, so this bounds the seats that have one.
  std::size_t instances_per_customer_max = 100'000;

  // Ended balances, inactive invoices and contracts that no fact names are forgotten
  // after this. It changes no status.
  absl::Duration keep_ended = absl::Hours(24) * 400;

  // A fact stamped further than this past the clock is refused.
  absl::Duration event_time_ahead_max = absl::Hours(1);

  // 1 or more. Customer alerts that may wait for a reset's evaluation; above it `Reset`
  // is refused with kResourceExhausted.
  std::size_t due_max = 1'000'000;

  // 1 or more. Notifications that may wait for the sink; above it facts, alert changes
  // and resets are refused with kResourceExhausted.
  std::size_t outbox_max = 1'000'000;

  // A notification that the sink refuses is tried again until it is taken, after
  // waits that double from 100 ms up to this.
  absl::Duration delivery_retry_max = absl::Minutes(15);

  // What a reset's re-evaluation reads anew first. Null: it judges what the engine
  // holds. Must outlive the engine.
  FactSource* fact_source = nullptr;

  // Above 0. A read that is not answered within this, by `clock`, has failed.
  absl::Duration source_timeout = absl::Seconds(5);

  // 1 to 1,000. After so many reads that failed or had to be repeated, a re-evaluation
  // judges what the engine holds and says so in `CustomerAlert::source_failed`.
  int source_attempts_max = 8;

  // 1 or more. Facts that may be applied to what is read while a read is under way;
  // after more of them it is made again.
  std::size_t read_additions_max = 4'096;

  // Sets of group keys (1 to 3 each) whose sums are kept from the start, so
  // that an alert created later knows them.
  std::vector<std::vector<std::string>> tracked_group_keys = {};

  // Of the ids that the engine gives to alerts and of the jitter of retries. 0:
  // from the machine's entropy.
  std::uint64_t random_seed = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_OPTIONS_H_
