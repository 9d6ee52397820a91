#ifndef TOCSIN_TESTS_CLI_KILLED_REPLAY_H_
#define TOCSIN_TESTS_CLI_KILLED_REPLAY_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/cli/run_tocsin.h"

namespace tocsin::testing {

// A replay that keeps its state, and is killed again and again.
class KilledReplay {
 public:
  // Without --notifications, --state and --data.
  KilledReplay(std::vector<std::string> args, unsigned seed)
      : args_(std::move(args)), random_(seed) {
    args_.insert(args_.begin(), {TOCSIN_BINARY, "replay"});
    args_.insert(args_.end(), {"--notifications", notifications_path(), "--state",
                               state_path(), "--data", data_path()});
  }

  std::string notifications_path() const { return dir_.Path("out.jsonl"); }
  std::string state_path() const { return dir_.Path("out.json"); }
  std::string data_path() const { return dir_.Path("data"); }

  // Lets one run come to its end, which says how long that takes.
  void MeasureRun() {
    const auto begun = std::chrono::steady_clock::now();
    RunUntil(-1);
    run_time_ = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begun);
    BeginAnew();
  }

  // Kills so many runs, each at some moment of the time that is left of a whole one, and
  // lets the next come to its end. Begins anew where one came to its end before.
  void Kill(int times) {
    int left = times;
    while (left > 0) {
      const int longest = static_cast<int>(run_time_.count()) / 4 + 1;
      std::uniform_int_distribution<int> moment(1, longest);
      if (RunUntil(moment(random_))) {
        BeginAnew();
      } else {
        --left;
      }
    }
    RunUntil(-1);
  }

 private:
  // Whether it came to its end within so many milliseconds; negative: however long.
  bool RunUntil(int milliseconds) {
    int ended[2] = {-1, -1};
    EXPECT_EQ(pipe2(ended, O_CLOEXEC), 0);
    const pid_t pid = StartProgram(args_, {.err = ended[1]});
    close(ended[1]);
    bool killed = false;
    // What it says does not fill a pipe.
    pollfd wait = {.fd = ended[0], .events = 0, .revents = 0};
    if (poll(&wait, 1, milliseconds) == 0) {
      kill(pid, SIGKILL);
      killed = true;
    }
    int status = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    char said[4096];
    const ssize_t size = read(ended[0], said, sizeof said);
    close(ended[0]);
    if (WIFSIGNALED(status) && killed) return false;
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_NE(WEXITSTATUS(status), 2)
        << std::string(said, static_cast<std::size_t>(size > 0 ? size : 0));
    return true;
  }

  void BeginAnew() {
    std::filesystem::remove_all(data_path());
    // What is found in a new run's place is emptied.
    dir_.Write("out.jsonl", "old\n");
  }

  const TempDir dir_;
  std::vector<std::string> args_;
  std::mt19937 random_;
  std::chrono::milliseconds run_time_{0};
};

inline void ExpectEachIdOnce(const std::string& notifications) {
  std::set<std::string> ids;
  for (const std::string& line : LinesOf(notifications)) {
    EXPECT_TRUE(ids.insert(FieldOf(line, "id")).second) << line;
  }
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CLI_KILLED_REPLAY_H_
