#ifndef TOCSIN_BENCH_PEERS_CHILD_H_
#define TOCSIN_BENCH_PEERS_CHILD_H_

#include <sys/types.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace tocsin::peers {

// The path of a program, looked for in `folders` and then in PATH; kUnavailable if it is
// nowhere.
absl::StatusOr<std::string> FindProgram(const std::string& name,
                                        const std::vector<std::string>& folders = {});

// A program that was started, with what it prints. It is stopped at the latest when
// this is destroyed, and by the system when this process dies before.
class Child {
 public:
  // `stop_signal` is what asks it to end quickly and in order.
  static absl::StatusOr<std::unique_ptr<Child>> Start(
      const std::vector<std::string>& command, int stop_signal = SIGTERM);

  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Waits until it has printed `text`. Errors: kCancelled; kInternal with what it has
  // printed, if it ended or did not say it in time.
  absl::Status AwaitText(absl::string_view text, absl::Duration timeout);

  // Waits until it has ended with exit status 0. Errors: as `AwaitText`.
  absl::Status AwaitSuccess(absl::Duration timeout);

 private:
  enum class Event { kText, kEnd, kTimeout, kInterrupt };

  Child(std::string name, pid_t pid, int output, int stop_signal)
      : name_(std::move(name)), pid_(pid), output_(output), stop_signal_(stop_signal) {}

  // Reads what it prints. All of its own children hold the same pipe, so the end of
  // that is the end of them all. An empty text never comes.
  Event Read(absl::string_view until, absl::Duration timeout, bool heed_interrupts);
  absl::Status Failure(absl::string_view what) const;

  const std::string name_;
  pid_t pid_;  // 0: it was waited for
  const int output_;
  const int stop_signal_;
  std::string printed_;
};

}  // namespace tocsin::peers

#endif  // TOCSIN_BENCH_PEERS_CHILD_H_
