#include "engine/http/event_streams.h"

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "engine/http/connection.h"
#include "engine/http/event_text.h"

namespace tocsin::http {
namespace {

constexpr std::chrono::milliseconds kTurnEvery{100};
constexpr int kTurnsPerStats = 10;

}  // namespace

void EventStreams::Add(Connection* connection) {
  const NotificationFeed* const feed = parts_->feed;
  // What was forgotten before it came it has not missed.
  const auto [place, is_new] = told_.emplace(connection, 0);
  if (is_new && feed != nullptr) {
    const std::vector<NotificationFeed::Kept> oldest = feed->Behind(0, 1);
    if (!oldest.empty()) place->second = oldest.front().number - 1;
  }
  if (std::exchange(is_awaited_, true)) return;
  turns_ = 0;
  stats_ = parts_->engine->GetStats();
  stats_at_ = std::chrono::steady_clock::now();
  AwaitTurn();
}

void EventStreams::AwaitTurn() {
  timer_.expires_after(kTurnEvery);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) TakeTurn();
  });
}

void EventStreams::TakeTurn() {
  if (told_.empty()) {
    is_awaited_ = false;
    return;
  }
  TellAll(StatsOfTurn());
  AwaitTurn();
}

std::string EventStreams::StatsOfTurn() {
  if (++turns_ < kTurnsPerStats) return {};
  turns_ = 0;
  const SteadyTime now = std::chrono::steady_clock::now();
  const Stats stats = parts_->engine->GetStats();
  std::string text;
  AppendStatsEvent(stats, &stats_, now - stats_at_, &text);
  stats_ = stats;
  stats_at_ = now;
  return text;
}

void EventStreams::TellAll(const std::string& stats) {
  // Most have been told the same.
  std::optional<std::uint64_t> made_behind;
  std::uint64_t made_to = 0;
  std::string made;
  std::vector<Connection*> barred;
  for (auto& [connection, told] : told_) {
    if (!stats.empty() && !connection->MayGoOnStreaming()) {
      barred.push_back(connection);
      continue;
    }
    if (!connection->TakesEvents()) continue;
    if (parts_->feed != nullptr && made_behind != told) {
      made.clear();
      made_behind = made_to = told;
      AppendNotificationEvents(*parts_->feed, &made_to, &made);
    }
    if (made_behind.has_value()) told = made_to;
    if (!made.empty() || !stats.empty()) connection->Tell(made + stats);
  }
  for (Connection* connection : barred) connection->Close();
}

}  // namespace tocsin::http
