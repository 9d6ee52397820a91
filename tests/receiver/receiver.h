#ifndef TOCSIN_TESTS_RECEIVER_RECEIVER_H_
#define TOCSIN_TESTS_RECEIVER_RECEIVER_H_

#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"

namespace tocsin::testing {

// A request as it was read from a connection.
struct ReceivedRequest {
  std::string head = {};  // with its empty line
  std::string body = {};

  // Of the first header of this name, in any case; empty if there is none.
  std::string Header(std::string_view name) const;
};

// The bytes of an answer, with their length. `headers`: each with its line end.
std::string AnswerOf(int status, std::string_view headers = "",
                     std::string_view body = "");

// A connection that came in, for who answers on it.
//
// Thread safety: one thread.
class Conversation {
 public:
  // Does not own them.
  Conversation(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}

  // The next request, or only its head. Nothing: the other side has ended it.
  std::optional<ReceivedRequest> Read();
  std::optional<ReceivedRequest> ReadHead();
  // False once the other side is gone.
  bool Send(std::string_view bytes);
  // Both until the other side is gone; of a trickle each byte some while after the one
  // before.
  void SendForever(std::string_view bytes);
  void TrickleForever(std::string_view bytes);
  void AwaitEnd();
  // Has the connection end with a reset.
  void Reset();

 private:
  bool ReadMore();

  const int fd_;
  SSL* const ssl_;
  std::string read_;
};

// A server on a port of its own of this machine, with a thread for each connection.
class Receiver {
 public:
  // Called for each connection, on a thread of its own; at its return that ends.
  using Handler = std::function<void(Conversation&)>;
  struct Tls {
    std::string certificate_file;
    std::string key_file;
    int version_most = TLS1_3_VERSION;
  };

  explicit Receiver(Handler handler) : Receiver(std::move(handler), std::nullopt) {}
  Receiver(Handler handler, const std::optional<Tls>& tls,
           std::string address = "127.0.0.1", std::uint16_t port = 0);
  // Ends all connections, and waits for their handlers.
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  // Of a handler that answers every request with what a function makes of it, which is
  // called by several threads.
  static Handler Answering(std::function<std::string(const ReceivedRequest&)> answer);
  // The same answer each time.
  static Handler Answering(std::string answer);

  std::uint16_t port() const { return port_; }
  // `http://127.0.0.1:1234/hook`
  std::string Url(std::string_view host = "127.0.0.1") const;
  // How many came in so far.
  int connections() const;

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  void Accept();
  void Serve(int fd);
  void Handle(int fd);

  const Handler handler_;
  const std::string address_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable absl::Mutex mu_;
  absl::flat_hash_set<int> open_ ABSL_GUARDED_BY(mu_);
  int connections_ ABSL_GUARDED_BY(mu_) = 0;
  bool ends_ ABSL_GUARDED_BY(mu_) = false;
  std::thread accepter_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_RECEIVER_RECEIVER_H_
