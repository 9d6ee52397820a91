#include "bench/http_hanging.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "bench/http_client.h"

namespace tocsin {
namespace {

// What a benchmark has open besides.
constexpr rlim_t kOtherFiles = 500;
constexpr int kSlowEveryMs = 100;
constexpr absl::string_view kSlowHead = "GET /healthz HTTP/1.1\r\nX-Slow: ";

// One that goes on with its head, and never ends it.
class SlowClient {
 public:
  explicit SlowClient(std::uint16_t port) : port_(port) { Come(); }

  void SendByte() {
    const absl::string_view byte =
        sent_ < kSlowHead.size() ? kSlowHead.substr(sent_, 1) : "x";
    ++sent_;
    if (!socket_->Send(byte)) Come();
  }

 private:
  void Come() {
    socket_ = std::make_unique<LoopbackSocket>(port_);
    sent_ = 0;
  }

  const std::uint16_t port_;
  std::unique_ptr<LoopbackSocket> socket_;
  std::size_t sent_ = 0;
};

// Of the other process: hangs on until the channel ends.
void HangOn(int channel) {
  std::uint16_t port = 0;
  if (read(channel, &port, sizeof(port)) != sizeof(port)) return;
  std::vector<LoopbackSocket> idle;
  std::vector<SlowClient> slow;
  for (int i = 0; i < kIdleConnections; ++i) idle.emplace_back(port);
  for (int i = 0; i < kSlowConnections; ++i) slow.emplace_back(port);
  if (write(channel, &port, sizeof(port)) != sizeof(port)) return;
  pollfd end = {.fd = channel, .events = POLLIN, .revents = 0};
  std::size_t next = 0;
  // Not all at once.
  while (poll(&end, 1, kSlowEveryMs / 10) == 0) {
    for (int i = 0; i < kSlowConnections / 10; ++i) slow[next++ % slow.size()].SendByte();
  }
}

}  // namespace

Hanging::Hanging() {
  int channel[2] = {};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0) std::abort();
  process_ = fork();
  if (process_ < 0) std::abort();
  if (process_ == 0) {
    close(channel[0]);
    HangOn(channel[1]);
    _exit(0);
  }
  close(channel[1]);
  channel_ = channel[0];
}

void Hanging::Connect(std::uint16_t port) const {
  if (write(channel_, &port, sizeof(port)) != sizeof(port) ||
      read(channel_, &port, sizeof(port)) != sizeof(port)) {
    std::abort();
  }
}

void Hanging::End() {
  if (process_ < 0) return;
  close(channel_);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

bool RaiseFileLimit(benchmark::State* state) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t kNeeded = kIdleConnections + kSlowConnections + kOtherFiles;
  if (limit.rlim_max >= kNeeded) return true;
  state->SkipWithError(absl::StrCat("a process may have ", limit.rlim_max,
                                    " files here, must have ", kNeeded)
                           .c_str());
  return false;
}

}  // namespace tocsin
