#ifndef TOCSIN_ENGINE_HTTP_METRICS_H_
#define TOCSIN_ENGINE_HTTP_METRICS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/http/answer_counts.h"
#include "engine/http/front_counts.h"
#include "tocsin/engine.h"
#include "tocsin/http.h"

namespace tocsin::http {

// All that there is to count, in Prometheus' text format. Customers are in no label.
std::string MetricsText(const Stats& stats, const AnswerCounts& answers,
                        std::uint64_t facts_unread, std::size_t idempotency_keys,
                        WebhookSink* webhooks, const FrontCounts* front);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_METRICS_H_
