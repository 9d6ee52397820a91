#ifndef TOCSIN_HTTP_H_
#define TOCSIN_HTTP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tocsin/engine.h"
#include "tocsin/notification.h"
#include "tocsin/options.h"

namespace tocsin {

class WebhookSink;

// One header field; names compare without regard to case.
using HttpField = std::pair<std::string, std::string>;

struct HttpRequest {
  std::string method = {};  // `POST`
  std::string target = {};  // `/v1/alerts/list?next_page=...`, as on the wire
  std::vector<HttpField> fields = {};
  std::string body = {};  // whole, without a transfer coding
};

struct HttpResponse {
  int status = 200;
  std::vector<HttpField> fields = {};  // without Content-Length, Date and Connection
  // Of HEAD that of GET, for its length: who sends it leaves it out.
  std::string body = {};
  // Whether the connection is to end behind it.
  bool close = false;
};

// Who may do what.
enum class HttpRight {
  kRead = 1,   // look
  kWrite = 2,  // tell facts, reset
  kAdmin = 4,  // create, change and archive alerts; all about webhooks
};

// One that has been given to somebody.
struct HttpToken {
  std::string token = {};    // 16 to 256 visible ASCII characters
  std::uint32_t rights = 0;  // of HttpRight
};

// Reads `TOKEN RIGHTS` lines, rights a comma list of `read`, `write`, `admin`; `#`
// begins a comment. Errors: kInvalidArgument, with the number of the line and never with
// the token.
absl::StatusOr<std::vector<HttpToken>> HttpTokensFromText(absl::string_view text);

// Hands on what it is given, and keeps the newest for those who look on: the readers of
// `/v1/events`.
//
// Thread safety: every method may be called from any thread.
class NotificationFeed final : public NotificationSink {
 public:
  // `to` must outlive it. Null: nobody else is told.
  explicit NotificationFeed(NotificationSink* to, std::size_t keep = 1'000);

  // What `to` does not take is not kept.
  absl::Status Deliver(const Notification& notification) override;
  absl::Status Sync() override;

  // How many were taken since it was made.
  std::uint64_t taken() const;

  struct Kept {
    std::uint64_t number = 0;  // from 1 on, in the order in which they were taken
    Notification notification = {};
  };
  // Those behind the first `after`, the oldest first, at most `max`. Where the first one
  // is not `after + 1`, those in between are kept no more.
  std::vector<Kept> Behind(std::uint64_t after, std::size_t max) const;

 private:
  NotificationSink* const to_;
  const std::size_t keep_;
  mutable absl::Mutex mu_;
  std::uint64_t taken_ ABSL_GUARDED_BY(mu_) = 0;
  // The place of each is its number, modulo `keep_`.
  std::vector<Notification> newest_ ABSL_GUARDED_BY(mu_);
};

struct HttpOptions {
  // Empty and not `no_auth`: every request is answered 401.
  std::vector<HttpToken> tokens = {};
  // Nobody is asked for a token. `HttpFront` refuses it on an address that is not of the
  // loopback.
  bool no_auth = false;
  // How long the answer of an `Idempotency-Key` is given again, and how many are kept. An
  // engine with `Options::receipts_keep`, which should be as long, keeps them beside what
  // was done; else they go with this object.
  absl::Duration idempotency_keep = absl::Hours(24);
  std::size_t idempotency_keys_max = 1'000'000;
  // How many bytes the answers of these take at most. Beyond either bound a request with
  // a key is answered 429; also where its token has as much as is left free, so that
  // nobody takes it all.
  std::size_t idempotency_bytes_max = std::size_t{256} << 20;
  // By which that is measured. Null: `SystemClock()`.
  Clock* clock = nullptr;
  // Which `/v1/webhooks/...` manages; must outlive the `HttpApi`. Null: there are no
  // webhooks, and these are answered 404.
  WebhookSink* webhooks = nullptr;
  // The largest body of `/v1/facts`, and of all else.
  std::size_t facts_body_bytes_max = std::size_t{1} << 20;
  std::size_t body_bytes_max = std::size_t{16} << 10;
  // Whose notifications `/v1/events` tells of; must outlive the API. Null: it tells of
  // counts alone.
  const NotificationFeed* feed = nullptr;
};

// The endpoints, without any socket: what a request is answered with.
//
// Thread safety: every method may be called from any thread. The engine must outlive it.
class HttpApi {
 public:
  static absl::StatusOr<std::unique_ptr<HttpApi>> Make(Engine* engine,
                                                       HttpOptions options);
  virtual ~HttpApi() = default;
  HttpApi(const HttpApi&) = delete;
  HttpApi& operator=(const HttpApi&) = delete;

