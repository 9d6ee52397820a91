#ifndef TOCSIN_ENGINE_CLI_DEMO_CAST_H_
#define TOCSIN_ENGINE_CLI_DEMO_CAST_H_

#include <optional>
#include <string>
#include <vector>

#include "engine/cli/demo_run.h"
#include "tocsin/customer_alert.h"
#include "tocsin/ids.h"

namespace tocsin::cli {

// Whom a story is about, and the alerts in it.
struct DemoCast {
  CustomerId customer;
  std::string why;  // this customer
  const DemoAlert* limit = nullptr;
  const DemoAlert* guard = nullptr;
  // Of a guard that fans out: the instance that is to be reached.
  InstanceSelector instance = {};
  // If the customer is in alarm: the notification that said so.
  std::optional<Arrival> reached = std::nullopt;
};

// Of the candidates the one closest to the first alert that has not reached it;
// without candidates the one with the most notifications. Nothing if nobody fits.
std::optional<DemoCast> CastStory(DemoRun* run,
                                  const std::vector<CustomerId>& candidates);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_DEMO_CAST_H_
