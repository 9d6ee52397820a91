#include "tests/support/kept_records.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
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
  const InstanceSelector& instance = event.instance;
  for (const GroupValue& value : instance.group_values) {
    absl::StrAppend(&line, " ", value.key, "=", value.value);
  }
  if (instance.balance.has_value())
    absl::StrAppend(&line, " ", NameOf(*instance.balance));
  if (instance.invoice.has_value())
    absl::StrAppend(&line, " ", NameOf(*instance.invoice));
  if (event.notification.has_value()) {
    absl::StrAppend(&line, " told ", event.notification->ToString());
  }
  return line;
}

}  // namespace

absl::StatusOr<std::string> ShownHistory(Engine& engine,
                                         absl::Span<const CustomerId> customers,
                                         absl::Span<const AlertId> alerts) {
  std::string shown;
  for (const CustomerId customer : customers) {
    for (const AlertId alert : alerts) {
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

absl::StatusOr<std::string> ShownReceipts(Engine& engine, Instants instants) {
  const absl::StatusOr<std::vector<Receipt>> receipts = engine.Receipts();
  if (!receipts.ok()) return receipts.status();
  std::string shown;
  for (const Receipt& receipt : *receipts) {
    absl::StrAppend(&shown, receipt.key, " ", receipt.content);
    if (instants == Instants::kShown) {
      absl::StrAppend(&shown, " at ", absl::FormatTime(receipt.at, absl::UTCTimeZone()));
    }
    shown.push_back('\n');
  }
  return shown;
}

}  // namespace tocsin::testing
