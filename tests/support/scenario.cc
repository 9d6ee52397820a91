#include "tests/support/scenario.h"

#include <cstdint>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/describe.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

// The first field that is not as expected, or nothing.
std::string Compare(const Step& step, const Described& actual) {
  for (const auto& [key, expected] : step.fields) {
    if (actual.FieldOr(key, "no such field") != expected) {
      return absl::StrCat("expected ", key, "=", expected,
                          "\n  actual: ", actual.ToString());
    }
  }
  return "";
}

// What tells an instance from the others of its alert.
std::string ValuesOf(const CustomerAlert& instance) {
  if (instance.balance) return NameOf(*instance.balance);
  if (instance.invoice) return NameOf(*instance.invoice);
  if (instance.seat) return instance.seat->group_value;
  if (instance.custom_field) return instance.custom_field->value;
  std::vector<std::string> values;
  for (const GroupValue& group : instance.group_values) values.push_back(group.value);
  return absl::StrJoin(values, ",");
}

class Runner {
 public:
  Runner(const Scenario& scenario, const EngineMaker& make_engine, FactsBy facts_by)
      : scenario_(scenario),
        facts_by_(facts_by),
        clock_(TimeFromText("2026-01-01").value()) {
    Options options = scenario.options;
    options.worker_threads = 0;
    options.clock = &clock_;
    options.sink = &sink_;
    options.random_seed = 1;
    if (options.shards == Options{}.shards) options.shards = 1;
    engine_ = make_engine(options);
  }

  std::string Run() {
    for (const Step& step : scenario_.steps) {
      const std::string wrong = Do(step);
      if (!wrong.empty())
        return absl::StrCat(scenario_.file, ":", step.line, ": ", wrong);
    }
    const absl::Status drained = engine_->Drain();
    if (!drained.ok()) return absl::StrCat(scenario_.file, ": ", drained.ToString());
    Collect();
    return pending_.empty() ? ""
                            : absl::StrCat(scenario_.file, ": at the end, ", Surplus());
  }

 private:
  void Collect() {
    for (Notification& notification : sink_.Take())
      pending_.push_back(std::move(notification));
  }

  std::string Surplus() const {
    return absl::StrCat("not expected: ", Describe(pending_.front()).ToString());
  }

  std::string Do(const Step& step) {
    if (step.kind == Step::Kind::kExpect) return DoExpect(step);
    if (!pending_.empty()) return Surplus();
    switch (step.kind) {
      case Step::Kind::kAction:
        return DoAction(step);
      case Step::Kind::kStatus:
        return DoStatus(step);
      case Step::Kind::kExplain:
        return DoExplain(step);
      case Step::Kind::kInstances:
        return DoInstances(step);
      case Step::Kind::kStats:
        return DoStats(step);
      case Step::Kind::kExpect:
      case Step::Kind::kExpectNothing:
        return "";
    }
    return "no such step";
  }

  std::string DoExpect(const Step& step) {
    if (pending_.empty()) {
      return absl::StrCat("expected ", step.head, "\n  actual: no notification");
    }
    const Described actual = Describe(pending_.front());
    if (actual.head != step.head) {
      return absl::StrCat("expected ", step.head, "\n  actual: ", actual.ToString());
    }
    pending_.pop_front();
    return Compare(step, actual);
  }

  std::string DoAction(const Step& step) {
    const Outcome outcome = Perform(step.action, {.engine = engine_.get(),
                                                  .facts_by = facts_by_,
                                                  .clock = &clock_,
                                                  .sink = &sink_,
                                                  .resume = &resume_});
    const std::string expected = step.error.empty() ? "ok" : step.error;
    const std::string actual = DescribeStatus(outcome.status);
    if (actual != expected) {
      return absl::StrCat("expected ", expected, "\n  actual: ", actual, ": ",
                          std::string(outcome.status.message()));
    }
    if (!step.taken.empty() && step.taken != absl::StrCat(*outcome.taken)) {
      return absl::StrCat("expected taken=", step.taken, "\n  actual: ", *outcome.taken);
    }
    if (outcome.result) {
      const std::string wrong = CompareFates(step, *outcome.result);
      if (!wrong.empty()) return wrong;
    }
    if (scenario_.drain_each && step.action.verb != Action::Verb::kDrain) {
      const absl::Status drained = engine_->Drain();
      if (!drained.ok()) return drained.ToString();
    }
    Collect();
    return "";
  }

