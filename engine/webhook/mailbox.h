#ifndef TOCSIN_ENGINE_WEBHOOK_MAILBOX_H_
#define TOCSIN_ENGINE_WEBHOOK_MAILBOX_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/webhook/delivery_record.h"
#include "tocsin/webhook.h"

namespace tocsin::webhook {

// What other threads have for the one that sends: notifications, and what the
// administrator asks.
//
// Thread safety: every method of the first part may be called from any thread; those of
// the second by the one that sends.
class Mailbox {
 public:
  using Task = std::function<void()>;

  // ---- Of any thread -----------------------------------------------------------------
  // Waits while too much is in it, but not for ever: who closes an engine waits for this.
  // Error then: kResourceExhausted. `wake` is called where the thread may be asleep.
  absl::Status Push(std::shared_ptr<const Letter> letter,
                    const std::function<void()>& wake);
  // Waits until all that was pushed before is kept. Error: why it could not be.
  absl::Status AwaitKept(const std::function<void()>& wake);
  // Has the thread run it, and waits until it has called `done`, with a status that it is
  // to return. kUnavailable: the thread ended before.
  absl::Status Run(
      const std::function<void(std::function<void(absl::Status)> done)>& task,
      const std::function<void()>& wake);
  // Asks the thread to end, and waits so long until it has; then asks it to end at once,
  // and waits.
  void Stop(absl::Duration deadline, const std::function<void()>& wake);
  // As it was noted last. Waits for nobody.
  WebhookHealth health();

  // ---- Of the thread that sends ------------------------------------------------------
  struct Taken {
    std::vector<std::shared_ptr<const Letter>> letters = {};
    std::vector<Task> tasks = {};
    bool keep_now = false;  // somebody waits for it
    bool stops = false;
    bool stops_at_once = false;
  };
  // So many letters at most; the others stay for later.
  Taken Take(std::size_t letters_max);
  bool HasLetters();
  bool HasSomething(bool with_letters);
  // All that was taken is kept, or could not be.
  void NoteKept(const absl::Status& status);
  // How what was tried went. The first that fails is remembered with its time, until
  // something does not.
  void NoteHealth(const absl::Status& status, absl::Time now);
  // How what is done by itself went, and what could not be read.
  void NoteWork(const absl::Status& status, const Unreadable& unreadable);
  // What is not done will not be.
  void NoteEnded();

 private:
  absl::Status Closed() const;
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return ended_ || stops_ || letters_.size() < kLettersMax;
  }
  bool HasEnded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return ended_; }

  static constexpr std::size_t kLettersMax = 65'536;
  static constexpr absl::Duration kPushMost = absl::Seconds(1);

  absl::Mutex mu_;
  std::deque<std::shared_ptr<const Letter>> letters_ ABSL_GUARDED_BY(mu_);
  std::vector<Task> tasks_ ABSL_GUARDED_BY(mu_);
  std::uint64_t pushed_ ABSL_GUARDED_BY(mu_) = 0;
  std::uint64_t taken_ ABSL_GUARDED_BY(mu_) = 0;
  std::uint64_t kept_ ABSL_GUARDED_BY(mu_) = 0;
  std::uint64_t wanted_ ABSL_GUARDED_BY(mu_) = 0;  // up to where somebody waits
  // The last, and how many there were.
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  std::uint64_t failures_ ABSL_GUARDED_BY(mu_) = 0;
  WebhookHealth health_ ABSL_GUARDED_BY(mu_);
  bool stops_ ABSL_GUARDED_BY(mu_) = false;
  bool stops_at_once_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_MAILBOX_H_
