#include "engine/cli/applier.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "engine/cli/kept_replay.h"

namespace tocsin::cli {
namespace {

constexpr std::size_t kFactsPerBatchMax = 4'096;

// Does one statement that is not a fact.
struct Teller {
  Engine* engine;

  absl::Status operator()(const ClockStatement&) const { return absl::OkStatus(); }
  absl::Status operator()(const ResetStatement& reset) const {
    return engine->Reset(reset.customer, reset.alert, reset.instance);
  }
  absl::Status operator()(const AlertStatement& alert) const {
    return engine->CreateAlert(alert.spec).status();
  }
  absl::Status operator()(const AlertUpdateStatement& update) const {
    return engine->UpdateAlert(update.alert, update.update);
  }
  absl::Status operator()(const ArchiveStatement& archive) const {
    return engine->ArchiveAlert(archive.alert, archive.options);
  }
  absl::Status operator()(const DisableStatement& disable) const {
    return engine->DisableAlert(disable.alert);
  }
  absl::Status operator()(const EnableStatement& enable) const {
    return engine->EnableAlert(enable.alert);
  }
  absl::Status operator()(const Fact&) const {
    return absl::InternalError("a fact is told in a batch");
  }
};

}  // namespace

absl::Status Applier::Apply(ParsedChunk& chunk) {
  batch_size_ = 0;
  lines_ahead_ = chunk.lines_ahead;
  absl::Status status;
  for (const Step& step : chunk.steps) {
    if (lines_ahead_ + step.line < parts_.lines_done) continue;
    status = ApplyStep(chunk, step);
    if (!status.ok() || stopped_) break;
  }
  if (status.ok() && batch_size_ > 0) {
    status = TellBatch(chunk);
    if (status.ok()) status = Drain();
  }
  ReportProblems();
  // Bad lines and empty ones have nothing with which they could be noted.
  if (status.ok() && !stopped_) status = NoteDone(chunk.lines);
  // Of a stopped chunk only the bad line's predecessors and itself count. Others may
  // have been counted as they were held.
  if (!stopped_) {
    parts_.counts->lines = std::max(parts_.counts->lines, lines_ahead_ + chunk.lines);
  }
  const std::uint64_t done = std::max(parts_.lines_done, lines_ahead_) - lines_ahead_;
  parts_.counts->passed_over.Add(chunk.passed_over, done,
                                 parts_.counts->lines - lines_ahead_);
  return status;
}

absl::Status Applier::ApplyStep(ParsedChunk& chunk, const Step& step) {
  if (step.time > now_) {
    absl::Status status = TellBatch(chunk);
    if (!status.ok() || stopped_) return status;
    now_ = step.time;
    parts_.clock->MoveTo(now_);
    status = Drain();
    if (!status.ok()) return status;
  }
  switch (step.kind) {
    case Step::Kind::kFact: {
      if (batch_size_++ == 0) batch_begin_ = step.index;
      if (batch_size_ < (parts_.strict ? 1 : kFactsPerBatchMax)) return absl::OkStatus();
      absl::Status status = TellBatch(chunk);
      return status.ok() ? Drain() : status;
    }
    case Step::Kind::kControl: {
      absl::Status status = TellBatch(chunk);
      if (!status.ok() || stopped_) return status;
      return ApplyControl(chunk.controls[step.index], step.line);
    }
    case Step::Kind::kError:
      AddProblem(step.line, std::move(chunk.errors[step.index]));
      return absl::OkStatus();
  }
  return absl::InternalError("a step of an unknown kind");
}

absl::Status Applier::ApplyControl(const Statement& statement, std::uint32_t line) {
  absl::Status told = std::visit(Teller{parts_.engine}, statement.what);
  if (!told.ok()) AddProblem(line, std::move(told));
  absl::Status status = stopped_ ? absl::OkStatus() : NoteDone(line + 1);
  return status.ok() ? Drain() : status;
}

absl::Status Applier::TellBatch(const ParsedChunk& chunk) {
  if (batch_size_ == 0) return absl::OkStatus();
  const absl::Span<const Fact> batch(chunk.facts.data() + batch_begin_, batch_size_);
  const std::uint32_t* lines = chunk.fact_lines.data() + batch_begin_;
  const std::uint32_t last_line = lines[batch_size_ - 1];
  ApplyOptions options;
  // Of a strict replay only once it is known that it was not refused.
  if (parts_.keeps && !parts_.strict) {
    lines_noted_ = lines_ahead_ + last_line + 1;
    options.position = BehindLine(lines_noted_);
  }
  const ApplyResult result = parts_.engine->Apply(batch, options);
  batch_size_ = 0;
  if (!result.status.ok()) {
    const std::uint64_t line = lines_ahead_ + lines[0] + 1;
    return absl::Status(result.status.code(),
                        absl::StrCat("line ", line, ": ", result.status.message()));
  }
  ReplayCounts& counts = *parts_.counts;
  counts.facts += batch.size();
  counts.applied += result.applied;
  counts.refused += result.refused;
  counts.stale += result.stale;
  counts.late += result.late;
  counts.group_dropped += result.group_dropped;
  for (const FactReport& report : result.reports) {
    AddReport(report, lines[report.index]);
  }
  ReportProblems();
  return stopped_ ? absl::OkStatus() : NoteDone(last_line + 1);
}

absl::Status Applier::NoteDone(std::uint64_t lines_of_chunk) {
  const std::uint64_t lines = lines_ahead_ + lines_of_chunk;
  if (!parts_.keeps || lines <= lines_noted_) return absl::OkStatus();
  lines_noted_ = lines;
  return parts_.engine->Apply({}, {.position = BehindLine(lines)}).status;
}

void Applier::AddReport(const FactReport& report, std::uint32_t line) {
  ReplayCounts& counts = *parts_.counts;
  const auto note = [&](std::uint64_t* first) {
    if (*first == 0) *first = lines_ahead_ + line + 1;
  };
  switch (report.kind) {
    case FactReport::Kind::kRefused:
      return AddProblem(line, report.status);
    case FactReport::Kind::kStale:
      return note(&counts.first_stale);
    case FactReport::Kind::kLate:
      return note(&counts.first_late);
    case FactReport::Kind::kDuplicate:  // a line has no id
      return;
    case FactReport::Kind::kGroupDropped:
      return note(&counts.first_group_dropped);
  }
}

absl::Status Applier::Drain() {
  if (parts_.keeps) {
    // What becomes durable now is not read again, so nobody else would report it.
    ReportProblems();
    parts_.reporter->Flush();
  }
  return parts_.engine->Drain();
}

void Applier::AddProblem(std::uint32_t line, absl::Status reason) {
  problems_.emplace_back(line, std::move(reason));
  if (parts_.strict) stopped_ = true;
}

void Applier::ReportProblems() {
  if (problems_.empty()) return;
  std::sort(problems_.begin(), problems_.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [line, reason] : problems_) {
    parts_.reporter->BadLine(lines_ahead_ + line + 1, reason);
  }
  parts_.counts->bad_lines += problems_.size();
  if (stopped_) parts_.counts->lines = lines_ahead_ + problems_.back().first + 1;
  problems_.clear();
}

}  // namespace tocsin::cli
