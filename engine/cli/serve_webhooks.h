#ifndef TOCSIN_ENGINE_CLI_SERVE_WEBHOOKS_H_
#define TOCSIN_ENGINE_CLI_SERVE_WEBHOOKS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "engine/cli/serve_log.h"
#include "tocsin/webhook.h"

namespace tocsin::cli {

// The webhooks of a running server: those of its configuration, and what its log says of
// them all, which is when something changes and not for each attempt.
class ServeWebhooks {
 public:
  // `log` must outlive it. Errors as of `WebhookSink::Open`.
  static absl::StatusOr<std::unique_ptr<ServeWebhooks>> Open(WebhookOptions options,
                                                             ServeLog* log);
  ServeWebhooks(const ServeWebhooks&) = delete;
  ServeWebhooks& operator=(const ServeWebhooks&) = delete;

  WebhookSink& sink() { return *sink_; }
  // Makes the endpoints of a file that are not there, and changes those that differ; they
  // are known by their names. Errors: of what cannot be read, and of the first line that
  // cannot be so; those before it are done.
  absl::Status Configure(const std::string& path);
  // To be called now and then: says what happened without any attempt.
  void Look();
  // How many notifications wait.
  std::uint64_t waiting();
  // Of how many endpoints the last attempt failed, so far as is known.
  std::size_t failing() {
    absl::MutexLock lock(&mu_);
    return failing_.size();
  }

 private:
  explicit ServeWebhooks(ServeLog* log) : log_(log) {}
  void Tell(const WebhookOptions::Attempt& attempt);
  // Whether that is new.
  bool NoteFailing(EndpointId endpoint, bool fails) {
    absl::MutexLock lock(&mu_);
    return fails ? failing_.insert(endpoint).second : failing_.erase(endpoint) > 0;
  }
  // Whether anything can be kept.
  bool LookAtHealth();
  // Of endpoints that are deleted nothing is told any more.
  std::vector<WebhookEndpoint> ListAndForget();

  ServeLog* const log_;
  absl::Mutex mu_;
  // Those whose last attempt failed.
  absl::flat_hash_set<EndpointId> failing_ ABSL_GUARDED_BY(mu_);
  // Of who calls `Look`: those that have dead letters, or are gone, and whether anything
  // can be kept.
  absl::flat_hash_set<EndpointId> with_dead_;
  absl::flat_hash_set<EndpointId> gone_;
  bool is_kept_ = true;
  // What of old ones could not be removed; empty: nothing.
  std::string not_cleared_;
  std::uint64_t unreadable_ = 0;
  std::unique_ptr<WebhookSink> sink_;  // the first to go, as it tells
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_SERVE_WEBHOOKS_H_
