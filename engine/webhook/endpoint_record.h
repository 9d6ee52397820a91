#ifndef TOCSIN_ENGINE_WEBHOOK_ENDPOINT_RECORD_H_
#define TOCSIN_ENGINE_WEBHOOK_ENDPOINT_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/webhook/circuit.h"
#include "tocsin/webhook.h"

namespace tocsin::webhook {

// The longest that two secrets may sign.
inline constexpr absl::Duration kOverlapMax = absl::Hours(24 * 365);

// All that is kept of an endpoint, but what waits for it.
struct EndpointRecord {
  std::uint64_t number = 0;  // in the order of creation
  EndpointId id = {};
  WebhookSettings settings = {};
  WebhookStatus status = WebhookStatus::kEnabled;
  // There is none any more, and what is left of it goes some at a time.
  bool is_removed = false;
  std::string secret = {};
  std::optional<std::string> previous_secret = std::nullopt;
  absl::Time previous_secret_until = absl::InfinitePast();
  // How long the two were to overlap. Nothing where that is not known, as of a store of
  // an older format.
  std::optional<absl::Duration> overlap = std::nullopt;
  absl::Time created_at = {};
  // What waits is tried for so long from then on, at least.
  absl::Time enabled_at = {};
  std::uint64_t delivered = 0;
  std::uint64_t failed = 0;
  std::optional<absl::Time> last_failure_at = std::nullopt;
  std::string last_failure = {};
  std::optional<absl::Time> last_success_at = std::nullopt;
  Circuit::State circuit = {};
};

// How lists stand in a column: a line each, so that they can be read.
std::string TypesText(const std::vector<AlertType>& types);
std::string HeadersText(const WebhookSettings& settings);
template <typename AnyId>
std::string IdsText(const std::vector<AnyId>& ids) {
  std::string text;
  for (const AnyId& id : ids) text.append(text.empty() ? "" : "\n").append(id.ToString());
  return text;
}
absl::string_view SchemeText(WebhookScheme scheme);
absl::string_view StatusText(WebhookStatus status);

// And back. Errors: kDataLoss for a text that none of them wrote.
absl::Status ReadFilter(absl::string_view types, absl::string_view alerts,
                        absl::string_view customers, WebhookFilter* filter);
absl::Status ReadHeaders(absl::string_view text, WebhookSettings* settings);
absl::StatusOr<WebhookScheme> ReadScheme(absl::string_view text);
absl::StatusOr<WebhookStatus> ReadStatus(absl::string_view text);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_ENDPOINT_RECORD_H_
