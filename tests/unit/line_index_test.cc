#include <cstdint>
#include <vector>

#include "engine/state/line.h"
#include "gtest/gtest.h"

namespace tocsin::state {
namespace {

CustomerId CustomerOf(std::uint64_t number) {
  boost::uuids::uuid uuid{};
  for (int i = 0; i < 8; ++i) {
    uuid.data[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  uuid.data[0] = 1;
  return CustomerId(uuid);
}

std::uint32_t Insert(std::uint64_t number, Lines* lines, LineIndex* index) {
  const CustomerId customer = CustomerOf(number);
  const std::uint32_t line = lines->Add({.customer = customer});
  index->Insert(LineIndex::HashOf(customer), line, *lines);
  return line;
}

// Catches: a customer that is lost, or found as another, when the table grows.
TEST(LineIndex, FindsEveryCustomerAndNoOther) {
  LargeBlocks blocks;
  Lines lines(&blocks);
  LineIndex index(&blocks);
  constexpr std::uint64_t kCount = 20'000;
  for (std::uint64_t n = 0; n < kCount; ++n) {
    EXPECT_EQ(Insert(n, &lines, &index), n);
    if ((n & (n + 1)) != 0) continue;  // a look at all of them is dear
    for (std::uint64_t known = 0; known < 2 * n; ++known) {
      const CustomerId customer = CustomerOf(known);
      const std::uint64_t hash = LineIndex::HashOf(customer);
      EXPECT_EQ(index.Find(hash, customer, lines), known <= n ? known : Line::kNone);
      if (known <= n) {
        EXPECT_EQ(index.Guess(hash), known);
      }
    }
  }
}

// Catches: a customer that is taken for another with the same half of the hash.
TEST(LineIndex, HashesThatAreTheSameAreToldApart) {
  LargeBlocks blocks;
  Lines lines(&blocks);
  LineIndex index(&blocks);
  constexpr std::uint64_t kHash = 0x12345678'9abcdef0;
  for (std::uint64_t n = 0; n < 5; ++n) {
    index.Insert(kHash, lines.Add({.customer = CustomerOf(n)}), lines);
  }
  for (std::uint64_t n = 0; n < 5; ++n) {
    EXPECT_EQ(index.Find(kHash, CustomerOf(n), lines), n);
  }
  EXPECT_EQ(index.Find(kHash, CustomerOf(5), lines), Line::kNone);
  EXPECT_EQ(index.Guess(kHash), 0u);
  EXPECT_EQ(index.Guess(kHash + 1), Line::kNone);
}

// Catches: a line that moves when others come, or is given out twice.
TEST(Lines, StayWhereTheyAreAndAreUsedAgain) {
  LargeBlocks blocks;
  Lines lines(&blocks);
  std::vector<const Line*> at;
  for (std::uint32_t n = 0; n < 1'000; ++n) {
    EXPECT_EQ(lines.Add({.customer = CustomerOf(n)}), n);
    at.push_back(&lines[n]);
  }
  for (std::uint32_t n = 0; n < 1'000; ++n) {
    EXPECT_EQ(&lines[n], at[n]);
    EXPECT_EQ(lines[n].customer, CustomerOf(n));
  }
  lines.GiveBack(3);
  lines.GiveBack(700);
  EXPECT_EQ(lines.Add({.customer = CustomerOf(5'000)}), 700u);
  EXPECT_EQ(lines.Add({.customer = CustomerOf(5'001)}), 3u);
  EXPECT_EQ(lines.Add({.customer = CustomerOf(5'002)}), 1'000u);
  EXPECT_EQ(lines[4].customer, CustomerOf(4));
}

}  // namespace
}  // namespace tocsin::state
