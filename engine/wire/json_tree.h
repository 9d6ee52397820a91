#ifndef TOCSIN_ENGINE_WIRE_JSON_TREE_H_
#define TOCSIN_ENGINE_WIRE_JSON_TREE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tocsin {

// What may stand between the parts of a text.
constexpr bool IsJsonSpace(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

enum class JsonKind : std::uint8_t {
  kNull,
  kFalse,
  kTrue,
  kNumber,
  kString,
  kArray,
  kObject
};

// A value of a JsonTree. The values of a tree lie in one array in the order of
// the text, so that a container's contents follow it directly.
struct JsonValue {
  const char* key_data = nullptr;  // of a member of an object
  const char* text_data =
      nullptr;  // string: without quotes and escapes; number: its digits
  std::uint32_t key_size = 0;
  std::uint32_t text_size = 0;
  std::uint32_t extent = 1;  // values in this one, itself included
  JsonKind kind = JsonKind::kNull;

  absl::string_view key() const { return absl::string_view(key_data, key_size); }
  absl::string_view text() const { return absl::string_view(text_data, text_size); }
  const JsonValue* begin() const { return this + 1; }
  const JsonValue* end() const { return this + extent; }
  const JsonValue* next() const { return this + extent; }
};

// The values of one JSON text, with the digits of numbers as they were written.
// Holds its memory from one text to the next, so that reading many small ones
// allocates nothing.
//
// Refused: what is not JSON (RFC 8259, in UTF-8, no byte order mark), a key
// twice in an object, and more than `values_max` values or kJsonDepthMax levels.
//
// Thread safety: one thread at a time.
class JsonTree {
 public:
  explicit JsonTree(std::size_t values_max);
  ~JsonTree();
  JsonTree(JsonTree&&) noexcept;
  JsonTree& operator=(JsonTree&&) noexcept;

  // The tree points into `json` and is good until either goes or the next Parse.
  // Errors: kInvalidArgument; kOutOfRange for an exponent beyond 2^31.
  absl::Status Parse(absl::string_view json);

  // Whether the last Parse read all of its text, that is was OK or has nothing
  // against it but a key twice.
  bool complete() const;

  // After an error: how many bytes of the text stand in front of what is wrong.
  std::size_t fault_at() const;

  // The outermost value. Only if `complete()`.
  const JsonValue& root() const;

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

// `an array`, for messages.
absl::string_view JsonKindName(JsonKind kind);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_JSON_TREE_H_
