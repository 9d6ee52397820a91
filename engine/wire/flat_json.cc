#include "engine/wire/flat_json.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <cstdint>
#include <cstring>

#include "absl/base/optimization.h"
#include "absl/numeric/bits.h"
#include "engine/base/digit.h"

namespace tocsin {
namespace {

// An object in an object in an object.
constexpr int kFlatDepthMax = 3;

// Whether a string without escapes goes on behind this character; it does not behind
// the quote that ends it.
bool GoesOn(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

#ifdef __SSE2__
constexpr std::ptrdiff_t kBlock = 16;

// A bit for each of so many characters at which a string does not go on.
std::uint32_t EndsIn(const char* at) {
  __m128i bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  // As signed numbers those that are not ASCII are below the space, too.
  const __m128i ends =
      _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),
                   _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(ends));
}
#endif

absl::string_view Between(const char* begin, const char* end) {
  return absl::string_view(begin, static_cast<std::size_t>(end - begin));
}

// Each function is given where in the text something begins, and returns where it
// ends; null: it is not such a thing, or not one that is read here.
//
// The text ends with a brace. So there is a character behind everything that is not
// that brace, and only behind a brace one has to ask.
class FlatReader {
 public:
  // `json` must begin and end with a brace.
  FlatReader(absl::string_view json, FlatValues* values)
      : begin_(json.data()),
        end_(begin_ + json.size()),
        next_(values->data()),
        last_(next_ + values->size()) {}

  bool Read() { return Object(begin_, next_++, absl::string_view(), 1) == end_; }

 private:
  static const char* SkipSpace(const char* at) {
    while (ABSL_PREDICT_FALSE(*at <= ' ') && IsJsonSpace(*at)) ++at;
    return at;
  }

  // What it gives `object` has that one's place already.
  const char* Object(const char* at, JsonValue* object, absl::string_view key,
                     int depth) {
    if (depth > kFlatDepthMax) return nullptr;
    Set(object, JsonKind::kObject, key, absl::string_view());
    std::uint64_t sizes = 0;
    at = SkipSpace(at + 1);
    if (*at != '}') {
      for (;;) {
        at = Member(at, *object, &sizes, depth);
        if (at == nullptr || at == end_) return nullptr;
        at = SkipSpace(at);
        if (*at != ',') break;
        at = SkipSpace(at + 1);
      }
      if (*at != '}') return nullptr;
    }
    object->extent = static_cast<std::uint32_t>(next_ - object);
    return at + 1;
  }

  // Keeps in `sizes` which lengths of keys the object has had.
  const char* Member(const char* at, const JsonValue& object, std::uint64_t* sizes,
                     int depth) {
    absl::string_view key;
    at = String(at, &key);
    if (at == nullptr) return nullptr;
    const std::uint64_t size = std::uint64_t{1} << (key.size() % 64);
    if ((*sizes & size) != 0 && Stands(key, object)) return nullptr;
    *sizes |= size;
    at = SkipSpace(at);
    if (*at != ':') return nullptr;
    return Value(SkipSpace(at + 1), key, depth);
  }

  // Of the object only what was read before.
  bool Stands(absl::string_view key, const JsonValue& object) const {
    for (const JsonValue* member = object.begin(); member != next_;
         member = member->next()) {
      if (member->key() == key) return true;
    }
    return false;
  }

  const char* Value(const char* at, absl::string_view key, int depth) {
    if (next_ == last_) return nullptr;
    JsonValue* const value = next_++;
    absl::string_view text;
    if (ABSL_PREDICT_TRUE(*at == '"')) {
      at = String(at, &text);
      Set(value, JsonKind::kString, key, text);
      return at;
    }
    switch (*at) {
      case '{':
        return Object(at, value, key, depth + 1);
      case 't':
        Set(value, JsonKind::kTrue, key, text);
        return Word(at, "true");
      case 'f':
        Set(value, JsonKind::kFalse, key, text);
        return Word(at, "false");
      case 'n':
        Set(value, JsonKind::kNull, key, text);
        return Word(at, "null");
      default:
        at = Number(at, &text);
        Set(value, JsonKind::kNumber, key, text);
        return at;
    }
  }

  const char* Word(const char* at, absl::string_view word) const {
    if (Between(at, end_).substr(0, word.size()) != word) return nullptr;
    return at + word.size();
  }

  // With its quotes, which are not of the `text`.
  const char* String(const char* at, absl::string_view* text) const {
    if (*at != '"') return nullptr;
    const char* const begin = at + 1;
    at = SkipPlain(begin);
    *text = Between(begin, at);
    return *at == '"' ? at + 1 : nullptr;
  }

  // Stops at the last brace, even if that is of a string that has no end.
  const char* SkipPlain(const char* at) const {
    const char* const brace = end_ - 1;
#ifdef __SSE2__
    for (; end_ - at >= kBlock; at += kBlock) {
      const std::uint32_t ends = EndsIn(at);
      if (ends != 0) return at + absl::countr_zero(ends);
    }
    // The last block of the text, without what lies before `at`.
    if (end_ - begin_ >= kBlock) {
      const std::uint32_t ends = EndsIn(end_ - kBlock) >> (kBlock - (end_ - at));
      return ends != 0 ? at + absl::countr_zero(ends) : brace;
    }
#endif
    while (at != brace && GoesOn(*at)) ++at;
    return at;
  }

  const char* Number(const char* at, absl::string_view* text) const {
    const char* const begin = at;
    if (*at == '-') ++at;
    const char* const whole = at;
    at = SkipDigits(at);
    if (at == whole || (*whole == '0' && at - whole > 1)) return nullptr;
    if (*at == '.') {
      const char* const fraction = at + 1;
      at = SkipDigits(fraction);
      if (at == fraction) return nullptr;
    }
    *text = Between(begin, at);
    return at;
  }

  static const char* SkipDigits(const char* at) {
    while (IsDigit(*at)) ++at;
    return at;
  }

  static void Set(JsonValue* value, JsonKind kind, absl::string_view key,
                  absl::string_view text) {
    value->key_data = key.data();
    value->text_data = text.data();
    value->key_size = static_cast<std::uint32_t>(key.size());
    value->text_size = static_cast<std::uint32_t>(text.size());
    value->extent = 1;
    value->kind = kind;
  }

  const char* const begin_;
  const char* const end_;
  JsonValue* next_;
  JsonValue* const last_;
};

}  // namespace

bool ReadFlatJson(absl::string_view json, FlatValues* values) {
  while (!json.empty() && IsJsonSpace(json.back())) json.remove_suffix(1);
  while (!json.empty() && IsJsonSpace(json.front())) json.remove_prefix(1);
  if (json.empty() || json.front() != '{' || json.back() != '}') return false;
  return FlatReader(json, values).Read();
}

}  // namespace tocsin
