#include "engine/cli/replay.h"

#include <algorithm>
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
#include "engine/cli/held_lines.h"
#include "engine/cli/kept_replay.h"
#include "engine/cli/line_reader.h"
#include "engine/cli/manual_clock.h"
#include "engine/cli/output_file.h"
#include "engine/cli/parse_pipeline.h"
#include "engine/cli/parsed_chunk.h"
#include "engine/cli/replay_sink.h"
#include "engine/cli/reporter.h"
#include "engine/cli/state_writer.h"
#include "engine/cli/store_names.h"
#include "engine/cli/written_tail.h"
#include "tocsin/engine.h"
#include "tocsin/json.h"

namespace tocsin::cli {
namespace {

// Where the clock starts if no line says it.
constexpr absl::Time kStartWithoutTime = absl::UnixEpoch();
// The engine draws no id here; all the same nothing may differ between replays.
constexpr std::uint64_t kReplaySeed = 1;

absl::StatusOr<std::vector<AlertSpec>> ReadAlerts(ByteSource& source, std::string* json) {
  absl::StatusOr<std::string> read = ReadAll(source, kAlertsBytesMax);
  if (!read.ok()) return read.status();
  *json = *std::move(read);
  absl::StatusOr<std::vector<AlertSpec>> specs = AlertSpecsFromJson(*json);
  if (!specs.ok()) {
    return absl::Status(specs.status().code(),
                        absl::StrCat(source.name(), ": ", specs.status().message()));
  }
  for (std::size_t i = 0; i < specs->size(); ++i) {
    if ((*specs)[i].id.has_value()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(source.name(), ": ", AlertPlace(*json, i),
                     ".id: is missing or null, must be the text of a UUID"));
  }
  return specs;
}

// Where the clock starts, if the chunk says so: at its first timestamp. A strict
// replay looks at nothing behind a line that cannot be read.
std::optional<absl::Time> StartIn(const ParsedChunk& chunk, bool strict) {
  for (const Step& step : chunk.steps) {
    if (step.time != absl::InfinitePast()) return step.time;
    if (strict && step.kind == Step::Kind::kError) return kStartWithoutTime;
  }
  return std::nullopt;
}

// Looks for it in a file that can be read again.
absl::StatusOr<absl::Time> FindStart(ByteSource* source, bool strict) {
  LineReader reader(source);
  ChunkParser parser;
  LineChunk lines;
  ParsedChunk parsed;
  std::optional<absl::Time> start;
  while (!start.has_value()) {
    const absl::StatusOr<bool> more = reader.Next(&lines);
    if (!more.ok()) return more.status();
    if (!*more) break;
    parser.Parse(lines, &parsed);
    start = StartIn(parsed, strict);
  }
  absl::Status status = source->Rewind();
  if (!status.ok()) return status;
  return start.value_or(kStartWithoutTime);
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
  bool keeps() const { return !options_.data_path.empty(); }
  absl::Status OpenInputs();
  absl::Status OpenOutput(const std::string& path, std::unique_ptr<OutputFile>* file);
  absl::Status OpenOutputs();
  // Cuts off what the run before has not written to its end, and passes over what comes
  // again of the rest.
  absl::Status GoOnWithNotifications();
  // Opens the engine at the instant at which the file begins, creates the alerts,
  // and opens what is written: nothing is emptied for a run that cannot begin.
  absl::Status Start(absl::Time first);
  absl::Status OpenEngine();
  absl::Status CreateAlerts();
  // Finds out how far an earlier run came, or begins.
  absl::Status FindLinesDone();
  absl::Status TellLines();
  // Tells the next chunk of the file, or holds it until the start is known.
  absl::Status TakeChunk(ParsedChunk& chunk);
  absl::Status TellChunk(ParsedChunk& chunk);
  absl::Status HoldChunk(ParsedChunk& chunk);
  absl::Status TellHeld();
  absl::Status Finish();

  const ReplayOptions options_;
  std::vector<int> descriptors_;  // of all open files
  std::unique_ptr<ByteSource> alerts_file_;
  std::unique_ptr<ByteSource> facts_file_;
  std::unique_ptr<OutputFile> notifications_file_;
  std::unique_ptr<OutputFile> state_file_;
  std::string alerts_json_;  // for what is wrong with them
  std::vector<AlertSpec> specs_;
  ReplayCounts counts_;
  std::unique_ptr<Reporter> reporter_;
  std::unique_ptr<ReplaySink> sink_;
  std::uint64_t lines_read_ = 0;
  // By earlier runs; nothing for the first, or one that keeps nothing.
  std::optional<std::uint64_t> lines_done_;
  HeldLines held_;
  // Set from the first timestamp on; the engine uses what stands above it.
  std::unique_ptr<ManualClock> clock_;
  std::unique_ptr<Engine> engine_;
  std::optional<Applier> applier_;
};

absl::Status Replay::OpenOutput(const std::string& path,
                                std::unique_ptr<OutputFile>* file) {
  if (path.empty()) return absl::OkStatus();
  // Now that the engine has made its directory.
  absl::Status status = CheckIsNotOfStore(path, options_.data_path);
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<OutputFile>> opened =
      OutputFile::Open(path, descriptors_);
  if (!opened.ok()) return opened.status();
  *file = *std::move(opened);
  descriptors_.push_back((*file)->descriptor());
  return absl::OkStatus();
}

absl::Status Replay::OpenOutputs() {
  absl::Status status = OpenOutput(options_.notifications_path, &notifications_file_);
  if (status.ok()) status = OpenOutput(options_.state_path, &state_file_);
  if (status.ok() && state_file_ != nullptr) status = state_file_->Empty();
  if (!status.ok() || notifications_file_ == nullptr) return status;
  if (lines_done_.has_value()) return GoOnWithNotifications();
  status = notifications_file_->Empty();
  // Before it is durable that this has begun, after which nobody empties it any more.
  return status.ok() && keeps() ? notifications_file_->Sync() : status;
}

absl::Status Replay::GoOnWithNotifications() {
  if (!notifications_file_->IsRegular()) return absl::OkStatus();
  absl::StatusOr<WrittenTail> tail =
      ReadWrittenTail(options_.notifications_path, engine_->GetStats().outbox);
  if (!tail.ok()) return tail.status();
  sink_->PassOver(std::move(tail->ids));
  return notifications_file_->GoOnBehind(tail->bytes);
}

absl::Status Replay::OpenInputs() {
  for (auto [path, file] : {std::pair(&options_.alerts_path, &alerts_file_),
                            std::pair(&options_.facts_path, &facts_file_)}) {
    absl::StatusOr<std::unique_ptr<ByteSource>> opened = ByteSource::Open(*path);
    if (!opened.ok()) return opened.status();
    *file = *std::move(opened);
    descriptors_.push_back((*file)->descriptor());
  }
  if (keeps() && !facts_file_->CanRewind()) return CannotReadAgain(facts_file_->name());
  absl::StatusOr<std::vector<AlertSpec>> specs = ReadAlerts(*alerts_file_, &alerts_json_);
  if (!specs.ok()) return specs.status();
  specs_ = *std::move(specs);
  return absl::OkStatus();
}

absl::Status Replay::Start(absl::Time first) {
  clock_ = std::make_unique<ManualClock>(first);
  absl::Status status = OpenEngine();
  if (status.ok()) status = keeps() ? FindLinesDone() : CreateAlerts();
  if (status.ok()) status = OpenOutputs();
  if (!status.ok()) return status;
  counts_.lines_done = lines_done_.value_or(0);
  applier_.emplace(Applier::Parts{.engine = engine_.get(),
                                  .clock = clock_.get(),
                                  .reporter = reporter_.get(),
                                  .counts = &counts_,
                                  .strict = options_.strict,
                                  .keeps = keeps(),
                                  .lines_done = counts_.lines_done});
  // Early enough: nothing has been delivered yet.
  sink_->WriteTo(notifications_file_.get());
  status = engine_->Drain();
  sink_->PassOver({});
  return status;
}

absl::Status Replay::OpenEngine() {
  // One shard and no threads: one order of everything.
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Open({.directory = options_.data_path,
                    .durability = Durability::kGrouped,
                    .sink = sink_.get(),
                    .clock = clock_.get(),
                    .period_policy = options_.period_policy,
                    .worker_threads = 0,
                    .shards = 1,
                    .random_seed = kReplaySeed});
  if (!engine.ok()) return engine.status();
  engine_ = *std::move(engine);
  return absl::OkStatus();
}

absl::Status Replay::FindLinesDone() {
  absl::StatusOr<std::optional<std::uint64_t>> done =
      LinesDone(*engine_, options_.data_path);
  if (!done.ok()) return done.status();
  lines_done_ = *done;
  if (!lines_done_.has_value()) {
    absl::Status status = CreateAlerts();
    return status.ok() ? NoteBegun(*engine_, specs_.size()) : status;
  }
  // The lines that are passed over have moved it so far.
  clock_->MoveTo(std::max(clock_->Now(), engine_->GetStats().last_instant));
  return CheckBegunWith(*engine_, specs_, alerts_file_->name(), options_.data_path);
}

absl::Status Replay::CreateAlerts() {
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    const absl::Status status = engine_->CreateAlert(specs_[i]).status();
    if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat(alerts_file_->name(), ": ",
                                                      AlertPlace(alerts_json_, i), ": ",
                                                      status.message()));
    }
  }
  alerts_json_ = std::string();
  return absl::OkStatus();
}

