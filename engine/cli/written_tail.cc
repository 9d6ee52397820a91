#include "engine/cli/written_tail.h"

#include <algorithm>
#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tocsin/ids.h"

namespace tocsin::cli {
namespace {

constexpr std::uint64_t kBlockBytes = std::uint64_t{1} << 16;
constexpr absl::string_view kIdMark = R"({"id":")";
constexpr std::size_t kIdBytes = 36;

// What of a file is looked at, from its end to its front.
struct LastLines {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // behind the last newline
};

// False if it cannot be read.
bool FindLastLines(std::ifstream& file, std::uint64_t size, std::size_t lines_max,
                   LastLines* last) {
  std::string block;
  std::size_t newlines = 0;
  for (std::uint64_t at = size; at > 0;) {
    const std::uint64_t bytes = std::min(at, kBlockBytes);
    at -= bytes;
    block.resize(bytes);
    file.seekg(static_cast<std::streamoff>(at));
    if (!file.read(block.data(), static_cast<std::streamsize>(bytes))) return false;
    for (std::size_t i = bytes; i-- > 0;) {
      if (block[i] != '\n') continue;
      if (newlines == 0) last->end = at + i + 1;
      if (newlines++ < lines_max) continue;
      last->begin = at + i + 1;
      return true;
    }
  }
  return true;
}

}  // namespace

absl::StatusOr<WrittenTail> ReadWrittenTail(const std::string& path,
                                            std::size_t lines_max) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  LastLines last;
  const auto size = file ? static_cast<std::uint64_t>(file.tellg()) : 0;
  if (!file || !FindLastLines(file, size, lines_max, &last)) {
    return absl::UnavailableError(absl::StrCat(
        path, ": cannot be read, which is needed to go on behind its last notification"));
  }
  WrittenTail tail{.bytes = last.end, .ids = {}};
  file.clear();
  file.seekg(static_cast<std::streamoff>(last.begin));
  std::uint64_t at = last.begin;
  for (std::string line; at < last.end && std::getline(file, line);) {
    at += line.size() + 1;
    const bool marked = absl::StartsWith(line, kIdMark);
    const std::string id = marked ? line.substr(kIdMark.size(), kIdBytes) : "";
    if (!NotificationId::Parse(id).ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat(path, ": the line that ends at byte ", at,
                       " is no notification; give the file that was written before"));
    }
    tail.ids.insert(id);
  }
  // What is behind the last line is ours to be cut off only if it begins as ours do.
  std::string torn(std::min<std::uint64_t>(size - last.end, kIdMark.size()), '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(last.end));
  if (!torn.empty() &&
      (!file.read(torn.data(), static_cast<std::streamsize>(torn.size())) ||
       !absl::StartsWith(kIdMark, torn))) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": what is behind byte ", last.end,
                     " is no notification; give the file that was written before"));
  }
  return tail;
}

}  // namespace tocsin::cli
