#ifndef TOCSIN_ENGINE_HTTP_EVENT_TEXT_H_
#define TOCSIN_ENGINE_HTTP_EVENT_TEXT_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "tocsin/engine.h"
#include "tocsin/http.h"

// What stands on /v1/events, as the format of server-sent events has it.
namespace tocsin::http {

// `event: stats`. `before`: what was counted `ago`, so that it can say how many there
// were a second. Null: it says that it does not know.
void AppendStatsEvent(const Stats& stats, const Stats* before,
                      std::chrono::nanoseconds ago, std::string* out);

// `event: notification`, for the oldest that are behind the first `*told`, of which there
// will be more then. Where some are kept no more, `event: missed` in front of them.
void AppendNotificationEvents(const NotificationFeed& feed, std::uint64_t* told,
                              std::string* out);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_EVENT_TEXT_H_
