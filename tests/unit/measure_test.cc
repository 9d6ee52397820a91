// Would catch two instances that share a key, or an order that is not that of the
// values.
#include "engine/model/measure.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"

namespace tocsin::model {
namespace {

using std::string_literals::operator""s;
using Values = std::vector<std::string>;

const std::vector<Values>& Tuples() {
  static const auto* tuples = new std::vector<Values>{
      {""s},         {"\0"s},        {"\0\x01"s},    {"\0\xff"s},  {"a"s},
      {"a\0"s},      {"a\0\x01"s},   {"ab"s},        {"b"s},       {"\x01"s},
      {"\xc3\xa9"s}, {""s, ""s},     {""s, "a"s},    {"a"s, ""s},  {"a"s, "b"s},
      {"ab"s, ""s},  {"a\0"s, "b"s}, {"a"s, "\0b"s}, {"b"s, "a"s}, {"a"s, "b"s, "c"s}};
  return *tuples;
}

TEST(InstanceKey, GivesItsValuesBack) {
  for (const Values& values : Tuples()) {
    EXPECT_EQ(InstanceValues(InstanceKeyOf(values)), values);
  }
  EXPECT_TRUE(InstanceValues("").empty());
}

TEST(InstanceKey, OrdersAsTheTuplesDo) {
  for (const Values& a : Tuples()) {
    for (const Values& b : Tuples()) {
      if (a.size() != b.size()) continue;
      EXPECT_EQ(InstanceKeyOf(a) < InstanceKeyOf(b), a < b);
      EXPECT_EQ(InstanceKeyOf(a) == InstanceKeyOf(b), a == b);
    }
    EXPECT_LT("", InstanceKeyOf(a)) << "no instance comes before instances";
  }
}

AlertSpec SpecWith(std::vector<GroupFilter> groups) {
  return {.name = "x", .threshold = Decimal(), .group_values = std::move(groups)};
}

TEST(Measure, IsTheSameWhateverTheOrderOfItsFilters) {
  AlertSpec a = SpecWith({{"model"}, {"region", "eu"}});
  AlertSpec b = SpecWith({{"region", "eu"}, {"model"}});
  a.custom_field_filters = {{.key = "k", .value = "1"}, {.key = "j", .value = "2"}};
  b.custom_field_filters = {
      {.key = "j", .value = "2"}, {.key = "k", .value = "1"}, {.key = "j", .value = "2"}};
  EXPECT_EQ(MeasureOf(a), MeasureOf(b));
  EXPECT_FALSE(MeasureOf(a) == MeasureOf(SpecWith({{"model"}, {"region"}})));
}

TEST(MatchGroups, NeedsEveryKeyAndForATotalNoOther) {
  const Measure measure = MeasureOf(SpecWith({{"region", "eu"}, {"model"}}));
  const std::vector<GroupValue> just = {{"model", "m"}, {"region", "eu"}};
  const std::vector<GroupValue> more = {{"model", "m"}, {"region", "eu"}, {"x", "y"}};
  const std::vector<GroupValue> other = {{"model", "m"}, {"region", "us"}};
  const std::vector<GroupValue> less = {{"region", "eu"}};
  std::string key;
  EXPECT_TRUE(MatchGroups(measure, just, false, &key));
  EXPECT_EQ(key, InstanceKeyOf({"m"}));
  EXPECT_TRUE(MatchGroups(measure, just, true, &key));
  EXPECT_TRUE(MatchGroups(measure, more, false, &key));
  EXPECT_FALSE(MatchGroups(measure, more, true, &key));
  EXPECT_FALSE(MatchGroups(measure, other, false, &key));
  EXPECT_FALSE(MatchGroups(measure, less, false, &key));
}

TEST(GroupValuesOf, AreInTheAlertsOrder) {
  const AlertSpec spec = SpecWith({{"z"}, {"region", "eu"}, {"a"}});
  EXPECT_EQ(GroupValuesOf(spec, InstanceKeyOf({"of a", "of z"})),
            (std::vector<GroupValue>{{"z", "of z"}, {"region", "eu"}, {"a", "of a"}}));
}

TEST(Covers, WhatIsWiderInItsValuesOfTheSameKeys) {
  const Measure wide = MeasureOf(SpecWith({{"a"}, {"b"}}));
  const Measure narrow = MeasureOf(SpecWith({{"a", "1"}, {"b"}}));
  const Measure other = MeasureOf(SpecWith({{"a", "2"}, {"b"}}));
  const Measure fewer = MeasureOf(SpecWith({{"a"}}));
  EXPECT_TRUE(Covers(wide, narrow));
  EXPECT_FALSE(Covers(narrow, wide));
  EXPECT_FALSE(Covers(other, narrow));
  EXPECT_FALSE(Covers(fewer, wide));
  EXPECT_FALSE(Covers(wide, fewer));
}

}  // namespace
}  // namespace tocsin::model
