// Would catch a field that is written and not read, or neither; a format that has changed
// unseen; and bytes of nobody that are taken for an entry.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "engine/model/plain.h"
#include "engine/store/alert_fields.h"
#include "engine/store/entry.h"
#include "engine/store/fact_blob.h"
#include "engine/store/notification_fields.h"
#include "gtest/gtest.h"
#include "tests/support/apart_bytes.h"
#include "tests/support/facts.h"
#include "tests/support/full_entries.h"
#include "tests/support/names.h"
#include "tests/support/same_fields.h"

namespace tocsin::store {
namespace {

using testing::ApartBytes;
using testing::At;
using testing::Customer;
using testing::D;
using testing::SameFields;

std::string BytesOfEntry(const Entry& entry) {
  std::string bytes;
  std::visit([&bytes](const auto& one) { Put(one, &bytes); }, entry);
  return bytes;
}
template <typename T>
std::string BytesOfFields(const T& value) {
  std::string bytes;
  Writer write(&bytes);
  write(value);
  return bytes;
}

// Of each kind of fact the one of nothing, and of what is plain all that there may be.
std::vector<Fact> SparseFacts() {
  std::vector<Fact> facts = {SpendAdded{.contract = testing::Contract(1)},
                             SpendTotal{},
                             UsageAdded{.group_values = {{"", ""}}},
                             UsageTotal{},
                             PeriodTold{},
                             CustomerTold{},
                             ContractTold{},
                             BalanceTold{},
                             BalanceDrawn{},
                             InvoiceTold{}};
  for (const bool has_version : {false, true}) {
    for (const bool has_time : {false, true}) {
      SpendAdded spend{.customer = Customer(1), .amount = D("-1")};
      if (has_version) spend.version = 0;
      if (has_time) spend.time = absl::UnixEpoch();
      UsageAdded usage{.customer = Customer(1),
                       .billable_metric = testing::Metric(1),
                       .quantity = D("3"),
                       .version = spend.version,
                       .time = spend.time};
      facts.push_back(spend);
      facts.push_back(usage);
      spend.credit_type = testing::Named<CreditTypeId>("points");
      facts.push_back(spend);
      // Its bytes are those of USD, which is no metric.
      usage.billable_metric = BillableMetricId(UsdCents().uuid());
      facts.push_back(usage);
    }
  }
  return facts;
}

// All that is stored, in every way.
std::vector<Entry> AllEntries() {
  std::vector<Entry> entries = testing::FullEntries();
  for (Fact& fact : testing::FullFacts()) entries.emplace_back(std::move(fact));
  for (Fact& fact : SparseFacts()) entries.emplace_back(std::move(fact));
  const std::vector<Entry> sparse = {store::At{},      Touched{},        Swept{},
                                     WasReset{},       Answered{},       AlertCreated{},
                                     AlertUpdated{},   AlertStatusSet{}, Decided{},
                                     store::Settled{}, Rules{}};
  entries.insert(entries.end(), sparse.begin(), sparse.end());
  return entries;
}

TEST(FullEntries, HaveAllFields) {
  std::vector<Entry> entries = testing::FullEntries();
  for (Fact& fact : testing::FullFacts()) entries.emplace_back(std::move(fact));
  for (const Entry& entry : entries) {
    std::visit(
        [](const auto& one) {
          if constexpr (std::is_same_v<std::decay_t<decltype(one)>, Fact>) {
            std::visit([](const auto& fact) { EXPECT_TRUE(testing::HasAllFields(fact)); },
                       one);
          } else {
            EXPECT_TRUE(testing::HasAllFields(one));
          }
        },
        entry);
  }
  EXPECT_TRUE(testing::HasAllFields(testing::FullSpec()));
  EXPECT_TRUE(testing::HasAllFields(testing::FullUpdate()));
  EXPECT_TRUE(testing::HasAllFields(testing::FullNotification()));
}

TEST(EntryBlob, ComesBackWithAllFields) {
  for (const Entry& entry : AllEntries()) {
    const std::string bytes = BytesOfEntry(entry);
    Reader reader(bytes);
    const Entry read = ReadEntry(&reader);
    EXPECT_TRUE(reader.AtEnd()) << absl::BytesToHexString(bytes);
    EXPECT_TRUE(SameFields(read, entry)) << absl::BytesToHexString(bytes);
    EXPECT_EQ(BytesOfEntry(read), bytes);
  }
}

TEST(EntryBlob, EndsWhereTheNextBegins) {
  std::string bytes;
  for (const Entry& entry : AllEntries()) bytes += BytesOfEntry(entry);
  Reader reader(bytes);
  for (const Entry& entry : AllEntries()) {
    EXPECT_TRUE(SameFields(ReadEntry(&reader), entry));
  }
  EXPECT_TRUE(reader.AtEnd());
  ReadEntry(&reader);
  EXPECT_FALSE(reader.ok()) << "there was none left";
}

template <typename T>
void ExpectFieldsComeBack(const T& value) {
  const std::string bytes = BytesOfFields(value);
  Reader reader(bytes);
  EXPECT_TRUE(SameFields(reader.Next<T>(), value)) << absl::BytesToHexString(bytes);
  EXPECT_TRUE(reader.AtEnd());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const ApartBytes part(absl::string_view(bytes).substr(0, size));
    Reader of_part(part.view());
    of_part.Next<T>();
    EXPECT_FALSE(of_part.ok()) << size << " of " << bytes.size();
  }
}

TEST(FieldsBlob, OfAlertsAndNotificationsComeBackWithAllFields) {
  ExpectFieldsComeBack(testing::FullSpec());
  ExpectFieldsComeBack(AlertSpec{});
  ExpectFieldsComeBack(testing::FullUpdate());
  ExpectFieldsComeBack(AlertUpdate{});
  ExpectFieldsComeBack(testing::FullNotification());
  ExpectFieldsComeBack(Notification{});
  const Notification notification = testing::FullNotification();
  const std::string bytes = BytesOfFields(notification);
  Reader reader(bytes);
  EXPECT_EQ(ToJson(reader.Next<Notification>()), ToJson(notification));
}

// What is stored is read by every later version.
TEST(EntryBlob, StandsAsItAlwaysDid) {
  const CustomerId customer = *CustomerId::Parse("00112233-4455-6677-8899-aabbccddeeff");
  const BillableMetricId metric =
      *BillableMetricId::Parse("f0e0d0c0-b0a0-9080-7060-504030201000");
  const BalanceId balance = *BalanceId::Parse("ffffffff-ffff-ffff-ffff-fffffffffffe");
  const std::string by_customer = "00112233445566778899aabbccddeeff";
  const auto hex = [](const Entry& entry) {
    return absl::BytesToHexString(BytesOfEntry(entry));
  };
  EXPECT_EQ(hex(testing::Spend(customer, "1")), "40" + by_customer + "80c0a8ca9a3a");
  EXPECT_EQ(hex(UsageAdded{.customer = customer,
                           .billable_metric = metric,
                           .quantity = D("-1"),
                           .version = 300,
                           .time = At("1970-01-01T00:00:01.000000001Z")}),
            "4f" + by_customer + "ffbfa8ca9a3a" + "f0e0d0c0b0a090807060504030201000" +
                "ac02" + "000204");
  EXPECT_EQ(
      hex(BalanceDrawn{customer, balance, D("1"), 7}),
      "08" + by_customer + "fffffffffffffffffffffffffffffffe" + "80c0a8ca9a3a" + "0107");
  EXPECT_EQ(hex(store::At{At("2026-02-01T00:00:00Z")}),
            "20"
            "00"
            "80def4970d"
            "00");
  EXPECT_EQ(hex(Touched{customer, Touched::How::kJudged}), "21" + by_customer + "02");
}

// A plain fact is written the short way from wherever it comes.
TEST(FactBlob, IsTheSameOfAPlainAddition) {
  for (const Fact& fact : SparseFacts()) {
    const std::optional<model::PlainAddition> plain = model::AsPlainAddition(fact);
    if (!plain.has_value()) continue;
    std::string bytes;
    Put(*plain, &bytes);
    EXPECT_EQ(bytes, BytesOfEntry(fact));
  }
}

TEST(EntryBlob, WithAnyPartMissingIsRefused) {
  for (const Entry& entry : AllEntries()) {
    const std::string bytes = BytesOfEntry(entry);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const ApartBytes part(absl::string_view(bytes).substr(0, size));
      Reader reader(part.view());
      ReadEntry(&reader);
      EXPECT_FALSE(reader.ok()) << size << " of " << absl::BytesToHexString(bytes);
    }
  }
}

