#include "bench/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace tocsin {
namespace {

// The length of the answer in front of `bytes`; 0 if it is not whole yet.
std::size_t AnswerLength(absl::string_view bytes) {
  constexpr absl::string_view kEnd = "\r\n\r\n";
  constexpr absl::string_view kLength = "Content-Length: ";
  const std::size_t end = bytes.find(kEnd);
  if (end == absl::string_view::npos) return 0;
  const absl::string_view head = bytes.substr(0, end);
  absl::string_view digits = head.substr(head.rfind(kLength) + kLength.size());
  digits = digits.substr(0, digits.find('\r'));
  std::size_t body = 0;
  if (!absl::SimpleAtoi(digits, &body)) std::abort();
  const std::size_t length = end + kEnd.size() + body;
  return length <= bytes.size() ? length : 0;
}

}  // namespace

LoopbackSocket::LoopbackSocket(std::uint16_t port)
    : file_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  setsockopt(file_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(file_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    std::abort();
  }
}

LoopbackSocket::LoopbackSocket(LoopbackSocket&& other) noexcept
    : file_(std::exchange(other.file_, -1)) {}

LoopbackSocket::~LoopbackSocket() {
  if (file_ >= 0) close(file_);
}

bool LoopbackSocket::Send(absl::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool LoopbackSocket::Receive(std::string* bytes) const {
  std::array<char, std::size_t{1} << 14> buffer;
  const ssize_t received = recv(file_, buffer.data(), buffer.size(), 0);
  if (received <= 0) return false;
  bytes->append(buffer.data(), static_cast<std::size_t>(received));
  return true;
}

HttpLoad::HttpLoad(std::uint16_t port, int connections, int in_flight)
    : in_flight_(in_flight) {
  for (int i = 0; i < connections; ++i) {
    connections_.push_back({.socket = LoopbackSocket(port)});
  }
}

bool HttpLoad::Run(const std::vector<std::string>& requests, std::size_t first,
                   std::size_t count, Durations* took) {
  requests_ = &requests;
  next_ = first;
  to_send_ = count;
  answered_ = 0;
  std::vector<pollfd> files;
  for (Connection& connection : connections_) {
    files.push_back({.fd = connection.socket.file(), .events = POLLIN, .revents = 0});
    SendNext(&connection, static_cast<std::size_t>(in_flight_));
  }
  while (answered_ < count) {
    // One connection is waited for by reading it.
    if (files.size() > 1 && poll(files.data(), files.size(), -1) < 0) return false;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (files.size() > 1 && files[i].revents == 0) continue;
      if (!TakeAnswers(&connections_[i], took)) return false;
    }
  }
  return true;
}

void HttpLoad::SendNext(Connection* connection, std::size_t count) {
  count = std::min(count, to_send_);
  if (count == 0) return;
  to_send_ -= count;
  const Instant now = Tick();
  connection->sent.insert(connection->sent.end(), count, now);
  const auto& requests = *requests_;
  // The usual one is sent from where it is; several are one write.
  if (count == 1) {
    connection->socket.Send(requests[next_++ % requests.size()]);
    return;
  }
  sending_.clear();
  for (std::size_t i = 0; i < count; ++i) sending_ += requests[next_++ % requests.size()];
  connection->socket.Send(sending_);
}

bool HttpLoad::TakeAnswers(Connection* connection, Durations* took) {
  std::string& received = connection->received;
  if (!connection->socket.Receive(&received)) return false;
  const Instant now = Tick();
  absl::string_view bytes = received;
  std::size_t answers = 0;
  while (const std::size_t length = AnswerLength(bytes)) {
    if (!absl::StartsWith(bytes, "HTTP/1.1 200 ")) return false;
    bytes.remove_prefix(length);
    if (took != nullptr) took->Add(connection->sent.front(), now);
    connection->sent.pop_front();
    ++answers;
  }
  received.erase(0, received.size() - bytes.size());
  answered_ += answers;
  SendNext(connection, answers);
  return true;
}

}  // namespace tocsin
