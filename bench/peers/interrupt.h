#ifndef TOCSIN_BENCH_PEERS_INTERRUPT_H_
#define TOCSIN_BENCH_PEERS_INTERRUPT_H_

namespace tocsin::peers {

// From now on Ctrl-C and SIGTERM only raise a flag, so that what is running comes to
// its end in order: servers are stopped and folders removed by their destructors.
void CatchInterrupts();

// Whether one has come.
bool Interrupted();

}  // namespace tocsin::peers

#endif  // TOCSIN_BENCH_PEERS_INTERRUPT_H_
