// Would catch a fact counted twice or not at all when totals and additions mix, and
// an overflow that wraps.
#include "engine/model/gauge.h"
#include "gtest/gtest.h"
#include "tests/support/facts.h"

namespace tocsin::model {
namespace {

using testing::D;

Posting Add(const char* amount, std::optional<std::uint64_t> version = std::nullopt) {
  return {.amount = D(amount), .is_total = false, .version = version};
}
Posting Total(const char* amount, std::optional<std::uint64_t> version = std::nullopt) {
  return {.amount = D(amount), .is_total = true, .version = version};
}

TEST(Sum, AdditionsComeInAnyOrderAndTotalsOnlyForward) {
  Sum sum;
  EXPECT_EQ(sum.Post(Add("5", 9)), Posted::kCounted);
  EXPECT_EQ(sum.Post(Add("1", 2)), Posted::kCounted);
  EXPECT_EQ(sum.value, D("6"));
  EXPECT_EQ(sum.Post(Total("100", 8)), Posted::kStale) << "older than an addition";
  EXPECT_EQ(sum.Post(Total("100", 9)), Posted::kCounted);
  EXPECT_EQ(sum.Post(Add("1", 9)), Posted::kStale) << "already in the total";
  EXPECT_EQ(sum.Post(Add("1", 10)), Posted::kCounted);
  EXPECT_EQ(sum.value, D("101"));
}

TEST(Sum, VersionZeroIsAVersion) {
  Sum sum;
  EXPECT_EQ(sum.Post(Add("1", 0)), Posted::kCounted) << "no total came before";
  EXPECT_EQ(sum.Post(Total("5", 0)), Posted::kCounted);
  EXPECT_EQ(sum.Post(Add("1", 0)), Posted::kStale);
  EXPECT_EQ(sum.value, D("5"));
}

TEST(Sum, WithoutAVersionEverythingCountsAndNoVersionIsForgotten) {
  Sum sum;
  EXPECT_EQ(sum.Post(Total("5", 7)), Posted::kCounted);
  EXPECT_EQ(sum.Post(Total("3")), Posted::kCounted);
  EXPECT_EQ(sum.Post(Add("1")), Posted::kCounted);
  EXPECT_EQ(sum.Post(Add("1", 7)), Posted::kStale);
  EXPECT_EQ(sum.value, D("4"));
}

TEST(Sum, WhatDoesNotFitChangesNothing) {
  Sum sum;
  sum.value = Decimal::FromUnits(std::numeric_limits<Int128>::max() - 1);
  EXPECT_EQ(sum.Post(Add("0.000000000002", 3)), Posted::kOverflow);
  EXPECT_FALSE(sum.has_data);
  EXPECT_EQ(sum.newest_version, 0u);
  EXPECT_EQ(sum.Post(Add("0.000000000001")), Posted::kCounted);
  EXPECT_EQ(sum.value.units(), std::numeric_limits<Int128>::max());
}

TEST(Sum, AnAmountOfZeroIsData) {
  Sum sum;
  EXPECT_EQ(sum.value_if_data(), std::nullopt);
  sum.Post(Add("0"));
  EXPECT_EQ(sum.value_if_data(), D("0"));
}

}  // namespace
}  // namespace tocsin::model
