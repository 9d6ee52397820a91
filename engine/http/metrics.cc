#include "engine/http/metrics.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "prometheus/metric_family.h"
#include "prometheus/text_serializer.h"
#include "tocsin/webhook.h"

namespace tocsin::http {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

struct StatsRow {
  const char* name = nullptr;
  const char* help = nullptr;
  std::uint64_t Stats::*count = nullptr;
};

constexpr StatsRow kCounters[] = {
    {"tocsin_facts_applied_total", "Facts applied", &Stats::facts_applied},
    {"tocsin_facts_refused_total", "Facts refused by the engine", &Stats::facts_refused},
    {"tocsin_facts_stale_total", "Facts contained in what was applied",
     &Stats::facts_stale},
    {"tocsin_facts_late_total", "Facts stamped before the customer's period",
     &Stats::facts_late},
    {"tocsin_facts_duplicate_total", "Facts whose id was applied before",
     &Stats::facts_duplicate},
    {"tocsin_facts_group_dropped_total", "Facts with one group value too many",
     &Stats::facts_group_dropped},
    {"tocsin_notifications_decided_total", "Notifications decided",
     &Stats::notifications_decided},
    {"tocsin_notifications_delivered_total", "Notifications that the sink took",
     &Stats::notifications_delivered},
    {"tocsin_delivery_failures_total", "Notifications refused or thrown by the sink",
     &Stats::delivery_failures},
    {"tocsin_resets_total", "Resets accepted", &Stats::resets},
    {"tocsin_source_reads_total", "Reads of the fact source begun", &Stats::source_reads},
    {"tocsin_source_failures_total", "Reads of the fact source that failed",
     &Stats::source_failures},
    {"tocsin_source_given_up_total", "Evaluations that did without the fact source",
     &Stats::source_given_up},
    {"tocsin_decisions_differed_total", "Recovered decisions of an older version",
     &Stats::decisions_differed},
    {"tocsin_callback_failures_total", "Exceptions out of callbacks of resets",
     &Stats::callback_failures},
};

struct SizeRow {
  const char* name = nullptr;
  const char* help = nullptr;
  std::size_t Stats::*size = nullptr;
};

constexpr SizeRow kGauges[] = {
    {"tocsin_customers", "Customers known", &Stats::customers},
    {"tocsin_alerts", "Alerts enabled or disabled", &Stats::alerts},
    {"tocsin_due", "Customer alerts that wait for a reset's evaluation", &Stats::due},
    {"tocsin_outbox", "Notifications that wait for the sink", &Stats::outbox},
};

class Families {
 public:
  void Add(const char* name, const char* help, MetricType type) {
    MetricFamily& family = families_.emplace_back();
    family.name = name;
    family.help = help;
    family.type = type;
  }
  void Counter(const char* name, const char* help, std::uint64_t value) {
    Add(name, help, MetricType::Counter);
    Value().counter.value = static_cast<double>(value);
  }
  void Gauge(const char* name, const char* help, double value) {
    Add(name, help, MetricType::Gauge);
    Value().gauge.value = value;
  }
  // One more value of the family that was added last.
  ClientMetric& Value() { return families_.back().metric.emplace_back(); }

