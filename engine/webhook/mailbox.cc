#include "engine/webhook/mailbox.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"

namespace tocsin::webhook {

absl::Status Mailbox::Closed() const {
  return MakeStatus(Reason::kClosing,
                    "the sink of webhooks was stopped; nothing is sent");
}

absl::Status Mailbox::Push(std::shared_ptr<const Letter> letter,
                           const std::function<void()>& wake) {
  {
    absl::MutexLock lock(&mu_);
    const bool has_room =
        mu_.AwaitWithTimeout(absl::Condition(this, &Mailbox::HasRoom), kPushMost);
    if (ended_ || stops_) return Closed();
    if (!has_room) {
      return MakeStatus(Reason::kLimitReached,
                        absl::StrCat(letters_.size(),
                                     " notifications wait to be taken by webhooks, there "
                                     "is no room for another one"));
    }
    letters_.push_back(std::move(letter));
    ++pushed_;
    // Who finds something in it comes again.
    if (letters_.size() > 1) return absl::OkStatus();
  }
  wake();
  return absl::OkStatus();
}

absl::Status Mailbox::AwaitKept(const std::function<void()>& wake) {
  std::uint64_t wanted = 0;
  std::uint64_t failures = 0;
  {
    absl::MutexLock lock(&mu_);
    wanted = pushed_;
    failures = failures_;
    if (kept_ >= wanted) return absl::OkStatus();
    wanted_ = std::max(wanted_, wanted);
  }
  wake();
  absl::MutexLock lock(&mu_);
  const auto is_known = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return ended_ || kept_ >= wanted || failures_ != failures;
  };
  mu_.Await(absl::Condition(&is_known));
  if (kept_ >= wanted) return absl::OkStatus();
  return failures_ != failures ? failure_ : Closed();
}

absl::Status Mailbox::Run(
    const std::function<void(std::function<void(absl::Status)> done)>& task,
    const std::function<void()>& wake) {
  // Shared, as the thread may come to it when nobody waits any more.
  struct Result {
    bool is_done = false;
    absl::Status status;
  };
  const auto result = std::make_shared<Result>();
  const auto done = [this, result](absl::Status status) {
    absl::MutexLock lock(&mu_);
    result->is_done = true;
    result->status = std::move(status);
  };
  {
    absl::MutexLock lock(&mu_);
    if (ended_) return Closed();
    tasks_.push_back([task, done] { task(done); });
  }
  wake();
  absl::MutexLock lock(&mu_);
  const auto is_over = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return ended_ || result->is_done;
  };
  mu_.Await(absl::Condition(&is_over));
  return result->is_done ? result->status : Closed();
}

void Mailbox::Stop(absl::Duration deadline, const std::function<void()>& wake) {
  {
    absl::MutexLock lock(&mu_);
    stops_ = true;
  }
  wake();
  {
    absl::MutexLock lock(&mu_);
    mu_.AwaitWithTimeout(absl::Condition(this, &Mailbox::HasEnded), deadline);
    stops_at_once_ = true;
  }
  wake();
  absl::MutexLock lock(&mu_);
  mu_.Await(absl::Condition(this, &Mailbox::HasEnded));
}

Mailbox::Taken Mailbox::Take(std::size_t letters_max) {
  absl::MutexLock lock(&mu_);
  Taken taken;
  const auto end = letters_.begin() +
                   static_cast<std::ptrdiff_t>(std::min(letters_max, letters_.size()));
  taken.letters.assign(std::make_move_iterator(letters_.begin()),
                       std::make_move_iterator(end));
  letters_.erase(letters_.begin(), end);
  taken_ += taken.letters.size();
  taken.tasks.swap(tasks_);
  // Once all of it is taken: a sync for each part would take longer than the parts.
  taken.keep_now = wanted_ > kept_ && taken_ >= wanted_;
  taken.stops = stops_;
  taken.stops_at_once = stops_at_once_;
  return taken;
}

bool Mailbox::HasLetters() {
  absl::MutexLock lock(&mu_);
  return !letters_.empty();
}

bool Mailbox::HasSomething(bool with_letters) {
  absl::MutexLock lock(&mu_);
  return (with_letters && !letters_.empty()) || !tasks_.empty() || wanted_ > kept_ ||
         stops_at_once_;
}

void Mailbox::NoteKept(const absl::Status& status) {
  absl::MutexLock lock(&mu_);
  if (status.ok()) {
    kept_ = taken_;
    return;
  }
  ++failures_;
  failure_ = status;
  // Who waits is told, and asks again when he likes.
  wanted_ = kept_;
}

void Mailbox::NoteHealth(const absl::Status& status, absl::Time now) {
  absl::MutexLock lock(&mu_);
  health_.status = status;
  if (status.ok()) {
    health_.failing_since = std::nullopt;
  } else if (!health_.failing_since) {
    health_.failing_since = now;
  }
}

void Mailbox::NoteWork(const absl::Status& status, const Unreadable& unreadable) {
  absl::MutexLock lock(&mu_);
  health_.clearing = status;
  if (health_.unreadable == unreadable.count) return;
  health_.unreadable = unreadable.count;
  health_.last_unreadable = unreadable.last;
}

WebhookHealth Mailbox::health() {
  absl::MutexLock lock(&mu_);
  return health_;
}

void Mailbox::NoteEnded() {
  absl::MutexLock lock(&mu_);
  ended_ = true;
  letters_.clear();
  tasks_.clear();
}

}  // namespace tocsin::webhook
