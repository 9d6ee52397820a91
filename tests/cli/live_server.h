#ifndef TOCSIN_TESTS_CLI_LIVE_SERVER_H_
#define TOCSIN_TESTS_CLI_LIVE_SERVER_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/run_tocsin.h"

namespace tocsin::testing {

// What curl prints for these arguments: the body, and the status on a line of its own.
inline std::string Curl(const std::string& args) {
  const std::string command =
      absl::StrCat("curl -sk --max-time 30 -w '\n%{http_code}' ", args);
  FILE* const curl = popen(command.c_str(), "r");
  std::string out;
  char block[4096];
  for (std::size_t n = 0; (n = fread(block, 1, sizeof block, curl)) > 0;) {
    out.append(block, n);
  }
  pclose(curl);
  return out;
}

// `tocsin serve` on a port that is free, whose log is read as it comes.
class LiveServer {
 public:
  explicit LiveServer(std::vector<std::string> more) {
    int err[2] = {-1, -1};
    EXPECT_EQ(pipe2(err, O_CLOEXEC), 0);
    std::vector<std::string> args = {TOCSIN_BINARY, "serve", "--listen", "127.0.0.1:0"};
    args.insert(args.end(), more.begin(), more.end());
    pid_ = StartProgram(std::move(args), {.err = err[1]});
    close(err[1]);
    err_ = err[0];
    const std::string line = AwaitLine("serving");
    url_ = line[0] == '{' ? FieldOf(line, "address") : FieldOfText(line, "address");
  }
  ~LiveServer() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      ExitStatusOf(pid_);
    }
    close(err_);
  }
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;

  const std::string& url() const { return url_; }
  const std::string& log() const { return log_; }

  // Reads on until a line that has the word; empty if the log ends before, or nothing
  // comes for 30 s.
  std::string AwaitLine(const std::string& word) {
    for (;;) {
      for (std::size_t end = 0; (end = log_.find('\n', seen_)) != std::string::npos;) {
        const std::string line = log_.substr(seen_, end - seen_);
        seen_ = end + 1;
        if (line.find(word) != std::string::npos) return line;
      }
      if (!ReadMore()) return "";
    }
  }
  void Signal(int signal) { kill(pid_, signal); }
  // Lets no file become longer from now on.
  void LimitFiles(rlim_t bytes) {
    const rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
    EXPECT_EQ(prlimit(pid_, RLIMIT_FSIZE, &limit, nullptr), 0);
  }
  // Nobody reads its log from now on, and there is no room for more of it.
  void StopReading() {
    const std::string path = absl::StrCat("/proc/self/fd/", err_);
    const int full = open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    EXPECT_GE(full, 0);
    for (const std::size_t size : {std::size_t{4'096}, std::size_t{1}}) {
      const std::string lines(size, '\n');
      while (write(full, lines.data(), size) > 0) {
      }
    }
    close(full);
  }
  // There is room for some lines again.
  void ReadSome() {
    for (int block = 0; block < 2; ++block) EXPECT_TRUE(ReadMore());
  }
  // Its end, without another look at its log.
  int EndUnreadBy(int signal) {
    Signal(signal);
    return ExitStatusOf(std::exchange(pid_, 0));
  }
  // Waits for its end; -1 if it did not exit by itself.
  int End() {
    while (ReadMore()) {
    }
    return ExitStatusOf(std::exchange(pid_, 0));
  }
  int EndBy(int signal) {
    Signal(signal);
    return End();
  }

  // `value` of `name=value`, also in quotes.
  static std::string FieldOfText(const std::string& line, const std::string& name) {
    const std::size_t at = line.find(" " + name + "=");
    if (at == std::string::npos) return "";
    std::size_t begin = at + name.size() + 2;
    const char end = line[begin] == '"' ? '"' : ' ';
    if (end == '"') ++begin;
    return line.substr(begin, line.find(end, begin) - begin);
  }

 private:
  bool ReadMore() {
    pollfd readable = {.fd = err_, .events = POLLIN, .revents = 0};
    EXPECT_EQ(poll(&readable, 1, 30'000), 1) << "nothing came for 30 s behind " << log_;
    char block[4096];
    const ssize_t bytes = readable.revents == 0 ? 0 : read(err_, block, sizeof block);
    if (bytes <= 0) return false;
    log_.append(block, static_cast<std::size_t>(bytes));
    return true;
  }

  pid_t pid_ = 0;
  int err_ = -1;
  std::string url_;
  std::string log_;
  std::size_t seen_ = 0;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CLI_LIVE_SERVER_H_
