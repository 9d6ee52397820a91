#ifndef TOCSIN_ENGINE_WEBHOOK_SENDER_H_
#define TOCSIN_ENGINE_WEBHOOK_SENDER_H_

#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/webhook/dispatcher.h"
#include "engine/webhook/mailbox.h"
#include "engine/webhook/transfers.h"
#include "tocsin/options.h"

namespace tocsin::webhook {

// The thread that sends. It alone has the dispatcher, with all that is below it.
//
// Thread safety: `Now`; all else is of the thread.
class Sender {
 public:
  Sender(Mailbox* mailbox, Clock* clock, std::unique_ptr<Transfers> transfers)
      : mailbox_(mailbox), clock_(clock), transfers_(std::move(transfers)) {}

  // Before the thread runs.
  Transfers* transfers() { return transfers_.get(); }
  void Set(std::unique_ptr<Dispatcher> dispatcher) {
    dispatcher_ = std::move(dispatcher);
  }

  // Until the mailbox says that it is to stop.
  void Loop();
  // Whether it is the caller's own thread that runs it.
  bool IsHere() const;
  // By the clock, to the millisecond, as it is stored. The dispatcher is told where it
  // jumps; a step back that is a short one is none.
  absl::Time Now();
  Dispatcher* dispatcher() { return dispatcher_.get(); }

 private:
  void TakeEnded(absl::Time now);
  absl::Status AcceptBacklog(absl::Time now);
  absl::Duration UntilNext(bool with_letters, bool stops);

  Mailbox* const mailbox_;
  Clock* const clock_;
  const std::unique_ptr<Transfers> transfers_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::vector<Ended> ended_;
  std::vector<std::shared_ptr<const Letter>> backlog_;
  absl::Time now_ = absl::InfinitePast();
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_SENDER_H_
