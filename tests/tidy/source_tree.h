#ifndef TOCSIN_TESTS_TIDY_SOURCE_TREE_H_
#define TOCSIN_TESTS_TIDY_SOURCE_TREE_H_

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::tidy {

// One text file of the repository, or of a sample that a rule is tried on.
struct SourceFile {
  std::string path;  // from the top of the repository, with `/`
  std::string text;

  // Whether it is C++.
  bool IsSource() const;
  // Whether `path` begins with `folder`, which ends in `/`.
  bool IsIn(std::string_view folder) const { return path.starts_with(folder); }
};

struct SourceTree {
  std::vector<SourceFile> files = {};
  std::vector<std::string> top_level = {};  // names, a folder's with `/` behind it
  std::vector<std::string> others = {};     // paths of files of other kinds
};

// Reads what people write: sources, build files, documents; nothing built.
SourceTree ReadSourceTree(const std::filesystem::path& root);

// The text of a C++ source with the contents of comments, strings and character
// literals blanked, its lines and columns kept.
std::string CodeOf(std::string_view text);

std::vector<std::string_view> LinesOf(std::string_view text);

// The line, counted from 1, that `offset` lies on.
std::size_t LineAt(std::string_view text, std::size_t offset);

// Where `word` stands in `text` at or after `from` with no letter, digit or
// underscore touching it, and no `.` in front; npos if nowhere.
std::size_t FindWord(std::string_view text, std::string_view word, std::size_t from);

}  // namespace tocsin::tidy

#endif  // TOCSIN_TESTS_TIDY_SOURCE_TREE_H_
