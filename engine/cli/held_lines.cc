#include "engine/cli/held_lines.h"

#include <utility>

namespace tocsin::cli {
namespace {

constexpr std::size_t kStepsPerChunk = 1'024;
// A step counts its line in 32 bits.
constexpr std::uint64_t kLinesPerChunk = std::uint64_t{1} << 31;

}  // namespace

ParsedChunk& HeldLines::ChunkFor(std::uint64_t line) {
  if (chunks_.empty() || chunks_.back().steps.size() >= kStepsPerChunk ||
      line - chunks_.back().lines_ahead >= kLinesPerChunk) {
    chunks_.emplace_back().lines_ahead = line;
  }
  return chunks_.back();
}

void HeldLines::Add(ParsedChunk& chunk) {
  bytes_ += chunk.GoodBytes();
  auto passed_over = chunk.passed_over.fields().begin();
  for (const Step& step : chunk.steps) {
    if (step.kind == Step::Kind::kError) continue;
    const std::uint64_t line = chunk.lines_ahead + step.line;
    ParsedChunk& held = ChunkFor(line);
    Step& kept = held.steps.emplace_back(step);
    kept.line = static_cast<std::uint32_t>(line - held.lines_ahead);
    held.lines = std::size_t{kept.line} + 1;
    if (step.kind == Step::Kind::kFact) {
      kept.index = static_cast<std::uint32_t>(held.facts.size());
      held.facts.push_back(std::move(chunk.facts[step.index]));
      held.fact_lines.push_back(kept.line);
      for (; passed_over != chunk.passed_over.fields().end() &&
             passed_over->line == step.line;
           ++passed_over) {
        held.passed_over.Add(kept.line, chunk.passed_over.NameOf(*passed_over));
      }
    } else {
      kept.index = static_cast<std::uint32_t>(held.controls.size());
      held.controls.push_back(std::move(chunk.controls[step.index]));
    }
  }
}

}  // namespace tocsin::cli
