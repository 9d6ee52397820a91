#ifndef TOCSIN_ENGINE_WEBHOOK_URL_H_
#define TOCSIN_ENGINE_WEBHOOK_URL_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/webhook/address.h"

namespace tocsin::webhook {

inline constexpr std::size_t kUrlBytesMax = 2'048;

// Whether requests may be made to a URL, as far as it tells by itself: what a name
// resolves to is looked at when a connection is made. Error: kInvalidArgument, which
// shows no more of the URL than its scheme and its host.
absl::Status CheckWebhookUrl(absl::string_view url, bool allow_http,
                             const AddressPolicy& policy);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_URL_H_
