#include "tests/support/differences.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/describe.h"
#include "tests/support/names.h"
#include "tests/support/reference_model.h"

namespace tocsin::testing {

std::string Differing(const std::string& what, const std::string& actual,
                      const std::string& expected) {
  return absl::StrCat(what, "\n  actual:   ", actual, "\n  expected: ", expected);
}

std::string DifferInStatus(const std::string& what, const absl::Status& actual,
                           const absl::Status& expected) {
  if (actual.code() == expected.code() && ReasonIn(actual) == ReasonIn(expected))
    return "";
  return Differing(what, absl::StrCat(DescribeStatus(actual), ": ", actual.ToString()),
                   DescribeStatus(expected));
}

std::string DifferInState(const CustomerAlert& actual, const CustomerAlert& expected) {
  const bool archived = expected.alert_status == AlertStatus::kArchived;
  const bool enabled = expected.alert_status == AlertStatus::kEnabled;
  const bool same =
      actual.customer == expected.customer && actual.alert == expected.alert &&
      actual.type == expected.type && actual.alert_status == expected.alert_status &&
      actual.alert_name == expected.alert_name &&
      actual.threshold == expected.threshold && actual.status == expected.status &&
      actual.epoch == expected.epoch &&
      (!enabled || actual.source_failed == expected.source_failed) &&
      (archived || actual.value == expected.value) &&
      (archived || actual.group_dropped == expected.group_dropped) &&
      (!enabled || actual.triggered_by == expected.triggered_by) &&
      (expected.group_values.empty() || actual.group_values == expected.group_values) &&
      (!expected.seat || actual.seat == expected.seat) &&
      actual.balance == expected.balance && actual.invoice == expected.invoice &&
      actual.custom_field == expected.custom_field;
  if (same) return "";
  return Differing("state", Describe(actual).ToString(), Describe(expected).ToString());
}

std::string DifferInExplanation(const Explanation& actual, const Explanation& expected) {
  const std::string differs = DifferInState(actual.state, expected.state);
  if (!differs.empty()) return differs;
  // What an archived alert had said nobody needs to know.
  if (expected.state.alert_status == AlertStatus::kArchived) {
    return actual.due || actual.status_change ? "something is due of what is archived"
                                              : "";
  }
  const auto of = [](const Explanation& one) {
    const auto& change = one.status_change;
    const auto& said = one.last_notification;
    const auto& due = one.due;
    return std::make_tuple(
        change ? std::make_optional(std::make_pair(change->at, change->by))
               : std::nullopt,
        said ? std::make_optional(std::make_tuple(said->kind, said->at, said->value,
                                                  said->epoch, said->triggered_by))
             : std::nullopt,
        due ? std::make_optional(std::make_pair(due->since, due->reasons))
            : std::nullopt);
  };
  bool same = of(actual) == of(expected);
  if (same && actual.last_notification && !expected.last_notification->id.is_nil()) {
    same = actual.last_notification->id == expected.last_notification->id;
  }
  if (same) return "";
  return Differing("the explanation", Describe(actual).ToString(),
                   Describe(expected).ToString());
}

namespace {

// What one query told: its status and the states it visited.
struct Told {
  absl::Status status;
  std::vector<CustomerAlert> states;
};

std::string DifferInTold(const std::string& what, const Told& actual,
                         const Told& expected) {
  std::string differs = DifferInStatus(what, actual.status, expected.status);
  if (!differs.empty()) return differs;
  if (actual.states.size() != expected.states.size()) {
    return Differing(absl::StrCat("how many ", what), absl::StrCat(actual.states.size()),
                     absl::StrCat(expected.states.size()));
  }
  for (std::size_t i = 0; i < actual.states.size(); ++i) {
    differs = DifferInState(actual.states[i], expected.states[i]);
    if (!differs.empty()) return absl::StrCat(what, ": ", differs);
  }
  return "";
}

// Names are looked up only where there is something to say.
template <typename IdType>
std::string Naming(const std::string& differs, const IdType& id) {
  return differs.empty() ? differs : absl::StrCat(NameOf(id), ": ", differs);
}

template <typename Query>
Told Ask(Query query) {
  Told told;
  told.status =
      query([&told](const CustomerAlert& state) { told.states.push_back(state); });
  return told;
}

Told AskOne(Engine& engine, CustomerId customer, AlertId alert,
            const InstanceSelector& selector) {
  const absl::StatusOr<CustomerAlert> state =
      engine.GetCustomerAlert(customer, alert, selector);
  Told told{state.status(), {}};
  if (state.ok()) told.states.push_back(*state);
  return told;
}

bool SameAlert(const Alert& a, const Alert& b) {
  return a.id == b.id && a.status == b.status && a.updated_at == b.updated_at &&
         a.spec.name == b.spec.name && a.spec.threshold == b.spec.threshold &&
         a.spec.group_values == b.spec.group_values &&
         a.spec.custom_field_filters == b.spec.custom_field_filters &&
         a.spec.invoice_types_filter == b.spec.invoice_types_filter &&
         a.spec.credit_grant_type_filters == b.spec.credit_grant_type_filters &&
         a.spec.seat_filter == b.spec.seat_filter &&
         a.spec.alert_specifiers == b.spec.alert_specifiers &&
         a.spec.notify_resolved == b.spec.notify_resolved;
}

// What selects an instance that was visited.
InstanceSelector SelectorOf(const AlertSpec& spec, const CustomerAlert& state) {
  InstanceSelector selector;
  for (const GroupFilter& filter : spec.group_values) {
    if (filter.value) continue;
    for (const GroupValue& group : state.group_values) {
      if (group.key == filter.key) selector.group_values.push_back(group);
    }
  }
  selector.balance = state.balance;
  selector.invoice = state.invoice;
  selector.seat = state.seat;
  selector.custom_field = state.custom_field;
  return selector;
}

// Asks two engines all there is to ask.
class Survey {
 public:
  Survey(Engine& actual, Engine& expected, const std::vector<CustomerId>& customers,
         const std::vector<AlertId>& alerts)
      : actual_(actual), expected_(expected), customers_(customers), alerts_(alerts) {}

