#ifndef TOCSIN_TESTS_SUPPORT_CHILD_PROCESS_H_
#define TOCSIN_TESTS_SUPPORT_CHILD_PROCESS_H_

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::testing {

// A process whose lines are read.
class ChildProcess {
 public:
  explicit ChildProcess(std::vector<std::string> args) {
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) != 0) {
      std::abort();
    }
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    said_ = ends[0];
  }
  ~ChildProcess() { close(said_); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  void Kill() const { kill(pid_, SIGKILL); }
  int Wait() const {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0) {
      if (errno != EINTR) std::abort();
    }
    return status;
  }
  // False once it has said everything. What is not a whole line is one at the end.
  bool Read(std::string* line) {
    std::size_t end = 0;
    while ((end = rest_.find('\n', begun_)) == std::string::npos) {
      char bytes[1 << 16];
      const ssize_t size = read(said_, bytes, sizeof bytes);
      if (size < 0) std::abort();
      rest_.erase(0, begun_);
      begun_ = 0;
      if (size == 0) {
        *line = std::exchange(rest_, {});
        return !line->empty();
      }
      rest_.append(bytes, static_cast<std::size_t>(size));
    }
    *line = rest_.substr(begun_, end - begun_);
    begun_ = end + 1;
    return true;
  }

 private:
  pid_t pid_ = 0;
  int said_ = -1;
  std::string rest_;
  std::size_t begun_ = 0;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_CHILD_PROCESS_H_
