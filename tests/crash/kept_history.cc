#include "tests/crash/kept_history.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/support/case.h"
#include "tests/support/describe.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

std::string LineOf(const HistoryEvent& event) {
  std::string line =
      absl::StrCat(absl::FormatTime(event.at, absl::UTCTimeZone()), " ",
                   event.status.has_value() ? CustomerStatusName(*event.status) : "none",
                   " by ", TriggerName(event.triggered_by), " in ", event.epoch, " at ",
                   event.value.ToString(), event.of_all_customers ? " for all" : "");
  for (const GroupValue& value : event.instance.group_values) {
    absl::StrAppend(&line, " ", value.key, "=", value.value);
  }
  if (event.notification.has_value()) {
    absl::StrAppend(&line, " told ", event.notification->ToString());
  }
  return line;
}

}  // namespace

absl::StatusOr<std::string> ShownHistory(Engine& engine) {
  std::string shown;
  for (const CustomerId customer : CustomersOfCases()) {
    for (const AlertId alert : AlertsOfCases()) {
      const absl::StatusOr<std::vector<HistoryEvent>> events =
          engine.History(customer, alert, {.limit = 10'000});
      if (!events.ok() && !absl::IsNotFound(events.status())) return events.status();
      absl::StrAppend(&shown, NameOf(customer), " ", NameOf(alert), " ",
                      DescribeStatus(events.status()), "\n");
      if (!events.ok()) continue;
      for (const HistoryEvent& event : *events) {
        absl::StrAppend(&shown, "  ", LineOf(event), "\n");
      }
    }
  }
  return shown;
}

}  // namespace tocsin::testing
