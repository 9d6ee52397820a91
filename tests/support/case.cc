#include "tests/support/case.h"

#include "absl/strings/str_cat.h"
#include "tests/support/names.h"

namespace tocsin::testing {

absl::Time StartOfCases() {
  // Late enough in a month that its end is near.
  static const absl::Time start = TimeFromText("2026-01-31T22:00:00Z").value();
  return start;
}

const std::vector<CustomerId>& CustomersOfCases() {
  static const std::vector<CustomerId> customers = {Customer(1), Customer(2), Customer(3),
                                                    Customer(4)};
  return customers;
}

const std::vector<AlertId>& AlertsOfCases() {
  static const std::vector<AlertId> alerts = {AlertNumber(1), AlertNumber(2),
                                              AlertNumber(3), AlertNumber(4),
                                              AlertNumber(5), AlertNumber(6)};
  return alerts;
}

Options OptionsOf(const Setup& setup) {
  Options options;
  options.worker_threads = 0;
  options.shards = 1;
  options.random_seed = 1;
  if (setup.calendar_months != 0) options.period_policy = PeriodPolicy::kCalendarMonth;
  if (setup.few_groups != 0) options.groups_per_measure_max = 2;
  if (setup.few_due != 0) options.due_max = setup.few_due;
  if (setup.tracked == 1) options.tracked_group_keys = {{"region"}};
  if (setup.tracked == 2) options.tracked_group_keys = {{"region", "model"}, {"model"}};
  return options;
}

std::string FormatCase(const Case& test_case) {
  const Setup& setup = test_case.setup;
  std::string text = "options drain=manual";
  if (setup.calendar_months != 0) absl::StrAppend(&text, " period=calendar-month");
  if (setup.few_groups != 0) absl::StrAppend(&text, " groups_per_measure_max=2");
  if (setup.few_due != 0) absl::StrAppend(&text, " due_max=", setup.few_due);
  if (setup.tracked == 1) absl::StrAppend(&text, " tracked=region");
  if (setup.tracked == 2) absl::StrAppend(&text, " tracked=region,model tracked=model");
  absl::StrAppend(&text, "\nclock ", TimeToText(StartOfCases()), "\n");
  for (const CaseStep& step : StepsOf(test_case)) {
    absl::StrAppend(&text, FormatAction(step.action), step.look ? "\n" : "  # no look\n");
  }
  return text;
}

}  // namespace tocsin::testing
