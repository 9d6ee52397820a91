#ifndef TOCSIN_ENGINE_HTTP_CONNECTION_H_
#define TOCSIN_ENGINE_HTTP_CONNECTION_H_

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "engine/http/conversation.h"
#include "engine/http/front_parts.h"

namespace tocsin::http {

class Loop;

// A connection and what is said on it. What is awaited, and until when, is one of its
// phases; only one thing is under way at a time.
//
// Thread safety: everything on the thread of its loop.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop* loop, std::string peer);
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  virtual void Begin() = 0;
  // Ends what took too long.
  bool IsLate(SteadyTime now) const { return deadline_.has_value() && now >= *deadline_; }
  void TimeIsUp();
  // Of one that reads events: whether it has taken those before, and may have more.
  bool TakesEvents() const { return phase_ == Phase::kStreaming; }
  bool MayGoOnStreaming() const { return conversation_.MayGoOnStreaming(); }
  void Tell(absl::string_view events);
  // The front stops: goes if nothing of a request has come, or all of an answer would
  // never be written.
  void CloseIfIdle();
  void Close();

 protected:
  using Socket = boost::asio::ip::tcp::socket;

  virtual Socket& socket() = 0;
  // Give what comes to `TakeBytes`, and `TakeEnd` where nothing comes any more.
  virtual void StartRead() = 0;
  // Calls `TakeWritten` once all of `writing_` is written.
  virtual void StartWrite() = 0;
  // Says that nothing follows, and then `Drain`s.
  virtual void StartEnd() = 0;

  void Await(std::chrono::nanoseconds at_most);
  void AwaitBytes();
  void TakeBytes(absl::string_view bytes);
  void TakeWritten(bool is_written);
  // Reads what still comes, and throws it away: a connection that is closed with bytes
  // unread takes its last answer along.
  void Drain();
  bool is_closed() const { return phase_ == Phase::kClosed; }

  Loop* const loop_;
  std::string writing_;

 private:
  enum class Phase {
    kHandshake,
    kReading,
    kFlushing,
    kWriting,
    kSlow,
    kStreaming,
    kEnding,
    kClosed
  };

  void Act(Conversation::Wants wants);
  // Does what is wanted; all that there was to say is written.
  void Go();
  void Write();
  void AwaitFlush();
  void AwaitSlowAnswer();
  void TakeDrained();
  bool IsBetweenRequests() const;
  bool IsStream() const { return wants_ == Conversation::Wants::kStream; }

  Phase phase_ = Phase::kHandshake;
  std::optional<SteadyTime> deadline_;
  Conversation conversation_;
  Conversation::Wants wants_ = Conversation::Wants::kBytes;
  // What `deadline_` was set for, while reading.
  std::optional<Conversation::Awaits> awaits_;
  std::size_t awaits_request_ = 0;
  std::size_t drained_bytes_ = 0;
};

// Without TLS, or with that of the front.
std::shared_ptr<Connection> MakeConnection(Loop* loop,
                                           boost::asio::ip::tcp::socket socket);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_CONNECTION_H_
