#include "engine/cli/parsed_chunk.h"

#include <cstring>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace tocsin::cli {
namespace {

bool IsBlank(absl::string_view line) {
  for (const char c : line) {
    if (c != ' ' && c != '\t' && c != '\r') return false;
  }
  return true;
}

void AddStep(Step::Kind kind, absl::Time time, std::size_t index, ParsedChunk* parsed) {
  parsed->steps.push_back({.time = time,
                           .index = static_cast<std::uint32_t>(index),
                           .line = static_cast<std::uint32_t>(parsed->lines),
                           .kind = kind});
}

void AddError(absl::Status error, absl::Time time, ParsedChunk* parsed) {
  AddStep(Step::Kind::kError, time, parsed->errors.size(), parsed);
  parsed->errors.push_back(std::move(error));
}

// One text, wherever the line was found to be too long.
void AddTooLong(ParsedChunk* parsed) {
  AddError(absl::InvalidArgumentError(
               absl::StrCat("longer than ", kStatementBytesMax, " bytes, skipped")),
           absl::InfinitePast(), parsed);
}

}  // namespace

void ParsedChunk::Clear() {
  lines_ahead = 0;
  lines = 0;
  text_bytes = 0;
  steps.clear();
  facts.clear();
  fact_lines.clear();
  controls.clear();
  errors.clear();
  passed_over.Clear();
}

std::size_t ParsedChunk::GoodBytes() const {
  return text_bytes + (steps.size() - errors.size()) * sizeof(Step) +
         facts.size() * (sizeof(Fact) + sizeof(fact_lines[0])) +
         controls.size() * sizeof(Statement) + passed_over.bytes();
}

void ChunkParser::Parse(const LineChunk& chunk, ParsedChunk* parsed) {
  parsed->Clear();
  absl::string_view rest = chunk.lines();
  while (!rest.empty()) {
    const void* newline = std::memchr(rest.data(), '\n', rest.size());
    const std::size_t size =
        newline == nullptr
            ? rest.size()
            : static_cast<std::size_t>(static_cast<const char*>(newline) - rest.data());
    ParseLine(rest.substr(0, size), parsed);
    ++parsed->lines;
    rest.remove_prefix(newline == nullptr ? size : size + 1);
  }
  if (chunk.overlong_behind) {
    AddTooLong(parsed);
    ++parsed->lines;
  }
}

void ChunkParser::ParseLine(absl::string_view line, ParsedChunk* parsed) {
  if (line.size() > kStatementBytesMax) return AddTooLong(parsed);
  if (IsBlank(line)) return;
  absl::Status status = reader_.Read(line, &statement_);
  const absl::Time time = statement_.time.value_or(absl::InfinitePast());
  if (!status.ok()) return AddError(std::move(status), time, parsed);
  parsed->text_bytes += line.size();
  if (Fact* fact = std::get_if<Fact>(&statement_.what)) {
    AddStep(Step::Kind::kFact, time, parsed->facts.size(), parsed);
    for (const absl::string_view name : reader_.passed_over()) {
      parsed->passed_over.Add(static_cast<std::uint32_t>(parsed->lines), name);
    }
    parsed->fact_lines.push_back(static_cast<std::uint32_t>(parsed->lines));
    parsed->facts.push_back(std::move(*fact));
    return;
  }
  AddStep(Step::Kind::kControl, time, parsed->controls.size(), parsed);
  parsed->controls.push_back(std::move(statement_));
}

}  // namespace tocsin::cli
