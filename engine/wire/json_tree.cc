#include "engine/wire/json_tree.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "boost/json/basic_parser_impl.hpp"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/wire/flat_json.h"
#include "engine/wire/syntax_error.h"
#include "tocsin/json.h"

namespace tocsin {
namespace {

// Up to here every pair of keys is compared; above it they are hashed.
constexpr std::size_t kKeysComparedMax = 16;

// Boost.JSON's callbacks. Values become JsonValues as they come; strings without
// escapes stay where they are in the text.
class TreeBuilder {
 public:
  static constexpr std::size_t max_object_size =
      std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t max_string_size =
      std::numeric_limits<std::uint32_t>::max();

  using Error = boost::json::error_code;
  using View = boost::json::string_view;

  explicit TreeBuilder(std::size_t values_max) : values_max_(values_max) {}

  void Begin(absl::string_view json) {
    text_begin_ = json.data();
    text_size_ = json.size();
    values_.clear();
    unescaped_.clear();
    part_begin_ = kNoPart;
    depth_ = 0;
    key_ = View();
    status_ = absl::OkStatus();
    twice_at_.reset();
  }

  const JsonValue& root() const { return values_.front(); }
  // Why a callback said no; OK if none did.
  const absl::Status& status() const { return status_; }
  // If that is a key twice: the byte where it stands again, if it is known.
  std::optional<std::size_t> twice_at() const { return twice_at_; }
  // The key whose value is being read, if any.
  absl::string_view key() const { return absl::string_view(key_.data(), key_.size()); }
  // The value that was read last; null before the first.
  const JsonValue* last() const { return values_.empty() ? nullptr : &values_.back(); }

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error& error) { return Open(JsonKind::kObject, error); }
  bool on_array_begin(Error& error) { return Open(JsonKind::kArray, error); }
  bool on_array_end(std::size_t, Error&) {
    CloseContainer();
    return true;
  }
  bool on_object_end(std::size_t keys, Error&) {
    const JsonValue& object = CloseContainer();
    if (HaveSizesOfTheirOwn(object)) return true;
    const JsonValue* twice =
        keys <= kKeysComparedMax ? FindTwice(object) : HashTwice(object);
    // The rest is read all the same: the line's time may be in it.
    if (twice != nullptr && status_.ok()) RefuseTwice(*twice);
    return true;
  }
  bool on_key_part(View part, std::size_t, Error&) { return AddPart(part); }
  bool on_key(View rest, std::size_t, Error&) {
    key_ = Whole(rest);
    return true;
  }
  bool on_string_part(View part, std::size_t, Error&) { return AddPart(part); }
  bool on_string(View rest, std::size_t, Error& error) {
    return Add(JsonKind::kString, Whole(rest), error);
  }
  bool on_number_part(View part, Error&) { return AddPart(part); }
  bool on_int64(std::int64_t, View rest, Error& error) {
    return Add(JsonKind::kNumber, Whole(rest), error);
  }
  bool on_uint64(std::uint64_t, View rest, Error& error) {
    return Add(JsonKind::kNumber, Whole(rest), error);
  }
  bool on_double(double, View rest, Error& error) {
    return Add(JsonKind::kNumber, Whole(rest), error);
  }
  bool on_bool(bool value, Error& error) {
    return Add(value ? JsonKind::kTrue : JsonKind::kFalse, View(), error);
  }
  bool on_null(Error& error) { return Add(JsonKind::kNull, View(), error); }
  bool on_comment_part(View, Error&) { return true; }
  bool on_comment(View, Error&) { return true; }

 private:
  static constexpr std::size_t kNoPart = std::numeric_limits<std::size_t>::max();

  bool Refuse(Reason reason, absl::string_view message, Error& error) {
    if (status_.ok()) status_ = MakeStatus(reason, message);
    error = boost::json::error::input_error;
    return false;
  }

  void RefuseTwice(const JsonValue& member) {
    // Only of what has no escapes is known where it stands.
    std::string place;
    if (InText(View(member.key_data, member.key_size))) {
      twice_at_ = static_cast<std::size_t>(member.key_data - text_begin_) - 1;  // quote
    } else if (InText(View(member.text_data, member.text_size))) {
      twice_at_ = static_cast<std::size_t>(member.text_data - text_begin_);
    }
    if (twice_at_.has_value()) place = absl::StrCat(", again at byte ", *twice_at_ + 1);
    status_ = MakeStatus(Reason::kMalformed,
                         absl::StrCat("the key ", Quote(member.key()),
                                      " stands twice in one object", place));
  }

  bool Add(JsonKind kind, View text, Error& error) {
    if (values_.size() >= values_max_) {
      return Refuse(Reason::kTooLong,
                    absl::StrCat("more than ", values_max_, " JSON values in one text"),
                    error);
    }
    JsonValue& value = values_.emplace_back();
    value.key_data = key_.data();
    value.key_size = static_cast<std::uint32_t>(key_.size());
    value.text_data = text.data();
    value.text_size = static_cast<std::uint32_t>(text.size());
    value.kind = kind;
    key_ = View();
    return true;
  }

  bool Open(JsonKind kind, Error& error) {
    // The parser stops at kJsonDepthMax levels before this would.
    if (!Add(kind, View(), error) || depth_ == open_.size()) return false;
    open_[depth_++] = static_cast<std::uint32_t>(values_.size() - 1);
    return true;
  }

  const JsonValue& CloseContainer() {
    JsonValue& container = values_[open_[--depth_]];
    container.extent = static_cast<std::uint32_t>(&values_.back() - &container) + 1;
    return container;
  }

