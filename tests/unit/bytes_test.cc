// Would catch a value that comes back as another, a format that has changed unseen, and
// bytes of nobody that are taken for a value.
#include "engine/base/bytes.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "tests/support/apart_bytes.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tests/support/random.h"

namespace tocsin {
namespace {

using testing::ApartBytes;
using testing::At;
using testing::D;

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
constexpr std::int64_t kLeastSigned = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLargestSigned = std::numeric_limits<std::int64_t>::max();

Decimal LargestAmount() { return Decimal::FromUnits(~(static_cast<Int128>(1) << 127)); }
Decimal LeastAmount() { return Decimal::FromUnits(static_cast<Int128>(1) << 127); }

template <typename Value>
std::string BytesOf(void (ByteWriter::*put)(Value), Value value) {
  std::string bytes;
  (ByteWriter(&bytes).*put)(value);
  return bytes;
}
std::string Hex(const std::string& bytes) { return absl::BytesToHexString(bytes); }

// That a value comes back, and that of its bytes none may be missing.
template <typename Value>
void ExpectComesBack(void (ByteWriter::*put)(Value), Value (ByteReader::*get)(),
                     Value value) {
  const std::string bytes = BytesOf(put, value);
  ByteReader reader(bytes);
  EXPECT_EQ((reader.*get)(), value) << Hex(bytes);
  EXPECT_TRUE(reader.AtEnd()) << Hex(bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const ApartBytes part(absl::string_view(bytes).substr(0, size));
    ByteReader of_part(part.view());
    (of_part.*get)();
    EXPECT_FALSE(of_part.ok()) << size << " of " << Hex(bytes);
    EXPECT_EQ(of_part.left(), 0u);
  }
}

std::vector<std::uint64_t> Numbers() {
  std::vector<std::uint64_t> numbers = {0, kLargest, kLargest - 1};
  for (int bit = 1; bit < 64; ++bit) {
    const std::uint64_t power = std::uint64_t{1} << bit;
    numbers.insert(numbers.end(), {power - 1, power, power + 1});
  }
  return numbers;
}

std::vector<absl::Time> Instants() {
  const absl::Duration quarter = absl::Nanoseconds(1) / 4;
  std::vector<absl::Time> instants = {
      absl::InfinitePast(),
      absl::InfiniteFuture(),
      absl::UnixEpoch(),
      absl::UnixEpoch() - quarter,
      absl::UnixEpoch() + quarter,
      At("0001-01-01T00:00:00Z"),
      At("1969-12-31T23:59:59.999999999Z"),
      At("2026-02-28T12:34:56.789012345Z") + 3 * quarter,
      At("9999-12-31T23:59:59.999999999Z"),
      absl::FromUnixSeconds(kLeastSigned),
      absl::FromUnixSeconds(kLargestSigned),
      absl::FromUnixSeconds(kLargestSigned) + absl::Seconds(1) - quarter,
  };
  testing::Random random(7);
  for (int i = 0; i < 1'000; ++i) {
    instants.push_back(
        absl::FromUnixSeconds(static_cast<std::int64_t>(random.Next()) / 1'000'000) +
        random.Below(4'000'000'000) * quarter);
  }
  return instants;
}

TEST(Bytes, NumbersComeBack) {
  for (const std::uint64_t number : Numbers()) {
    ExpectComesBack(&ByteWriter::Number, &ByteReader::Number, number);
    const auto as_signed = static_cast<std::int64_t>(number);
    ExpectComesBack(&ByteWriter::Signed, &ByteReader::Signed, as_signed);
    ExpectComesBack(&ByteWriter::Signed, &ByteReader::Signed, ~as_signed);
  }
}

TEST(Bytes, AmountsComeBack) {
  std::vector<Decimal> amounts = {Decimal(), LargestAmount(),      LeastAmount(),
                                  D("0.01"), D("-0.000000000001"), D("1e18"),
                                  D("-1e18")};
  for (int bit = 0; bit < 127; ++bit) {
    const Int128 power = static_cast<Int128>(1) << bit;
    for (const Int128 units : {power - 1, power, -power, -power - 1}) {
      amounts.push_back(Decimal::FromUnits(units));
    }
  }
  for (const Decimal amount : amounts) {
    ExpectComesBack(&ByteWriter::Amount, &ByteReader::Amount, amount);
  }
}

TEST(Bytes, InstantsComeBackToTheQuarterOfANanosecond) {
  for (const absl::Time instant : Instants()) {
    ExpectComesBack(&ByteWriter::Time, &ByteReader::Time, instant);
  }
}

TEST(Bytes, DurationsComeBack) {
  for (const absl::Duration duration :
       {absl::ZeroDuration(), absl::InfiniteDuration(), -absl::InfiniteDuration(),
        absl::Nanoseconds(1) / 4, -absl::Nanoseconds(1) / 4, absl::Hours(24) * 400,
        -absl::Seconds(1)}) {
    ExpectComesBack(&ByteWriter::Duration, &ByteReader::Duration, duration);
  }
}

TEST(Bytes, TextsIdsAndBytesComeBack) {
  for (const std::string& text :
       {std::string(), std::string("acme"), std::string("\0\xff", 2),
        std::string(127, 'x'), std::string(128, 'x'), std::string(100'000, 'y')}) {
    const std::string bytes = BytesOf<absl::string_view>(&ByteWriter::Text, text);
    ByteReader reader(bytes);
    EXPECT_EQ(reader.Text(), text);
    EXPECT_TRUE(reader.AtEnd());
    const ApartBytes part(absl::string_view(bytes).substr(0, bytes.size() - 1));
    ByteReader of_part(part.view());
    EXPECT_EQ(of_part.Text(), "");
    EXPECT_FALSE(of_part.ok());
  }
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.Uuid(testing::Customer(1));
  writer.Byte(0xff);
  writer.Bool(true);
  ByteReader reader(bytes);
  EXPECT_EQ(reader.IdOf<CustomerId>(), testing::Customer(1));
  EXPECT_EQ(reader.PeekByte(), 0xff);
  EXPECT_EQ(reader.Byte(), 0xff);
  EXPECT_TRUE(reader.Bool());
  EXPECT_TRUE(reader.AtEnd());
  const ApartBytes part(absl::string_view(bytes).substr(0, 15));
  ByteReader of_part(part.view());
  EXPECT_TRUE(of_part.Uuid().is_nil());
  EXPECT_FALSE(of_part.ok());
}

// What is stored is read by every later version.
TEST(Bytes, StandAsTheyAlwaysDid) {
  EXPECT_EQ(Hex(BytesOf<std::uint64_t>(&ByteWriter::Number, 0)), "00");
  EXPECT_EQ(Hex(BytesOf<std::uint64_t>(&ByteWriter::Number, 127)), "7f");
  EXPECT_EQ(Hex(BytesOf<std::uint64_t>(&ByteWriter::Number, 300)), "ac02");
  EXPECT_EQ(Hex(BytesOf(&ByteWriter::Number, kLargest)), "ffffffffffffffffff01");
  EXPECT_EQ(Hex(BytesOf<std::int64_t>(&ByteWriter::Signed, -1)), "01");
  EXPECT_EQ(Hex(BytesOf<std::int64_t>(&ByteWriter::Signed, 1)), "02");
  EXPECT_EQ(Hex(BytesOf(&ByteWriter::Signed, kLeastSigned)), "ffffffffffffffffff01");
  EXPECT_EQ(Hex(BytesOf(&ByteWriter::Amount, D("0.000000000001"))), "02");
  EXPECT_EQ(Hex(BytesOf(&ByteWriter::Amount, D("1"))), "80c0a8ca9a3a");
  EXPECT_EQ(Hex(BytesOf(&ByteWriter::Amount, D("-1"))), "ffbfa8ca9a3a");
  EXPECT_EQ(Hex(BytesOf(&ByteWriter::Amount, LargestAmount())),
            "feffffffffffffffffffffffffffffffffff03");
  EXPECT_EQ(Hex(BytesOf(&ByteWriter::Amount, LeastAmount())),
            "ffffffffffffffffffffffffffffffffffff03");
  EXPECT_EQ(Hex(BytesOf(&ByteWriter::Time, absl::InfinitePast())), "01");
  EXPECT_EQ(Hex(BytesOf(&ByteWriter::Time, absl::InfiniteFuture())), "02");
  EXPECT_EQ(Hex(BytesOf(&ByteWriter::Time, At("1970-01-01T00:00:01.000000001Z"))),
            "000204");
  // A second before, and all of it but a nanosecond.
  EXPECT_EQ(Hex(BytesOf(&ByteWriter::Time, At("1969-12-31T23:59:59.999999999Z"))),
            "0001fccfacf30e");
  EXPECT_EQ(Hex(BytesOf<absl::string_view>(&ByteWriter::Text, "abc")), "03616263");
}

void ExpectRefused(const char* hex, const std::function<void(ByteReader*)>& read) {
  const ApartBytes bytes(absl::HexStringToBytes(hex));
  ByteReader reader(bytes.view());
  read(&reader);
  EXPECT_FALSE(reader.ok()) << hex;
  EXPECT_FALSE(reader.AtEnd()) << hex;
  EXPECT_EQ(reader.Number(), 0u) << "after " << hex;
  EXPECT_EQ(reader.Text(), "") << "after " << hex;
}

TEST(Bytes, ThatNobodyWroteAreRefused) {
  const auto number = [](ByteReader* reader) { EXPECT_EQ(reader->Number(), 0u); };
  ExpectRefused("ffffffffffffffffff02", number);
  ExpectRefused("ffffffffffffffffff7f", number);
  ExpectRefused("8080808080808080808000", number);
  ExpectRefused("ffffffffffffffffffffff01", number);
  const auto amount = [](ByteReader* reader) { EXPECT_EQ(reader->Amount(), Decimal()); };
  ExpectRefused("ffffffffffffffffffffffffffffffffffff04", amount);
  ExpectRefused("8080808080808080808080808080808080808000", amount);
  const auto time = [](ByteReader* reader) {
    EXPECT_EQ(reader->Time(), absl::UnixEpoch());
  };
  ExpectRefused("03", time);
  // As many ticks as a second has.
  ExpectRefused("000080d0acf30e", time);
  ExpectRefused("02", [](ByteReader* reader) { EXPECT_FALSE(reader->Bool()); });
  ExpectRefused("03", [](ByteReader* reader) { EXPECT_EQ(reader->ByteUpTo(2), 0); });
  // A count of what cannot be there would be room asked for in vain.
  ExpectRefused("03ffff", [](ByteReader* reader) { EXPECT_EQ(reader->Count(), 0u); });
  ExpectRefused("ffffffffffffffffff01ff",
                [](ByteReader* reader) { EXPECT_EQ(reader->Text(), ""); });
}

TEST(Bytes, OfNobodyNeverMakeItReadBeyondTheEnd) {
  testing::Random random(11);
  const std::function<void(ByteReader*)> reads[] = {
      [](ByteReader* reader) { reader->Number(); },
      [](ByteReader* reader) { reader->Signed(); },
      [](ByteReader* reader) { reader->Amount(); },
      [](ByteReader* reader) { reader->Time(); },
      [](ByteReader* reader) { reader->Duration(); },
      [](ByteReader* reader) { reader->Uuid(); },
      [](ByteReader* reader) { reader->Text(); },
      [](ByteReader* reader) { reader->Bool(); },
  };
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random.Below(40), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.Next());
    const ApartBytes apart(bytes);
    ByteReader reader(apart.view());
    for (int n = 0; n < 50 && reader.ok(); ++n) {
      const std::size_t left = reader.left();
      reads[random.Below(std::size(reads))](&reader);
      EXPECT_TRUE(reader.left() < left || !reader.ok());
    }
    EXPECT_FALSE(reader.ok());
  }
}

}  // namespace
}  // namespace tocsin
