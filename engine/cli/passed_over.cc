#include "engine/cli/passed_over.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tocsin/json.h"

namespace tocsin::cli {
namespace {

constexpr std::size_t kNamesPerChunkMax = 256;
constexpr std::size_t kNamesHeldMax = 1'024;
constexpr std::size_t kNamesShownMax = 5;

// In front of what stands for a name that is too long: no UTF-8, so no name.
constexpr char kLong = '\xff';

void AppendName(absl::string_view name, std::string* text) {
  if (absl::ConsumePrefix(&name, absl::string_view(&kLong, 1))) {
    absl::StrAppend(text, name);
  } else {
    AppendJsonText(name, text);
  }
}

}  // namespace

void PassedOver::Add(std::uint32_t line, absl::string_view name) {
  std::string instead;
  if (name.size() > kNameBytesMax) {
    instead =
        absl::StrCat(absl::string_view(&kLong, 1), "a name of ", name.size(), " bytes");
    name = instead;
  }
  // As a rule the same few, line after line.
  std::size_t at = 0;
  while (at < names_.size() && names_[at] != name) ++at;
  if (at == names_.size() && at < kNamesPerChunkMax) names_.emplace_back(name);
  fields_.push_back({.line = line, .name = static_cast<std::uint32_t>(at)});
}

void PassedOver::Clear() {
  fields_.clear();
  names_.clear();
}

void PassedOverTally::Add(const PassedOver& chunk, std::uint64_t begin,
                          std::uint64_t end) {
  if (chunk.fields().empty()) return;
  std::vector<std::uint64_t> counts(chunk.names() + 1);
  std::vector<absl::string_view> names(counts.size());
  std::uint64_t line = end;  // of the last fact; no fact's
  for (const PassedOver::OneField& field : chunk.fields()) {
    if (field.line < begin) continue;
    if (field.line >= end) break;
    if (std::exchange(line, field.line) != field.line) ++facts_;
    ++counts[field.name];
    names[field.name] = chunk.NameOf(field);
  }
  others_ += counts.back();
  for (std::size_t i = 0; i + 1 < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const auto held = names_.find(names[i]);
    if (held != names_.end()) {
      held->second += counts[i];
    } else if (names_.size() < kNamesHeldMax) {
      names_.emplace(names[i], counts[i]);
    } else {
      others_ += counts[i];
    }
  }
}

std::string PassedOverTally::ToText() const {
  if (facts_ == 0) return "";
  std::vector<std::pair<absl::string_view, std::uint64_t>> rows(names_.begin(),
                                                                names_.end());
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::string text = absl::StrCat("unknown fields passed over in ", facts_,
                                  facts_ == 1 ? " fact" : " facts");
  std::uint64_t rest = others_;
  absl::string_view separator = ": ";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& [name, count] = rows[i];
    if (i >= kNamesShownMax) {
      rest += count;
      continue;
    }
    absl::StrAppend(&text, std::exchange(separator, ", "));
    AppendName(name, &text);
    absl::StrAppend(&text, " ", count);
    const absl::string_view meant = FactFieldMeant(name);
    if (!meant.empty()) absl::StrAppend(&text, " (", meant, " may be meant)");
  }
  if (rest > 0) absl::StrAppend(&text, ", others ", rest);
  return text + "\n";
}

}  // namespace tocsin::cli
