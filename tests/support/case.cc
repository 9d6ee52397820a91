#include "tests/support/case.h"

#include "absl/strings/str_cat.h"
#include "tests/support/case_choices.h"
#include "tests/support/names.h"

namespace tocsin::testing {

absl::Time StartOfCases(const Setup& setup) {
  // Late enough in a day, and mostly in a month, that its end is near.
  static const char* const kStarts[] = {"2026-01-31T22:00:00Z", "2028-02-28T22:00:00Z",
                                        "2028-02-29T22:30:00Z", "2026-12-31T22:00:00Z",
                                        "2026-04-29T23:00:00Z"};
  return TimeFromText(Pick(kStarts, setup.start)).value();
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

namespace {

// Nothing else happens at the instants at which something is forgotten.
absl::Duration KeepEndedOf(const Setup& setup) {
  if (setup.keep_ended == 0) return Options().keep_ended;
  return setup.keep_ended == 1 ? absl::Minutes(67) : absl::Hours(25) + absl::Minutes(7);
}

}  // namespace

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
  if (setup.few_instances != 0) options.instances_per_customer_max = 2;
  options.keep_ended = KeepEndedOf(setup);
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
  if (setup.few_instances != 0) absl::StrAppend(&text, " instances_per_customer_max=2");
  if (setup.keep_ended != 0) {
    absl::StrAppend(&text, " keep_ended=", absl::FormatDuration(KeepEndedOf(setup)));
  }
  absl::StrAppend(&text, "\nclock ", TimeToText(StartOfCases(setup)), "\n");
  for (const CaseStep& step : StepsOf(test_case)) {
    absl::StrAppend(&text, FormatAction(step.action), step.look ? "\n" : "  # no look\n");
  }
  return text;
}

}  // namespace tocsin::testing
