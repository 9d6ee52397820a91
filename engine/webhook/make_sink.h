#ifndef TOCSIN_ENGINE_WEBHOOK_MAKE_SINK_H_
#define TOCSIN_ENGINE_WEBHOOK_MAKE_SINK_H_

#include <memory>

#include "absl/status/statusor.h"
#include "engine/webhook/transfers.h"
#include "tocsin/webhook.h"

namespace tocsin::webhook {

// As `WebhookSink::Open`, with other transfers than libcurl's.
absl::StatusOr<std::unique_ptr<WebhookSink>> MakeWebhookSink(
    WebhookOptions options, std::unique_ptr<Transfers> transfers);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_MAKE_SINK_H_
