#ifndef TOCSIN_ENGINE_CLI_DEMO_FILE_H_
#define TOCSIN_ENGINE_CLI_DEMO_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/cli/byte_source.h"
#include "engine/cli/demo_feed.h"
#include "engine/cli/demo_survey.h"
#include "engine/cli/parse_pipeline.h"

namespace tocsin::cli {

// The facts of a replay file. It is read twice: to choose alerts, and to tell it.
// What else it says (alerts, resets) is passed over.
//
// Thread safety: one thread at a time.
class DemoFile : public DemoFeed {
 public:
  // Reads the file a first time.
  static absl::StatusOr<std::unique_ptr<DemoFile>> Open(const std::string& path);

  std::string Describe() const override;
  std::vector<DemoAlert> Alerts() const override { return survey_.ChooseAlerts(); }
  std::vector<CustomerId> StoryCustomers() const override { return {}; }
  absl::Time starts_at() const override { return survey_.starts_at(); }
  PeriodPolicy period_policy() const override { return PeriodPolicy::kOpenEnded; }
  absl::StatusOr<bool> Next(DemoBatch* batch) override;

 private:
  DemoFile() = default;

  // Whether the next step belongs to this batch; if so, it is in it.
  bool TakeStep(DemoBatch* batch);
  // Has `chunk_` be the next one; null at the end.
  absl::Status NextChunk();

  DemoSurvey survey_;
  std::unique_ptr<ByteSource> source_;  // outlives the pipeline
  std::unique_ptr<ParsePipeline> pipeline_;
  absl::Time clock_;  // of the last batch
  ParsedChunk* chunk_ = nullptr;
  std::size_t step_ = 0;           // the next one of the chunk
  std::uint64_t lines_ahead_ = 0;  // of the chunk
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_DEMO_FILE_H_
