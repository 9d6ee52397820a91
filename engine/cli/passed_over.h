#ifndef TOCSIN_ENGINE_CLI_PASSED_OVER_H_
#define TOCSIN_ENGINE_CLI_PASSED_OVER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace tocsin::cli {

// Fields of the facts of one chunk that were passed over, as the format does not have
// them. Logs carry such; but one may be misspelt.
//
// Thread safety: one thread at a time.
class PassedOver {
 public:
  struct OneField {
    std::uint32_t line = 0;
    std::uint32_t name = 0;  // for `NameOf`
  };
  // Of the names that come when there are many already.
  static constexpr absl::string_view kOtherName = "";
  // Longer names are held, and shown, as `a name of 70 bytes`.
  static constexpr std::size_t kNameBytesMax = 64;

  // Of no line above the last. What `NameOf` gives may be given again.
  void Add(std::uint32_t line, absl::string_view name);
  void Clear();

  const std::vector<OneField>& fields() const { return fields_; }
  absl::string_view NameOf(const OneField& field) const {
    return field.name < names_.size() ? absl::string_view(names_[field.name])
                                      : kOtherName;
  }
  std::size_t names() const { return names_.size(); }
  // What it takes, about, in memory.
  std::size_t bytes() const { return fields_.size() * sizeof(OneField); }

 private:
  std::vector<OneField> fields_;
  std::vector<std::string> names_;  // each once
};

// The same of all chunks, for the summary. Holds a bounded number of names.
//
// Thread safety: one thread at a time.
class PassedOverTally {
 public:
  // Of a chunk's lines in `[begin, end)`, counted from its first, which is 0.
  void Add(const PassedOver& chunk, std::uint64_t begin, std::uint64_t end);

  // `unknown fields passed over in 3 facts: "end_at" 2 (ends_at may be meant), "x" 1`
  // and the end of the line; empty where there were none. Most frequent first.
  std::string ToText() const;

 private:
  std::uint64_t facts_ = 0;
  std::uint64_t others_ = 0;  // fields whose names are not held
  absl::flat_hash_map<std::string, std::uint64_t> names_;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_PASSED_OVER_H_