// What is read of bytes that nobody wrote is at least what can be written.
void ExpectReadOrRefused(absl::string_view bytes) {
  const ApartBytes apart(bytes);
  Reader reader(apart.view());
  const Entry read = ReadEntry(&reader);
  if (!reader.ok()) return;
  const std::string again = BytesOfEntry(read);
  Reader second(again);
  EXPECT_TRUE(SameFields(ReadEntry(&second), read)) << absl::BytesToHexString(bytes);
  EXPECT_TRUE(second.AtEnd());
}

TEST(EntryBlob, WithAnyBitChangedIsRefusedOrAnother) {
  for (const Entry& entry : AllEntries()) {
    std::string bytes = BytesOfEntry(entry);
    for (char& byte : bytes) {
      const char right = byte;
      for (int bit = 0; bit < 8; ++bit) {
        byte = static_cast<char>(right ^ (1 << bit));
        ExpectReadOrRefused(bytes);
      }
      byte = static_cast<char>(~right);
      ExpectReadOrRefused(bytes);
      byte = right;
    }
  }
}

TEST(EntryBlob, OfAKindThatDoesNotExistIsRefused) {
  for (int kind = 0; kind < 256; ++kind) {
    const bool exists =
        kind <= 0x09 || (0x20 <= kind && kind <= 0x2b) || (0x40 <= kind && kind <= 0x4f);
    const std::string bytes =
        std::string(1, static_cast<char>(kind)) + std::string(2'000, '\0');
    Reader reader(bytes);
    ReadEntry(&reader);
    EXPECT_EQ(reader.ok(), exists) << kind;
  }
}

}  // namespace
}  // namespace tocsin::store
