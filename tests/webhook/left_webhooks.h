#ifndef TOCSIN_TESTS_WEBHOOK_LEFT_WEBHOOKS_H_
#define TOCSIN_TESTS_WEBHOOK_LEFT_WEBHOOKS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/webhook/delivery_store.h"
#include "tests/support/temp_directory.h"

namespace tocsin::testing {

inline constexpr char kWebhooksFile[] = "webhooks.db";
inline constexpr char kWebhooksLog[] = "webhooks.db-wal";
inline constexpr char kWebhooksLock[] = "webhooks.lock";

// The files of a store of webhooks, by name. What processes share is none.
using WebhookFiles = std::map<std::string, std::string>;

// A place where such files are opened.
class WebhookGround {
 public:
  const std::string& directory() const { return directory_.path(); }
  std::string FileOf(const std::string& name) const { return directory_ / name; }

  absl::StatusOr<std::unique_ptr<webhook::DeliveryStore>> Open() {
    return webhook::DeliveryStore::Open(directory());
  }
  // In the place of all that is there.
  void Put(const WebhookFiles& files);
  WebhookFiles Take() const;
  // All that a sink shows and sends of what is there, or why it is refused.
  absl::StatusOr<std::string> Look();
  // What another program does.
  void Execute(const std::string& sql);

 private:
  TempDirectory directory_{InMemory()};
};

// What a store had, and what is right of it.
struct LeftWebhooks {
  WebhookFiles files;
  // What is shown behind each of the transactions that are in the log; the last is all.
  std::vector<std::string> shown;
};

// Two endpoints, with deliveries that wait, were tried, died and were sent again. Of one
// that was killed the last transactions are in the log.
LeftWebhooks LeaveWebhooks(bool closed);

// What a store of a sink of the first format was.
extern const char kTablesOfFormat1[];

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_WEBHOOK_LEFT_WEBHOOKS_H_
