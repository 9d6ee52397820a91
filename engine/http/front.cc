#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "engine/http/front_counts.h"
#include "engine/http/front_options.h"
#include "engine/http/front_parts.h"
#include "engine/http/loop.h"
#include "engine/http/tls.h"
#include "tocsin/http.h"

namespace tocsin {
namespace http {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr absl::Duration kStopInDestructor = absl::Seconds(5);
// How long nobody is accepted while there is no file descriptor left for one.
constexpr std::chrono::milliseconds kAcceptPause{50};

class Front final : public HttpFront {
 public:
  Front(Engine* engine, HttpFrontOptions* options) : parts_(engine, *options) {
    parts_.shared.flush_before_answer = options->flush_before_answer;
    parts_.shared.counts.counts_changes = options->flush_before_answer;
    parts_.shared.on_access = std::move(options->on_access);
    parts_.limits = TimeLimitsOf(*options);
  }
  ~Front() override { Stop(kStopInDestructor); }

  absl::Status MakeEndpoints(Engine* engine, HttpOptions options);
  absl::Status Listen(const HttpFrontOptions& options);

  std::uint16_t port() const override { return port_; }
  HttpApi& api() override { return *api_; }
  void Stop(absl::Duration deadline) override;

 private:
  absl::Status Bind(const HttpFrontOptions& options);
  void Accept();
  void TakeAccepted(Loop* loop, const error_code& error, tcp::socket socket);
  void StopAccepting();

  FrontParts parts_;
  std::unique_ptr<HttpApi> api_;
  std::vector<std::unique_ptr<Loop>> loops_;
  // On the first of the loops.
  std::unique_ptr<tcp::acceptor> acceptor_;
  std::unique_ptr<boost::asio::steady_timer> pause_;
  std::size_t next_loop_ = 0;
  std::uint16_t port_ = 0;

  absl::Mutex stop_mu_;
  bool stopped_ ABSL_GUARDED_BY(stop_mu_) = false;
};

absl::Status Front::MakeEndpoints(Engine* engine, HttpOptions options) {
  absl::StatusOr<std::unique_ptr<HttpApi>> api =
      MakeApi(engine, std::move(options), &parts_.shared.counts);
  if (!api.ok()) return api.status();
  api_ = *std::move(api);
  parts_.shared.api = api_.get();
  return absl::OkStatus();
}

absl::Status Front::Bind(const HttpFrontOptions& options) {
  error_code error;
  const tcp::endpoint endpoint(boost::asio::ip::make_address(options.address),
                               options.port);
  acceptor_ = std::make_unique<tcp::acceptor>(loops_.front()->context());
  acceptor_->open(endpoint.protocol(), error);
  if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_->bind(endpoint, error);
  if (!error) acceptor_->listen(SOMAXCONN, error);
  if (!error) port_ = acceptor_->local_endpoint(error).port();
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "address: ", options.address, " port ", options.port, " cannot be listened on (",
      error.message(),
      "); it must be an address of this machine, with a port that nobody has"));
}

absl::Status Front::Listen(const HttpFrontOptions& options) {
  for (int i = 0; i < options.threads; ++i) {
    loops_.push_back(std::make_unique<Loop>(&parts_));
  }
  absl::Status status = Bind(options);
  if (!status.ok()) return status;
  if (!options.tls_certificate_file.empty()) {
    absl::StatusOr<boost::asio::ssl::context> context =
        MakeTlsContext(options.tls_certificate_file, options.tls_key_file);
    if (!context.ok()) return context.status();
    parts_.tls = *std::move(context);
  }
  pause_ = std::make_unique<boost::asio::steady_timer>(loops_.front()->context());
  loops_.front()->Post([this] { Accept(); });
  return absl::OkStatus();
}

void Front::Accept() {
  Loop* const loop = loops_[next_loop_++ % loops_.size()].get();
  acceptor_->async_accept(loop->context(),
                          [this, loop](const error_code& error, tcp::socket socket) {
                            TakeAccepted(loop, error, std::move(socket));
                          });
}

void Front::TakeAccepted(Loop* loop, const error_code& error, tcp::socket socket) {
  if (!acceptor_->is_open()) return;
  const bool is_short_of_files = error == boost::asio::error::no_descriptors ||
                                 error == std::errc::too_many_files_open_in_system ||
                                 error == boost::asio::error::no_buffer_space ||
                                 error == boost::asio::error::no_memory;
  if (is_short_of_files) {
    pause_->expires_after(kAcceptPause);
    pause_->async_wait([this](const error_code& canceled) {
      if (!canceled && acceptor_->is_open()) Accept();
    });
    return;
  }
  // One too many is closed at once, so that it knows.
  if (!error && parts_.open.Add()) loop->Add(std::move(socket));
  Accept();
}

void Front::StopAccepting() {
  if (acceptor_ == nullptr) return;
  absl::Notification is_closed;
  loops_.front()->Post([this, &is_closed] {
    error_code ignored;
    acceptor_->close(ignored);
    if (pause_ != nullptr) pause_->cancel();
    is_closed.Notify();
  });
  is_closed.WaitForNotification();
}

void Front::Stop(absl::Duration deadline) {
  absl::MutexLock lock(&stop_mu_);
  if (std::exchange(stopped_, true)) return;
  if (api_ != nullptr) api_->Stop();
  parts_.shared.stopping = true;
  StopAccepting();
  for (const auto& loop : loops_) loop->CloseIdle();
  parts_.open.AwaitNone(deadline);
  for (const auto& loop : loops_) loop->CloseAll();
  // A call of the engine that is under way is waited for in any case.
  parts_.slow.Stop();
  parts_.flusher.Stop();
  for (const auto& loop : loops_) loop->Stop();
}

}  // namespace
}  // namespace http

absl::StatusOr<std::unique_ptr<HttpFront>> HttpFront::Start(Engine* engine,
                                                            HttpFrontOptions options) {
  absl::Status status = http::CheckFrontOptions(options);
  if (!status.ok()) return status;
  try {
    auto front = std::make_unique<http::Front>(engine, &options);
    status = front->MakeEndpoints(engine, std::move(options.api));
    if (status.ok()) status = front->Listen(options);
    if (!status.ok()) return status;
    return front;
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a thread cannot be started: ", error.what()));
  }
}

}  // namespace tocsin
