// Would catch an image that no engine has written, and with which one would wait for
// ever.
#include "engine/state/customer_image.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

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
    customer.states.clear();
    customer.pending.FindOrMake(testing::AlertNumber(1))
        .first->reset_instances.Change()
        .insert(key);
    EXPECT_EQ(WrittenAndRead(customer).has_value(), is_key) << size;
    customer.pending = {};
    customer.awaited = std::make_unique<model::AwaitedAlerts>();
    (*customer.awaited)[testing::AlertNumber(1)].instances.insert(key);
    EXPECT_EQ(WrittenAndRead(customer).has_value(), is_key) << size;
    customer.awaited = nullptr;
  }
}

TEST(CustomerImage, HasIdsWhereWhatFallsDueIsFoundByThem) {
  const std::string id = "0c5e6d9a-6a3f-4f61-9d6c-0a7b3d1e2f40";
  for (const AlertType type :
       {AlertType::kLowRemainingDaysForCommitSegmentReached,
        AlertType::kLowRemainingCommitBalanceReached, AlertType::kInvoiceTotalReached,
        AlertType::kLowRemainingSeatBalanceReached}) {
    const bool is_by_id = type != AlertType::kLowRemainingSeatBalanceReached;
    for (const std::string& key :
         {model::InstanceKeyOf({id}), model::InstanceKeyOf({id, id}),
          model::InstanceKeyOf({"one of ours"}), std::string()}) {
      model::Customer customer(testing::Customer(1),
                               model::PeriodState(PeriodPolicy::kOpenEnded,
                                                  testing::At("2026-02-01T00:00:00Z")),
                               1);
      customer.holdings = std::make_unique<model::Holdings>();
      model::Measure measure;
      measure.subject.type = type;
      model::Tallies tallies = {.measure = std::make_shared<model::Measure>(measure),
                                .instances = {},
                                .standings = {}};
      const bool is_one = tallies.measure->FansOut();
      model::Tally& tally = tallies.instances[key];
      tally.items = 1;
      customer.holdings->tallies.push_back(std::move(tallies));
      const bool is_right = !is_one || !is_by_id || key == model::InstanceKeyOf({id});
      EXPECT_EQ(WrittenAndRead(customer).has_value(), is_right) << key;
      tally.next_at = testing::At("2026-03-01T00:00:00Z");
      EXPECT_EQ(WrittenAndRead(customer).has_value(), is_right && is_by_id) << key;
    }
  }
}

}  // namespace
}  // namespace tocsin::state
