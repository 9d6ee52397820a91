#ifndef TOCSIN_ENGINE_HTTP_CONVERSATION_H_
#define TOCSIN_ENGINE_HTTP_CONVERSATION_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/http/front_counts.h"
#include "engine/http/gate.h"
#include "engine/http/response_text.h"
#include "engine/http/stream_slot.h"
#include "tocsin/http.h"

namespace tocsin::http {

// What all conversations of a front have in common.
struct FrontShared {
  HttpApi* api = nullptr;
  FrontCounts counts;
  StreamSlots stream_slots;
  bool flush_before_answer = false;
  // Each answer is the last of its connection from now on.
  std::atomic<bool> stopping = false;
  absl::AnyInvocable<void(const HttpFrontOptions::Access&)> on_access = nullptr;
};

// What is said on one connection: requests in bytes, one behind the other, and their
// answers in the same order. It reads and writes nothing: whoever has the connection
// does what it wants, and then goes on with it.
//
// Thread safety: one thread at a time.
class Conversation {
 public:
  // `date` is of the thread that goes on with it.
  Conversation(FrontShared* shared, DateText* date, std::string peer)
      : shared_(shared), date_(date), peer_(std::move(peer)) {}

  // What is to be done, after what is in `out` was written.
  enum class Wants {
    kBytes,       // more of them
    kWrite,       // that `out` be written, and then `GoOn` without bytes
    kSlowAnswer,  // `AnswerSlowly`, and what it gives to `TakeAnswer`
    kStream,      // that what happens be told from now on, and nothing be read
    kClose,
  };
  Wants GoOn(absl::string_view bytes);

  // On any thread, while nothing else of this is called.
  HttpResponse AnswerSlowly() { return shared_->api->Answer(request_); }
  Wants TakeAnswer(const HttpResponse& response);
  // In its place, where the client has gone meanwhile.
  void CountUnsaid(const HttpResponse& response);
  // Of what is answered slowly.
  HttpApi::Lane lane() const { return admission_.lane; }

  // Whether who asked for the stream may still read it.
  bool MayGoOnStreaming() const { return shared_->api->Admit(request_).admitted; }

  // The bytes that were awaited did not come in time: kClose, with something to be said
  // before or not.
  Wants TimeIsUp();

  // Answers, to be written and emptied.
  std::string* out() { return &out_; }
  // Whether an answer in `out` says that something was done that a crash could undo yet.
  bool waits_for_flush() const { return durable_bytes_.has_value(); }
  // What it waited for has come; or it will not: then nobody knows what was done, and so
  // the client is told.
  void Flushed();
  Wants FlushFailed();

  // Which bytes are awaited; the number tells those of one request from those of another.
  enum class Awaits { kRequest, kHead, kBody };
  Awaits awaits() const;
  std::size_t requests() const { return requests_; }

 private:
  enum class Part { kHead, kBody, kSlow, kStream, kEnd };

  // Takes what it can from the front of `bytes`; nothing where it is to go on.
  std::optional<Wants> Step(absl::string_view* bytes);
  std::optional<Wants> StepHead(absl::string_view* bytes);
  std::optional<Wants> StepBody(absl::string_view* bytes);
  std::optional<Wants> TakeHead(bool body_has_come);
  std::optional<Wants> Answer();
  std::optional<Wants> Say(const HttpResponse& response);
  std::optional<Wants> BeginStream();
  Wants Refuse(const Refusal& refusal);
  // Tells of the answer, or holds that until it is known to be the answer.
  void NoteAccess(const HttpResponse& response);
  void TellHeld();
  bool WaitsToBeDurable() const {
    return admission_.admitted && admission_.changes && shared_->flush_before_answer;
  }
  // With this status, or each with its own.
  void CountDurable(std::optional<int> status);

  FrontShared* const shared_;
  DateText* const date_;
  const std::string peer_;
  std::string out_;
  // Of `out_`: in front of the first answer that waits for a flush.
  std::optional<std::size_t> durable_bytes_;
  // What was answered from there on, to be told once it is known to be so.
  struct Held {
    HttpFrontOptions::Access access = {};
    std::chrono::steady_clock::time_point begun = {};
  };
  std::vector<Held> held_;
  // And of that, what is to be counted.
  std::vector<std::pair<const Route*, int>> uncounted_;
  std::string rest_;  // came, and is not taken yet
  std::size_t requests_ = 0;

  // Of the request that is being read or answered.
  Part part_ = Part::kHead;
  HeadGate head_;
  ChunkGate chunks_{0};
  HttpRequest request_;
  Framing framing_ = Framing::kNone;
  std::size_t body_left_ = 0;  // of kLength
  bool keep_alive_ = true;
  HttpApi::Admission admission_;
  StreamSlot stream_slot_;
  std::chrono::steady_clock::time_point begun_;  // its head was there
};

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_CONVERSATION_H_
