#ifndef TOCSIN_TESTS_HTTP_FRONT_RAW_CLIENT_H_
#define TOCSIN_TESTS_HTTP_FRONT_RAW_CLIENT_H_

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace tocsin::testing {

// An answer as it was read from a connection.
struct RawAnswer {
  int status = 0;  // 0: there was none, or not all of it
  std::string head = {};
  std::string body = {};
};

// The first answer in `bytes`, which it is taken from.
inline RawAnswer TakeRawAnswer(std::string* bytes) {
  const std::size_t end = bytes->find("\r\n\r\n");
  if (end == std::string::npos) return {};
  RawAnswer answer = {.head = bytes->substr(0, end + 2)};
  const std::string lower = absl::AsciiStrToLower(answer.head);
  const std::size_t length = lower.find("\r\ncontent-length: ");
  const std::size_t body = length == std::string::npos
                               ? 0
                               : std::strtoul(lower.c_str() + length + 18, nullptr, 10);
  if (bytes->size() < end + 4 + body) return {};
  answer.body = bytes->substr(end + 4, body);
  answer.status = std::atoi(answer.head.c_str() + 9);
  bytes->erase(0, end + 4 + body);
  return answer;
}

// A connection to a port of this machine, or to a socket in a folder, and bytes on it.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) {
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Connect(to);
  }
  explicit RawClient(const std::string& path) {
    sockaddr_un to = {};
    to.sun_family = AF_UNIX;
    EXPECT_LT(path.copy(to.sun_path, sizeof to.sun_path - 1), sizeof to.sun_path - 1);
    Connect(to);
  }
  ~RawClient() { Close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool is_connected() const { return is_connected_; }
  int fd() const { return fd_; }

  // False where the other side takes no more.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // That nothing more is sent.
  void EndSending() { shutdown(fd_, SHUT_WR); }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  // With a reset, and without a word.
  void Abort() {
    const linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    Close();
  }

  // The next answer.
  RawAnswer Read() {
    for (;;) {
      RawAnswer answer = TakeRawAnswer(&read_);
      if (answer.status != 0 || !ReadMore()) return answer;
    }
  }
  RawAnswer Ask(std::string_view bytes) {
    Send(bytes);
    return Read();
  }
  // The next answer, which has no body, whatever its length says.
  std::string ReadHead() {
    std::size_t end = 0;
    while ((end = read_.find("\r\n\r\n")) == std::string::npos && ReadMore()) {
    }
    const std::string head = read_.substr(0, end == std::string::npos ? 0 : end + 4);
    read_.erase(0, head.size());
    return head;
  }
  // All that comes until the connection ends.
  std::string ReadToEnd() {
    while (ReadMore()) {
    }
    return read_;
  }
  // All that has come, once this is in it; what is not there has not come.
  std::string ReadUntil(std::string_view text) {
    while (read_.find(text) == std::string::npos && ReadMore()) {
    }
    return read_;
  }
  // Whether the other side has ended it, with nothing before that.
  bool IsEnded() { return ReadToEnd().empty() && !is_late_; }
  // So many bytes and no more.
  void ReadBytes(std::size_t count) {
    std::string bytes(count, '\0');
    EXPECT_EQ(recv(fd_, bytes.data(), count, MSG_WAITALL), static_cast<ssize_t>(count));
  }

 private:
  template <typename Address>
  void Connect(const Address& to) {
    const auto* address = reinterpret_cast<const sockaddr*>(&to);
    fd_ = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // So that a test whose answer never comes fails, instead of never ending.
    const timeval longest = {.tv_sec = 30, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
    is_connected_ = connect(fd_, address, sizeof to) == 0;
  }

  bool ReadMore() {
    char bytes[4096];
    const ssize_t count = recv(fd_, bytes, sizeof bytes, 0);
    is_late_ = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    EXPECT_FALSE(is_late_) << "nothing came for 30 s";
    if (count <= 0) return false;
    read_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  int fd_ = -1;
  bool is_connected_ = false;
  bool is_late_ = false;
  std::string read_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_HTTP_FRONT_RAW_CLIENT_H_
