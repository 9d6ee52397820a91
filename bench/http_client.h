#ifndef TOCSIN_BENCH_HTTP_CLIENT_H_
#define TOCSIN_BENCH_HTTP_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "bench/durations.h"

namespace tocsin {

// A socket that is connected to the loopback.
class LoopbackSocket {
 public:
  explicit LoopbackSocket(std::uint16_t port);
  LoopbackSocket(LoopbackSocket&& other) noexcept;
  LoopbackSocket& operator=(LoopbackSocket&&) = delete;
  ~LoopbackSocket();

  int file() const { return file_; }
  bool Send(absl::string_view bytes) const;
  // Appends what is there, and waits for it where nothing is; false at the end.
  bool Receive(std::string* bytes) const;

 private:
  int file_;
};

// Has requests answered on keep-alive connections, on one thread, as fast as they are:
// what it does itself takes as little as can be, as it has the cores of the server.
class HttpLoad {
 public:
  // So many requests at a time on each connection; more than one are pipelined.
  HttpLoad(std::uint16_t port, int connections, int in_flight);

  // Sends the rendered requests in turn, beginning with the one of that number, until so
  // many were answered. False as soon as one is not answered 200.
  bool Run(const std::vector<std::string>& requests, std::size_t first, std::size_t count,
           Durations* took);

 private:
  struct Connection {
    LoopbackSocket socket;
    std::deque<Instant> sent = {};  // of what is not answered yet
    std::string received = {};
  };

  void SendNext(Connection* connection, std::size_t count);
  bool TakeAnswers(Connection* connection, Durations* took);

  const int in_flight_;
  std::vector<Connection> connections_;
  const std::vector<std::string>* requests_ = nullptr;
  std::size_t next_ = 0;
  std::size_t to_send_ = 0;
  std::size_t answered_ = 0;
  std::string sending_;
};

}  // namespace tocsin

#endif  // TOCSIN_BENCH_HTTP_CLIENT_H_