absl::Status Replay::TellChunk(ParsedChunk& chunk) {
  absl::Status status = applier_->Apply(chunk);
  if (!status.ok()) return status;
  if (notifications_file_ != nullptr) status = notifications_file_->Flush();
  reporter_->Progress(counts_, sink_->notifications());
  reporter_->Flush();
  return status.ok() && keeps() ? engine_->Flush() : status;
}

absl::Status Replay::HoldChunk(ParsedChunk& chunk) {
  for (const Step& step : chunk.steps) {
    if (step.kind != Step::Kind::kError) continue;
    reporter_->BadLine(chunk.lines_ahead + step.line + 1, chunk.errors[step.index]);
  }
  counts_.bad_lines += chunk.errors.size();
  counts_.lines += chunk.lines;
  reporter_->Progress(counts_, 0);
  reporter_->Flush();
  held_.Add(chunk);
  if (!held_.full()) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      facts_file_->name(), ": begins with lines without a timestamp that take more than ",
      HeldLines::kBytesMax >> 20, R"( MiB; put {"type":"clock","timestamp":...} in )",
      "front of them, or give a file, which is read twice instead"));
}

absl::Status Replay::TellHeld() {
  for (ParsedChunk& chunk : held_.chunks()) {
    absl::Status status = TellChunk(chunk);
    if (!status.ok()) return status;
    if (applier_->stopped()) break;
  }
  held_ = HeldLines();
  return absl::OkStatus();
}

