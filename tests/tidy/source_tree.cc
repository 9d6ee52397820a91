#include "tests/tidy/source_tree.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace tocsin::tidy {
namespace {

namespace fs = std::filesystem;

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '_';
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

bool IsWrittenByPeople(const fs::path& path) {
  static constexpr std::string_view kExtensions[] = {".cc",   ".h",   ".md", ".txt",
                                                     ".test", ".awk", ".sh", ".in"};
  return std::find(std::begin(kExtensions), std::end(kExtensions), path.extension()) !=
         std::end(kExtensions);
}

// Blanks one token at a time, leaving line ends where they are.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : code_(text) {}

  std::string Run() && {
    while (at_ < code_.size()) Step();
    return std::move(code_);
  }

 private:
  bool Ahead(std::string_view what) const {
    return std::string_view(code_).substr(at_).starts_with(what);
  }
  // A quote inside a number, as in 10'000, or the end of a prefix as in u8"".
  bool BehindWord() const { return at_ > 0 && IsWordCharacter(code_[at_ - 1]); }

  void BlankTo(std::size_t end) {
    for (end = std::min(end, code_.size()); at_ < end; ++at_) {
      if (code_[at_] != '\n') code_[at_] = ' ';
    }
  }

  void BlankQuoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < code_.size() && code_[end] != quote && code_[end] != '\n') {
      end += code_[end] == '\\' ? 2 : 1;
    }
    ++at_;
    BlankTo(end);
    ++at_;
  }

  void BlankRawString() {
    const std::size_t open = code_.find('(', at_);
    if (open == std::string::npos) return BlankTo(code_.size());
    const std::string close = ")" + code_.substr(at_ + 2, open - at_ - 2) + "\"";
    const std::size_t end = code_.find(close, open);
    BlankTo(end == std::string::npos ? code_.size() : end + close.size());
  }

  void Step() {
    if (Ahead("//")) return BlankTo(code_.find('\n', at_));
    if (Ahead("/*")) {
      const std::size_t end = code_.find("*/", at_ + 2);
      return BlankTo(end == std::string::npos ? end : end + 2);
    }
    if (Ahead("R\"") && !BehindWord()) return BlankRawString();
    if (Ahead("#include")) {
      at_ = std::min(code_.find('\n', at_), code_.size());
      return;
    }
    if (code_[at_] == '"') return BlankQuoted('"');
    if (code_[at_] == '\'' && !BehindWord()) return BlankQuoted('\'');
    ++at_;
  }

  std::string code_;
  std::size_t at_ = 0;
};

}  // namespace

bool SourceFile::IsSource() const {
  return path.ends_with(".cc") || path.ends_with(".h");
}

SourceTree ReadSourceTree(const fs::path& root) {
  SourceTree tree;
  for (fs::recursive_directory_iterator it(root), end; it != end; ++it) {
    const std::string path = fs::relative(it->path(), root).generic_string();
    if (it.depth() == 0) {
      tree.top_level.push_back(path + (it->is_directory() ? "/" : ""));
      if (path == ".git" || path == "build") it.disable_recursion_pending();
    }
    if (!it->is_regular_file()) continue;
    if (IsWrittenByPeople(it->path())) {
      tree.files.push_back({path, ReadFile(it->path())});
    } else {
      tree.others.push_back(path);
    }
  }
  return tree;
}

std::string CodeOf(std::string_view text) { return Blanker(text).Run(); }

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::size_t LineAt(std::string_view text, std::size_t offset) {
  return 1 + static_cast<std::size_t>(std::count(
                 text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

std::size_t FindWord(std::string_view text, std::string_view word, std::size_t from) {
  for (std::size_t at = text.find(word, from); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool starts =
        at == 0 || !(IsWordCharacter(text[at - 1]) || text[at - 1] == '.');
    const bool ends = end >= text.size() || !IsWordCharacter(word.back()) ||
                      !IsWordCharacter(text[end]);
    if (starts && ends) return at;
  }
  return std::string_view::npos;
}

}  // namespace tocsin::tidy
