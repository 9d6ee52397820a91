#include "tocsin/ids.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kTextSize = 36;

// Where the two digits of each byte stand; the hyphens are between them.
constexpr std::array<std::uint8_t, 16> kBytePositions = {0,  2,  4,  6,  9,  11, 14, 16,
                                                         19, 21, 24, 26, 28, 30, 32, 34};

// Sixteen bytes at once; GCC and Clang have such vectors as an extension. Signed, as
// processors compare those.
using Sixteen = signed char __attribute__((vector_size(16)));

// What each character is worth as a hexadecimal digit. Clears in `*right` the bits of
// those that are none.
Sixteen ValuesOf(Sixteen text, Sixteen* right) {
  const Sixteen small = text | 0x20;
  const Sixteen is_letter = (small >= 'a') & (small <= 'f');
  *right &= is_letter | ((text >= '0') & (text <= '9'));
  return (text & 15) + (is_letter & 9);
}

struct HexPair {
  char high = '0';
  char low = '0';
};

constexpr std::array<HexPair, 256> MakeHexPairs() {
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<HexPair, 256> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i] = {kDigits[i >> 4], kDigits[i & 15]};
  }
  return pairs;
}
constexpr std::array<HexPair, 256> kHexPairs = MakeHexPairs();

// 2714e483-4ff1-48e4-9e25-ac732e8f24f2
constexpr CreditTypeId kUsdCents(boost::uuids::uuid{{0x27, 0x14, 0xe4, 0x83, 0x4f, 0xf1,
                                                     0x48, 0xe4, 0x9e, 0x25, 0xac, 0x73,
                                                     0x2e, 0x8f, 0x24, 0xf2}});

bool IsHyphenPlace(std::size_t place) {
  return place == 8 || place == 13 || place == 18 || place == 23;
}

// What is wrong with a text that is no UUID, and what would be right.
std::string WrongWith(absl::string_view text) {
  if (text.size() != kTextSize) return "it must have 36 characters";
  std::size_t place = 0;
  const auto right = [text, &place] {
    if (IsHyphenPlace(place)) return text[place] == '-';
    return absl::ascii_isxdigit(static_cast<unsigned char>(text[place]));
  };
  while (place + 1 < kTextSize && right()) ++place;
  return absl::StrCat("character ", place + 1, " is ", Quote(text.substr(place, 1)),
                      " and must be a ",
                      IsHyphenPlace(place) ? "hyphen" : "hexadecimal digit");
}

absl::Status NotUuid(absl::string_view text) {
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat(Quote(text), " is not a UUID; ", WrongWith(text),
                                 ", as in ", "\"2714e483-4ff1-48e4-9e25-ac732e8f24f2\""));
}

}  // namespace

absl::StatusOr<boost::uuids::uuid> ParseUuid(absl::string_view text) {
  if (text.size() != kTextSize) return NotUuid(text);
  const char* const chars = text.data();
  // The digits without the hyphens between them.
  char digits[32];
  std::memcpy(digits, chars, 8);
  std::memcpy(digits + 8, chars + 9, 4);
  std::memcpy(digits + 12, chars + 14, 4);
  std::memcpy(digits + 16, chars + 19, 4);
  std::memcpy(digits + 20, chars + 24, 12);
  Sixteen first, second;
  std::memcpy(&first, digits, sizeof first);
  std::memcpy(&second, digits + sizeof first, sizeof second);
  Sixteen right = {};
  right = ~right;
  first = ValuesOf(first, &right);
  second = ValuesOf(second, &right);
  std::uint64_t halves[2];
  std::memcpy(halves, &right, sizeof right);
  const bool has_hyphens =
      chars[8] == '-' && chars[13] == '-' && chars[18] == '-' && chars[23] == '-';
  if (~(halves[0] & halves[1]) != 0 || !has_hyphens) return NotUuid(text);
  const Sixteen high = __builtin_shufflevector(first, second, 0, 2, 4, 6, 8, 10, 12, 14,
                                               16, 18, 20, 22, 24, 26, 28, 30);
  const Sixteen low = __builtin_shufflevector(first, second, 1, 3, 5, 7, 9, 11, 13, 15,
                                              17, 19, 21, 23, 25, 27, 29, 31);
  const Sixteen bytes = (high << 4) | low;
  boost::uuids::uuid uuid;
  std::memcpy(uuid.data, &bytes, sizeof bytes);
  return uuid;
}

void FormatUuid(const boost::uuids::uuid& uuid, char* out) {
  for (std::size_t i = 0; i < kBytePositions.size(); ++i) {
    const HexPair pair = kHexPairs[uuid.data[i]];
    out[kBytePositions[i]] = pair.high;
    out[kBytePositions[i] + 1] = pair.low;
  }
  out[8] = out[13] = out[18] = out[23] = '-';
}

CreditTypeId UsdCents() { return kUsdCents; }

}  // namespace tocsin