  // Whole requests, for a host with a server of its own. The same as `Admit` and then,
  // where that admits, `Answer`.
  virtual HttpResponse HandleRequest(const HttpRequest& request) = 0;

  // What answering takes. What may take seconds is to be kept off threads that serve
  // connections; `HttpFront` has a thread for each kind, so that none waits for another,
  // and of kWebhookLong, which only waits for others, many.
  enum class Lane { kAtOnce, kLook, kChange, kWebhook, kWebhookLong };

  // What is known from the head alone: route, method, token, type and length of the
  // body. Nothing is read or changed.
  struct Admission {
    bool admitted = false;
    HttpResponse response = {};      // if not admitted
    std::size_t body_bytes_max = 0;  // if admitted: a longer one is answered 413
    Lane lane = Lane::kAtOnce;
    bool changes = false;  // what it is told was done waits for `Engine::Flush`
    // `Answer` gives the beginning of something that `HttpFront` goes on with for as long
    // as the client likes.
    bool is_stream = false;
  };
  virtual Admission Admit(const HttpRequest& head) = 0;
  virtual HttpResponse Answer(const HttpRequest& request) = 0;

  // From the next request on.
  virtual absl::Status SetTokens(std::vector<HttpToken> tokens) = 0;
  // Answers everything but /healthz and /readyz with 503 from now on: the host stops. A
  // reset of many that is under way ends, and says how far it came.
  virtual void Stop() = 0;

  // The description that `/openapi.json` gives.
  virtual std::string OpenApi() const = 0;

 protected:
  HttpApi() = default;
};

struct HttpFrontOptions {
  HttpOptions api = {};
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one
  int threads = 2;            // that serve connections
  std::size_t connections_max = 10'000;
  // Of them, that read `/v1/events`.
  std::size_t event_streams_max = 100;
  // PEM files. Both empty: without TLS.
  std::string tls_certificate_file = {};
  std::string tls_key_file = {};
  // In total, from the first byte that is awaited on.
  absl::Duration head_timeout = absl::Seconds(5);
  absl::Duration body_timeout = absl::Seconds(10);
  absl::Duration write_timeout = absl::Seconds(10);
  absl::Duration idle_timeout = absl::Seconds(15);
  // An answer that says that something was done leaves once `Engine::Flush` has returned:
  // for an engine with `Durability::kGrouped`, whose calls of many connections then share
  // a write.
  bool flush_before_answer = false;
  // Told of each answered request once its answer is known to be that, on threads of the
  // front, several at a time; must not throw. Empty: nobody is.
  struct Access {
    std::string method = {};
    std::string path = {};  // without the query
    int status = 0;
    std::size_t body_bytes = 0;
    absl::Duration took = absl::ZeroDuration();
    std::string peer = {};
  };
  absl::AnyInvocable<void(const Access&)> on_access = nullptr;
};

// Serves the endpoints over HTTP/1.1, in the program that has the engine.
class HttpFront {
 public:
  // Listens when it returns. Errors: kInvalidArgument for an option out of its range;
  // kFailedPrecondition for an address that cannot be listened on, or a certificate or
  // key that cannot be used.
  static absl::StatusOr<std::unique_ptr<HttpFront>> Start(Engine* engine,
                                                          HttpFrontOptions options);
  // As `Stop` with 5 seconds.
  virtual ~HttpFront() = default;
  HttpFront(const HttpFront&) = delete;
  HttpFront& operator=(const HttpFront&) = delete;

  virtual std::uint16_t port() const = 0;
  virtual HttpApi& api() = 0;
  // Takes no new connection, answers new requests 503, finishes those that are read (a
  // reset of many where it is), and closes what is left after `deadline`.
  virtual void Stop(absl::Duration deadline) = 0;

 protected:
  HttpFront() = default;
};

}  // namespace tocsin

#endif  // TOCSIN_HTTP_H_
