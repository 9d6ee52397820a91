#include "tests/support/differential.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/describe.h"
#include "tests/support/names.h"
#include "tests/support/reference_model.h"

namespace tocsin::testing {
namespace {

class Twins {
 public:
  Twins(const Case& test_case, const Comparison& comparison)
      : case_(test_case), comparison_(comparison), clock_(StartOfCases(test_case.setup)) {
    Options options = OptionsOf(test_case.setup);
    options.clock = &clock_;
    options.sink = &expected_sink_;
    // How many are due hangs on what was done sooner than it must be.
    if (comparison.dies) options.due_max = Options().due_max;
    expected_ = comparison.expected(options);
    options.sink = &actual_sink_;
    options.shards = comparison.actual_shards;
    actual_ = comparison.actual(options);
  }

  std::string Run() {
    int number = 0;
    for (const CaseStep& step : StepsOf(case_)) {
      ++number;
      const std::string differs = Take(step);
      if (differs.empty()) continue;
      return absl::StrCat("after step ", number, ", `", FormatAction(step.action),
                          "`: ", differs);
    }
    return "";
  }

 private:
  std::string Take(const CaseStep& step) {
    if (HangsOnShards(step.action)) return "";
    const Outcome actual = Perform(step.action, {.engine = actual_.get(),
                                                 .clock = &clock_,
                                                 .sink = &actual_sink_,
                                                 .resume = &actual_resume_,
                                                 .outcomes = &actual_outcomes_});
    const Outcome expected = Perform(step.action, {.engine = expected_.get(),
                                                   .clock = &clock_,
                                                   .sink = &expected_sink_,
                                                   .resume = &expected_resume_,
                                                   .outcomes = &expected_outcomes_});
    std::string differs = DifferInStatus("the call", actual.status, expected.status);
    if (!differs.empty()) return differs;
    if (actual.result && !Same(*actual.result, *expected.result)) {
      return Differing("the facts", Describe(*actual.result), Describe(*expected.result));
    }
    if (actual.taken != expected.taken) {
      return Differing("how many were reset", absl::StrCat(*actual.taken),
                       absl::StrCat(*expected.taken));
    }
    if (step.action.verb == Action::Verb::kDrain) {
      differs = DifferInOutcomes();
      if (!differs.empty()) return differs;
      differs = DifferInNotifications();
      if (!differs.empty()) return differs;
    }
    const bool drained = step.action.verb == Action::Verb::kDrain;
    differs = DifferInStats(drained);
    if (!differs.empty() || !step.look) return differs;
    differs = DifferInQueries(*actual_, *expected_, CustomersOfCases(), AlertsOfCases());
    return differs.empty() ? DifferInStats(drained) : differs;
  }

  // Whom a reset of everybody takes up to a limit.
  bool HangsOnShards(const Action& action) const {
    return action.verb == Action::Verb::kResetAll && comparison_.actual_shards > 1 &&
           case_.setup.few_due > 0;
  }

  // In which order they are told is nobody's business.
  std::string DifferInOutcomes() {
    auto texts = [](std::vector<ResetOutcome>* outcomes) {
      std::multiset<std::string> all;
      for (const ResetOutcome& outcome : *outcomes) all.insert(Describe(outcome));
      outcomes->clear();
      return absl::StrJoin(all, "; ");
    };
    const std::string actual = texts(&actual_outcomes_);
    const std::string expected = texts(&expected_outcomes_);
    return actual == expected || comparison_.dies
               ? ""
               : Differing("what became of resets", actual, expected);
  }

