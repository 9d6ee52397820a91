#ifndef TOCSIN_ENGINE_CLI_DEMO_MONTH_H_
#define TOCSIN_ENGINE_CLI_DEMO_MONTH_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "engine/cli/demo_feed.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"

namespace tocsin::cli {

// A month of an AI API's billing, made up from a seed: the same on every machine.
// A record of use becomes two facts, its tokens and what they cost; now and then a
// record is far too large, and is taken back a little later.
//
// Thread safety: one thread at a time.
class DemoMonth : public DemoFeed {
 public:
  std::string Describe() const override;
  std::vector<DemoAlert> Alerts() const override;
  std::vector<CustomerId> StoryCustomers() const override;
  absl::Time starts_at() const override;
  PeriodPolicy period_policy() const override { return PeriodPolicy::kCalendarMonth; }
  absl::StatusOr<bool> Next(DemoBatch* batch) override;

 private:
  struct Record {
    CustomerId customer;
    std::size_t model = 0;
    std::size_t region = 0;
    std::int64_t tokens = 0;
  };
  struct Correction {
    std::uint64_t due = 0;  // ahead of this record
    Record record;
  };

  std::uint64_t Draw();
  // Evenly from [0, bound); `bound` must fit 32 bits.
  std::uint64_t Below(std::uint64_t bound);
  Record MakeRecord();
  void TellCustomers(DemoBatch* batch);
  void TellRecords(DemoBatch* batch);

  std::uint64_t seed_ = 1;
  std::size_t customers_told_ = 0;
  std::uint64_t records_told_ = 0;
  std::deque<Correction> corrections_;  // by `due`
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_DEMO_MONTH_H_
