#include "engine/cli/parse_pipeline.h"

#include <system_error>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"

namespace tocsin::cli {
namespace {

// One that a thread works on, and two for it to run ahead.
constexpr std::size_t kSlotsPerThread = 3;

}  // namespace

ParsePipeline::ParsePipeline(ByteSource* source, std::size_t slots)
    : source_(source), reader_(source), slots_(slots) {}

absl::StatusOr<std::unique_ptr<ParsePipeline>> ParsePipeline::Start(ByteSource* source,
                                                                    int threads) {
  const std::size_t slots =
      threads == 0 ? 1 : kSlotsPerThread * static_cast<std::size_t>(threads);
  std::unique_ptr<ParsePipeline> pipeline =
      absl::WrapUnique(new ParsePipeline(source, slots));
  try {
    for (int i = 0; i < threads; ++i) {
      pipeline->threads_.emplace_back([p = pipeline.get()] { p->Work(); });
    }
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("thread ", pipeline->threads_.size() + 1, " of ", threads,
                     " cannot be started: ", error.what()));
  }
  return pipeline;
}

ParsePipeline::~ParsePipeline() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  source_->Interrupt();
  for (std::thread& thread : threads_) thread.join();
}

bool ParsePipeline::MayRead() const {
  return stopped_ || ended_ ||
         (!reading_ && slots_read_ - slots_released_ < slots_.size());
}

ParsePipeline::Slot* ParsePipeline::TakeTurn() {
  absl::MutexLock lock(&mutex_, absl::Condition(this, &ParsePipeline::MayRead));
  if (stopped_ || ended_) return nullptr;
  reading_ = true;
  return &slots_[slots_read_++ % slots_.size()];
}

void ParsePipeline::EndTurn(bool ended) {
  absl::MutexLock lock(&mutex_);
  reading_ = false;
  ended_ = ended;
}

void ParsePipeline::Work() {
  ChunkParser parser;
  while (Slot* slot = TakeTurn()) {
    const absl::StatusOr<bool> more = reader_.Next(&slot->lines);
    slot->status = more.status();
    slot->end = !more.ok() || !*more;
    EndTurn(slot->end);
    if (!slot->end) parser.Parse(slot->lines, &slot->parsed);
    absl::MutexLock lock(&mutex_);
    slot->ready = true;
  }
}

absl::StatusOr<ParsedChunk*> ParsePipeline::ReadHere() {
  Slot& slot = slots_.front();
  const absl::StatusOr<bool> more = reader_.Next(&slot.lines);
  if (!more.ok()) return more.status();
  if (!*more) return nullptr;
  parser_.Parse(slot.lines, &slot.parsed);
  return &slot.parsed;
}

absl::StatusOr<ParsedChunk*> ParsePipeline::Next() {
  if (threads_.empty()) return ReadHere();
  absl::MutexLock lock(&mutex_);
  if (holds_slot_) {
    slots_[slots_released_ % slots_.size()].ready = false;
    ++slots_released_;
    holds_slot_ = false;
  }
  Slot& slot = slots_[slots_released_ % slots_.size()];
  mutex_.Await(absl::Condition(&slot.ready));
  if (!slot.status.ok()) return slot.status;
  if (slot.end) return nullptr;
  holds_slot_ = true;
  return &slot.parsed;
}

}  // namespace tocsin::cli
