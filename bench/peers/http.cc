#include "bench/peers/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace tocsin::peers {
namespace {

class TcpSocket {
 public:
  TcpSocket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~TcpSocket() { close(fd_); }
  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;

  int fd() const { return fd_; }

 private:
  const int fd_;
};

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

absl::Status Failure(absl::string_view what) {
  const int error = errno;
  if (error == EINTR) return absl::CancelledError("interrupted");
  return absl::InternalError(absl::StrCat(what, ": ", std::strerror(error)));
}

absl::Status SendAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return Failure("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReceiveAll(int fd) {
  std::string all;
  char bytes[65'536];
  while (true) {
    const ssize_t count = recv(fd, bytes, sizeof bytes, 0);
    if (count < 0) return Failure("receive");
    if (count == 0) return all;
    all.append(bytes, static_cast<std::size_t>(count));
  }
}

}  // namespace

absl::StatusOr<std::string> CallHttp(std::uint16_t port, const HttpRequest& request) {
  const TcpSocket socket;
  const sockaddr_in address = Loopback(port);
  if (connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
      0) {
    return Failure(absl::StrCat("connect to port ", port));
  }
  // 1.0: the answer ends with the connection and is not in chunks.
  const std::string text = absl::StrCat(
      request.method, " ", request.path, " HTTP/1.0\r\nHost: 127.0.0.1\r\n",
      request.headers, "Content-Length: ", request.body.size(), "\r\n\r\n", request.body);
  if (absl::Status status = SendAll(socket.fd(), text); !status.ok()) return status;
  const absl::StatusOr<std::string> answer = ReceiveAll(socket.fd());
  if (!answer.ok()) return answer.status();
  const std::size_t body = answer->find("\r\n\r\n");
  // "HTTP/1.0 200 OK"
  const bool good = answer->size() > 9 && answer->compare(0, 5, "HTTP/") == 0 &&
                    (*answer)[9] == '2' && body != std::string::npos;
  if (!good) {
    return absl::InternalError(
        absl::StrCat(request.method, " ", request.path, ": ", answer->substr(0, 800)));
  }
  return answer->substr(body + 4);
}

absl::StatusOr<std::uint16_t> FreePort() {
  const TcpSocket socket;
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  if (bind(socket.fd(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return Failure("cannot find a free port");
  }
  return ntohs(address.sin_port);
}

std::string PercentEncoded(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      out.push_back(c);
    } else {
      absl::StrAppend(&out, "%", absl::BytesToHexString(absl::string_view(&c, 1)));
    }
  }
  return out;
}

}  // namespace tocsin::peers
