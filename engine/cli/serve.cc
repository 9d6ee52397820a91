#include "engine/cli/serve.h"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "engine/cli/notification_file.h"
#include "engine/cli/regular_file.h"
#include "engine/cli/replay.h"
#include "engine/cli/serve_log.h"
#include "engine/cli/serve_watch.h"
#include "engine/cli/serve_webhooks.h"
#include "engine/cli/service_manager.h"
#include "engine/cli/sink_pair.h"
#include "engine/cli/store_names.h"
#include "engine/cli/token_file.h"
#include "tocsin/engine.h"
#include "tocsin/http.h"

namespace tocsin::cli {
namespace {

constexpr int kExitStoreFailed = 1;
// How soon a store that has failed, or is written to by nobody, is noticed.
constexpr timespec kLookEvery = {.tv_sec = 1, .tv_nsec = 0};

// By why it cannot begin. What lies with the disk, or with who else has the store or a
// file, may be gone at the next start without anybody's doing.
int ExitFor(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  return absl::IsUnavailable(status) || reason == Reason::kStoreInUse ||
                 reason == Reason::kDiskFull
             ? kExitStoreFailed
             : kExitFailure;
}

// A connection is a file, and what a login may open is few.
void AllowManyFiles() {
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  // With fewer files there are fewer connections.
  [[maybe_unused]] const int result = setrlimit(RLIMIT_NOFILE, &files);
}

sigset_t AwaitedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

// From here on a signal ends the program.
void LetSignalsEndIt() {
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

// One run of the command.
class Server {
 public:
  explicit Server(ServeOptions* options)
      : options_(*options), log_(options->log_json), signals_(AwaitedSignals()) {}

  int Run();

 private:
  absl::Status Start();
  absl::Status OpenSink();
  absl::Status CheckTlsFiles() const;
  absl::Status OpenWebhooks();
  // What is delivered is seen on /v1/events as well.
  void MakeFeed();
  absl::Status OpenEngine();
  absl::Status StartFront();
  absl::StatusOr<std::vector<HttpToken>> ReadTokens();
  void SayServing();
  // Until it is to stop: whether because it was told to.
  bool AwaitEnd();
  void ReloadTokens();
  void SayWhatIsWrong();
  void ReloadWebhooks();
  int Stop(bool was_told);

  ServeOptions& options_;
  ServeLog log_;
  const sigset_t signals_;
  std::unique_ptr<NotificationFile> sink_;
  std::unique_ptr<ServeWebhooks> webhooks_;
  std::unique_ptr<SinkPair> both_;
  std::unique_ptr<NotificationFeed> feed_;
  std::vector<ServeLog::Field> recovered_;
  std::string url_;  // where it listens, without the port
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<HttpFront> front_;
  ServeWatch watch_;
};

absl::Status Server::OpenSink() {
  if (options_.notifications_path.empty()) return absl::OkStatus();
  absl::Status status =
      CheckIsNotOfStore(options_.notifications_path, options_.engine.directory);
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<NotificationFile>> file =
      NotificationFile::Open(options_.notifications_path);
  if (!file.ok()) return file.status();
  sink_ = *std::move(file);
  options_.engine.sink = sink_.get();
  return absl::OkStatus();
}

absl::Status Server::CheckTlsFiles() const {
  for (const std::string* file :
       {&options_.front.tls_certificate_file, &options_.front.tls_key_file}) {
    absl::Status status = file->empty() ? absl::OkStatus() : CheckRegularFile(*file);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Server::OpenWebhooks() {
  WebhookFlags& flags = options_.webhooks;
  if (flags.off) return absl::OkStatus();
  flags.options.directory = options_.engine.directory;
  absl::StatusOr<std::unique_ptr<ServeWebhooks>> webhooks =
      ServeWebhooks::Open(std::move(flags.options), &log_);
  if (!webhooks.ok()) return webhooks.status();
  webhooks_ = *std::move(webhooks);
  options_.front.api.webhooks = &webhooks_->sink();
  options_.engine.sink = &webhooks_->sink();
  if (sink_ != nullptr) {
    both_ = std::make_unique<SinkPair>(sink_.get(), &webhooks_->sink());
    options_.engine.sink = both_.get();
  }
  // Before the engine, so that what it has left over goes to these as well.
  return flags.file.empty() ? absl::OkStatus() : webhooks_->Configure(flags.file);
}

void Server::MakeFeed() {
  feed_ = std::make_unique<NotificationFeed>(options_.engine.sink);
  options_.engine.sink = feed_.get();
  options_.front.api.feed = feed_.get();
}

absl::Status Server::OpenEngine() {
  RecoveryProgress last;
  const absl::Time begin = absl::Now();
  options_.engine.on_recovery = [&last](const RecoveryProgress& progress) {
    last = progress;
    // What is stored stays as it is, wherever this ends.
    sigset_t pending;
    if (sigpending(&pending) == 0 &&
        (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1)) {
      _exit(0);
    }
  };
  options_.engine.receipts_keep = options_.front.api.idempotency_keep;
  absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Open(options_.engine);
  if (!engine.ok()) return engine.status();
  engine_ = *std::move(engine);
  const Stats stats = engine_->GetStats();
  if (sink_ != nullptr) {
    absl::Status status = sink_->GoOn(stats.outbox);
    if (!status.ok()) return status;
  }
  recovered_ = {
      {"customers", stats.customers},
      {"alerts", stats.alerts},
      {"bytes", last.bytes},
      {"ms", static_cast<std::uint64_t>(absl::ToInt64Milliseconds(absl::Now() - begin))}};
  if (!last.cut_off.empty()) recovered_.emplace_back("cut_off", last.cut_off);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<HttpToken>> Server::ReadTokens() {
  absl::StatusOr<TokenFile> file = ReadTokenFile(options_.token_file);
  if (!file.ok()) return file.status();
  if (file->is_open_to_all) {
    log_.Error("token file can be read by all", {{"file", options_.token_file}});
  }
  return std::move(file->tokens);
}

absl::Status Server::StartFront() {
  if (options_.log_requests) {
    options_.front.on_access = [this](const HttpFrontOptions::Access& access) {
      log_.Info(
          "request",
          {{"method", access.method},
           {"path", access.path},
           {"status", static_cast<std::uint64_t>(access.status)},
           {"bytes", access.body_bytes},
           {"us", static_cast<std::uint64_t>(absl::ToInt64Microseconds(access.took))},
           {"peer", access.peer}});
    };
  }
  const std::string& address = options_.front.address;
  const bool is_v6 = absl::StrContains(address, ':');
  url_ = absl::StrCat(options_.front.tls_key_file.empty() ? "http" : "https", "://",
                      is_v6 ? "[" : "", address, is_v6 ? "]:" : ":");
  absl::StatusOr<std::unique_ptr<HttpFront>> front =
      HttpFront::Start(engine_.get(), std::move(options_.front));
  if (!front.ok()) return front.status();
  front_ = *std::move(front);
  return absl::OkStatus();
}

void Server::SayServing() {
  std::vector<ServeLog::Field> fields = {
      {"address", absl::StrCat(url_, front_->port())},
      {"data", options_.engine.directory.empty() ? "none, all is lost when this ends"
                                                 : options_.engine.directory},
      {"notifications", options_.notifications_path.empty()
                            ? "written to no file"
                            : options_.notifications_path},
      {"auth", options_.token_file.empty() ? "none" : "tokens"}};
  if (webhooks_ != nullptr) {
    fields.emplace_back("webhooks", std::uint64_t{webhooks_->sink().List().size()});
  }
  fields.insert(fields.end(), recovered_.begin(), recovered_.end());
  log_.Info("serving", fields);
}

absl::Status Server::Start() {
  // What can be wrong at once comes before a recovery that may take long.
  if (!options_.token_file.empty()) {
    absl::StatusOr<std::vector<HttpToken>> tokens = ReadTokens();
    if (!tokens.ok()) return tokens.status();
    options_.front.api.tokens = *std::move(tokens);
  }
  absl::Status status = CheckTlsFiles();
  if (status.ok()) status = OpenSink();
  if (status.ok()) status = OpenWebhooks();
  if (status.ok()) {
    MakeFeed();
    status = OpenEngine();
  }
  if (status.ok()) status = StartFront();
  return status;
}

void Server::ReloadTokens() {
  if (options_.token_file.empty()) return;
  absl::StatusOr<std::vector<HttpToken>> tokens = ReadTokens();
  const std::uint64_t count = tokens.ok() ? tokens->size() : 0;
  const absl::Status status =
      tokens.ok() ? front_->api().SetTokens(*std::move(tokens)) : tokens.status();
  if (status.ok()) {
    log_.Info("tokens read again", {{"tokens", count}});
  } else {
    log_.Error("tokens stay as they were", {{"because", std::string(status.message())}});
  }
}

void Server::SayWhatIsWrong() {
  const std::string error = sink_ == nullptr ? std::string() : sink_->LastError();
  for (const ServeWatch::Event& event : watch_.Look(engine_->GetStats(), error)) {
    std::vector<ServeLog::Field> fields;
    if (!event.because.empty()) fields.emplace_back("because", event.because);
    log_.Error(event.what, fields);
  }
}

void Server::ReloadWebhooks() {
  if (options_.webhooks.file.empty()) return;
  const absl::Status status = webhooks_->Configure(options_.webhooks.file);
  if (status.ok()) {
    log_.Info("webhooks read again");
  } else {
    log_.Error("webhooks are not all as configured",
               {{"because", std::string(status.message())}});
  }
}

bool Server::AwaitEnd() {
  for (;;) {
    const int signal = sigtimedwait(&signals_, nullptr, &kLookEvery);
    if (signal == SIGHUP) {
      ReloadTokens();
      ReloadWebhooks();
    }
    if (signal == SIGTERM || signal == SIGINT) return true;
    if (webhooks_ != nullptr) webhooks_->Look();
    // What a worker has done without a request becomes durable with the next one, or
    // here.
    const absl::Status status = engine_->Flush();
    SayWhatIsWrong();
    if (status.ok()) continue;
    log_.Error("the store failed", {{"because", std::string(status.message())}});
    return false;
  }
}

int Server::Stop(bool was_told) {
  log_.Info("stopping");
  NotifyServiceManager("STOPPING=1");
  LetSignalsEndIt();
  front_->Stop(options_.stop_timeout);
  front_.reset();
  const absl::StatusOr<CloseResult> left = engine_->Close(options_.stop_timeout);
  if (!left.ok()) {
    log_.Error("stopped", {{"because", std::string(left.status().message())}});
    return kExitStoreFailed;
  }
  std::vector<ServeLog::Field> fields = {{"due", left->due},
                                         {"undelivered", left->undelivered}};
  if (webhooks_ != nullptr) {
    webhooks_->sink().Stop(options_.stop_timeout);
    fields.emplace_back("webhooks_waiting", webhooks_->waiting());
  }
  log_.Info("stopped", fields);
  return was_told ? kExitGood : kExitStoreFailed;
}

int Server::Run() {
  // Before any thread is there, so that no other takes them.
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  AllowManyFiles();
  const absl::Status status = Start();
  if (!status.ok()) {
    log_.Error("cannot serve", {{"because", std::string(status.message())}});
    return ExitFor(status);
  }
  SayServing();
  NotifyServiceManager("READY=1");
  return Stop(AwaitEnd());
}

}  // namespace

int RunServe(ServeOptions* options) { return Server(options).Run(); }

}  // namespace tocsin::cli
