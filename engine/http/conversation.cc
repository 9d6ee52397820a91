#include "engine/http/conversation.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "engine/http/respond.h"
#include "engine/http/target.h"

namespace tocsin::http {
namespace {

// Beyond so much, what was answered is written before the next request is.
constexpr std::size_t kOutBytesMax = std::size_t{1} << 16;
constexpr absl::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Conversation::Wants Conversation::GoOn(absl::string_view bytes) {
  const std::string kept = std::exchange(rest_, {});
  std::string joined;
  if (!kept.empty()) {
    joined.reserve(kept.size() + bytes.size());
    joined.append(kept).append(bytes.data(), bytes.size());
    bytes = joined;
  }
  std::optional<Wants> wants;
  while (!wants.has_value()) wants = Step(&bytes);
  if (part_ != Part::kEnd) rest_.assign(bytes.data(), bytes.size());
  return *wants;
}

std::optional<Conversation::Wants> Conversation::Step(absl::string_view* bytes) {
  switch (part_) {
    case Part::kHead:
      if (out_.size() >= kOutBytesMax) return Wants::kWrite;
      return bytes->empty() ? Wants::kBytes : StepHead(bytes);
    case Part::kBody:
      return bytes->empty() ? Wants::kBytes : StepBody(bytes);
    case Part::kSlow:
      return Wants::kSlowAnswer;
    case Part::kStream:
      return Wants::kStream;
    case Part::kEnd:
      return Wants::kClose;
  }
  return Wants::kClose;
}

std::optional<Conversation::Wants> Conversation::StepHead(absl::string_view* bytes) {
  bytes->remove_prefix(head_.Take(*bytes));
  if (head_.progress() == Progress::kMore) return std::nullopt;
  begun_ = std::chrono::steady_clock::now();
  Head& head = head_.head();
  request_ = std::move(head.request);
  keep_alive_ = head.keep_alive;
  framing_ = head.framing;
  if (head_.progress() == Progress::kRefused) return Refuse(head_.refusal());
  return TakeHead(!bytes->empty());
}

std::optional<Conversation::Wants> Conversation::TakeHead(bool body_has_come) {
  admission_ = shared_->api->Admit(request_);
  if (!admission_.admitted) {
    // Where a body is outstanding nobody wants to read it.
    if (framing_ != Framing::kNone) keep_alive_ = false;
    return Say(std::exchange(admission_.response, {}));
  }
  if (framing_ == Framing::kNone) return Answer();
  const Head& head = head_.head();
  if (head.content_length > admission_.body_bytes_max) {
    return Refuse({413, "the body is too long"});
  }
  body_left_ = static_cast<std::size_t>(head.content_length);
  chunks_ = ChunkGate(admission_.body_bytes_max);
  part_ = Part::kBody;
  if (head.expects_continue && !body_has_come) out_.append(kGoOn.data(), kGoOn.size());
  return std::nullopt;
}

std::optional<Conversation::Wants> Conversation::StepBody(absl::string_view* bytes) {
  if (framing_ == Framing::kLength) {
    const std::size_t taken = std::min(body_left_, bytes->size());
    request_.body.append(bytes->data(), taken);
    bytes->remove_prefix(taken);
    body_left_ -= taken;
    return body_left_ > 0 ? std::nullopt : Answer();
  }
  bytes->remove_prefix(chunks_.Take(*bytes, &request_.body));
  switch (chunks_.progress()) {
    case Progress::kMore:
      return std::nullopt;
    case Progress::kDone:
      return Answer();
    case Progress::kRefused:
      return Refuse(chunks_.refusal());
  }
  return std::nullopt;
}

std::optional<Conversation::Wants> Conversation::Answer() {
  if (admission_.is_stream && request_.method != "HEAD") return BeginStream();
  if (admission_.lane == HttpApi::Lane::kAtOnce)
    return Say(shared_->api->Answer(request_));
  part_ = Part::kSlow;
  return Wants::kSlowAnswer;
}

std::optional<Conversation::Wants> Conversation::BeginStream() {
  stream_slot_ = StreamSlot::Of(&shared_->stream_slots);
  if (!stream_slot_.is_held()) {
    return Say(ErrorResponse(429, "as many read the events as may; try again later"));
  }
  const HttpResponse response = shared_->api->Answer(request_);
  if (response.status != 200) return Say(response);
  AppendResponse(response, {.date = date_->Now(), .close = true, .is_stream = true},
                 &out_);
  NoteAccess(response);
  part_ = Part::kStream;
  return Wants::kStream;
}

Conversation::Wants Conversation::TakeAnswer(const HttpResponse& response) {
  return Say(response).value_or(Wants::kWrite);
}

void Conversation::CountUnsaid(const HttpResponse& response) {
  if (!WaitsToBeDurable()) return;
  shared_->counts.answers.Count(FindRoute(PathOf(request_.target)), response.status);
}

void Conversation::CountDurable(std::optional<int> status) {
  for (const auto& [route, said] : uncounted_) {
    shared_->counts.answers.Count(route, status.value_or(said));
  }
  uncounted_ = {};
}

std::optional<Conversation::Wants> Conversation::Say(const HttpResponse& response) {
  const bool close = response.close || !keep_alive_ || shared_->stopping.load();
  if (WaitsToBeDurable()) {
    if (!durable_bytes_.has_value()) durable_bytes_ = out_.size();
    uncounted_.emplace_back(FindRoute(PathOf(request_.target)), response.status);
  }
  AppendResponse(
      response,
      {.date = date_->Now(), .close = close, .without_body = request_.method == "HEAD"},
      &out_);
  NoteAccess(response);
  ++requests_;
  // An idle connection keeps no memory of what was said on it.
  part_ = close ? Part::kEnd : Part::kHead;
  head_ = HeadGate();
  request_ = HttpRequest();
  admission_ = HttpApi::Admission();
  keep_alive_ = true;
  if (close) return Wants::kClose;
  return std::nullopt;
}

Conversation::Wants Conversation::Refuse(const Refusal& refusal) {
  admission_ = HttpApi::Admission();  // nothing is done of what it admitted
  ++shared_->counts.requests_malformed;
  return Say(ClosingResponse(refusal.status, refusal.message)).value_or(Wants::kClose);
}

Conversation::Wants Conversation::TimeIsUp() {
  // Who has not even sent a head in time would not read what we say either.
  if (part_ != Part::kBody) return Wants::kClose;
  admission_ = HttpApi::Admission();
  return Say(ClosingResponse(408, "the body did not come in time"))
      .value_or(Wants::kClose);
}

void Conversation::Flushed() {
  durable_bytes_.reset();
  CountDurable(std::nullopt);
  TellHeld();
}

Conversation::Wants Conversation::FlushFailed() {
  out_.resize(*durable_bytes_);
  durable_bytes_.reset();
  part_ = Part::kEnd;
  const HttpResponse response =
      ClosingResponse(503, "writing failed: whether anything was done is not known");
  AppendResponse(response, {.date = date_->Now(), .close = true}, &out_);
  // Those behind it get no answer.
  if (uncounted_.size() > 1) uncounted_.resize(1);
  CountDurable(response.status);
  if (held_.size() > 1) held_.resize(1);
  for (Held& held : held_) {
    held.access.status = response.status;
    held.access.body_bytes = response.body.size();
  }
  TellHeld();
  return Wants::kClose;
}

Conversation::Awaits Conversation::awaits() const {
  if (part_ == Part::kBody) return Awaits::kBody;
  return head_.has_begun() ? Awaits::kHead : Awaits::kRequest;
}

void Conversation::NoteAccess(const HttpResponse& response) {
  if (shared_->on_access == nullptr) return;
  const std::size_t query = request_.target.find('?');
  held_.push_back(
      {.access = {.method = request_.method,
                  .path = request_.target.substr(0, query),
                  .status = response.status,
                  .body_bytes = request_.method == "HEAD" ? 0 : response.body.size(),
                  .peer = peer_},
       .begun = begun_});
  if (!durable_bytes_.has_value()) TellHeld();
}

void Conversation::TellHeld() {
  const auto now = std::chrono::steady_clock::now();
  for (Held& held : held_) {
    held.access.took = absl::FromChrono(now - held.begun);
    shared_->on_access(held.access);
  }
  // An idle connection keeps no memory of what was said on it.
  held_ = {};
}

}  // namespace tocsin::http