  std::string Look() {
    std::string differs;
    for (const CustomerId customer : customers_) {
      auto of_customer = [customer](Engine& engine) {
        return Ask(
            [&](auto visit) { return engine.ForEachCustomerAlert(customer, visit); });
      };
      differs = DifferInTold("alerts of the customer", of_customer(actual_),
                             of_customer(expected_));
      if (!differs.empty()) return Naming(differs, customer);
    }
    for (const AlertId alert : alerts_) {
      const absl::StatusOr<Alert> expected = expected_.GetAlert(alert);
      const absl::StatusOr<Alert> actual = actual_.GetAlert(alert);
      differs = DifferInStatus("GetAlert", actual.status(), expected.status());
      if (!differs.empty()) return differs;
      if (!expected.ok()) break;
      if (!SameAlert(*actual, *expected))
        return absl::StrCat("the alert ", NameOf(alert));
      differs = LookAt(*expected);
      if (!differs.empty()) return Naming(differs, alert);
    }
    return "";
  }

 private:
  std::string LookAt(const Alert& alert) {
    auto of_alert = [&alert](Engine& engine) {
      Told told =
          Ask([&](auto visit) { return engine.ForEachCustomerAlert(alert.id, visit); });
      std::sort(told.states.begin(), told.states.end(),
                [](const auto& a, const auto& b) { return a.customer < b.customer; });
      return told;
    };
    std::string differs =
        DifferInTold("customers of the alert", of_alert(actual_), of_alert(expected_));
    for (const CustomerId customer : customers_) {
      if (!differs.empty()) return differs;
      differs = Naming(LookAt(customer, alert), customer);
    }
    return differs;
  }

  std::string LookAtWhy(CustomerId customer, AlertId alert,
                        const InstanceSelector& selector) {
    const absl::StatusOr<Explanation> actual = actual_.Explain(customer, alert, selector);
    const absl::StatusOr<Explanation> expected =
        expected_.Explain(customer, alert, selector);
    std::string differs = DifferInStatus("Explain", actual.status(), expected.status());
    if (!differs.empty() || !actual.ok()) return differs;
    return DifferInExplanation(*actual, *expected);
  }

  std::string LookAt(CustomerId customer, const Alert& alert) {
    std::string differs = DifferInTold("state", AskOne(actual_, customer, alert.id, {}),
                                       AskOne(expected_, customer, alert.id, {}));
    if (differs.empty()) differs = LookAtWhy(customer, alert.id, {});
    // An archived alert's measure is gone, and its instances with it.
    if (!differs.empty() || alert.status == AlertStatus::kArchived) return differs;
    auto instances = [&](Engine& engine) {
      return Ask(
          [&](auto visit) { return engine.ForEachInstance(customer, alert.id, visit); });
    };
    const Told expected = instances(expected_);
    differs = DifferInTold("instances", instances(actual_), expected);
    for (const CustomerAlert& state : expected.states) {
      if (!differs.empty()) return differs;
      const InstanceSelector selector = SelectorOf(alert.spec, state);
      differs =
          DifferInTold("one instance", AskOne(actual_, customer, alert.id, selector),
                       AskOne(expected_, customer, alert.id, selector));
      if (differs.empty()) differs = LookAtWhy(customer, alert.id, selector);
    }
    return differs;
  }

  Engine& actual_;
  Engine& expected_;
  const std::vector<CustomerId>& customers_;
  const std::vector<AlertId>& alerts_;
};

}  // namespace

std::string DifferInQueries(Engine& actual, Engine& expected,
                            const std::vector<CustomerId>& customers,
                            const std::vector<AlertId>& alerts) {
  return Survey(actual, expected, customers, alerts).Look();
}

}  // namespace tocsin::testing
