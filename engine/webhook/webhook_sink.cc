#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/base/status.h"
#include "engine/webhook/delivery_store.h"
#include "engine/webhook/dispatcher.h"
#include "engine/webhook/letter.h"
#include "engine/webhook/mailbox.h"
#include "engine/webhook/make_sink.h"
#include "engine/webhook/sender.h"
#include "engine/webhook/transfers.h"
#include "tocsin/webhook.h"

namespace tocsin {
namespace webhook {
namespace {

class Sink final : public WebhookSink {
 public:
  Sink(Clock* clock, std::unique_ptr<Transfers> transfers)
      : sender_(&mailbox_, clock, std::move(transfers)),
        wake_([this] { sender_.transfers()->Wake(); }) {}
  ~Sink() override { End(absl::ZeroDuration()); }

  absl::Status Start(WebhookOptions options);

  absl::Status Deliver(const Notification& notification) override {
    return mailbox_.Push(MakeLetter(notification), wake_);
  }
  absl::Status Sync() override { return mailbox_.AwaitKept(wake_); }

  absl::StatusOr<Created> Create(const WebhookSettings& settings,
                                 absl::string_view secret) override {
    return Ask<Created>([&](Dispatcher& dispatcher, absl::Time now) {
      return dispatcher.Create(settings, secret, now);
    });
  }
  absl::Status Update(EndpointId id, const WebhookSettings& settings) override {
    return Tell([&](Dispatcher& dispatcher, absl::Time now) {
      return dispatcher.Update(id, settings, now);
    });
  }
  absl::Status Remove(EndpointId id) override {
    return Tell([&](Dispatcher& dispatcher, absl::Time now) {
      return dispatcher.Remove(id, now);
    });
  }
  absl::StatusOr<WebhookEndpoint> Get(EndpointId id) override {
    return Ask<WebhookEndpoint>(
        [&](Dispatcher& dispatcher, absl::Time now) { return dispatcher.Get(id, now); });
  }
  std::vector<WebhookEndpoint> List() override {
    using Endpoints = std::vector<WebhookEndpoint>;
    absl::StatusOr<Endpoints> endpoints = Ask<Endpoints>(
        [&](Dispatcher& dispatcher, absl::Time now) -> absl::StatusOr<Endpoints> {
          return dispatcher.List(now);
        });
    if (endpoints.ok()) return *std::move(endpoints);
    // Whoever ends it waits for this thread.
    if (sender_.IsHere()) return {};
    absl::MutexLock lock(&ending_);
    return left_;
  }
  WebhookHealth Health() override {
    WebhookHealth health = mailbox_.health();
    health.cut_off = cut_off_;
    return health;
  }
  absl::StatusOr<std::string> RotateSecret(EndpointId id, absl::string_view secret,
                                           absl::Duration overlap) override {
    return Ask<std::string>([&](Dispatcher& dispatcher, absl::Time now) {
      return dispatcher.RotateSecret(id, secret, overlap, now);
    });
  }
  absl::Status EndOverlap(EndpointId id) override {
    return Tell([&](Dispatcher& dispatcher, absl::Time now) {
      return dispatcher.EndOverlap(id, now);
    });
  }
  absl::StatusOr<WebhookOptions::Attempt> SendTest(EndpointId id) override;
  absl::StatusOr<std::vector<DeadLetter>> DeadLetters(EndpointId id, std::uint64_t after,
                                                      std::size_t max) override {
    return Ask<std::vector<DeadLetter>>([&](Dispatcher& dispatcher, absl::Time now) {
      return dispatcher.DeadLetters(id, after, max, now);
    });
  }
  absl::Status SendAgain(EndpointId id, std::uint64_t number) override {
    return Tell([&](Dispatcher& dispatcher, absl::Time now) {
      return dispatcher.SendAgain(id, number, now);
    });
  }
  absl::StatusOr<std::uint64_t> SendAllAgain(EndpointId id) override;

  void Stop(absl::Duration deadline) override { End(deadline); }

 private:
  using Done = std::function<void(absl::Status)>;

