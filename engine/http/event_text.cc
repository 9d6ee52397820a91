#include "engine/http/event_text.h"

#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tocsin::http {
namespace {

// At a time, to one who reads: what comes faster waits in the feed, or is missed.
constexpr std::size_t kToldMost = 100;

using Named = std::pair<absl::string_view, std::uint64_t>;

void AppendNumbers(std::initializer_list<Named> numbers, std::string* out) {
  absl::string_view separator = "";
  for (const auto& [name, number] : numbers) {
    absl::StrAppend(out, separator, "\"", name, "\":", number);
    separator = ",";
  }
}

// To the nearest whole number.
std::uint64_t PerSecond(std::uint64_t now, std::uint64_t before,
                        std::chrono::nanoseconds ago) {
  const auto us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(ago).count());
  if (us == 0 || now < before) return 0;
  return ((now - before) * 1'000'000 + us / 2) / us;
}

}  // namespace

void AppendStatsEvent(const Stats& stats, const Stats* before,
                      std::chrono::nanoseconds ago, std::string* out) {
  out->append("event: stats\ndata: {\"per_second\":");
  if (before == nullptr) {
    out->append("null");
  } else {
    out->push_back('{');
    AppendNumbers({{"facts", PerSecond(stats.facts_applied, before->facts_applied, ago)},
                   {"notifications", PerSecond(stats.notifications_decided,
                                               before->notifications_decided, ago)},
                   {"resets", PerSecond(stats.resets, before->resets, ago)}},
                  out);
    out->push_back('}');
  }
  out->push_back(',');
  AppendNumbers({{"facts", stats.facts_applied},
                 {"facts_refused", stats.facts_refused},
                 {"notifications", stats.notifications_decided},
                 {"delivered", stats.notifications_delivered},
                 {"delivery_failures", stats.delivery_failures},
                 {"resets", stats.resets},
                 {"customers", stats.customers},
                 {"alerts", stats.alerts},
                 {"due", stats.due},
                 {"outbox", stats.outbox}},
                out);
  out->append("}\n\n");
}

void AppendNotificationEvents(const NotificationFeed& feed, std::uint64_t* told,
                              std::string* out) {
  const std::vector<NotificationFeed::Kept> kept = feed.Behind(*told, kToldMost);
  if (kept.empty()) return;
  const std::uint64_t missed = kept.front().number - *told - 1;
  if (missed > 0) {
    absl::StrAppend(out, "event: missed\ndata: {\"notifications\":", missed, "}\n\n");
  }
  for (const NotificationFeed::Kept& one : kept) {
    out->append("event: notification\ndata: ");
    AppendJson(one.notification, out);
    out->append("\n\n");
  }
  *told = kept.back().number;
}

}  // namespace tocsin::http
