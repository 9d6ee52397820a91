// The process that is killed: opens an engine in a directory, says what is there, and
// works on it from three threads, saying what was acknowledged and delivered, each in one
// write, so that what was said was so when the process was killed.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/core/open.h"
#include "engine/sqlite/sqlite_store.h"
#include "engine/work/worker_pool.h"
#include "tests/kills/death.h"
#include "tests/kills/scene.h"
#include "tests/support/random.h"
#include "tocsin/engine.h"

namespace tocsin::testing {
namespace {

constexpr std::uint64_t kJournalBytes = 8'000;
constexpr int kPassingAtOnce = 6;

// One line to who started this process. So short that a pipe takes it whole or not.
template <typename... Parts>
void Say(const Parts&... parts) {
  const std::string line = absl::StrCat(parts..., "\n");
  if (write(STDOUT_FILENO, line.data(), line.size()) !=
      static_cast<ssize_t>(line.size())) {
    std::abort();
  }
}

// Ends the process where something fails that must not.
void Must(const absl::Status& status, const char* call) {
  if (status.ok()) return;
  Say("failed ", call, ": ", status.ToString());
  std::_Exit(1);
}

class SayingSink final : public NotificationSink {
 public:
  absl::Status Deliver(const Notification& told) override {
    Say("told ", NameOf(told.customer).substr(1), " ", told.sequence, " ",
        told.alert_name, " ", told.kind == NotificationKind::kReached ? "up" : "down",
        " ", told.epoch, " ", told.id.ToString(), " ", ToJson(told));
    return absl::OkStatus();
  }
};

struct ChildOptions {
  std::string directory;
  std::uint64_t seed = 0;
  std::string point;  // to die at; "end": comes to its end
  int times = 0;
};

class Child {
 public:
  explicit Child(ChildOptions options)
      : options_(std::move(options)),
        random_(options_.seed),
        death_(options_.point, options_.times) {}

  int Live() {
    for (int n = 1; n <= kKillCustomers; ++n) Customer(n);  // which makes its name known
    auto store = sqlite::OpenStore(options_.directory, RegisterDyingFiles(&death_),
                                   {.by = sqlite::Copying::By::kThread, .pages = 16});
    Must(store.status(), "OpenStore");
    auto engine =
        core::OpenWith({.directory = options_.directory,
                        .journal_bytes_max = kJournalBytes,
                        .fact_ids_max = 10'000,
                        .receipts_keep = absl::Hours(24),
                        .sink = &sink_,
                        .shards = 8,
                        .random_seed = options_.seed},
                       std::make_unique<work::WorkerPool>(2), &death_, *std::move(store));
    Must(engine.status(), "Open");
    engine_ = *std::move(engine);
    SayWhatIsThere();
    if (options_.point == "end") return End();
    for (const int alert : {kCountedAlert, kResetAlert}) {
      if (!engine_->GetAlert(AlertNumber(alert)).ok()) Create(alert);
    }
    std::vector<std::thread> threads;
    for (int source = 0; source < kKillSources; ++source) {
      threads.emplace_back(
          [this, source, seed = random_.Next()] { SendBatches(source, Random(seed)); });
    }
    threads.emplace_back([this, seed = random_.Next()] { ChangeAlerts(Random(seed)); });
    for (std::thread& thread : threads) thread.join();
    return 1;
  }

