#include "engine/cli/demo_story.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/cli/demo_cast.h"
#include "engine/cli/demo_record.h"
#include "engine/cli/demo_text.h"
#include "tocsin/engine.h"

namespace tocsin::cli {
namespace {

std::string StateText(const CustomerAlert& state) {
  return absl::StrCat(
      "status ", state.status.has_value() ? CustomerStatusName(*state.status) : "none",
      ", value ", TextOf(state.value), ", epoch ", state.epoch);
}

// One telling of it.
class Story {
 public:
  Story(DemoRun* run, DemoCast cast) : run_(*run), cast_(std::move(cast)) {}

  absl::Status Tell() {
    Say("THE STORY OF ONE CUSTOMER: ", cast_.customer.ToString());
    Say("The demo chose it because it ", cast_.why,
        ". What happens to it now is made up.", Unit().empty() ? "" : " Values in",
        Unit(), Unit().empty() ? "" : ".");
    absl::Status status = ReachThreshold();
    if (status.ok()) status = SendWrongFact();
    if (status.ok()) status = CorrectAndReset();
    if (status.ok()) status = ResetWhenIdle();
    return status;
  }
  std::string TakeText() && { return std::move(text_); }

 private:
  template <typename... Parts>
  void Say(const Parts&... parts) {
    absl::StrAppend(&text_, parts..., "\n");
  }

  absl::Status ReachThreshold();
  absl::Status SendWrongFact();
  absl::Status CorrectAndReset();
  absl::Status AwaitReset(std::size_t begin);
  // Once more, to see how long it takes where nothing else is going on.
  absl::Status ResetWhenIdle();

  absl::Status Add(Decimal amount, const std::vector<GroupValue>& groups);
  absl::StatusOr<CustomerAlert> State(const DemoAlert& alert,
                                      const InstanceSelector& instance = {}) {
    return run_.engine().GetCustomerAlert(cast_.customer, alert.id, instance);
  }
  absl::StatusOr<Arrival> Await(std::size_t begin, const DemoAlert& alert) {
    return run_.Await(begin, cast_.customer, alert);
  }

  // With a space before it; empty where nobody has said it.
  std::string Unit() const { return limit().unit.empty() ? "" : " " + limit().unit; }
  const DemoAlert& limit() const { return *cast_.limit; }
  const DemoAlert& guard() const { return *cast_.guard; }

