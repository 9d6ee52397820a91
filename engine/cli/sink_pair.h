#ifndef TOCSIN_ENGINE_CLI_SINK_PAIR_H_
#define TOCSIN_ENGINE_CLI_SINK_PAIR_H_

#include "absl/status/status.h"
#include "tocsin/notification.h"

namespace tocsin::cli {

// Two sinks, each of which gets every notification. One that has taken a notification
// does not get it again because the other one has not.
class SinkPair final : public NotificationSink {
 public:
  SinkPair(NotificationSink* first, NotificationSink* second)
      : first_(first), second_(second) {}

  absl::Status Deliver(const Notification& notification) override {
    // The engine tries the same one again before it goes on.
    if (taken_by_first_ != notification.id) {
      absl::Status status = first_->Deliver(notification);
      if (!status.ok()) return status;
      taken_by_first_ = notification.id;
    }
    return second_->Deliver(notification);
  }

  absl::Status Sync() override {
    absl::Status status = first_->Sync();
    status.Update(second_->Sync());
    return status;
  }

 private:
  NotificationSink* const first_;
  NotificationSink* const second_;
  NotificationId taken_by_first_;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_SINK_PAIR_H_
