#include "engine/webhook/letter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tocsin/alert_type.h"

namespace tocsin::webhook {
namespace {

// As in the payload.
std::string EventType(const Notification& notification) {
  constexpr absl::string_view kReached = "reached";
  absl::string_view name = AlertTypeName(notification.alert_type);
  if (notification.kind == NotificationKind::kReached)
    return absl::StrCat("alerts.", name);
  name.remove_suffix(kReached.size());
  return absl::StrCat("alerts.", name, "resolved");
}

}  // namespace

std::shared_ptr<const Letter> MakeLetter(const Notification& notification) {
  return std::make_shared<const Letter>(
      Letter{.id = notification.id,
             .line = {.customer = notification.customer, .alert = notification.alert},
             .alert_type = notification.alert_type,
             .type = EventType(notification),
             .body = std::make_shared<const std::string>(ToJson(notification))});
}

}  // namespace tocsin::webhook