  std::string DifferInStats(bool drained) {
    if (comparison_.dies) {
      const std::uint64_t differed = actual_->GetStats().decisions_differed;
      if (differed > 0)
        return absl::StrCat(differed, " decisions differ from the journal");
      if (!drained) return "";
    }
    const Stats a = actual_->GetStats();
    const Stats e = expected_->GetStats();
    auto text = [](const Stats& stats) {
      return absl::StrCat(
          "applied=", stats.facts_applied, " refused=", stats.facts_refused,
          " stale=", stats.facts_stale, " late=", stats.facts_late,
          " dropped=", stats.facts_group_dropped,
          " decided=", stats.notifications_decided,
          " delivered=", stats.notifications_delivered, " resets=", stats.resets,
          " customers=", stats.customers, " alerts=", stats.alerts, " due=", stats.due,
          " outbox=", stats.outbox);
    };
    const bool same = a.facts_applied == e.facts_applied &&
                      a.facts_refused == e.facts_refused &&
                      a.facts_stale == e.facts_stale && a.facts_late == e.facts_late &&
                      a.facts_group_dropped == e.facts_group_dropped &&
                      a.notifications_decided == e.notifications_decided &&
                      a.notifications_delivered == e.notifications_delivered &&
                      a.resets == e.resets && a.customers == e.customers &&
                      a.alerts == e.alerts && a.due == e.due && a.outbox == e.outbox;
    if (same) return "";
    // What was decided says more than how much.
    (void)actual_->Drain();
    (void)expected_->Drain();
    const std::string differs = DifferInNotifications();
    return Differing("the stats", text(a), text(e)) +
           (differs.empty() ? "" : "\n" + differs);
  }

  // Among customers, what facts and the clock decide comes in one order; in which
  // the customers' due judgements do, is nobody's business.
  static std::string DifferInOrder(const std::vector<Notification>& actual,
                                   const std::vector<Notification>& expected) {
    auto order = [](const std::vector<Notification>& notifications) {
      std::vector<CustomerId> customers;
      for (const Notification& one : notifications) {
        const Trigger by = one.triggered_by;
        if (by == Trigger::kReset || by == Trigger::kAlertCreated) continue;
        if (by == Trigger::kAlertUpdated) continue;
        customers.push_back(one.customer);
      }
      return customers;
    };
    auto text = [](const std::vector<CustomerId>& customers) {
      return absl::StrJoin(customers, " ", [](std::string* out, CustomerId customer) {
        absl::StrAppend(out, NameOf(customer));
      });
    };
    const std::vector<CustomerId> has = order(actual);
    const std::vector<CustomerId> wants = order(expected);
    return has == wants
               ? ""
               : Differing("the customers' order in this drain", text(has), text(wants));
  }

  std::string DifferInNotifications() {
    std::vector<Notification> actual = actual_sink_.Take();
    std::vector<Notification> expected = expected_sink_.Take();
    if (comparison_.tamper) comparison_.tamper(actual);
    if (comparison_.actual_shards == 1 && !comparison_.dies) {
      const std::string differs = DifferInOrder(actual, expected);
      if (!differs.empty()) return differs;
    }
    auto by_customer = [](const Notification& a, const Notification& b) {
      return a.customer < b.customer;
    };
    std::stable_sort(actual.begin(), actual.end(), by_customer);
    std::stable_sort(expected.begin(), expected.end(), by_customer);
    for (std::size_t i = 0; i < std::max(actual.size(), expected.size()); ++i) {
      const bool both = i < actual.size() && i < expected.size();
      const bool same = both && SameButId(actual[i], expected[i]) &&
                        (!comparison_.ids || actual[i].id == expected[i].id);
      if (same && (actual[i].id.is_nil() || ids_.insert(actual[i].id).second)) continue;
      const std::string what =
          absl::StrCat("notification ", i + 1, " of this drain by customer");
      const std::string has = i < actual.size() ? Describe(actual[i]).ToString() : "none";
      const std::string wants =
          i < expected.size() ? Describe(expected[i]).ToString() : "none";
      if (same) return absl::StrCat("an id that was used before: ", has);
      if (!both || !SameButId(actual[i], expected[i])) {
        return Differing(what, has, wants);
      }
      return Differing(what + "'s id", actual[i].id.ToString(),
                       expected[i].id.ToString());
    }
    return "";
  }

  const Case& case_;
  const Comparison& comparison_;
  ManualClock clock_;
  CollectingSink actual_sink_;
  CollectingSink expected_sink_;
  std::string actual_resume_;
  std::string expected_resume_;
  // Before the engines, which may tell more when they end.
  std::vector<ResetOutcome> actual_outcomes_;
  std::vector<ResetOutcome> expected_outcomes_;
  std::unique_ptr<Engine> actual_;
  std::unique_ptr<Engine> expected_;
  std::set<NotificationId> ids_;
};

}  // namespace

std::string Differ(const Case& test_case, const Comparison& comparison) {
  return Twins(test_case, comparison).Run();
}

}  // namespace tocsin::testing