  std::string Text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<MetricFamily> families_;
};

void AddFront(const FrontCounts& front, Families* families) {
  families->Counter("tocsin_http_connections_accepted_total", "Connections accepted",
                    front.connections_accepted);
  families->Counter("tocsin_http_connections_refused_total",
                    "Connections beyond the most at a time", front.connections_refused);
  families->Gauge("tocsin_http_connections", "Connections open",
                  static_cast<double>(front.connections_open.load()));
  families->Counter("tocsin_http_requests_malformed_total",
                    "Requests that came to no endpoint", front.requests_malformed);
  families->Counter("tocsin_http_timeouts_total", "Requests that took too long to come",
                    front.timeouts);
}

struct WebhookRow {
  const char* name = nullptr;
  const char* help = nullptr;
  MetricType type = MetricType::Counter;
  double (*value)(const WebhookEndpoint& endpoint) = nullptr;
};

constexpr WebhookRow kWebhookRows[] = {
    {"tocsin_webhook_deliveries_total", "Notifications that the endpoint took",
     MetricType::Counter,
     [](const WebhookEndpoint& one) { return static_cast<double>(one.delivered); }},
    {"tocsin_webhook_failures_total", "Attempts that failed", MetricType::Counter,
     [](const WebhookEndpoint& one) { return static_cast<double>(one.failed); }},
    {"tocsin_webhook_failures_in_a_row", "Attempts that failed since the last good one",
     MetricType::Gauge,
     [](const WebhookEndpoint& one) {
       return static_cast<double>(one.failures_in_a_row);
     }},
    {"tocsin_webhook_waiting", "Notifications that wait for the endpoint",
     MetricType::Gauge,
     [](const WebhookEndpoint& one) { return static_cast<double>(one.waiting); }},
    {"tocsin_webhook_dead", "Dead letters", MetricType::Gauge,
     [](const WebhookEndpoint& one) { return static_cast<double>(one.dead); }},
    {"tocsin_webhook_gone", "Whether the endpoint has answered 410", MetricType::Gauge,
     [](const WebhookEndpoint& one) {
       return one.status == WebhookStatus::kGone ? 1.0 : 0.0;
     }},
};

// The endpoints are few and an administrator's, so that nobody outside can make a label.
void AddWebhooks(const std::vector<WebhookEndpoint>& endpoints, Families* families) {
  for (const WebhookRow& row : kWebhookRows) {
    families->Add(row.name, row.help, row.type);
    for (const WebhookEndpoint& endpoint : endpoints) {
      ClientMetric& metric = families->Value();
      metric.label = {{"endpoint", endpoint.id.ToString()}};
      if (row.type == MetricType::Counter) {
        metric.counter.value = row.value(endpoint);
      } else {
        metric.gauge.value = row.value(endpoint);
      }
    }
  }
}

}  // namespace

std::string MetricsText(const Stats& stats, const AnswerCounts& answers,
                        std::uint64_t facts_unread, std::size_t idempotency_keys,
                        WebhookSink* webhooks, const FrontCounts* front) {
  Families families;
  for (const StatsRow& row : kCounters) {
    families.Counter(row.name, row.help, stats.*row.count);
  }
  for (const SizeRow& row : kGauges) {
    families.Gauge(row.name, row.help, static_cast<double>(stats.*row.size));
  }
  if (stats.last_instant != absl::InfinitePast()) {
    families.Gauge("tocsin_last_instant_seconds", "The engine's instant",
                   static_cast<double>(absl::ToUnixMillis(stats.last_instant)) / 1e3);
  }
  families.Gauge("tocsin_disk_full", "1 while there is less room than disk_reserve",
                 stats.disk_is_full ? 1 : 0);
  families.Gauge("tocsin_log_bytes", "Bytes of the store's write-ahead log in use",
                 static_cast<double>(stats.log_bytes));
  families.Counter("tocsin_http_facts_unread_total",
                   "Facts that were refused as they could not be read", facts_unread);
  families.Gauge("tocsin_http_idempotency_keys", "Idempotency keys kept",
                 static_cast<double>(idempotency_keys));
  families.Add("tocsin_http_requests_total", "Requests answered", MetricType::Counter);
  answers.ForEach([&families](absl::string_view path, int status, std::uint64_t count) {
    ClientMetric& metric = families.Value();
    metric.label = {{"path", std::string(path)}, {"status", absl::StrCat(status)}};
    metric.counter.value = static_cast<double>(count);
  });
  if (webhooks != nullptr) {
    const WebhookHealth health = webhooks->Health();
    families.Gauge("tocsin_webhooks_not_kept",
                   "1 while what comes to webhooks and of them cannot be written",
                   health.status.ok() ? 0 : 1);
    families.Gauge("tocsin_webhooks_not_cleared",
                   "1 while what is old, or left of removed endpoints, stays on the disk",
                   health.clearing.ok() ? 0 : 1);
    families.Counter("tocsin_webhooks_unreadable_total",
                     "Notifications that were not on the disk as they were written",
                     health.unreadable);
    AddWebhooks(webhooks->List(), &families);
  }
  if (front != nullptr) AddFront(*front, &families);
  return families.Text();
}

}  // namespace tocsin::http