  DemoRun& run_;
  const DemoCast cast_;
  Decimal wrong_;  // what the wrong fact adds
  std::string text_;
};

absl::Status Story::Add(Decimal amount, const std::vector<GroupValue>& groups) {
  Fact fact;
  if (limit().spec.type == AlertType::kUsageThresholdReached) {
    fact = UsageAdded{.customer = cast_.customer,
                      .billable_metric = *limit().spec.billable_metric,
                      .quantity = amount,
                      .group_values = groups};
  } else {
    fact = SpendAdded{.customer = cast_.customer,
                      .amount = amount,
                      .credit_type = limit().spec.credit_type.value_or(UsdCents()),
                      .group_values = groups};
  }
  ApplyResult result = run_.engine().Apply({&fact, 1});
  if (!result.status.ok()) return result.status;
  return result.refused == 0 ? absl::OkStatus() : result.reports.front().status;
}

absl::Status Story::ReachThreshold() {
  if (cast_.reached.has_value()) {
    Say("1. On ",
        absl::FormatTime("%Y-%m-%d", cast_.reached->decided_at, absl::UTCTimeZone()),
        " it reached ", limit().mark, ".");
    Say("   notification of ", limit().mark, ": ", ArrivalText(*cast_.reached));
    return absl::OkStatus();
  }
  absl::StatusOr<CustomerAlert> state = State(limit());
  if (!state.ok()) return state.status();
  const std::optional<Decimal> missing =
      CheckedSub(state->threshold, state->value.value_or(Decimal()));
  if (!missing.has_value()) return absl::OutOfRangeError("too far from the threshold");
  const std::size_t begin = run_.sink().size();
  absl::Status added = Add(*missing, {});
  if (!added.ok()) return added;
  const absl::StatusOr<Arrival> arrival = Await(begin, limit());
  if (!arrival.ok()) return arrival.status();
  Say("1. It stands at ", TextOf(state->value), " of ", state->threshold.ToString(),
      Unit(), ". A fact adds ", missing->ToString(), Unit(),
      "; a value equal to the threshold has reached it.");
  Say("   notification of ", limit().mark, ": ", ArrivalText(*arrival));
  return absl::OkStatus();
}

absl::Status Story::SendWrongFact() {
  // Enough to reach the guard from wherever the customer stands.
  absl::StatusOr<CustomerAlert> before = State(limit());
  if (!before.ok()) return before.status();
  const Decimal below = std::min(before->value.value_or(Decimal()), Decimal());
  const std::optional<Decimal> wrong = CheckedSub(*guard().spec.threshold, below);
  if (!wrong.has_value()) return absl::OutOfRangeError("too far from the threshold");
  wrong_ = *wrong;
  std::size_t begin = run_.sink().size();
  absl::Status added = Add(wrong_, cast_.instance.group_values);
  if (!added.ok()) return added;
  const absl::StatusOr<Arrival> arrival = Await(begin, guard());
  if (!arrival.ok()) return arrival.status();
  absl::StatusOr<CustomerAlert> after = State(limit());
  if (!after.ok()) return after.status();
  Say("2. A wrong fact adds ", wrong_.ToString(), Unit(),
      cast_.instance.group_values.empty()
          ? ""
          : absl::StrCat(" to ", TextOfName(cast_.instance.group_values.front().value)),
      ". ", limit().mark, " is in alarm already and says nothing; ", guard().mark,
      " is reached, too.");
  Say("   notification of ", guard().mark, ": ", ArrivalText(*arrival));
  Say("   ", limit().mark, ": ", StateText(*after));
  return absl::OkStatus();
}

absl::Status Story::CorrectAndReset() {
  absl::Status status = run_.engine().Drain();
  const std::size_t begin = run_.sink().size();
  // While the one worker is kept in the sink with what the correction led to, the
  // reset's evaluation waits: so its status can be seen, and is the same every time.
  run_.sink().Hold();
  status.Update(Add(Decimal::FromUnits(-wrong_.units()), cast_.instance.group_values));
  if (status.ok() && !run_.sink().Await(begin).has_value()) {
    status = absl::DeadlineExceededError("no notification of the correction has come");
  }
  const absl::StatusOr<CustomerAlert> corrected = State(limit());
  const absl::StatusOr<CustomerAlert> recovered = State(guard(), cast_.instance);
  const absl::Status reset = run_.engine().Reset(cast_.customer, limit().id);
  const absl::StatusOr<CustomerAlert> at_once = State(limit());
  run_.sink().Release();
  status.Update(corrected.status());
  status.Update(recovered.status());
  status.Update(reset);
  status.Update(at_once.status());
  if (!status.ok()) return status;
  const absl::StatusOr<Arrival> resolved = Await(begin, guard());
  if (!resolved.ok()) return resolved.status();
  Say("3. A correction takes it back: ", guard().mark, " recovers, ", limit().mark,
      " is still at or over its threshold.");
  Say("   notification of ", guard().mark, ": ", ArrivalText(*resolved));
  Say("   ", guard().mark, ": ", StateText(*recovered), "; ", limit().mark, ": ",
      StateText(*corrected));
  Say("4. Reset(customer, ", limit().mark, ") forgets what was concluded and returns at ",
      "once. Right after it, with the worker held back:");
  Say("   ", limit().mark, ": ", StateText(*at_once));
  return AwaitReset(begin);
}

absl::Status Story::AwaitReset(std::size_t begin) {
  const absl::StatusOr<Arrival> second = Await(begin, limit());
  if (!second.ok()) return second.status();
  const absl::StatusOr<CustomerAlert> state = State(limit());
  if (!state.ok()) return state.status();
  Say("5. A worker thread has evaluated it afresh. It is reached still, so there is a ",
      "second notification.");
  Say("   notification of ", limit().mark, ": ", ArrivalText(*second));
  Say("   ", limit().mark, ": ", StateText(*state), ", caused by ",
      state->triggered_by.has_value() ? TriggerName(*state->triggered_by) : "nothing");
  return absl::OkStatus();
}

absl::Status Story::ResetWhenIdle() {
  absl::Status status = run_.engine().Drain();
  run_.sink().AwaitQuiet();
  const std::size_t begin = run_.sink().size();
  const SteadyClock::time_point called = SteadyClock::now();
  status.Update(run_.engine().Reset(cast_.customer, limit().id));
  if (!status.ok()) return status;
  const absl::StatusOr<Arrival> third = Await(begin, limit());
  if (!third.ok()) return third.status();
  const auto waited =
      std::chrono::duration_cast<std::chrono::microseconds>(third->arrived_at - called);
  Say("6. Reset once more, now that the worker sleeps, as it does in an idle service.");
  Say("   notification of ", limit().mark, ": ", ArrivalText(*third));
  Say(kVaries, " it came ", Grouped(static_cast<std::uint64_t>(waited.count())),
      " us after the Reset call began");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> TellStory(DemoRun* run,
                                      const std::vector<CustomerId>& candidates) {
  std::optional<DemoCast> cast = CastStory(run, candidates);
  if (!cast.has_value()) return TellRecord(run);
  Story story(run, *std::move(cast));
  const absl::Status status = story.Tell();
  if (!status.ok()) return status;
  const absl::Status drained = run->engine().Drain();
  if (!drained.ok()) return drained;
  return std::move(story).TakeText();
}

}  // namespace tocsin::cli
