#include "tests/support/kept_story.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/describe.h"
#include "tests/support/facts.h"
#include "tests/support/kept_records.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

constexpr int kCustomers = 4;  // of whom the last is never told of
constexpr int kAlerts = 5;     // so is the last of these

absl::Status AllApplied(Engine& engine, const std::vector<Fact>& facts,
                        ApplyOptions options = {}) {
  const ApplyResult result = engine.Apply(facts, options);
  if (result.status.ok() && result.applied != facts.size()) {
    return absl::InternalError(Describe(result));
  }
  return result.status;
}

StoryStep Create(AlertSpec spec) {
  return [spec = std::move(spec)](Engine& engine) {
    return engine.CreateAlert(spec).status();
  };
}
StoryStep Apply(std::vector<Fact> facts, ApplyOptions options = {}) {
  return [facts = std::move(facts), options = std::move(options)](Engine& engine) {
    return AllApplied(engine, facts, options);
  };
}

void Append(const absl::Status& status, std::string* out) {
  absl::StrAppend(out, "  ", DescribeStatus(status), "\n");
}
void Append(const Alert& alert, std::string* out) {
  absl::StrAppend(out, NameOf(alert.id), " \"", alert.spec.name, "\" ",
                  alert.spec.threshold->ToString(), " ", AlertStatusName(alert.status),
                  " key ", alert.spec.uniqueness_key.value_or("none"), " at ",
                  absl::FormatTime(alert.updated_at), "\n");
}

void AppendCustomer(Engine& engine, CustomerId customer, std::string* out) {
  absl::StrAppend(out, NameOf(customer), "\n");
  const auto append = [out](const CustomerAlert& state) {
    absl::StrAppend(out, "  ", Describe(state).ToString(), "\n");
  };
  Append(engine.ForEachCustomerAlert(customer, append), out);
  for (int i = 1; i <= kAlerts; ++i) {
    Append(engine.ForEachInstance(customer, AlertNumber(i), append), out);
    const absl::StatusOr<Explanation> why = engine.Explain(customer, AlertNumber(i));
    if (why.ok()) absl::StrAppend(out, "  ", Describe(*why).ToString(), "\n");
  }
}

}  // namespace

const std::vector<StoryStep>& Story() {
  static const auto* const story = new std::vector<StoryStep>{
      Create({.id = AlertNumber(1),
              .name = "spend",
              .threshold = D("100"),
              .uniqueness_key = "only one",
              .notify_resolved = true}),
      Apply({Spend(Customer(1), "150"), Spend(Customer(2), "50")},
            {.position = Position{"bills", 7}}),
      Create({.id = AlertNumber(2),
              .type = AlertType::kUsageThresholdReached,
              .name = "usage",
              .threshold = D("10"),
              .billable_metric = Metric(1),
              .group_values = {{.key = "region"}}}),
      Apply({Usage(Customer(1), Metric(1), "12", {{"region", "eu"}}),
             Usage(Customer(1), Metric(1), "3", {{"region", "us"}})},
            {.position = Position{"meter", 1}}),
      Apply({CustomerTold{.customer = Customer(3), .plan = Plan(1)},
             BalanceTold{.customer = Customer(3),
                         .balance = BalanceNumber(1),
                         .granted = D("100"),
                         .remaining = D("50")}}),
      Create({.id = AlertNumber(3),
              .type = AlertType::kLowRemainingCommitBalanceReached,
              .name = "commit",
              .threshold = D("10"),
              .customer = Customer(3)}),
      Apply({BalanceDrawn{
          .customer = Customer(3), .balance = BalanceNumber(1), .amount = D("45")}}),
      [](Engine& engine) {
        return engine.UpdateAlert(AlertNumber(1), {.threshold = D("120")});
      },
      [](Engine& engine) { return engine.Reset(Customer(1), AlertNumber(1)); },
      Create({.id = AlertNumber(4), .name = "gone", .threshold = D("1")}),
      [](Engine& engine) { return engine.ArchiveAlert(AlertNumber(4)); },
      [](Engine& engine) { return engine.DisableAlert(AlertNumber(2)); },
      Apply({Spend(Customer(2), "100")}, {.position = Position{"bills", 9}}),
  };
  return *story;
}

absl::Status TellStory(Engine& engine) {
  for (const StoryStep& step : Story()) {
    absl::Status status = step(engine);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

std::string ShownState(Engine& engine) {
  std::string shown;
  Append(engine.ForEachAlert([&shown](const Alert& alert) { Append(alert, &shown); }),
         &shown);
  for (int i = 1; i <= kCustomers; ++i) AppendCustomer(engine, Customer(i), &shown);
  for (const char* source : {"bills", "meter", "nobody's"}) {
    const absl::StatusOr<std::optional<std::uint64_t>> last = engine.LastPosition(source);
    absl::StrAppend(&shown, source, " at ",
                    last.ok() && last->has_value() ? absl::StrCat(**last)
                                                   : DescribeStatus(last.status()),
                    "\n");
  }
  const Stats stats = engine.GetStats();
  absl::StrAppend(&shown, stats.customers, " customers, ", stats.alerts, " alerts, ",
                  stats.due, " due, ", stats.outbox, " in the outbox\n");
  return shown;
}

std::string ShownStateAndRest(Engine& engine, CollectingSink& sink) {
  std::string shown = ShownState(engine);
  Append(engine.Drain(), &shown);
  for (const Notification& notification : sink.Take()) {
    AppendJson(notification, &shown);
    shown.push_back('\n');
  }
  return shown + ShownState(engine);
}

std::string ShownRecords(Engine& engine) {
  std::vector<CustomerId> customers;
  for (int i = 1; i <= kCustomers; ++i) customers.push_back(Customer(i));
  std::vector<AlertId> alerts;
  for (int i = 1; i <= kAlerts; ++i) alerts.push_back(AlertNumber(i));
  std::string shown;
  for (const absl::StatusOr<std::string>& records :
       {ShownHistory(engine, customers, alerts),
        ShownReceipts(engine, Instants::kShown)}) {
    absl::StrAppend(&shown, records.ok() ? *records : records.status().ToString(), "\n");
  }
  return shown;
}

}  // namespace tocsin::testing
