#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tocsin/webhook.h"

namespace tocsin {

absl::StatusOr<std::unique_ptr<WebhookSink>> WebhookSink::Open(WebhookOptions) {
  return absl::UnimplementedError("not there yet");
}

}  // namespace tocsin
