// Would catch an image that no engine has written, and with which one would wait for
// ever.
#include "engine/state/customer_image.h"

#include <optional>
#include <string>

#include "engine/model/agenda.h"
#include "engine/model/measure.h"
#include "gtest/gtest.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"

namespace tocsin::state {
namespace {

std::optional<CustomerImage> WrittenAndRead(const model::Customer& customer) {
  const model::Catalog catalog({});
  AlertBook book;
  std::string bytes;
  ImageWriter writer(&bytes);
  WriteCustomer(customer, catalog, &writer);
  ImageReader::Known known(&book, catalog);
  ImageReader reader(bytes, &known);
  return ReadCustomer(reader.Next<ImageKind>(), /*generation=*/1, &reader);
}

TEST(CustomerImage, OfWhoIsArchivedHasNothingThatFallsDue) {
  const absl::Time begin = testing::At("2026-02-01T00:00:00Z");
  model::Customer customer(testing::Customer(1),
                           model::PeriodState(PeriodPolicy::kOpenEnded, begin), 1);
  customer.archived = true;
  EXPECT_TRUE(WrittenAndRead(customer).has_value());
  customer.agenda.Insert({.at = begin + absl::Hours(1),
                          .kind = model::Event::Kind::kMonthEnds,
                          .id = {},
                          .measure = nullptr});
  EXPECT_FALSE(WrittenAndRead(customer).has_value());
  customer.archived = false;
  EXPECT_TRUE(WrittenAndRead(customer).has_value());
}

TEST(CustomerImage, HasKeysOfInstancesThatAreSome) {
  model::Customer customer(
      testing::Customer(1),
      model::PeriodState(PeriodPolicy::kOpenEnded, testing::At("2026-02-01T00:00:00Z")),
      1);
  const std::string whole = model::InstanceKeyOf({"eu", std::string("a\0", 2)});
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string key = whole.substr(0, size);
    customer.states.clear();
    customer.states[testing::AlertNumber(1)].InstanceFor(key);
    const bool is_key = size == 0 || size == 4 || size == whole.size();
    EXPECT_EQ(WrittenAndRead(customer).has_value(), is_key) << size;
  }
}

}  // namespace
}  // namespace tocsin::state