  void End(absl::Duration deadline);
  // On the thread that sends, and waits for it.
  absl::Status OnThread(const std::function<void(Done)>& task) {
    if (sender_.IsHere()) {
      return MakeStatus(Reason::kCalledFromSink,
                        "called inside on_attempt, whose thread would wait for itself");
    }
    return mailbox_.Run(task, wake_);
  }
  template <typename Do>
  absl::Status Tell(Do what) {
    return OnThread(
        [&](const Done& done) { done(what(*sender_.dispatcher(), sender_.Now())); });
  }
  template <typename Answer, typename Do>
  absl::StatusOr<Answer> Ask(Do what) {
    absl::StatusOr<Answer> answer;
    const absl::Status status = OnThread([&](const Done& done) {
      answer = what(*sender_.dispatcher(), sender_.Now());
      done(answer.status());
    });
    return status.ok() ? std::move(answer) : status;
  }

  Mailbox mailbox_;
  Sender sender_;
  const std::function<void()> wake_;
  std::string cut_off_;  // does not change once it is open
  // Who may end it is one at a time.
  absl::Mutex ending_;
  std::thread thread_;
  std::vector<WebhookEndpoint> left_ ABSL_GUARDED_BY(ending_);  // by the thread
};

absl::Status Sink::Start(WebhookOptions options) {
  absl::StatusOr<std::unique_ptr<DeliveryStore>> store =
      DeliveryStore::Open(options.directory);
  if (!store.ok()) return store.status();
  absl::StatusOr<std::unique_ptr<Dispatcher>> dispatcher = Dispatcher::Open(
      std::move(options), *std::move(store), sender_.transfers(), sender_.Now());
  if (!dispatcher.ok()) return dispatcher.status();
  cut_off_ = (*dispatcher)->cut_off();
  sender_.Set(*std::move(dispatcher));
  try {
    thread_ = std::thread([this] { sender_.Loop(); });
  } catch (const std::system_error& error) {
    return MakeStatus(
        Reason::kLimitReached,
        std::string("the thread that sends webhooks could not be made: ") + error.what());
  }
  return absl::OkStatus();
}

void Sink::End(absl::Duration deadline) {
  absl::MutexLock lock(&ending_);
  if (!thread_.joinable()) return;
  mailbox_.Stop(deadline, wake_);
  thread_.join();
  left_ = sender_.dispatcher()->List(sender_.Now());
}

absl::StatusOr<WebhookOptions::Attempt> Sink::SendTest(EndpointId id) {
  // Shared, as the attempt may end when nobody waits any more.
  const auto attempt = std::make_shared<WebhookOptions::Attempt>();
  const absl::Status status = OnThread([&, attempt](const Done& done) {
    const absl::Status begun = sender_.dispatcher()->SendTest(
        id, sender_.Now(), [attempt, done](const WebhookOptions::Attempt& ended) {
          *attempt = ended;
          done(absl::OkStatus());
        });
    if (!begun.ok()) done(begun);
  });
  if (!status.ok()) return status;
  return *attempt;
}

absl::StatusOr<std::uint64_t> Sink::SendAllAgain(EndpointId id) {
  // Shared, as with a test.
  const auto sent = std::make_shared<std::uint64_t>(0);
  const absl::Status status = OnThread([&, sent](const Done& done) {
    sender_.dispatcher()->SendAllAgain(id,
                                       [sent, done](absl::StatusOr<std::uint64_t> all) {
                                         if (all.ok()) *sent = *all;
                                         done(all.status());
                                       });
  });
  if (!status.ok()) return status;
  return *sent;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WebhookSink>> MakeWebhookSink(
    WebhookOptions options, std::unique_ptr<Transfers> transfers) {
  Clock* const clock = options.clock == nullptr ? SystemClock() : options.clock;
  auto sink = std::make_unique<Sink>(clock, std::move(transfers));
  absl::Status status = sink->Start(std::move(options));
  if (!status.ok()) return status;
  return sink;
}

}  // namespace webhook

absl::StatusOr<std::unique_ptr<WebhookSink>> WebhookSink::Open(WebhookOptions options) {
  absl::StatusOr<std::unique_ptr<webhook::Transfers>> transfers =
      webhook::MakeCurlTransfers({.clock = options.clock,
                                  .timeout = options.attempt_timeout,
                                  .connections_kept = options.attempts_max,
                                  .allow_http = options.allow_http,
                                  .allowed_networks = options.allowed_networks,
                                  .authorities_file = options.authorities_file});
  if (!transfers.ok()) return transfers.status();
  return webhook::MakeWebhookSink(std::move(options), *std::move(transfers));
}

}  // namespace tocsin
