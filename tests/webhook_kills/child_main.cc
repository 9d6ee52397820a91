// The process that is killed: an engine and a sink of webhooks in one directory. It
// applies facts and resets, and says a line for each that was acknowledged and for each
// attempt that ended, in one write. With `end` it does nothing new, waits until all is
// delivered, and says what was decided.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "tests/support/names.h"
#include "tests/support/random.h"
#include "tocsin/engine.h"
#include "tocsin/webhook.h"

namespace tocsin::testing {
namespace {

constexpr int kKilledCustomers = 6;
constexpr int kKilledAlerts = 2;
constexpr int kCallsMost = 1'000;

template <typename... Parts>
void SayLine(const Parts&... parts) {
  const std::string line = absl::StrCat(parts..., "\n");
  if (write(STDOUT_FILENO, line.data(), line.size()) !=
      static_cast<ssize_t>(line.size())) {
    std::abort();
  }
}

void MustBe(const absl::Status& status, const char* call) {
  if (status.ok()) return;
  SayLine("failed ", call, ": ", status.ToString());
  std::_Exit(1);
}

class Life {
 public:
  Life(const std::string& directory, const std::string& url, std::uint64_t seed)
      : random_(seed) {
    WebhookOptions options{.directory = directory,
                           .retry_first = absl::Milliseconds(1),
                           .retry_max = absl::Milliseconds(20),
                           .allow_http = true,
                           .allowed_networks = {"127.0.0.0/8"}};
    options.on_attempt = [this](const WebhookOptions::Attempt& attempt) {
      SayLine("tried ", attempt.status);
      absl::MutexLock lock(&mu_);
      ++attempts_;
    };
    auto sink = WebhookSink::Open(std::move(options));
    MustBe(sink.status(), "WebhookSink::Open");
    sink_ = *std::move(sink);
    if (sink_->List().empty()) {
      MustBe(sink_->Create({.url = url}, "").status(), "Create");
    }
    auto engine =
        Engine::Open({.directory = directory, .sink = sink_.get(), .shards = 1});
    MustBe(engine.status(), "Engine::Open");
    engine_ = *std::move(engine);
    for (int n = 1; n <= kKilledAlerts; ++n) {
      const auto created =
          engine_->CreateAlert({.id = AlertNumber(n),
                                .name = absl::StrCat("limit ", n),
                                .threshold = Decimal::FromInteger(10 * n)});
      if (created.status().code() != absl::StatusCode::kAlreadyExists) {
        MustBe(created.status(), "CreateAlert");
      }
    }
    SayLine("open");
  }

  void Work() {
    for (int i = 0; i < kCallsMost; ++i) {
      const CustomerId customer =
          Customer(1 + static_cast<int>(random_.Below(kKilledCustomers)));
      if (random_.Below(4) == 0) {
        const SpendAdded fact{.customer = customer, .amount = Decimal::FromInteger(7)};
        MustBe(engine_->Apply({{fact}}).status, "Apply");
      } else {
        const AlertId alert =
            AlertNumber(1 + static_cast<int>(random_.Below(kKilledAlerts)));
        const absl::Status status = engine_->Reset(customer, alert);
        if (status.code() != absl::StatusCode::kNotFound) MustBe(status, "Reset");
      }
      SayLine("done");
    }
  }

  void End() {
    MustBe(engine_->Drain(), "Drain");
    MustBe(engine_->Flush(), "Flush");
    AwaitDelivered();
    for (int c = 1; c <= kKilledCustomers; ++c) {
      for (int a = 1; a <= kKilledAlerts; ++a) SayDecided(Customer(c), AlertNumber(a));
    }
    MustBe(engine_->Close(absl::InfiniteDuration()).status(), "Close");
    SayLine("ended");
  }

 private:
  void AwaitDelivered() {
    for (;;) {
      std::uint64_t before = 0;
      {
        absl::MutexLock lock(&mu_);
        before = attempts_;
      }
      const std::vector<WebhookEndpoint> endpoints = sink_->List();
      if (endpoints[0].dead > 0) MustBe(absl::InternalError("it is dead"), "waiting");
      if (endpoints[0].waiting == 0) return;
      absl::MutexLock lock(&mu_);
      const auto is_more = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
        return attempts_ > before;
      };
      mu_.Await(absl::Condition(&is_more));
    }
  }
  void SayDecided(CustomerId customer, AlertId alert) {
    HistoryRange range;
    for (;;) {
      const auto events = engine_->History(customer, alert, range);
      if (events.status().code() == absl::StatusCode::kNotFound) return;
      MustBe(events.status(), "History");
      if (events->empty()) return;
      for (const HistoryEvent& event : *events) {
        if (event.notification) SayLine("decided ", event.notification->ToString());
      }
      range.after = events->back().number;
    }
  }

  Random random_;
  absl::Mutex mu_;
  std::uint64_t attempts_ ABSL_GUARDED_BY(mu_) = 0;
  std::unique_ptr<WebhookSink> sink_;
  std::unique_ptr<Engine> engine_;
};

int RunLife(int argc, char** argv) {
  std::uint64_t seed = 0;
  if (argc != 5 || !absl::SimpleAtoi(argv[3], &seed)) return 2;
  Life life(argv[1], argv[2], seed);
  if (std::string(argv[4]) == "end") {
    life.End();
  } else {
    life.Work();
  }
  return 0;
}

}  // namespace
}  // namespace tocsin::testing

int main(int argc, char** argv) { return tocsin::testing::RunLife(argc, argv); }
