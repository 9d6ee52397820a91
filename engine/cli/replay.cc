#include "engine/cli/replay.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/cli/applier.h"
#include "engine/cli/byte_source.h"
#include "engine/cli/manual_clock.h"
#include "engine/cli/output_file.h"
#include "engine/cli/parse_pipeline.h"
#include "engine/cli/replay_sink.h"
#include "engine/cli/reporter.h"
#include "engine/cli/state_writer.h"
#include "tocsin/engine.h"
#include "tocsin/json.h"

namespace tocsin::cli {
namespace {

// What may be held until a line says where the clock starts.
constexpr std::size_t kHeldBytesMax = std::size_t{64} << 20;
// The engine draws no id here; all the same nothing may differ between replays.
constexpr std::uint64_t kRandomSeed = 1;

absl::StatusOr<std::vector<AlertSpec>> ReadAlerts(ByteSource& source) {
  absl::StatusOr<std::string> json = ReadAll(source, kAlertsBytesMax);
  if (!json.ok()) return json.status();
  absl::StatusOr<std::vector<AlertSpec>> specs = AlertSpecsFromJson(*json);
  if (!specs.ok()) {
    return absl::Status(specs.status().code(),
                        absl::StrCat(source.name(), ": ", specs.status().message()));
  }
  for (std::size_t i = 0; i < specs->size(); ++i) {
    if ((*specs)[i].id.has_value()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        source.name(), ": [", i, "].id: is missing, must be the text of a UUID"));
  }
  return specs;
}

// When the first line with a timestamp happened.
std::optional<absl::Time> FirstTime(const ParsedChunk& chunk) {
  for (const Step& step : chunk.steps) {
    if (step.time != absl::InfinitePast()) return step.time;
  }
  return std::nullopt;
}

// One run of the command.
class Replay {
 public:
  explicit Replay(const ReplayOptions& options) : options_(options) {}

  absl::Status Run();

  // Of a run that has opened its files.
  Reporter* reporter() { return reporter_.get(); }
  const ReplayCounts& counts() const { return counts_; }

 private:
  absl::Status OpenFiles();
  absl::Status OpenOutput(const std::string& path, std::unique_ptr<OutputFile>* file);
  // Opens the engine at the instant at which the file begins.
  absl::Status Start(absl::Time first);
  absl::Status CreateAlerts();
  absl::Status TellLines();
  absl::Status TellChunk(ParsedChunk& chunk);
  absl::Status TellHeld();
  absl::Status Finish();

  const ReplayOptions options_;
  std::vector<int> descriptors_;  // of all open files
  std::unique_ptr<ByteSource> alerts_file_;
  std::unique_ptr<ByteSource> facts_file_;
  std::unique_ptr<OutputFile> notifications_file_;
  std::unique_ptr<OutputFile> state_file_;
  std::vector<AlertSpec> specs_;
  ReplayCounts counts_;
  std::unique_ptr<Reporter> reporter_;
  std::unique_ptr<ReplaySink> sink_;
  // Lines ahead of the first timestamp.
  std::vector<ParsedChunk> held_;
  std::size_t held_bytes_ = 0;
  // Set from the first timestamp on; the engine uses what stands above it.
  std::unique_ptr<ManualClock> clock_;
  std::unique_ptr<Engine> engine_;
  std::optional<Applier> applier_;
};

absl::Status Replay::OpenOutput(const std::string& path,
                                std::unique_ptr<OutputFile>* file) {
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<OutputFile>> opened =
      OutputFile::Open(path, descriptors_);
  if (!opened.ok()) return opened.status();
  *file = *std::move(opened);
  descriptors_.push_back((*file)->descriptor());
  return absl::OkStatus();
}

absl::Status Replay::OpenFiles() {
  for (auto [path, file] : {std::pair(&options_.alerts_path, &alerts_file_),
                            std::pair(&options_.facts_path, &facts_file_)}) {
    absl::StatusOr<std::unique_ptr<ByteSource>> opened = ByteSource::Open(*path);
    if (!opened.ok()) return opened.status();
    *file = *std::move(opened);
    descriptors_.push_back((*file)->descriptor());
  }
  absl::StatusOr<std::vector<AlertSpec>> specs = ReadAlerts(*alerts_file_);
  if (!specs.ok()) return specs.status();
  specs_ = *std::move(specs);
  absl::Status status = OpenOutput(options_.notifications_path, &notifications_file_);
  if (status.ok()) status = OpenOutput(options_.state_path, &state_file_);
  return status;
}

absl::Status Replay::Start(absl::Time first) {
  clock_ = std::make_unique<ManualClock>(first);
  // One shard and no threads: one order of everything.
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Open({.sink = sink_.get(),
                    .clock = clock_.get(),
                    .period_policy = options_.period_policy,
                    .worker_threads = 0,
                    .shards = 1,
                    .random_seed = kRandomSeed});
  if (!engine.ok()) return engine.status();
  engine_ = *std::move(engine);
  applier_.emplace(Applier::Parts{.engine = engine_.get(),
                                  .clock = clock_.get(),
                                  .reporter = reporter_.get(),
                                  .counts = &counts_,
                                  .strict = options_.strict});
  return CreateAlerts();
}

absl::Status Replay::CreateAlerts() {
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    const absl::Status status = engine_->CreateAlert(specs_[i]).status();
    if (!status.ok()) {
      return absl::Status(
          status.code(), absl::StrCat(alerts_file_->name(), ": [", i, "] (",
                                      specs_[i].id->ToString(), "): ", status.message()));
    }
  }
  return engine_->Drain();
}

