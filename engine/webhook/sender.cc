#include "engine/webhook/sender.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tocsin::webhook {
namespace {

// The longest that the clock is not looked at: it may be one that is moved.
constexpr absl::Duration kLook = absl::Seconds(1);
// A clock that is kept right goes back by less.
constexpr absl::Duration kSmallStep = absl::Seconds(1);
// Between two looks there is less, unless it jumps, or nothing could run meanwhile;
// nobody was tried in either.
constexpr absl::Duration kJump = absl::Minutes(1);
// What nobody waits for is written after so long without anything to do, as what was
// taken meanwhile need not be; or after so many turns.
constexpr absl::Duration kLinger = absl::Milliseconds(20);
constexpr int kTurnsUntilKept = 64;

thread_local const Sender* sending_here = nullptr;

}  // namespace

bool Sender::IsHere() const { return sending_here == this; }

absl::Time Sender::Now() {
  const absl::Time at = absl::FromUnixMillis(absl::ToUnixMillis(clock_->Now()));
  const absl::Duration step = at - now_;
  if (step < absl::ZeroDuration() && step >= -kSmallStep) return now_;
  const bool is_first = now_ == absl::InfinitePast();
  now_ = at;
  if (is_first || dispatcher_ == nullptr) return now_;
  if (step < absl::ZeroDuration()) dispatcher_->ClockWentBack(now_);
  if (step > std::max(dispatcher_->longest_wait(), kJump)) {
    dispatcher_->ClockJumpedAhead(now_, step);
  }
  return now_;
}

void Sender::TakeEnded(absl::Time now) {
  for (const Ended& ended : ended_) dispatcher_->End(ended, now);
  ended_.clear();
}

absl::Status Sender::AcceptBacklog(absl::Time now) {
  std::size_t accepted = 0;
  absl::Status status;
  for (; accepted < backlog_.size(); ++accepted) {
    status = dispatcher_->Accept(backlog_[accepted], now);
    if (!status.ok()) break;
  }
  backlog_.erase(backlog_.begin(),
                 backlog_.begin() + static_cast<std::ptrdiff_t>(accepted));
  return status;
}

absl::Duration Sender::UntilNext(bool with_letters, bool stops) {
  if (mailbox_->HasSomething(with_letters) || !ended_.empty())
    return absl::ZeroDuration();
  // What is due is not begun any more.
  if (stops) return kLook;
  const absl::Duration wait =
      std::max(dispatcher_->NextEvent() - now_, absl::ZeroDuration());
  return std::min(wait, dispatcher_->HasUnwritten() && with_letters ? kLinger : kLook);
}

void Sender::Loop() {
  sending_here = this;
  bool takes_letters = true, is_well = true, has_lingered = false;
  for (int turns = 0;; ++turns) {
    Mailbox::Taken taken =
        mailbox_->Take(takes_letters ? dispatcher_->letters_at_once() : 0);
    const absl::Time now = Now();
    has_lingered = has_lingered && ended_.empty() && taken.letters.empty();
    TakeEnded(now);
    backlog_.insert(backlog_.end(), taken.letters.begin(), taken.letters.end());
    absl::Status status = AcceptBacklog(now);
    for (const Mailbox::Task& task : taken.tasks) task();
    if (taken.stops) dispatcher_->EndWork();
    const bool has_begun = !taken.stops && dispatcher_->Begin(Now()) > 0;
    // On their way while the disk is waited for.
    if (has_begun) transfers_->Run(absl::ZeroDuration(), &ended_);
    const bool is_time =
        has_lingered || turns >= kTurnsUntilKept || dispatcher_->HasMuchUnwritten();
    const absl::Status worked = taken.stops ? absl::OkStatus() : dispatcher_->Work(Now());
    if (!taken.stops) mailbox_->NoteWork(worked, dispatcher_->unreadable());
    if (taken.keep_now || taken.stops || !status.ok() || !is_well ||
        (dispatcher_->HasUnwritten() && is_time)) {
      // What cannot be taken does not keep the rest from being written.
      status.Update(dispatcher_->Keep());
      is_well = status.ok();
      // First, for who is told by the second.
      mailbox_->NoteHealth(status, now_);
      mailbox_->NoteKept(status);
      turns = 0;
    }
    // While the disk fails, what comes waits outside: memory is not for that.
    takes_letters = status.ok();
    const bool is_over = transfers_->under_way() == 0 && ended_.empty() &&
                         !(takes_letters && mailbox_->HasLetters());
    if (taken.stops && (taken.stops_at_once || is_over)) break;
    has_lingered = ended_.empty();
    transfers_->Run(UntilNext(takes_letters, taken.stops), &ended_);
  }
  TakeEnded(Now());
  absl::Status status = AcceptBacklog(now_);
  // What was taken from who gave it is kept, however soon it is to end.
  while (status.ok() && mailbox_->HasLetters()) {
    Mailbox::Taken taken = mailbox_->Take(dispatcher_->letters_at_once());
    backlog_ = std::move(taken.letters);
    status = AcceptBacklog(now_);
    if (dispatcher_->HasMuchUnwritten()) status.Update(dispatcher_->Keep());
  }
  status.Update(dispatcher_->Keep());
  mailbox_->NoteHealth(status, now_);
  mailbox_->NoteKept(status);
  mailbox_->NoteEnded();
}

}  // namespace tocsin::webhook
