#include "bench/peers/interrupt.h"

#include <csignal>
#include <initializer_list>

namespace tocsin::peers {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void Raise(int) { interrupted = 1; }

}  // namespace

void CatchInterrupts() {
  struct sigaction action = {};
  action.sa_handler = Raise;
  // Without SA_RESTART: a call that waits returns.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    sigaction(signal, &action, nullptr);
  }
  // A server that is gone is an error of the call that wrote to it.
  std::signal(SIGPIPE, SIG_IGN);
}

bool Interrupted() { return interrupted != 0; }

}  // namespace tocsin::peers
