#include "engine/wire/alert_place.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "engine/base/text.h"
#include "tocsin/json.h"

namespace tocsin {
namespace {

struct Element {
  std::size_t index = 0;
  std::size_t begin = 0;
  absl::string_view id = {};  // as it is written; empty: none
};

// Goes through a text and knows which element of the outermost array it is in.
class ElementWalk {
 public:
  explicit ElementWalk(absl::string_view json) : json_(json) {}

  // Up to the byte `end`, or to where the element behind `index` begins.
  void GoTo(std::size_t end, std::size_t index) {
    end = std::min(end, json_.size());
    while (at_ < end) {
      const char c = json_[at_];
      if (depth_ == 1 && awaits_element_ && !IsBlankOrEnd(c)) {
        if (element_.has_value() && element_->index == index) return;
        element_ = {.index = next_index_++, .begin = at_};
        awaits_element_ = false;
      }
      Take(c, end);
      ++at_;
    }
  }

  // The one that was come to; nothing ahead of the first or behind the last.
  const std::optional<Element>& element() const { return element_; }

 private:
  static bool IsBlankOrEnd(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ']';
  }

  void Take(char c, std::size_t end) {
    if (c == '"') return TakeString(end);
    if (c == '[' || c == '{') {
      ++depth_;
      if (depth_ == 1) is_array_ = awaits_element_ = c == '[';
      key_ = {};
      is_value_ = false;
    } else if ((c == ']' || c == '}') && depth_ > 0) {
      --depth_;
      if (depth_ == 0) element_.reset();
    } else if (c == ',' && depth_ == 1) {
      awaits_element_ = is_array_;
    } else if (c == ',' && depth_ == 2) {
      key_ = {};
      is_value_ = false;
    } else if (c == ':' && depth_ == 2) {
      is_value_ = true;
    }
  }

  // Stays at the quote that ends it.
  void TakeString(std::size_t end) {
    const std::size_t begin = at_ + 1;
    for (++at_; at_ < end && json_[at_] != '"'; ++at_) {
      if (json_[at_] == '\\') ++at_;
    }
    if (depth_ != 2 || at_ >= end || !element_.has_value()) return;
    const absl::string_view text = json_.substr(begin, at_ - begin);
    if (is_value_ && key_ == "id") element_->id = text;
    if (!is_value_) key_ = text;
  }

  const absl::string_view json_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool is_array_ = false;
  bool awaits_element_ = false;
  std::size_t next_index_ = 0;
  std::optional<Element> element_;
  // Of the element, an object: the key that was read last, and whether its value is.
  absl::string_view key_;
  bool is_value_ = false;
};

std::optional<Element> FindElement(absl::string_view json, std::size_t index) {
  ElementWalk walk(json);
  // A text that is JSON ends with the bracket behind the last element.
  walk.GoTo(json.rfind(']'), index);
  return walk.element();
}

std::string LineOf(absl::string_view json, std::size_t at,
                   const std::optional<Element>& element) {
  const auto end = json.begin() + static_cast<std::ptrdiff_t>(std::min(at, json.size()));
  std::string text = absl::StrCat("line ", std::count(json.begin(), end, '\n') + 1);
  if (element.has_value() && !element->id.empty()) {
    absl::StrAppend(&text, ", alert ", Quote(element->id));
  }
  return text;
}

}  // namespace

std::string LineOfAlert(absl::string_view json, std::size_t index) {
  const std::optional<Element> element = FindElement(json, index);
  return LineOf(json, element.has_value() ? element->begin : 0, element);
}

std::string PlaceOfFault(absl::string_view json, std::size_t at, bool is_json) {
  ElementWalk walk(json);
  walk.GoTo(at, json.size());
  std::optional<Element> element = walk.element();
  if (!element.has_value()) return LineOf(json, at, element);
  const std::size_t index = element->index;
  if (is_json) element = FindElement(json, index);
  return absl::StrCat(LineOf(json, at, element), ": [", index, "]");
}

std::string AlertPlace(absl::string_view json, std::size_t index) {
  return absl::StrCat(LineOfAlert(json, index), ": [", index, "]");
}

}  // namespace tocsin
