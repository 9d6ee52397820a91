#ifndef TOCSIN_ENGINE_HTTP_LOOP_H_
#define TOCSIN_ENGINE_HTTP_LOOP_H_

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "engine/http/connection.h"
#include "engine/http/event_streams.h"
#include "engine/http/front_parts.h"
#include "engine/http/response_text.h"

namespace tocsin::http {

// A thread that serves connections, and those connections. A connection stays with one
// loop, so that nothing of it needs a lock.
class Loop {
 public:
  explicit Loop(FrontParts* parts);
  ~Loop() { Stop(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // From any thread.
  boost::asio::io_context& context() { return context_; }
  template <typename Task>
  void Post(Task task) {
    boost::asio::post(context_, std::move(task));
  }
  // Serves it; it is counted in `FrontParts::open`.
  void Add(boost::asio::ip::tcp::socket socket);
  // Closes the connections on which nothing is under way, now and from now on.
  void CloseIdle();
  void CloseAll();
  // Ends the thread. No connection is closed by that.
  void Stop();

  // From its own thread.
  bool closes_idle() const { return closes_idle_; }
  void Remove(Connection* connection);
  FrontParts* parts() const { return parts_; }
  DateText* date() { return &date_; }
  EventStreams& event_streams() { return event_streams_; }
  // Where any of its connections may read to, until it returns.
  std::array<char, std::size_t{1} << 16>& buffer() { return buffer_; }

 private:
  void Sweep();
  void AwaitSweep();

  FrontParts* const parts_;
  const std::chrono::nanoseconds sweep_every_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer sweep_timer_;
  EventStreams event_streams_;
  absl::flat_hash_map<Connection*, std::shared_ptr<Connection>> connections_;
  bool closes_idle_ = false;
  DateText date_;
  std::array<char, std::size_t{1} << 16> buffer_;
  std::thread thread_;
};

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_LOOP_H_
