#ifndef TOCSIN_TESTS_CRASH_JUDGING_SINK_H_
#define TOCSIN_TESTS_CRASH_JUDGING_SINK_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/collecting_sink.h"

namespace tocsin::testing {

// Takes everything, or fails, and sees to it that an id has one content.
class JudgingSink final : public CollectingSink {
 public:
  absl::Status Deliver(const Notification& notification) override {
    absl::Status status = CollectingSink::Deliver(notification);
    if (!status.ok()) return status;
    std::string bytes = ToJson(notification);
    const auto [known, is_new] = told_.emplace(notification.id, bytes);
    if (is_new) {
      first_.push_back(notification);
    } else if (known->second == bytes) {
      ++again_;
    } else {
      wrong_ = absl::StrCat("one id with two contents:\n", known->second, "\n", bytes);
    }
    return status;
  }

  const std::vector<Notification>& first() const { return first_; }
  const std::string& wrong() const { return wrong_; }
  std::size_t again() const { return again_; }
  std::size_t calls() const { return first_.size() + again_; }

 private:
  std::map<NotificationId, std::string> told_;
  std::vector<Notification> first_;  // each time, in order
  std::size_t again_ = 0;
  std::string wrong_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CRASH_JUDGING_SINK_H_