absl::Status Replay::TellChunk(ParsedChunk& chunk) {
  absl::Status status = applier_->Apply(chunk);
  if (!status.ok()) return status;
  if (notifications_file_ != nullptr) status = notifications_file_->Flush();
  reporter_->Progress(counts_, sink_->notifications());
  return status;
}

absl::Status Replay::TellHeld() {
  for (ParsedChunk& chunk : held_) {
    absl::Status status = TellChunk(chunk);
    if (!status.ok()) return status;
    if (applier_->stopped()) break;
  }
  held_.clear();
  return absl::OkStatus();
}

absl::Status Replay::TellLines() {
  absl::StatusOr<std::unique_ptr<ParsePipeline>> pipeline =
      ParsePipeline::Start(facts_file_.get(), options_.threads - 1);
  if (!pipeline.ok()) return pipeline.status();
  while (engine_ == nullptr || !applier_->stopped()) {
    absl::StatusOr<ParsedChunk*> chunk = (*pipeline)->Next();
    if (!chunk.ok()) return chunk.status();
    if (*chunk == nullptr) break;
    absl::Status status;
    if (engine_ != nullptr) {
      status = TellChunk(**chunk);
    } else {
      const std::optional<absl::Time> first = FirstTime(**chunk);
      held_bytes_ += (*chunk)->MemoryUsed();
      held_.push_back(std::move(**chunk));
      if (first.has_value()) {
        status = Start(*first);
        if (status.ok()) status = TellHeld();
      } else if (held_bytes_ > kHeldBytesMax) {
        status = absl::ResourceExhaustedError(absl::StrCat(
            facts_file_->name(), ": begins with too many lines without a timestamp; put ",
            R"({"type":"clock","timestamp":...} in front of them)"));
      }
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Replay::Finish() {
  absl::StatusOr<CloseResult> left = CloseResult();
  absl::Status status;
  if (state_file_ != nullptr) status = WriteState(*engine_, *state_file_);
  if (status.ok()) left = engine_->Close();
  if (!left.ok()) status = left.status();
  if (left.ok() && left->due + left->undelivered > 0) {
    status = absl::InternalError(absl::StrCat("the engine left ", left->due, " due and ",
                                              left->undelivered, " undelivered"));
  }
  if (notifications_file_ != nullptr) status.Update(notifications_file_->Close());
  return status;
}

absl::Status Replay::Run() {
  absl::Status status = OpenFiles();
  if (!status.ok()) return status;
  reporter_ = std::make_unique<Reporter>(facts_file_->name());
  sink_ = std::make_unique<ReplaySink>(notifications_file_.get());
  status = TellLines();
  if (status.ok() && engine_ == nullptr) {
    // No line has said a time.
    status = Start(absl::UnixEpoch());
    if (status.ok()) status = TellHeld();
  }
  if (status.ok()) status = Finish();
  if (applier_.has_value() && applier_->stopped()) {
    reporter_->Message(
        absl::StrCat("stopped at line ", counts_.lines,
                     ", the first bad one; the lines before it were applied"));
  }
  reporter_->Summary(counts_, *sink_);
  return status;
}

}  // namespace

int RunReplay(const ReplayOptions& options) {
  Replay replay(options);
  const absl::Status status = replay.Run();
  if (!status.ok()) {
    Reporter("").Message(absl::StrCat("tocsin: ", status.message()));
  }
  if (!status.ok()) return kExitFailure;
  return replay.counts().bad_lines > 0 ? kExitBadLines : kExitGood;
}

}  // namespace tocsin::cli
