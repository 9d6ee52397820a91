#include "engine/cli/parsed_chunk.h"

#include <cstring>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace tocsin::cli {
namespace {

// What an error's message and its allocation take, about.
constexpr std::size_t kErrorBytes = 256;

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

void AddError(absl::Status error, ParsedChunk* parsed) {
  AddStep(Step::Kind::kError, absl::InfinitePast(), parsed->errors.size(), parsed);
  parsed->errors.push_back(std::move(error));
}

}  // namespace

void ParsedChunk::Clear() {
  lines = 0;
  bytes = 0;
  steps.clear();
  facts.clear();
  fact_lines.clear();
  controls.clear();
  errors.clear();
}

std::size_t ParsedChunk::MemoryUsed() const {
  return bytes + steps.size() * sizeof(Step) +
         facts.size() * (sizeof(Fact) + sizeof(fact_lines[0])) +
         controls.size() * sizeof(Statement) + errors.size() * kErrorBytes;
}

void ChunkParser::Parse(const LineChunk& chunk, ParsedChunk* parsed) {
  parsed->Clear();
  parsed->bytes = chunk.size;
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
    AddError(absl::InvalidArgumentError(
                 absl::StrCat("longer than ", kStatementBytesMax, " bytes, skipped")),
             parsed);
    ++parsed->lines;
  }
}

void ChunkParser::ParseLine(absl::string_view line, ParsedChunk* parsed) {
  if (IsBlank(line)) return;
  absl::Status status = reader_.Read(line, &statement_);
  if (!status.ok()) return AddError(std::move(status), parsed);
  const absl::Time time = statement_.time.value_or(absl::InfinitePast());
  if (Fact* fact = std::get_if<Fact>(&statement_.what)) {
    AddStep(Step::Kind::kFact, time, parsed->facts.size(), parsed);
    parsed->fact_lines.push_back(static_cast<std::uint32_t>(parsed->lines));
    parsed->facts.push_back(std::move(*fact));
    return;
  }
  AddStep(Step::Kind::kControl, time, parsed->controls.size(), parsed);
  parsed->controls.push_back(std::move(statement_));
}

}  // namespace tocsin::cli
