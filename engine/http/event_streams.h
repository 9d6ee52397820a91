#ifndef TOCSIN_ENGINE_HTTP_EVENT_STREAMS_H_
#define TOCSIN_ENGINE_HTTP_EVENT_STREAMS_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "engine/http/front_parts.h"
#include "tocsin/engine.h"

namespace tocsin::http {

class Connection;

// Those connections of a loop on which events are told. It looks several times a second
// what there is to tell, once for all of them, so that whoever delivers a notification
// has nothing to do with who reads of it; who has not taken what was told before is left
// out.
//
// Thread safety: everything on the thread of its loop.
class EventStreams {
 public:
  EventStreams(FrontParts* parts, boost::asio::io_context* context)
      : parts_(parts), timer_(*context) {}

  // It is told what the feed still has, and what comes. Once more changes nothing.
  void Add(Connection* connection);
  void Remove(Connection* connection) { told_.erase(connection); }

 private:
  void AwaitTurn();
  void TakeTurn();
  // Counts, if this is the turn for them.
  std::string StatsOfTurn();
  void TellAll(const std::string& stats);

  FrontParts* const parts_;
  boost::asio::steady_timer timer_;
  // How many notifications of the feed each was told, or has missed.
  absl::flat_hash_map<Connection*, std::uint64_t> told_;
  bool is_awaited_ = false;
  int turns_ = 0;  // since there were counts
  Stats stats_;
  SteadyTime stats_at_;
};

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_EVENT_STREAMS_H_
