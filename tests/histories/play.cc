#include "tests/histories/play.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/histories/checker.h"
#include "tests/histories/scene.h"
#include "tests/support/random.h"

namespace tocsin::testing {
namespace {

constexpr int kThreads = 4;
constexpr unsigned kCallsPerThreadMax = 4;
constexpr int kRoundsPerEngine = 64;
// Fewer have the threads wait for each other more often, more have them meet less.
constexpr int kCustomersAtOnce = 8;
static_assert(kCustomersPerScene % kCustomersAtOnce == 0);
static_assert(kThreads * kCallsPerThreadMax <= kCallsPerHistoryMax);

// Lets all threads go on together.
class Start {
 public:
  void Await() {
    const unsigned round = round_.load();
    if (arrived_.fetch_add(1) + 1 == kThreads) {
      arrived_.store(0);
      round_.fetch_add(1);
      round_.notify_all();
      return;
    }
    for (int spins = 0; spins < 2'000; ++spins) {
      if (round_.load() != round) return;
    }
    round_.wait(round);
  }

 private:
  std::atomic<int> arrived_{0};
  std::atomic<unsigned> round_{0};
};

// Some nanoseconds a round.
void Spin(unsigned rounds) {
  volatile unsigned spun = 0;
  while (spun < rounds) spun = spun + 1;
}

Verb DrawVerb(Random* random) {
  const unsigned drawn = random->Below(100);
  if (drawn < 36) return Verb::kReset;
  if (drawn < 68) return Verb::kSpend;
  if (drawn < 84) return Verb::kGet;
  if (drawn < 91) return Verb::kThreshold;
  if (drawn < 94) return Verb::kDisable;
  if (drawn < 97) return Verb::kEnable;
  return Verb::kArchive;
}

class Player {
 public:
  explicit Player(const PlayOptions& options) : options_(options) {}

  Played Run() {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([this, i] { RunThread(i); });
    }
    for (std::thread& thread : threads) thread.join();
    return std::move(played_);
  }

 private:
  // Thread 0 sets the scene and clears it; all play, and all check.
  void RunThread(int thread) {
    Random random(options_.seed * kThreads + static_cast<std::uint64_t>(thread));
    while (true) {
      if (thread == 0) SetScene(&random);
      barrier_.arrive_and_wait();
      if (ends_) return;
      for (int c = 0; c < kCustomersPerScene; c += kCustomersAtOnce) {
        start_.Await();
        PlaySome(thread, c, &random);
      }
      barrier_.arrive_and_wait();
      if (thread == 0) scene_->Finish();
      barrier_.arrive_and_wait();
      for (int c = thread; c < kCustomersPerScene; c += kThreads) Check(thread, c);
      barrier_.arrive_and_wait();
      if (thread == 0) Sum();
    }
  }

  void SetScene(Random* random) {
    ends_ = played_.histories >= options_.histories || !played_.wrong.empty();
    if (ends_) {
      scene_.reset();
      return;
    }
    if (rounds_++ % kRoundsPerEngine == 0) {
      scene_.reset();
      scene_ = std::make_unique<Scene>();
      ++played_.engines;
    }
    scene_->Begin(random);
  }

  // Some calls on each of a few customers, all mixed.
  void PlaySome(int thread, int first, Random* random) {
    std::array<unsigned, kCustomersAtOnce> left;
    unsigned sum = 0;
    for (unsigned& calls : left) sum += calls = 2 + random->Below(kCallsPerThreadMax - 1);
    for (; sum > 0; --sum) {
      unsigned drawn = random->Below(sum);
      int at = 0;
      while (drawn >= left[static_cast<std::size_t>(at)]) {
        drawn -= left[static_cast<std::size_t>(at++)];
      }
      --left[static_cast<std::size_t>(at)];
      Spin(random->Below(8) == 0 ? random->Below(2'000) : random->Below(50));
      PlayOne(thread, first + at, random);
    }
  }

  void PlayOne(int thread, int customer, Random* random) {
    const Verb verb = DrawVerb(random);
    int number = 0;
    if (verb == Verb::kSpend) number = static_cast<int>(random->Below(9)) - 4;
    if (verb == Verb::kThreshold) {
      number =
          scene_->history(customer).threshold + static_cast<int>(random->Below(5)) - 2;
    }
    scene_->Make({.verb = verb, .thread = thread, .number = number}, customer);
  }

  void Check(int thread, int customer) {
    Played& played = of_threads_[static_cast<std::size_t>(thread)];
    const History& history = scene_->history(customer);
    ++played.histories;
    played.overlapping += history.Overlaps();
    played.calls += history.calls.size();
    played.tellings += history.tellings.size();
    for (const Call& call : history.calls) {
      played.resets += call.verb == Verb::kReset && call.refused == Reason::kNone;
      if (!call.end.has_value()) continue;
      played.superseded += call.end->kind == ResetOutcome::Kind::kSuperseded;
      played.dropped += call.end->kind == ResetOutcome::Kind::kDropped;
    }
    for (const Telling& telling : history.tellings) {
      played.late_tellings +=
          std::any_of(history.calls.begin(), history.calls.end(), [&](const Call& call) {
            return call.end.has_value() && call.end->epoch > telling.epoch &&
                   call.began < telling.at;
          });
    }
    if (IsLinearizable(history, &played.search_steps) || !played.wrong.empty()) return;
    played.wrong = history.ToString();
  }

  void Sum() {
    for (Played& played : of_threads_) {
      played_.histories += played.histories;
      played_.overlapping += played.overlapping;
      played_.calls += played.calls;
      played_.resets += played.resets;
      played_.superseded += played.superseded;
      played_.dropped += played.dropped;
      played_.tellings += played.tellings;
      played_.late_tellings += played.late_tellings;
      played_.search_steps += played.search_steps;
      if (played_.wrong.empty()) played_.wrong = played.wrong;
      played = {};
    }
  }

  const PlayOptions options_;
  std::barrier<> barrier_{kThreads};
  Start start_;
  // Of thread 0 between two barriers, and read by the others after the next.
  std::unique_ptr<Scene> scene_;
  Played played_;
  int rounds_ = 0;
  bool ends_ = false;
  std::array<Played, kThreads> of_threads_;
};

}  // namespace

std::string Played::ToString() const {
  const double all = histories == 0 ? 1 : static_cast<double>(histories);
  return absl::StrCat(
      histories, " histories on ", engines, " engines, ",
      absl::StrFormat("%.1f%%", 100 * static_cast<double>(overlapping) / all),
      " with calls at the same time; ", calls, " calls, ", resets, " resets of which ",
      superseded, " were superseded and ", dropped, " dropped, ", tellings,
      " notifications, ", late_tellings,
      " of them delivered after a newer reset had begun; ",
      absl::StrFormat("%.0f", static_cast<double>(search_steps) / all),
      " steps of the search each");
}

Played Play(const PlayOptions& options) { return Player(options).Run(); }

}  // namespace tocsin::testing
