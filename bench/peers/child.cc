#include "bench/peers/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "bench/peers/interrupt.h"

namespace tocsin::peers {
namespace {

// Between fork and exec.
[[noreturn]] void BecomeChild(char* const* command, int output) {
  // Of a group of its own: Ctrl-C is for the parent, who stops it in order.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGPIPE, SIG_DFL);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv(command[0], command);
  _exit(127);
}

}  // namespace

absl::StatusOr<std::string> FindProgram(const std::string& name,
                                        const std::vector<std::string>& folders) {
  const char* path = std::getenv("PATH");
  std::vector<std::string> all = folders;
  for (absl::string_view folder : absl::StrSplit(path != nullptr ? path : "", ':')) {
    all.emplace_back(folder);
  }
  for (const std::string& folder : all) {
    std::string file = absl::StrCat(folder, "/", name);
    if (access(file.c_str(), X_OK) == 0) return file;
  }
  return absl::UnavailableError(absl::StrCat("there is no program ", name));
}

absl::StatusOr<std::unique_ptr<Child>> Child::Start(
    const std::vector<std::string>& command, int stop_signal) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "no pipe");
  const pid_t pid = fork();
  if (pid == 0) BecomeChild(arguments.data(), ends[1]);
  const int error = errno;
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return absl::InternalError(absl::StrCat("cannot fork: ", std::strerror(error)));
  }
  return std::unique_ptr<Child>(new Child(command[0], pid, ends[0], stop_signal));
}

Child::Event Child::Read(absl::string_view until, absl::Duration timeout,
                         bool heed_interrupts) {
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    if (!until.empty() && absl::StrContains(printed_, until)) return Event::kText;
    if (heed_interrupts && Interrupted()) return Event::kInterrupt;
    const std::int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    if (left <= 0) return Event::kTimeout;
    pollfd waited = {.fd = output_, .events = POLLIN, .revents = 0};
    if (poll(&waited, 1, static_cast<int>(std::min<std::int64_t>(left, 1'000'000))) <=
        0) {
      continue;
    }
    char bytes[4'096];
    const ssize_t count = read(output_, bytes, sizeof bytes);
    if (count == 0) return Event::kEnd;
    if (count > 0) printed_.append(bytes, static_cast<std::size_t>(count));
  }
}

absl::Status Child::Failure(absl::string_view what) const {
  const std::size_t tail = printed_.size() - std::min<std::size_t>(printed_.size(), 800);
  return absl::InternalError(
      absl::StrCat(name_, " ", what, "; it printed: ", printed_.substr(tail)));
}

absl::Status Child::AwaitText(absl::string_view text, absl::Duration timeout) {
  switch (Read(text, timeout, true)) {
    case Event::kText:
      return absl::OkStatus();
    case Event::kEnd:
      return Failure("ended");
    case Event::kTimeout:
      return Failure(absl::StrCat("did not say \"", text, "\" in time"));
    case Event::kInterrupt:
      break;
  }
  return absl::CancelledError("interrupted");
}

absl::Status Child::AwaitSuccess(absl::Duration timeout) {
  const Event event = Read("", timeout, true);
  if (event == Event::kInterrupt) return absl::CancelledError("interrupted");
  if (event != Event::kEnd) return Failure("did not end in time");
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  if (status != 0) return Failure(absl::StrCat("failed with status ", status));
  return absl::OkStatus();
}

Child::~Child() {
  if (pid_ != 0) {
    kill(pid_, stop_signal_);
    // What it started is of its group and must not outlive it.
    if (Read("", absl::Seconds(20), false) != Event::kEnd) kill(-pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  close(output_);
}

}  // namespace tocsin::peers