  // What comes in parts was unescaped into a buffer that the parser uses again.
  bool AddPart(View part) {
    // Unescaped text is never longer than the text it stands for: what was given
    // out before does not move.
    if (unescaped_.capacity() < text_size_) unescaped_.reserve(text_size_);
    if (part_begin_ == kNoPart) part_begin_ = unescaped_.size();
    unescaped_.append(part.data(), part.size());
    return true;
  }

  View Whole(View rest) {
    if (part_begin_ == kNoPart && InText(rest)) return rest;
    AddPart(rest);
    const std::size_t begin = std::exchange(part_begin_, kNoPart);
    return View(unescaped_.data() + begin, unescaped_.size() - begin);
  }

  bool InText(View view) const {
    const std::less_equal<const char*> at_most;
    return at_most(text_begin_, view.data()) &&
           at_most(view.data() + view.size(), text_begin_ + text_size_);
  }

  // True of most objects, and then no key stands twice.
  static bool HaveSizesOfTheirOwn(const JsonValue& object) {
    std::uint64_t sizes = 0;
    for (const JsonValue* member = object.begin(); member != object.end();
         member = member->next()) {
      const std::uint64_t size = std::uint64_t{1} << (member->key_size % 64);
      if ((sizes & size) != 0) return false;
      sizes |= size;
    }
    return true;
  }

  static const JsonValue* FindTwice(const JsonValue& object) {
    for (const JsonValue* b = object.begin(); b != object.end(); b = b->next()) {
      for (const JsonValue* a = object.begin(); a != b; a = a->next()) {
        if (a->key_size == b->key_size && a->key() == b->key()) return b;
      }
    }
    return nullptr;
  }

  const JsonValue* HashTwice(const JsonValue& object) {
    keys_.clear();
    for (const JsonValue* member = object.begin(); member != object.end();
         member = member->next()) {
      if (!keys_.insert(member->key()).second) return member;
    }
    return nullptr;
  }

  std::size_t values_max_;
  const char* text_begin_ = nullptr;
  std::size_t text_size_ = 0;
  std::vector<JsonValue> values_;
  std::array<std::uint32_t, kJsonDepthMax> open_ = {};  // indices of open containers
  std::size_t depth_ = 0;
  View key_;
  std::string unescaped_;
  std::size_t part_begin_ = kNoPart;  // where a text that comes in parts begins
  absl::flat_hash_set<absl::string_view> keys_;
  absl::Status status_;
  std::optional<std::size_t> twice_at_;
};

boost::json::parse_options ParseOptions() {
  boost::json::parse_options options;
  options.max_depth = kJsonDepthMax;
  return options;
}

}  // namespace

class JsonTree::Parser {
 public:
  explicit Parser(std::size_t values_max)
      : parser_(ParseOptions(), values_max), may_be_flat_(values_max >= kFlatValuesMax) {}

  absl::Status Parse(absl::string_view json) {
    is_flat_ = may_be_flat_ && ReadFlatJson(json, &flat_);
    return is_flat_ ? absl::OkStatus() : ParseAny(json);
  }

  bool complete() const { return is_flat_ || complete_; }
  std::size_t fault_at() const { return fault_at_; }
  const JsonValue& root() const {
    return is_flat_ ? flat_.front() : parser_.handler().root();
  }

 private:
  absl::Status ParseAny(absl::string_view json) {
    parser_.reset();
    parser_.handler().Begin(json);
    boost::json::error_code error;
    const std::size_t read = parser_.write_some(false, json.data(), json.size(), error);
    const TreeBuilder& builder = parser_.handler();
    complete_ = !error && read == json.size();
    fault_at_ = builder.twice_at().value_or(read);
    if (!builder.status().ok()) return builder.status();
    if (error) {
      return SyntaxError({.json = json,
                          .at = read,
                          .error = static_cast<boost::json::error>(error.value()),
                          .key = builder.key(),
                          .last = builder.last()});
    }
    if (complete_) return absl::OkStatus();
    return MakeStatus(
        Reason::kMalformed,
        absl::StrCat("something stands behind the JSON value, at byte ", read + 1, ": ",
                     Quote(json.substr(read, kSyntaxShownMax))));
  }

  boost::json::basic_parser<TreeBuilder> parser_;
  FlatValues flat_;
  bool may_be_flat_;
  bool is_flat_ = false;
  bool complete_ = false;
  std::size_t fault_at_ = 0;
};

JsonTree::JsonTree(std::size_t values_max)
    : parser_(std::make_unique<Parser>(values_max)) {}
JsonTree::~JsonTree() = default;
JsonTree::JsonTree(JsonTree&&) noexcept = default;
JsonTree& JsonTree::operator=(JsonTree&&) noexcept = default;

absl::Status JsonTree::Parse(absl::string_view json) { return parser_->Parse(json); }

bool JsonTree::complete() const { return parser_->complete(); }

std::size_t JsonTree::fault_at() const { return parser_->fault_at(); }

const JsonValue& JsonTree::root() const { return parser_->root(); }

absl::string_view JsonKindName(JsonKind kind) {
  switch (kind) {
    case JsonKind::kNull:
      return "null";
    case JsonKind::kFalse:
      return "false";
    case JsonKind::kTrue:
      return "true";
    case JsonKind::kNumber:
      return "a number";
    case JsonKind::kString:
      return "a string";
    case JsonKind::kArray:
      return "an array";
    case JsonKind::kObject:
      return "an object";
  }
  return "";
}

}  // namespace tocsin
