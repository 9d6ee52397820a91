#include "engine/cli/demo_record.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/cli/demo_text.h"
#include "tocsin/engine.h"

namespace tocsin::cli {
namespace {

constexpr std::size_t kArrivalsShownMax = 8;

std::string NothingText(const DemoRun& run) {
  if (run.facts() == 0) return "No story: the file has no facts that can be read.\n";
  if (run.alerts().empty()) {
    return "No story: there is nothing in the file to put an alert on. The demo looks "
           "for "
           "spend,\nusage, balances, invoices and the ends of plans.\n";
  }
  return "No story: none of the alerts above was reached by any customer.\n";
}

// Those of the customer who got most.
std::vector<Arrival> MostNotified(const std::vector<Arrival>& arrivals) {
  std::map<CustomerId, std::vector<Arrival>> by_customer;
  for (const Arrival& arrival : arrivals)
    by_customer[arrival.customer].push_back(arrival);
  return std::max_element(by_customer.begin(), by_customer.end(),
                          [](const auto& a, const auto& b) {
                            return a.second.size() < b.second.size();
                          })
      ->second;
}

const DemoAlert& AlertOf(const DemoRun& run, const Arrival& arrival) {
  return *std::find_if(run.alerts().begin(), run.alerts().end(),
                       [&](const DemoAlert& alert) { return alert.id == arrival.alert; });
}

// The alert that the customer is in alarm of, of the newest notification; null if none.
absl::StatusOr<const DemoAlert*> AlertInAlarm(DemoRun* run,
                                              const std::vector<Arrival>& arrivals) {
  for (auto arrival = arrivals.rbegin(); arrival != arrivals.rend(); ++arrival) {
    const DemoAlert& alert = AlertOf(*run, *arrival);
    const absl::StatusOr<CustomerAlert> state =
        run->engine().GetCustomerAlert(arrival->customer, alert.id);
    // Who is archived is no longer known.
    if (ReasonOf(state.status()) == Reason::kUnknownCustomer) return nullptr;
    if (!state.ok()) return state.status();
    if (state->status == CustomerStatus::kInAlarm) return &alert;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<std::string> TellRecord(DemoRun* run) {
  const std::vector<Arrival> arrivals = run->sink().From(0);
  if (arrivals.empty()) return NothingText(*run);
  const std::vector<Arrival> told = MostNotified(arrivals);
  const CustomerId customer = told.front().customer;
  std::string text =
      absl::StrCat("WHAT ONE CUSTOMER WAS NOTIFIED OF: ", customer.ToString(),
                   "\nThe demo chose it because nobody got more notifications; it got ",
                   Grouped(told.size()), ".\n");
  for (std::size_t i = 0; i < std::min(told.size(), kArrivalsShownMax); ++i) {
    absl::StrAppend(&text, "   ",
                    absl::FormatTime("%Y-%m-%d", told[i].decided_at, absl::UTCTimeZone()),
                    "  notification of ", AlertOf(*run, told[i]).mark, ": ",
                    ArrivalText(told[i]), "\n");
  }
  if (told.size() > kArrivalsShownMax) {
    absl::StrAppend(&text, "   and ", Grouped(told.size() - kArrivalsShownMax),
                    " more\n");
  }
  const absl::StatusOr<const DemoAlert*> alert = AlertInAlarm(run, told);
  if (!alert.ok()) return alert.status();
  if (*alert == nullptr) {
    return text + "It is in alarm no more, so that a reset would have nothing to say.\n";
  }
  const std::size_t begin = run->sink().size();
  absl::Status reset = run->engine().Reset(customer, (*alert)->id);
  if (!reset.ok()) return reset;
  const absl::StatusOr<Arrival> again = run->Await(begin, customer, **alert);
  if (!again.ok()) return again.status();
  absl::StrAppend(
      &text, "Reset(customer, ", (*alert)->mark,
      ") forgets what was concluded. A worker thread has evaluated it afresh; "
      "it is\nreached still, so there is another notification.\n",
      "   notification of ", (*alert)->mark, ": ", ArrivalText(*again), "\n");
  const absl::Status drained = run->engine().Drain();
  if (!drained.ok()) return drained;
  return text;
}

}  // namespace tocsin::cli
