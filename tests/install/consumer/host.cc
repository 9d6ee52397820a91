// A service that links the engine: one alert, one fact, one notification.
#include <iostream>
#include <memory>
#include <string>

#include "tocsin/engine.h"

namespace {

class Printer : public tocsin::NotificationSink {
 public:
  absl::Status Deliver(const tocsin::Notification& notification) override {
    std::cout << std::string(tocsin::AlertTypeName(notification.alert_type)) << " at "
              << notification.threshold.ToString() << "\n";
    return absl::OkStatus();
  }
};

int Fail(const absl::Status& status) {
  std::cerr << status.ToString() << "\n";
  return 1;
}

}  // namespace

int main() {
  Printer printer;
  auto engine = tocsin::Engine::Open({.sink = &printer, .worker_threads = 0});
  if (!engine.ok()) return Fail(engine.status());
  const auto alert = (*engine)->CreateAlert(
      {.name = "Spend limit", .threshold = tocsin::Decimal::FromInteger(100)});
  if (!alert.ok()) return Fail(alert.status());
  const auto customer = tocsin::CustomerId::Parse("5a1e5a1e-0000-4000-8000-000000000001");
  if (!customer.ok()) return Fail(customer.status());
  const tocsin::ApplyResult result = (*engine)->Apply({tocsin::SpendAdded{
      .customer = *customer, .amount = tocsin::Decimal::FromInteger(100)}});
  if (!result.status.ok()) return Fail(result.status);
  const absl::Status drained = (*engine)->Drain();
  return drained.ok() ? 0 : Fail(drained);
}
