#ifndef TOCSIN_ENGINE_WEBHOOK_SETTINGS_H_
#define TOCSIN_ENGINE_WEBHOOK_SETTINGS_H_

#include "absl/status/status.h"
#include "tocsin/webhook.h"

namespace tocsin::webhook {

// Whether an endpoint can be so, but for its URL. Errors: kInvalidArgument, which says
// what is wrong with which value and what would be right.
absl::Status CheckSettings(const WebhookSettings& settings);

// Whether the numbers of the options are in their ranges. Errors: kInvalidArgument.
absl::Status CheckOptions(const WebhookOptions& options);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_SETTINGS_H_
