#include "engine/cli/demo_file.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/cli/demo_text.h"

namespace tocsin::cli {
namespace {

// One batch tells what happened within so long; the engine's clock stands still
// meanwhile, and would refuse what is more than an hour ahead of it.
constexpr absl::Duration kBatchSpan = absl::Minutes(1);

}  // namespace

absl::StatusOr<std::unique_ptr<DemoFile>> DemoFile::Open(const std::string& path) {
  if (path == "-") {
    return absl::InvalidArgumentError(
        "demo reads its file twice, and standard input can only be read once");
  }
  auto file = absl::WrapUnique(new DemoFile);
  absl::StatusOr<std::unique_ptr<ByteSource>> source = ByteSource::Open(path);
  if (!source.ok()) return source.status();
  if (!(*source)->CanRewind()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": demo reads its file twice, and this can only be read once"));
  }
  absl::Status status = file->survey_.Read(source->get());
  if (!status.ok()) return status;
  source = ByteSource::Open(path);
  if (!source.ok()) return source.status();
  file->source_ = *std::move(source);
  absl::StatusOr<std::unique_ptr<ParsePipeline>> pipeline =
      ParsePipeline::Start(file->source_.get(), 0);
  if (!pipeline.ok()) return pipeline.status();
  file->pipeline_ = *std::move(pipeline);
  file->clock_ = file->survey_.starts_at();
  return file;
}

std::string DemoFile::Describe() const {
  std::string text =
      absl::StrCat("The file ", source_->name(), ": ", Counted(survey_.facts(), "fact"),
                   " about ", Counted(survey_.customers(), "customer"),
                   ". Read once to choose alerts that suit it,\nand now again ",
                   "to tell it to the engine.\n");
  if (survey_.other_statements() > 0) {
    absl::StrAppend(&text, "Statements that are no facts were passed over: ",
                    Grouped(survey_.other_statements()), ".\n");
  }
  return text;
}

absl::StatusOr<bool> DemoFile::Next(DemoBatch* batch) {
  batch->Clear();
  batch->clock = clock_ + kDemoClockStep;
  while (true) {
    if (chunk_ == nullptr || step_ == chunk_->steps.size()) {
      const absl::Status status = NextChunk();
      if (!status.ok()) return status;
      if (chunk_ == nullptr) break;
      continue;
    }
    if (!TakeStep(batch)) break;
  }
  clock_ = batch->clock;
  return !batch->facts.empty();
}

absl::Status DemoFile::NextChunk() {
  if (chunk_ != nullptr) lines_ahead_ += chunk_->lines;
  const absl::StatusOr<ParsedChunk*> chunk = pipeline_->Next();
  if (!chunk.ok()) return chunk.status();
  chunk_ = *chunk;
  step_ = 0;
  return absl::OkStatus();
}

bool DemoFile::TakeStep(DemoBatch* batch) {
  const Step& step = chunk_->steps[step_];
  if (batch->facts.empty()) {
    batch->clock = std::max(batch->clock, step.time);
  } else if (batch->facts.size() >= kDemoBatchMax ||
             step.time > batch->clock + kBatchSpan) {
    return false;
  }
  ++step_;
  const std::uint64_t line = lines_ahead_ + step.line + 1;
  if (step.kind == Step::Kind::kFact) {
    batch->facts.push_back(std::move(chunk_->facts[step.index]));
    batch->lines.push_back(line);
  } else if (step.kind == Step::Kind::kError) {
    batch->problems.emplace_back(line, std::move(chunk_->errors[step.index]));
  }
  return true;
}

}  // namespace tocsin::cli
