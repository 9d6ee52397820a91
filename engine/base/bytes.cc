#include "engine/base/bytes.h"

namespace tocsin {
namespace {

__extension__ typedef unsigned __int128 UInt128;

// What stands before an instant.
constexpr std::uint8_t kFinite = 0;
constexpr std::uint8_t kInfinitePast = 1;
constexpr std::uint8_t kInfiniteFuture = 2;

// The clock of absl::Time ticks four times a nanosecond.
constexpr std::int64_t kTicksPerSecond = 4'000'000'000;

absl::Duration Tick() { return absl::Nanoseconds(1) / 4; }

}  // namespace

template <typename Out>
void BasicByteWriter<Out>::Time(absl::Time time) {
  if (time == absl::InfinitePast()) return Byte(kInfinitePast);
  if (time == absl::InfiniteFuture()) return Byte(kInfiniteFuture);
  Byte(kFinite);
  // `ToUnixSeconds` rounds down, so that what is left is a part of a second.
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  absl::Duration none;
  const std::int64_t ticks =
      absl::IDivDuration(time - absl::FromUnixSeconds(seconds), Tick(), &none);
  Signed(seconds);
  Number(static_cast<std::uint64_t>(ticks));
}

template class BasicByteWriter<std::string>;
template class BasicByteWriter<FewBytes>;

std::uint64_t ByteReader::Number() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = Byte();
    const std::uint64_t bits = byte & 0x7f;
    // The tenth byte has room for one bit.
    if (shift == 63 && bits > 1) break;
    value |= bits << shift;
    if ((byte & 0x80) == 0) return value;
  }
  Fail();
  return 0;
}

Decimal ByteReader::Amount() {
  UInt128 zigzag = 0;
  for (int shift = 0; shift < 128; shift += 7) {
    const std::uint8_t byte = Byte();
    const UInt128 bits = byte & 0x7f;
    // The nineteenth byte has room for two bits.
    if (shift == 126 && bits > 3) break;
    zigzag |= bits << shift;
    if ((byte & 0x80) == 0) {
      const auto half = static_cast<Int128>(zigzag >> 1);
      return Decimal::FromUnits((zigzag & 1) != 0 ? ~half : half);
    }
  }
  Fail();
  return {};
}

absl::Time ByteReader::Time() {
  switch (ByteUpTo(kInfiniteFuture)) {
    case kInfinitePast:
      return absl::InfinitePast();
    case kInfiniteFuture:
      return absl::InfiniteFuture();
    default:
      break;
  }
  const std::int64_t seconds = Signed();
  const std::uint64_t ticks = Number();
  if (ticks >= static_cast<std::uint64_t>(kTicksPerSecond)) Fail();
  if (!ok()) return absl::UnixEpoch();
  return absl::FromUnixSeconds(seconds) + static_cast<std::int64_t>(ticks) * Tick();
}

}  // namespace tocsin
