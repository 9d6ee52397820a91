#include "engine/cli/demo_month.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "engine/cli/demo_text.h"

namespace tocsin::cli {
namespace {

constexpr std::size_t kCustomers = 20'000;
constexpr std::uint64_t kRecords = 600'000;
constexpr absl::CivilDay kFirstDay(2025, 6, 1);
constexpr absl::Duration kLength = absl::Hours(30 * 24);
// One record in so many is wrong: so much too large, taken back so many later.
constexpr std::uint64_t kRecordsPerWrong = 2'000;
constexpr std::int64_t kWrongFactor = 100;
constexpr std::uint64_t kRecordsUntilCorrection = 800;

struct Model {
  const char* name;
  std::int64_t price_units;  // 10^-12 cents for one token
  std::uint64_t weight;      // of 100 records
};
// 0.0375 cents for 1,000 tokens are 37,500,000 units for one.
constexpr std::array<Model, 4> kModels = {{{"lark-embed", 1'300'000, 25},
                                           {"lark-mini", 37'500'000, 40},
                                           {"lark", 262'500'000, 25},
                                           {"lark-pro", 1'125'000'000, 10}}};
constexpr std::array<const char*, 3> kRegions = {"us-east", "eu-west", "ap-south"};

struct Plan {
  const char* name;
  std::size_t customers_until;  // the busiest customers come first
};
constexpr std::array<Plan, 3> kPlans = {
    {{"scale", kCustomers / 20}, {"team", kCustomers / 4}, {"free", kCustomers}}};
constexpr std::size_t kFreePlan = 2;

constexpr std::uint64_t kCustomerIds = 0xC057'0000'0000'0000;
constexpr std::uint64_t kPlanIds = 0x91A4'0000'0000'0000;
constexpr std::uint64_t kMetricIds = 0x3E71'0000'0000'0000;

// splitmix64: the same on every machine, unlike what <random> distributes.
std::uint64_t Mix(std::uint64_t state) {
  state = (state ^ (state >> 30)) * 0xBF58'476D'1CE4'E5B9;
  state = (state ^ (state >> 27)) * 0x94D0'49BB'1331'11EB;
  return state ^ (state >> 31);
}
constexpr std::uint64_t kStep = 0x9E37'79B9'7F4A'7C15;

// A version-4 UUID that is always the same for the same number.
boost::uuids::uuid UuidOf(std::uint64_t number) {
  const std::uint64_t words[2] = {Mix(number + kStep), Mix(number + 2 * kStep)};
  boost::uuids::uuid uuid = {};
  for (std::size_t i = 0; i < 16; ++i) {
    uuid.data[i] = static_cast<std::uint8_t>(words[i / 8] >> (56 - 8 * (i % 8)));
  }
  uuid.data[6] = static_cast<std::uint8_t>((uuid.data[6] & 0x0F) | 0x40);
  uuid.data[8] = static_cast<std::uint8_t>((uuid.data[8] & 0x3F) | 0x80);
  return uuid;
}

BillableMetricId Tokens() { return BillableMetricId(UuidOf(kMetricIds)); }

std::size_t PlanOf(std::size_t customer) {
  std::size_t plan = 0;
  while (customer >= kPlans[plan].customers_until) ++plan;
  return plan;
}

absl::Time Start() { return absl::FromCivil(kFirstDay, absl::UTCTimeZone()); }

// When a record happened; the last one a moment before the month ends.
absl::Time TimeOf(std::uint64_t record) {
  return Start() + kLength / static_cast<std::int64_t>(kRecords + 1) *
                       static_cast<std::int64_t>(record + 1);
}

}  // namespace

std::string DemoMonth::Describe() const {
  return absl::StrCat(
      "A month of an AI API's billing, made up, but the same on every run: ",
      Grouped(kCustomers),
      " customers in\nthe plans free, team and scale, a few of them ",
      "far busier than the rest. Each record of use is\ntwo facts, its tokens and what ",
      "they cost in USD cents (0.0375 per 1,000 of lark-mini), with a\nmodel and a ",
      "region. One record in ", Grouped(kRecordsPerWrong), " is ", kWrongFactor,
      " times too large and taken back within the hour.\n");
}

absl::Time DemoMonth::starts_at() const { return Start(); }

std::vector<DemoAlert> DemoMonth::Alerts() const {
  std::vector<DemoAlert> alerts;
  alerts.push_back(
      {.mark = "A",
       .says = "spend of the month reaches 5000 cents: every customer",
       .unit = "cents",
       .spec = {.name = "monthly spend limit", .threshold = Decimal::FromInteger(5'000)},
       .guard = 2});
  alerts.push_back({.mark = "B",
                    .says = "usage reaches 5000000 tokens: customers in the plan free",
                    .unit = "tokens",
                    .spec = {.type = AlertType::kUsageThresholdReached,
                             .name = "tokens of the free plan",
                             .threshold = Decimal::FromInteger(5'000'000),
                             .plan = PlanId(UuidOf(kPlanIds + kFreePlan)),
                             .billable_metric = Tokens()}});
  alerts.push_back({.mark = "C",
                    .says = "spend on one model reaches 4000 cents: every customer; "
                            "says also when it falls back",
                    .unit = "cents",
                    .spec = {.name = "spend on one model",
                             .threshold = Decimal::FromInteger(4'000),
                             .group_values = {{.key = "model"}},
                             .notify_resolved = true}});
  for (const Model& model : kModels) alerts.back().values.emplace_back(model.name);
  return alerts;
}

std::vector<CustomerId> DemoMonth::StoryCustomers() const {
  std::vector<CustomerId> customers(kCustomers);
  for (std::size_t i = 0; i < kCustomers; ++i) {
    customers[i] = CustomerId(UuidOf(kCustomerIds + i));
  }
  return customers;
}

std::uint64_t DemoMonth::Draw() { return Mix(seed_ += kStep); }

std::uint64_t DemoMonth::Below(std::uint64_t bound) {
  return ((Draw() >> 32) * bound) >> 32;
}

DemoMonth::Record DemoMonth::MakeRecord() {
  // The cube of an even draw: a hundredth of the customers makes a fifth of the
  // records.
  const std::uint64_t draw = Below(1 << 20);
  const std::uint64_t cube = (draw * draw * draw) >> 28;
  const std::size_t customer = (kCustomers * cube) >> 32;
  std::uint64_t weight = Below(100);
  std::size_t model = 0;
  while (weight >= kModels[model].weight) weight -= kModels[model++].weight;
  const std::uint64_t tokens = 1'000 + (Below(20'000) << Below(7));
  return {.customer = CustomerId(UuidOf(kCustomerIds + customer)),
          .model = model,
          .region = Below(kRegions.size()),
          .tokens = static_cast<std::int64_t>(tokens)};
}

absl::StatusOr<bool> DemoMonth::Next(DemoBatch* batch) {
  batch->Clear();
  if (customers_told_ < kCustomers) {
    TellCustomers(batch);
  } else {
    TellRecords(batch);
  }
  return !batch->facts.empty();
}

void DemoMonth::TellCustomers(DemoBatch* batch) {
  const std::size_t until = std::min(customers_told_ + kDemoBatchMax, kCustomers);
  for (; customers_told_ < until; ++customers_told_) {
    batch->facts.emplace_back(
        CustomerTold{.customer = CustomerId(UuidOf(kCustomerIds + customers_told_)),
                     .plan = PlanId(UuidOf(kPlanIds + PlanOf(customers_told_)))});
  }
  batch->clock = Start() + kDemoClockStep *
                               static_cast<std::int64_t>(
                                   (customers_told_ + kDemoBatchMax - 1) / kDemoBatchMax);
}

void DemoMonth::TellRecords(DemoBatch* batch) {
  const auto tell = [batch](const Record& record, std::int64_t tokens, absl::Time time) {
    const Model& model = kModels[record.model];
    const std::vector<GroupValue> groups = {{"model", model.name},
                                            {"region", kRegions[record.region]}};
    batch->facts.emplace_back(UsageAdded{.customer = record.customer,
                                         .billable_metric = Tokens(),
                                         .quantity = Decimal::FromInteger(tokens),
                                         .group_values = groups,
                                         .time = time});
    const Int128 cost = static_cast<Int128>(tokens) * model.price_units;
    batch->facts.emplace_back(SpendAdded{.customer = record.customer,
                                         .amount = Decimal::FromUnits(cost),
                                         .group_values = groups,
                                         .time = time});
    batch->clock = time;
  };
  // A record and a correction at most in each round.
  while (records_told_ < kRecords && batch->facts.size() + 4 <= kDemoBatchMax) {
    const absl::Time time = TimeOf(records_told_);
    if (!corrections_.empty() && corrections_.front().due <= records_told_) {
      const Record& wrong = corrections_.front().record;
      tell(wrong, -wrong.tokens, time);
      corrections_.pop_front();
    }
    Record record = MakeRecord();
    if (Below(kRecordsPerWrong) == 0 &&
        records_told_ + kRecordsUntilCorrection < kRecords) {
      record.tokens *= kWrongFactor;
      corrections_.push_back({records_told_ + kRecordsUntilCorrection, record});
    }
    tell(record, record.tokens, time);
    ++records_told_;
  }
}

}  // namespace tocsin::cli
