#ifndef TOCSIN_BENCH_WEBHOOK_SETTING_H_
#define TOCSIN_BENCH_WEBHOOK_SETTING_H_

#include <cstdint>

#include "absl/time/time.h"
#include "bench/bench_setting.h"
#include "tocsin/notification.h"

namespace tocsin {

// A notification of its own for each number, of 4,096 customers.
inline Notification WebhookNumber(std::uint64_t number) {
  return {.id = IdOfNumber<NotificationId>(number),
          .customer = IdOfNumber<CustomerId>(number % 4'096),
          .alert = IdOfNumber<AlertId>(0),
          .alert_name = "a limit of a customer",
          .threshold = Decimal::FromInteger(100),
          .value = Decimal::FromInteger(100),
          .sequence = number / 4'096 + 1,
          .timestamp = absl::FromUnixSeconds(1'800'000'000)};
}

}  // namespace tocsin

#endif  // TOCSIN_BENCH_WEBHOOK_SETTING_H_
