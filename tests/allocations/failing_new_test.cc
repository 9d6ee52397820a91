// Would catch an engine in which memory runs out and that goes on with something half
// done, keeps it, or loses what it had acknowledged.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/allocations/counting_new.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/kept_story.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_directory.h"
#include "tocsin/engine.h"

namespace tocsin::testing {
namespace {

using ::testing::AnyOf;

// What became of a process in which an allocation was to fail.
enum class Ended {
  kNever,      // there are not so many
  kBySignal,   // as it should
  kNotAtAll,   // it was the host's own, or one that can be done without
  kOtherwise,  // which is wrong
};

struct Life {
  Ended ended = Ended::kOtherwise;
  int status = 0;                // of the process
  std::size_t acknowledged = 0;  // steps
};

// The story, with what the clock brings and what is delivered in between.
std::vector<StoryStep> Steps() {
  std::vector<StoryStep> steps;
  for (const StoryStep& step : Story()) {
    steps.push_back(step);
    if (steps.size() % 4 == 0) {
      steps.emplace_back([](Engine& engine) { return engine.Drain(); });
    }
  }
  return steps;
}

class FailingNew : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Engine>> Open(const std::string& directory) {
    return Engine::Open({.directory = directory,
                         .journal_bytes_max = 400,
                         .sink = &sink_,
                         .clock = &clock_,
                         .worker_threads = 0,
                         .shards = 2,
                         .random_seed = 1});
  }

  // Takes the steps in a process whose n-th allocation fails, counted from the opening.
  Life Live(const std::string& directory, std::size_t n) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      const rlimit no_core = {};
      setrlimit(RLIMIT_CORE, &no_core);
      dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
      alarm(60);
      _exit(static_cast<int>(Take(directory, n, ends[1])));
    }
    close(ends[1]);
    Life life;
    for (char step; read(ends[0], &step, 1) == 1;) ++life.acknowledged;
    close(ends[0]);
    EXPECT_EQ(waitpid(child, &life.status, 0), child);
    if (WIFEXITED(life.status)) life.ended = static_cast<Ended>(WEXITSTATUS(life.status));
    // While it is thrown, what is half done is destroyed, and may be broken.
    if (WIFSIGNALED(life.status) && WTERMSIG(life.status) != SIGALRM) {
      life.ended = Ended::kBySignal;
    }
    return life;
  }

  // What it shows, and then delivers and shows.
  std::string ShownAndRest(Engine& engine) {
    sink_.SetMood(CollectingSink::Mood::kTakes);
    sink_.Take();
    return ShownStateAndRest(engine, sink_);
  }

  // By how many steps were taken.
  std::vector<std::string> AfterSteps() {
    std::vector<std::string> after;
    for (std::size_t steps = 0; steps <= Steps().size(); ++steps) {
      sink_.SetMood(CollectingSink::Mood::kFails);
      const std::unique_ptr<Engine> engine = *Open("");
      for (std::size_t i = 0; i < steps; ++i) EXPECT_TRUE(Steps()[i](*engine).ok());
      after.push_back(ShownAndRest(*engine));
    }
    return after;
  }

 private:
  Ended Take(const std::string& directory, std::size_t n, int acknowledge_to) {
    sink_.SetMood(CollectingSink::Mood::kFails);
    const std::vector<StoryStep> steps = Steps();
    FailAllocation(n);
    try {
      auto engine = Open(directory);
      if (!engine.ok()) return Ended::kOtherwise;
      for (const StoryStep& step : steps) {
        if (!step(**engine).ok()) return Ended::kOtherwise;
        if (write(acknowledge_to, "x", 1) != 1) return Ended::kOtherwise;
      }
      // Nobody closes it: that would judge what is due.
      engine->release();
    } catch (const std::bad_alloc&) {
      // Of what the steps tell: an engine's own never comes here.
      return Ended::kNotAtAll;
    }
    // Who sorts can do without its own, and a sink's is a delivery that failed.
    return LeftToFailure() > 0 ? Ended::kNever : Ended::kNotAtAll;
  }

  CollectingSink sink_;
  ManualClock clock_{At("2026-02-01T00:00:00Z")};
};

TEST_F(FailingNew, EndsTheProcessAndLeavesWhatWasAcknowledged) {
  const std::vector<std::string> after = AfterSteps();
  std::size_t by_signal = 0;
  std::size_t not_at_all = 0;
  for (std::size_t n = 1;; ++n) {
    const TempDirectory temp(InMemory());
    const Life life = Live(temp / "store", n);
    if (life.ended == Ended::kNever) break;
    ++(life.ended == Ended::kBySignal ? by_signal : not_at_all);
    ASSERT_NE(life.ended, Ended::kOtherwise)
        << "allocation " << n << " ended it with " << life.status;
    auto engine = Open(temp / "store");
    ASSERT_TRUE(engine.ok()) << engine.status() << ", allocation " << n;
    const std::size_t steps = life.acknowledged;
    ASSERT_THAT(ShownAndRest(**engine),
                AnyOf(after[steps], after[std::min(steps + 1, after.size() - 1)]))
        << "allocation " << n << ", with " << steps << " steps";
  }
  EXPECT_GT(by_signal, 400U);
  EXPECT_LT(not_at_all, 100U);
}

}  // namespace
}  // namespace tocsin::testing
