#include "tocsin/ids.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kTextSize = 36;

// Where the two digits of each byte stand; the hyphens are between them.
constexpr std::array<std::uint8_t, 16> kBytePositions = {0,  2,  4,  6,  9,  11, 14, 16,
                                                         19, 21, 24, 26, 28, 30, 32, 34};

// Any value above 15, so that one test at the end finds it in what was ORed.
constexpr std::uint8_t kNoDigit = 0x80;

constexpr std::array<std::uint8_t, 256> MakeDigitValues() {
  std::array<std::uint8_t, 256> values{};
  for (std::uint8_t& value : values) value = kNoDigit;
  for (std::uint8_t i = 0; i < 10; ++i) values[std::size_t{'0'} + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) {
    values[std::size_t{'a'} + i] = static_cast<std::uint8_t>(10 + i);
    values[std::size_t{'A'} + i] = static_cast<std::uint8_t>(10 + i);
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> kDigitValues = MakeDigitValues();

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
    return kDigitValues[static_cast<unsigned char>(text[place])] <= 15;
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
  boost::uuids::uuid uuid;
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < kBytePositions.size(); ++i) {
    const char* const pair = chars + kBytePositions[i];
    const std::uint8_t high = kDigitValues[static_cast<unsigned char>(pair[0])];
    const std::uint8_t low = kDigitValues[static_cast<unsigned char>(pair[1])];
    seen = static_cast<std::uint8_t>(seen | high | low);
    uuid.data[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  const bool has_hyphens =
      chars[8] == '-' && chars[13] == '-' && chars[18] == '-' && chars[23] == '-';
  if (seen > 15 || !has_hyphens) return NotUuid(text);
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