  static std::string CompareFates(const Step& step, const ApplyResult& result) {
    if (result.ignored != step.ignored) {
      return absl::StrCat("expected the batch ", step.ignored ? "" : "not ",
                          "to be ignored\n  actual: ", Describe(result));
    }
    std::map<std::size_t, std::string> actual;
    for (const FactReport& report : result.reports)
      actual[report.index] = Describe(report);
    if (actual == step.fates) return "";
    auto join = [](const std::map<std::size_t, std::string>& fates) {
      return fates.empty() ? "all counted"
                           : absl::StrJoin(fates, ", ", absl::PairFormatter(" "));
    };
    return absl::StrCat("expected of the facts: ", join(step.fates),
                        "\n  actual: ", join(actual));
  }

  std::string DoStatus(const Step& step) {
    const absl::StatusOr<CustomerAlert> state =
        engine_->GetCustomerAlert(step.customer, step.alert, step.selector);
    const std::string expected = step.error.empty() ? "ok" : step.error;
    const std::string actual = DescribeStatus(state.status());
    if (actual != expected) {
      return absl::StrCat("expected ", expected, "\n  actual: ", actual);
    }
    return state.ok() ? Compare(step, Describe(*state)) : "";
  }

  std::string DoExplain(const Step& step) {
    const absl::StatusOr<Explanation> explanation =
        engine_->Explain(step.customer, step.alert, step.selector);
    const std::string expected = step.error.empty() ? "ok" : step.error;
    const std::string actual = DescribeStatus(explanation.status());
    if (actual != expected) {
      return absl::StrCat("expected ", expected, "\n  actual: ", actual);
    }
    return explanation.ok() ? Compare(step, Describe(*explanation)) : "";
  }

  std::string DoInstances(const Step& step) {
    std::vector<std::string> actual;
    const absl::Status status = engine_->ForEachInstance(
        step.customer, step.alert, [&actual](const CustomerAlert& instance) {
          const Described described = Describe(instance);
          actual.push_back(
              absl::StrCat(ValuesOf(instance), ":", described.fields.at("status")));
        });
    if (!status.ok()) return DescribeStatus(status);
    if (actual == step.words) return "";
    return absl::StrCat("expected ", absl::StrJoin(step.words, " "),
                        "\n  actual: ", absl::StrJoin(actual, " "));
  }

  std::string DoStats(const Step& step) {
    const Stats stats = engine_->GetStats();
    Described actual;
    const std::map<std::string, std::uint64_t> numbers = {
        {"applied", stats.facts_applied},
        {"refused", stats.facts_refused},
        {"stale", stats.facts_stale},
        {"late", stats.facts_late},
        {"dropped", stats.facts_group_dropped},
        {"decided", stats.notifications_decided},
        {"delivered", stats.notifications_delivered},
        {"failures", stats.delivery_failures},
        {"resets", stats.resets},
        {"customers", stats.customers},
        {"alerts", stats.alerts},
        {"due", stats.due},
        {"outbox", stats.outbox},
    };
    for (const auto& [key, number] : numbers) actual.fields[key] = absl::StrCat(number);
    return Compare(step, actual);
  }

  const Scenario& scenario_;
  const FactsBy facts_by_;
  ManualClock clock_;
  CollectingSink sink_;
  std::unique_ptr<Engine> engine_;
  std::string resume_;
  std::deque<Notification> pending_;
};

}  // namespace

std::string RunScenario(const Scenario& scenario, const EngineMaker& make_engine,
                        FactsBy facts_by) {
  return Runner(scenario, make_engine, facts_by).Run();
}

}  // namespace tocsin::testing
