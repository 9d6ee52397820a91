#include "engine/cli/kept_replay.h"

#include <filesystem>
#include <system_error>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/cli/store_names.h"
#include "tocsin/ids.h"

namespace tocsin::cli {
namespace {

constexpr char kLinesSource[] = "tocsin replay: lines";
constexpr char kAlertsSource[] = "tocsin replay: alerts";

absl::Status Note(Engine& engine, const Position& position) {
  return engine.Apply({}, {.position = position}).status;
}

absl::Status BegunOtherwise(const std::string& alerts_name, absl::string_view how,
                            const std::string& directory) {
  return absl::FailedPreconditionError(
      absl::StrCat(alerts_name, ": ", how, "; give the alerts that ", directory,
                   " was begun with, or a directory that is new"));
}

}  // namespace

absl::Status CannotReadAgain(const std::string& facts) {
  return absl::InvalidArgumentError(
      absl::StrCat(facts, ": is no regular file; with --data it must be one, as the ",
                   "next run reads it from its beginning again"));
}

absl::Status CheckNames(const std::string& facts, const std::vector<std::string>& outputs,
                        const std::string& directory) {
  for (const std::string& path : outputs) {
    absl::Status status = CheckIsNotOfStore(path, directory);
    if (!status.ok()) return status;
  }
  if (facts == "-") return absl::OkStatus();
  // A pipe that nobody writes to would be waited for.
  std::error_code error;
  const std::filesystem::file_status found = std::filesystem::status(facts, error);
  const bool is_other = exists(found) && !is_regular_file(found);
  return is_other ? CannotReadAgain(facts) : absl::OkStatus();
}

Position BehindLine(std::uint64_t lines) {
  return {.source = kLinesSource, .offset = lines};
}

absl::StatusOr<std::optional<std::uint64_t>> LinesDone(Engine& engine,
                                                       const std::string& directory) {
  absl::StatusOr<std::optional<std::uint64_t>> lines = engine.LastPosition(kLinesSource);
  if (!lines.ok() || lines->has_value()) return lines;
  const Stats stats = engine.GetStats();
  bool is_new = stats.customers == 0;
  absl::Status status = engine.ForEachAlert([&](const Alert&) { is_new = false; });
  if (!status.ok()) return status;
  if (is_new) return lines;
  return absl::FailedPreconditionError(absl::StrCat(
      directory, ": holds ", stats.alerts, " alerts and ", stats.customers,
      " customers that no replay has put there; --data needs a directory of its own"));
}

absl::Status NoteBegun(Engine& engine, std::size_t alerts) {
  absl::Status status = Note(engine, {.source = kAlertsSource, .offset = alerts});
  return status.ok() ? Note(engine, BehindLine(0)) : status;
}

absl::Status CheckBegunWith(Engine& engine, const std::vector<AlertSpec>& specs,
                            const std::string& alerts_name,
                            const std::string& directory) {
  absl::flat_hash_set<AlertId> given;
  for (const AlertSpec& spec : specs) {
    if (!engine.GetAlert(*spec.id).ok()) {
      return BegunOtherwise(
          alerts_name,
          absl::StrCat("alert ", spec.id->ToString(), " is not in ", directory),
          directory);
    }
    if (!given.insert(*spec.id).second) {
      return BegunOtherwise(
          alerts_name, absl::StrCat("alert ", spec.id->ToString(), " is there twice"),
          directory);
    }
  }
  const auto begun = engine.LastPosition(kAlertsSource);
  if (!begun.ok()) return begun.status();
  if (begun->value_or(0) == specs.size()) return absl::OkStatus();
  // One that a line created may be named: which of them were created first, the store
  // does not say.
  std::string missing;
  absl::Status status = engine.ForEachAlert([&](const Alert& alert) {
    if (missing.empty() && !given.contains(alert.id)) missing = alert.id.ToString();
  });
  if (!status.ok()) return status;
  return BegunOtherwise(
      alerts_name,
      absl::StrCat("has ", specs.size(), " alerts, and ", directory, " was begun with ",
                   begun->value_or(0), missing.empty() ? "" : ", among them alert ",
                   missing),
      directory);
}

}  // namespace tocsin::cli
