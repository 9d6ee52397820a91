#ifndef TOCSIN_TESTS_RECEIVER_INBOX_H_
#define TOCSIN_TESTS_RECEIVER_INBOX_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/receiver/receiver.h"
#include "tocsin/webhook.h"

namespace tocsin::testing {

// The headers of a request, as `VerifyWebhook` takes them.
inline std::vector<std::pair<std::string, std::string>> HeadersOf(
    const ReceivedRequest& request) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const absl::string_view line : absl::StrSplit(request.head, "\r\n")) {
    const std::size_t colon = line.find(": ");
    if (colon == absl::string_view::npos) continue;
    headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return headers;
}

inline absl::Status Verified(const ReceivedRequest& request, WebhookScheme scheme,
                             absl::string_view secret) {
  return VerifyWebhook(scheme, secret, HeadersOf(request), request.body, absl::Now());
}

// Who is sent to, keeps what comes and answers with one status after the other.
//
// Thread safety: every method may be called from any thread.
class Inbox {
 public:
  Inbox()
      : receiver_(Receiver::Answering([this](const ReceivedRequest& request) {
          absl::MutexLock lock(&mu_);
          requests_.push_back(request);
          return AnswerOf(status_);
        })) {}

  std::string Url() const { return receiver_.Url(); }
  void AnswerFromNowOn(int status) {
    absl::MutexLock lock(&mu_);
    status_ = status;
  }
  // The request of this number, from 0 on; a test to which it does not come ends empty.
  ReceivedRequest Await(std::size_t number) {
    absl::MutexLock lock(&mu_);
    const auto has = [this, number]() ABSL_SHARED_LOCKS_REQUIRED(mu_) {
      return requests_.size() > number;
    };
    if (!mu_.AwaitWithTimeout(absl::Condition(&has), absl::Seconds(30))) {
      ADD_FAILURE() << "no request " << number << " came within 30 s";
      return {};
    }
    return requests_[number];
  }
  std::size_t count() {
    absl::MutexLock lock(&mu_);
    return requests_.size();
  }

 private:
  absl::Mutex mu_;
  int status_ ABSL_GUARDED_BY(mu_) = 204;
  std::vector<ReceivedRequest> requests_ ABSL_GUARDED_BY(mu_);
  Receiver receiver_;  // the first to go
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_RECEIVER_INBOX_H_
