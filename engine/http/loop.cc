#include "engine/http/loop.h"

#include <algorithm>
#include <vector>

namespace tocsin::http {
namespace {

// Of the shortest time limit: so much later it may be noticed that it was exceeded.
constexpr int kSweepsPerLimit = 10;
constexpr std::chrono::nanoseconds kSweepLeast = std::chrono::milliseconds(1);
constexpr std::chrono::nanoseconds kSweepMost = std::chrono::milliseconds(500);

std::chrono::nanoseconds SweepEvery(const TimeLimits& limits) {
  const std::chrono::nanoseconds shortest =
      std::min({limits.head, limits.body, limits.write, limits.idle, limits.linger});
  return std::clamp(shortest / kSweepsPerLimit, kSweepLeast, kSweepMost);
}

}  // namespace

Loop::Loop(FrontParts* parts)
    : parts_(parts),
      sweep_every_(SweepEvery(parts->limits)),
      work_(context_.get_executor()),
      sweep_timer_(context_),
      event_streams_(parts, &context_) {
  AwaitSweep();
  thread_ = std::thread([this] { context_.run(); });
}

void Loop::Add(boost::asio::ip::tcp::socket socket) {
  Post([this, socket = std::move(socket)]() mutable {
    std::shared_ptr<Connection> connection = MakeConnection(this, std::move(socket));
    connections_.emplace(connection.get(), connection);
    closes_idle_ ? connection->Close() : connection->Begin();
  });
}

void Loop::Remove(Connection* connection) {
  event_streams_.Remove(connection);
  if (connections_.erase(connection) > 0) parts_->open.Remove();
}

void Loop::CloseIdle() {
  Post([this] {
    closes_idle_ = true;
    const auto connections = connections_;
    for (const auto& [key, connection] : connections) connection->CloseIfIdle();
  });
}

void Loop::CloseAll() {
  Post([this] {
    closes_idle_ = true;
    const auto connections = connections_;
    for (const auto& [key, connection] : connections) connection->Close();
  });
}

void Loop::Stop() {
  if (!thread_.joinable()) return;
  // Behind what was posted before, as the closing of what is left.
  Post([this] { context_.stop(); });
  thread_.join();
}

// One timer for all: a timer of each connection would be set anew two or three times for
// each request.
void Loop::AwaitSweep() {
  sweep_timer_.expires_after(sweep_every_);
  sweep_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) Sweep();
  });
}

void Loop::Sweep() {
  const SteadyTime now = std::chrono::steady_clock::now();
  std::vector<std::shared_ptr<Connection>> late;
  for (const auto& [key, connection] : connections_) {
    if (connection->IsLate(now)) late.push_back(connection);
  }
  for (const std::shared_ptr<Connection>& connection : late) connection->TimeIsUp();
  AwaitSweep();
}

}  // namespace tocsin::http
