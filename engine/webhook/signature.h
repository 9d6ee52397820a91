#ifndef TOCSIN_ENGINE_WEBHOOK_SIGNATURE_H_
#define TOCSIN_ENGINE_WEBHOOK_SIGNATURE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tocsin/webhook.h"

namespace tocsin::webhook {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Whether a text can be the secret of an endpoint. The failure does not show it.
absl::Status CheckSecret(WebhookScheme scheme, absl::string_view secret);

// One that nobody can guess. Error: kUnavailable where the system has no chance to give.
absl::StatusOr<std::string> MakeSecret(WebhookScheme scheme);

// What an attempt is signed with.
struct Secrets {
  std::string current = {};
  // While it overlaps with the one of before. Empty: there is none.
  std::string previous = {};
};

// All headers that sign an attempt. Both secrets must be some.
Headers SignAttempt(WebhookScheme scheme, const Secrets& secrets, absl::string_view id,
                    absl::Time at, absl::string_view body);

// Whether a header of this name, in any case, is one that signing sets.
bool IsSigningHeader(absl::string_view name);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_SIGNATURE_H_
