#ifndef TOCSIN_ENGINE_CLI_REPLAY_SINK_H_
#define TOCSIN_ENGINE_CLI_REPLAY_SINK_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "engine/cli/output_file.h"
#include "tocsin/alert.h"
#include "tocsin/ids.h"
#include "tocsin/notification.h"

namespace tocsin::cli {

// What was notified of one alert.
struct AlertTally {
  AlertType type = AlertType::kSpendThresholdReached;
  std::string name;  // the last one it had
  std::uint64_t reached = 0;
  std::uint64_t resolved = 0;
};

// Counts the notifications and writes them, one a line.
//
// Thread safety: one thread at a time, as the engine calls it.
class ReplaySink : public NotificationSink {
 public:
  // Only counts until it is told where to write.
  void WriteTo(OutputFile* output) { output_ = output; }
  // Passes over what has one of these ids: it was written by an earlier run, which was
  // ended before the engine had noted that.
  void PassOver(absl::flat_hash_set<std::string> ids) { written_ = std::move(ids); }

  // Takes the notification even if the file cannot be written: the file keeps
  // that, and the replay ends on it. Trying again would not help.
  absl::Status Deliver(const Notification& notification) override {
    if (!written_.empty() && written_.erase(notification.id.ToString()) > 0) {
      return absl::OkStatus();
    }
    AlertTally& tally = tallies_[notification.alert];
    if (tally.name != notification.alert_name) tally.name = notification.alert_name;
    tally.type = notification.alert_type;
    ++(notification.kind == NotificationKind::kReached ? tally.reached : tally.resolved);
    ++notifications_;
    if (output_ != nullptr) {
      AppendJson(notification, output_->buffer());
      output_->buffer()->push_back('\n');
      output_->MayFlush();
    }
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    return output_ == nullptr ? absl::OkStatus() : output_->Sync();
  }

  std::uint64_t notifications() const { return notifications_; }
  const absl::flat_hash_map<AlertId, AlertTally>& tallies() const { return tallies_; }

 private:
  OutputFile* output_ = nullptr;
  absl::flat_hash_set<std::string> written_;
  std::uint64_t notifications_ = 0;
  absl::flat_hash_map<AlertId, AlertTally> tallies_;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_REPLAY_SINK_H_
