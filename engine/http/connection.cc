#include "engine/http/connection.h"

#include <boost/asio/buffer.hpp>
#include <utility>

#include "engine/http/loop.h"

namespace tocsin::http {
namespace {

// What a client that was refused may still send before it is cut off.
constexpr std::size_t kDrainedBytesMax = std::size_t{4} << 20;

}  // namespace

Connection::Connection(Loop* loop, std::string peer)
    : loop_(loop), conversation_(&loop->parts()->shared, loop->date(), std::move(peer)) {}

void Connection::Await(std::chrono::nanoseconds at_most) {
  deadline_ = std::chrono::steady_clock::now() + at_most;
}

void Connection::AwaitBytes() {
  phase_ = Phase::kReading;
  // What comes bit by bit has one time limit, and not one for each bit.
  const Conversation::Awaits awaits = conversation_.awaits();
  if (awaits_ != awaits || awaits_request_ != conversation_.requests()) {
    awaits_ = awaits;
    awaits_request_ = conversation_.requests();
    const TimeLimits& limits = loop_->parts()->limits;
    switch (awaits) {
      case Conversation::Awaits::kRequest:
        Await(limits.idle);
        break;
      case Conversation::Awaits::kHead:
        Await(limits.head);
        break;
      case Conversation::Awaits::kBody:
        Await(limits.body);
        break;
    }
  }
  StartRead();
}

void Connection::TakeBytes(absl::string_view bytes) { Act(conversation_.GoOn(bytes)); }

void Connection::Act(Conversation::Wants wants) {
  wants_ = wants;
  if (conversation_.out()->empty()) return Go();
  conversation_.waits_for_flush() ? AwaitFlush() : Write();
}

void Connection::Go() {
  switch (wants_) {
    case Conversation::Wants::kBytes:
      AwaitBytes();
      // It was not idle yet when those that were were closed.
      if (loop_->closes_idle()) CloseIfIdle();
      return;
    case Conversation::Wants::kWrite:
      return Act(conversation_.GoOn({}));
    case Conversation::Wants::kSlowAnswer:
      return AwaitSlowAnswer();
    case Conversation::Wants::kStream:
      if (loop_->closes_idle()) return Close();
      phase_ = Phase::kStreaming;
      deadline_.reset();
      return loop_->event_streams().Add(this);
    case Conversation::Wants::kClose:
      phase_ = Phase::kEnding;
      Await(loop_->parts()->limits.linger);
      return StartEnd();
  }
}

void Connection::AwaitFlush() {
  phase_ = Phase::kFlushing;
  deadline_.reset();
  loop_->parts()->flusher.Wait([self = shared_from_this()](bool is_durable) {
    self->loop_->Post([self, is_durable] {
      // Also where the client has gone meanwhile: what was done is said to `on_access`.
      if (is_durable) {
        self->conversation_.Flushed();
      } else {
        self->wants_ = self->conversation_.FlushFailed();
      }
      if (!self->is_closed()) self->Write();
    });
  });
}

void Connection::AwaitSlowAnswer() {
  phase_ = Phase::kSlow;
  deadline_.reset();
  loop_->parts()->slow.Of(conversation_.lane()).Do([self = shared_from_this()] {
    HttpResponse response = self->conversation_.AnswerSlowly();
    self->loop_->Post([self, response = std::move(response)] {
      if (self->is_closed()) return self->conversation_.CountUnsaid(response);
      self->Act(self->conversation_.TakeAnswer(response));
    });
  });
}

void Connection::Tell(absl::string_view events) {
  conversation_.out()->append(events.data(), events.size());
  Write();
}

void Connection::Write() {
  phase_ = Phase::kWriting;
  awaits_.reset();
  Await(loop_->parts()->limits.write);
  writing_ = std::exchange(*conversation_.out(), {});
  StartWrite();
}

void Connection::TakeWritten(bool is_written) {
  if (is_closed()) return;
  writing_ = {};
  is_written ? Go() : Close();
}

void Connection::Drain() {
  if (is_closed()) return;
  socket().async_wait(Socket::wait_read, [self = shared_from_this()](
                                             const boost::system::error_code& error) {
    if (self->is_closed()) return;
    error ? self->Close() : self->TakeDrained();
  });
}

void Connection::TakeDrained() {
  boost::system::error_code error;
  drained_bytes_ += socket().read_some(boost::asio::buffer(loop_->buffer()), error);
  const bool is_over = error && error != boost::asio::error::would_block;
  is_over || drained_bytes_ > kDrainedBytesMax ? Close() : Drain();
}

void Connection::TimeIsUp() {
  deadline_.reset();
  // Neither who says nothing more nor who was said farewell to is one that is late.
  const bool is_idle = IsBetweenRequests();
  if (!is_idle && phase_ != Phase::kEnding) ++loop_->parts()->shared.counts.timeouts;
  if (is_idle || phase_ != Phase::kReading) return Close();
  wants_ = conversation_.TimeIsUp();
  // Nothing to be said, and nobody to be waited for.
  if (conversation_.out()->empty()) return Close();
  // The read that is under way ends by being told so.
  boost::system::error_code ignored;
  socket().cancel(ignored);
  Write();
}

void Connection::CloseIfIdle() {
  if (phase_ == Phase::kHandshake || IsBetweenRequests() || IsStream()) Close();
}

bool Connection::IsBetweenRequests() const {
  return phase_ == Phase::kReading &&
         conversation_.awaits() == Conversation::Awaits::kRequest;
}

void Connection::Close() {
  if (is_closed()) return;
  const std::shared_ptr<Connection> self = shared_from_this();
  phase_ = Phase::kClosed;
  deadline_.reset();
  boost::system::error_code ignored;
  socket().close(ignored);
  loop_->Remove(this);
}

}  // namespace tocsin::http
