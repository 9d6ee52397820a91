#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/core/engine_impl.h"
#include "engine/model/fact.h"
#include "engine/model/reread.h"

namespace tocsin::core {
namespace {

thread_local const EngineImpl* reading_here = nullptr;

}  // namespace

// What the answers know of the engine, which may be closed and gone when they come.
struct EngineImpl::AnswerPort {
  explicit AnswerPort(EngineImpl* owner) : engine(owner) {}

  work::Gate gate;
  EngineImpl* const engine;
};

void EngineImpl::OpenPort() {
  if (port_ == nullptr) port_ = std::make_shared<AnswerPort>(this);
}

void EngineImpl::ClosePort() {
  if (port_ == nullptr) return;
  port_->gate.Close();
  port_->gate.AwaitEmpty();
}

bool EngineImpl::InsideSource() const { return reading_here == this; }

void EngineImpl::BeginReads(state::Shard* shard, state::Slot* slot, Work* work) {
  if (slot->customer.awaited == nullptr || closing_in_haste_.load()) return;
  model::BeginReads(
      &slot->customer, ContextFor(*shard, *slot, work),
      [this] {
        return counters_.source_reads.fetch_add(1, std::memory_order_relaxed) + 1;
      },
      &work->reads);
}

void EngineImpl::CallSource(const std::vector<model::BegunRead>& reads) {
  for (const model::BegunRead& read : reads) {
    const ReadKey key{read.request.customer, read.request.alert, read.number};
    Pass(Moment::kReadBegun);
    if (options_.fact_source == nullptr) {
      TakeAnswer(key, absl::FailedPreconditionError(
                          "the engine was opened without the fact source that a reset "
                          "before it waits for"));
      continue;
    }
    const EngineImpl* outer = std::exchange(reading_here, this);
    absl::Status failure;
    try {
      options_.fact_source->Read(
          read.request, [port = port_, key](absl::StatusOr<std::vector<Fact>> answer) {
            work::Gate::Pass pass(&port->gate);
            if (pass.entered()) port->engine->TakeAnswer(key, std::move(answer));
          });
    } catch (const std::exception& error) {
      failure = absl::UnknownError(absl::StrCat("the fact source threw: ", error.what()));
    } catch (...) {
      failure =
          absl::UnknownError("the fact source threw something that is no exception");
    }
    reading_here = outer;
    if (!failure.ok()) TakeAnswer(key, std::move(failure));
  }
}

absl::Status EngineImpl::CheckAnswer(const CustomerId& customer,
                                     absl::Span<const Fact> facts) {
  if (facts.size() > kFactsPerAnswerMax) {
    return MakeStatus(Reason::kTooLong,
                      absl::StrCat("the answer has ", facts.size(), " facts; at most ",
                                   kFactsPerAnswerMax, " are taken"));
  }
  const absl::Time now = Now();
  for (const Fact& fact : facts) {
    if (model::CustomerOf(fact) != customer) {
      return MakeStatus(Reason::kMalformed,
                        absl::StrCat("the answer speaks of customer ",
                                     model::CustomerOf(fact).ToString(), "; asked was ",
                                     customer.ToString()));
    }
    absl::Status status = model::ValidateFact(fact, now, options_.event_time_ahead_max);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

store::Answered EngineImpl::AsAnswered(const ReadKey& key,
                                       const absl::StatusOr<std::vector<Fact>>& answer) {
  store::Answered answered{.customer = key.customer, .alert = key.alert};
  if (answer.ok()) {
    answered.facts = *answer;
  } else {
    answered.error = std::string(answer.status().message());
  }
  return answered;
}

void EngineImpl::TakeAnswer(const ReadKey& key,
                            absl::StatusOr<std::vector<Fact>> answer) {
  if (answer.ok()) {
    absl::Status status = CheckAnswer(key.customer, *answer);
    if (!status.ok()) answer = std::move(status);
  }
  Pass(Moment::kAnswerCame);
  state::Shard& shard = ShardOf(key.customer);
  Work work;
  {
    Step step(journal(), &shard, &work);
    work.now = Now();
    store::Answered answered;
    if (work.is_noted) answered = AsAnswered(key, answer);
    state::Slot* slot = shard.Find(key.customer);
    if (!model::GiveAnswer(&slot->customer, key.alert, key.number, work.now,
                           std::move(answer))) {
      return;
    }
    work.Note(answered);
    // Judged by a drain, like all that is due: it is held where the outbox is full.
    shard.Queue(slot);
    NoteReads(&shard, slot);
  }
  Pass(Moment::kAnswerKept);
  if (pool_ != nullptr) ScheduleDrain(&shard);
  answers_.Ring();
}

void EngineImpl::NoteReads(state::Shard* shard, state::Slot* slot) {
  const std::uint32_t under_way = model::ReadsUnderWay(slot->customer);
  reads_under_way_.fetch_add(under_way, std::memory_order_relaxed);
  reads_under_way_.fetch_sub(std::exchange(slot->reads_under_way, under_way),
                             std::memory_order_relaxed);
  shard->SetReadTimer(slot, model::NextReadAt(slot->customer));
}

void EngineImpl::FinishReads() {
  while (true) {
    const std::uint64_t rung = answers_.rung();
    const std::uint64_t begun = counters_.source_reads.load();
    const bool answered = reads_under_way_.load() == 0;
    DrainEverything();
    if (closing_in_haste_.load()) return;
    // What was answered before, the drain took; it may have had to ask again.
    if (answered && counters_.source_reads.load() == begun) return;
    if (reads_under_way_.load() == 0) continue;
    if (!answers_.Await(rung, options_.source_timeout)) return;
  }
}

}  // namespace tocsin::core
