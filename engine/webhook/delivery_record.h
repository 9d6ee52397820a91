#ifndef TOCSIN_ENGINE_WEBHOOK_DELIVERY_RECORD_H_
#define TOCSIN_ENGINE_WEBHOOK_DELIVERY_RECORD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "engine/webhook/endpoint_queue.h"
#include "tocsin/alert_type.h"
#include "tocsin/ids.h"

namespace tocsin::webhook {

// A notification as it is sent, to however many.
struct Letter {
  NotificationId id = {};
  LineKey line = {};
  AlertType alert_type = AlertType::kSpendThresholdReached;
  std::string type = {};  // `alerts.spend_threshold_reached`
  std::shared_ptr<const std::string> body = nullptr;
};

// How a delivery fares, so far as that is kept.
struct DeliveryState {
  absl::Time accepted_at = {};
  std::uint32_t attempts = 0;
  absl::Time due_at = absl::InfinitePast();
  std::string last_failure = {};
  std::optional<absl::Time> died_at = std::nullopt;
};

// What waited, and was not in the store as it was written when its turn came.
struct Unreadable {
  std::uint64_t count = 0;
  std::string last = {};
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_DELIVERY_RECORD_H_
