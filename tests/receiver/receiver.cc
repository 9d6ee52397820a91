#include "tests/receiver/receiver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace tocsin::testing {
namespace {

// Between the bytes of a trickle.
constexpr int kTrickleMilliseconds = 20;

// A test whose machine gives no socket says nothing.
void Must(bool held) {
  if (!held) std::abort();
}

}  // namespace

std::string ReceivedRequest::Header(std::string_view name) const {
  for (const absl::string_view line : absl::StrSplit(head, "\r\n")) {
    const std::size_t colon = line.find(':');
    if (colon == absl::string_view::npos) continue;
    if (absl::EqualsIgnoreCase(line.substr(0, colon),
                               absl::string_view(name.data(), name.size()))) {
      return std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
    }
  }
  return "";
}

std::string AnswerOf(int status, std::string_view headers, std::string_view body) {
  return absl::StrCat("HTTP/1.1 ", status, " As Told\r\n", std::string(headers),
                      "Content-Length: ", body.size(), "\r\n\r\n", std::string(body));
}

bool Conversation::ReadMore() {
  char bytes[16'384];
  const auto count = ssl_ != nullptr ? SSL_read(ssl_, bytes, sizeof bytes)
                                     : recv(fd_, bytes, sizeof bytes, 0);
  if (count <= 0) return false;
  read_.append(bytes, static_cast<std::size_t>(count));
  return true;
}

std::optional<ReceivedRequest> Conversation::ReadHead() {
  std::size_t end = 0;
  while ((end = read_.find("\r\n\r\n")) == std::string::npos) {
    if (!ReadMore()) return std::nullopt;
  }
  ReceivedRequest request = {.head = read_.substr(0, end + 4)};
  read_.erase(0, end + 4);
  return request;
}

std::optional<ReceivedRequest> Conversation::Read() {
  std::optional<ReceivedRequest> request = ReadHead();
  if (!request) return std::nullopt;
  const std::size_t length =
      std::strtoul(request->Header("Content-Length").c_str(), nullptr, 10);
  while (read_.size() < length) {
    if (!ReadMore()) return std::nullopt;
  }
  request->body = read_.substr(0, length);
  read_.erase(0, length);
  return request;
}

bool Conversation::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ssl_ != nullptr
                           ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                           : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void Conversation::SendForever(std::string_view bytes) {
  while (Send(bytes)) {
  }
}

void Conversation::TrickleForever(std::string_view bytes) {
  for (std::size_t i = 0;; i = (i + 1) % bytes.size()) {
    if (!Send(bytes.substr(i, 1))) return;
    pollfd end = {.fd = fd_, .events = POLLRDHUP, .revents = 0};
    if (poll(&end, 1, kTrickleMilliseconds) != 0) return;
  }
}

void Conversation::AwaitEnd() {
  while (ReadMore()) {
  }
}

void Conversation::Reset() {
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

Receiver::Receiver(Handler handler, const std::optional<Tls>& tls, std::string address,
                   std::uint16_t port)
    : handler_(std::move(handler)), address_(std::move(address)) {
  if (tls) {
    context_.reset(SSL_CTX_new(TLS_server_method()));
    // Also what the library would not speak by itself any more.
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_max_proto_version(context_.get(), tls->version_most);
    Must(SSL_CTX_use_certificate_chain_file(context_.get(),
                                            tls->certificate_file.c_str()) == 1 &&
         SSL_CTX_use_PrivateKey_file(context_.get(), tls->key_file.c_str(),
                                     SSL_FILETYPE_PEM) == 1);
  }
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  inet_pton(AF_INET, address_.c_str(), &at.sin_addr);
  auto* const any = reinterpret_cast<sockaddr*>(&at);
  socklen_t size = sizeof at;
  Must(bind(listener_, any, size) == 0 && listen(listener_, 1'024) == 0 &&
       getsockname(listener_, any, &size) == 0);
  port_ = ntohs(at.sin_port);
  accepter_ = std::thread([this] { Accept(); });
}

Receiver::~Receiver() {
  {
    const absl::MutexLock lock(&mu_);
    ends_ = true;
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  accepter_.join();
  close(listener_);
  const absl::MutexLock lock(&mu_);
  mu_.Await(absl::Condition(
      +[](absl::flat_hash_set<int>* open) { return open->empty(); }, &open_));
}

void Receiver::Accept() {
  for (;;) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const absl::MutexLock lock(&mu_);
    if (ends_) {
      close(fd);
      return;
    }
    ++connections_;
    open_.insert(fd);
    // Who waits for the last of them does it by `open_`.
    std::thread([this, fd] { Serve(fd); }).detach();
  }
}

void Receiver::Serve(int fd) {
  // OpenSSL writes without saying that it wants no signal.
  sigset_t broken;
  sigemptyset(&broken);
  sigaddset(&broken, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken, nullptr);
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  Handle(fd);
  const absl::MutexLock lock(&mu_);
  close(fd);
  open_.erase(fd);
}

void Receiver::Handle(int fd) {
  if (context_ == nullptr) {
    Conversation conversation(fd, nullptr);
    return handler_(conversation);
  }
  SSL* const ssl = SSL_new(context_.get());
  SSL_set_fd(ssl, fd);
  if (SSL_accept(ssl) == 1) {
    Conversation conversation(fd, ssl);
    handler_(conversation);
    SSL_shutdown(ssl);
  }
  SSL_free(ssl);
  ERR_clear_error();
}

Receiver::Handler Receiver::Answering(
    std::function<std::string(const ReceivedRequest&)> answer) {
  return [answer = std::move(answer)](Conversation& conversation) {
    while (const std::optional<ReceivedRequest> request = conversation.Read()) {
      if (!conversation.Send(answer(*request))) return;
    }
  };
}

Receiver::Handler Receiver::Answering(std::string answer) {
  return Answering(
      [answer = std::move(answer)](const ReceivedRequest&) { return answer; });
}

std::string Receiver::Url(std::string_view host) const {
  return absl::StrCat(context_ != nullptr ? "https" : "http", "://", std::string(host),
                      ":", port_, "/hook");
}

int Receiver::connections() const {
  const absl::MutexLock lock(&mu_);
  return connections_;
}

}  // namespace tocsin::testing