absl::Status Replay::TakeChunk(ParsedChunk& chunk) {
  chunk.lines_ahead = lines_read_;
  lines_read_ += chunk.lines;
  if (engine_ == nullptr) {
    const std::optional<absl::Time> start = StartIn(chunk, options_.strict);
    if (!start.has_value()) return HoldChunk(chunk);
    absl::Status status = Start(*start);
    if (status.ok()) status = TellHeld();
    if (!status.ok() || applier_->stopped()) return status;
  }
  if (lines_read_ > counts_.lines_done) return TellChunk(chunk);
  counts_.lines = lines_read_;
  reporter_->Progress(counts_, 0);
  return absl::OkStatus();
}

absl::Status Replay::TellLines() {
  if (facts_file_->CanRewind()) {
    const absl::StatusOr<absl::Time> start =
        FindStart(facts_file_.get(), options_.strict);
    absl::Status status = start.ok() ? Start(*start) : start.status();
    if (!status.ok()) return status;
  }
  absl::StatusOr<std::unique_ptr<ParsePipeline>> pipeline =
      ParsePipeline::Start(facts_file_.get(), options_.threads - 1);
  if (!pipeline.ok()) return pipeline.status();
  while (engine_ == nullptr || !applier_->stopped()) {
    absl::StatusOr<ParsedChunk*> chunk = (*pipeline)->Next();
    if (!chunk.ok()) return chunk.status();
    if (*chunk == nullptr) break;
    absl::Status status = TakeChunk(**chunk);
    if (!status.ok()) return status;
  }
  if (lines_read_ < counts_.lines_done) {
    return absl::FailedPreconditionError(absl::StrCat(
        facts_file_->name(), ": has ", lines_read_, " lines, and in ", options_.data_path,
        " are ", counts_.lines_done, " done; give the file that it was begun with"));
  }
  if (engine_ != nullptr) return absl::OkStatus();
  absl::Status status = Start(kStartWithoutTime);
  return status.ok() ? TellHeld() : status;
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
  absl::Status status;
  if (keeps()) {
    status = CheckNames(options_.facts_path,
                        {options_.notifications_path, options_.state_path},
                        options_.data_path);
  }
  if (status.ok()) status = OpenInputs();
  if (!status.ok()) return status;
  reporter_ = std::make_unique<Reporter>(facts_file_->name());
  sink_ = std::make_unique<ReplaySink>();
  status = TellLines();
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
  // The process ends with the run: to take a million customers apart one by one would
  // be a tenth of it. What is written was closed by `Run`.
  static Replay* replay = nullptr;
  replay = new Replay(options);
  const absl::Status status = replay->Run();
  if (!status.ok()) {
    Reporter("").Message(absl::StrCat("tocsin: ", status.message()));
  }
  if (!status.ok()) return kExitFailure;
  return replay->counts().bad_lines > 0 ? kExitBadLines : kExitGood;
}

}  // namespace tocsin::cli