 private:
  void SayWhatIsThere() {
    for (int source = 0; source < kKillSources; ++source) {
      const std::uint64_t last = LastOf(source);
      Say("position ", source, " ", last);
      if (last > 0) SendAgain(source, last);
    }
    SayReceipts();
    const AlertId reset = AlertNumber(kResetAlert);
    for (int n = 1; n <= kKillCustomers && engine_->GetAlert(reset).ok(); ++n) {
      const auto view = engine_->GetCustomerAlert(Customer(n), reset);
      if (absl::IsNotFound(view.status())) continue;  // no fact has come yet
      Must(view.status(), "GetCustomerAlert");
      Say("customer ", n, " ", view->value.value_or(Decimal()).ToString(), " ",
          view->epoch, " ", CustomerStatusName(*view->status));
      const auto events =
          engine_->History(Customer(n), AlertNumber(kCountedAlert), {.limit = 10'000});
      Must(events.status(), "History");
      Say("history ", n, " ", events->size());
    }
    Must(engine_->ForEachAlert([this](const Alert& alert) {
      int number = 0;
      if (!absl::SimpleAtoi(alert.spec.name, &number)) std::abort();
      last_alert_ = std::max(last_alert_, number);
      if (alert.status == AlertStatus::kEnabled && number >= kFirstPassing) {
        passing_.push_back(number);
      }
      Say("alert ", number, " ", AlertStatusName(alert.status));
    }),
         "ForEachAlert");
    Say("differed ", engine_->GetStats().decisions_differed);
    Say("shown");
  }

  std::uint64_t LastOf(int source) {
    const auto last = engine_->LastPosition(SourceName(source));
    Must(last.status(), "LastPosition");
    return last->value_or(0);
  }

  // As a host without positions does, who does not know what came of a batch.
  void SendAgain(int source, std::uint64_t offset) {
    const std::vector<std::string> ids = FactIdsOf(source, offset);
    const ApplyResult result = engine_->Apply(BatchOf(source, offset), {.fact_ids = ids});
    Must(result.status, "Apply");
    Say("again ", source, " ", ids.size() - result.duplicates);
  }

  // How many there are of batches and of resets, if they are as they should follow.
  void SayReceipts() {
    const auto receipts = engine_->Receipts();
    Must(receipts.status(), "Receipts");
    std::vector<std::uint64_t> of_batches(kKillSources, 0);
    std::vector<std::uint64_t> of_resets(kKillCustomers + 1, 0);
    for (const Receipt& receipt : *receipts) {
      bool found = false;
      for (int source = 0; source < kKillSources && !found; ++source) {
        std::uint64_t& count = of_batches[static_cast<std::size_t>(source)];
        found = receipt.key == ReceiptOfBatch(source, count + 1);
        if (found) ++count;
      }
      for (int n = 1; n <= kKillCustomers && !found; ++n) {
        found = receipt.key == ReceiptOfReset(n);
        if (found) ++of_resets[static_cast<std::size_t>(n)];
      }
      if (!found) Must(absl::InternalError(receipt.key), "Receipts");
    }
    for (std::size_t source = 0; source < kKillSources; ++source) {
      Say("receipts_of_batches ", source, " ", of_batches[source]);
    }
    for (std::size_t n = 1; n <= kKillCustomers; ++n) {
      Say("receipts_of_resets ", n, " ", of_resets[n]);
    }
  }

  // A call of the engine with a receipt.
  template <typename Call>
  void WithReceipt(const std::string& key, Call call) {
    Must(engine_->WithReceipt({.key = key}, call), "WithReceipt");
  }

  int End() {
    Must(engine_->Drain(), "Drain");
    SayWhatIsThere();
    const auto closed = engine_->Close();
    Must(closed.status(), "Close");
    Say("closed ", closed->due, " ", closed->undelivered);
    return 0;
  }

  void SendBatches(int source, Random random) {
    for (std::uint64_t offset = LastOf(source) + 1;; ++offset) {
      const std::vector<std::string> ids = FactIdsOf(source, offset);
      ApplyResult result;
      WithReceipt(ReceiptOfBatch(source, offset), [&] {
        result = engine_->Apply(
            BatchOf(source, offset),
            {.position = Position{SourceName(source), offset}, .fact_ids = ids});
      });
      Must(result.status, "Apply");
      if (result.applied != ids.size()) Must(absl::InternalError("not all"), "Apply");
      Say("applied ", source, " ", offset);
      if (random.Below(4) != 0) continue;
      Reset(OwnCustomer(source, static_cast<int>(random.Below(kOwnCustomers))));
    }
  }

  void Reset(int customer) {
    absl::Status status;
    WithReceipt(ReceiptOfReset(customer), [&] {
      status = engine_->Reset(Customer(customer), AlertNumber(kResetAlert));
    });
    if (absl::IsNotFound(status)) return;  // no fact has come yet
    Must(status, "Reset");
    Say("reset ", customer);
  }

  void Create(int alert) {
    Must(engine_->CreateAlert(AlertOf(alert)).status(), "CreateAlert");
    Say("created ", alert);
  }

  void ChangeAlerts(Random random) {
    int next = std::max(last_alert_ + 1, kFirstPassing);
    while (true) {
      Reset(1 + static_cast<int>(random.Below(kKillCustomers)));
      if (random.Below(3) != 0) continue;
      Create(next);
      passing_.push_back(next++);
      if (passing_.size() <= kPassingAtOnce) continue;
      const auto ends =
          passing_.begin() + random.Below(static_cast<unsigned>(passing_.size()));
      Must(engine_->ArchiveAlert(AlertNumber(*ends)), "ArchiveAlert");
      Say("archived ", *ends);
      passing_.erase(ends);
    }
  }

  const ChildOptions options_;
  Random random_;
  Death death_;
  SayingSink sink_;
  int last_alert_ = 0;
  std::vector<int> passing_;  // that are enabled
  std::unique_ptr<Engine> engine_;
};

int Main(int argc, char** argv) {
  ChildOptions options;
  if (argc != 5 || !absl::SimpleAtoi(argv[2], &options.seed) ||
      !absl::SimpleAtoi(argv[4], &options.times)) {
    std::fprintf(stderr, "usage: tocsin_kill_child DIR SEED POINT TIMES\n");
    return 2;
  }
  options.directory = argv[1];
  options.point = argv[3];
  return Child(options).Live();
}

}  // namespace
}  // namespace tocsin::testing

int main(int argc, char** argv) { return tocsin::testing::Main(argc, argv); }
