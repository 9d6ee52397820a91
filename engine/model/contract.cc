#include "engine/model/contract.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/model/reading.h"
#include "engine/model/slices.h"
#include "engine/model/turn.h"

namespace tocsin::model {
namespace {

struct Shift {
  const Subject* subject = nullptr;
  const Measure* measure = nullptr;
  absl::string_view instance;
  Gauge* gauge = nullptr;
  Sum after;
};

// Every reading that the contract's spend comes into or leaves, with its sum under the
// fields of now. `before` are those that it had; null if it was not told.
std::vector<Shift> WorkOut(Customer* customer, const ContractId& contract,
                           const CustomFields* before) {
  const CustomFields* const after = customer->FindContract(contract);
  std::vector<Shift> shifts;
  for (Meter& meter : customer->meters) {
    for (Slice& slice : meter.slices()) {
      const Measure& measure = *slice.measure;
      if (!measure.FiltersContracts() ||
          MatchContract(measure, before) == MatchContract(measure, after)) {
        continue;
      }
      for (auto& [key, instance] : slice.instances) {
        if (instance.parts.Find(contract) == nullptr) continue;
        shifts.push_back({&meter.subject, &measure, key, &instance.gauge,
                          SumOfParts(measure, instance, *customer->contracts)});
      }
    }
  }
  return shifts;
}

}  // namespace

Outcome TellContract(Customer* customer, const Context& context,
                     const ContractTold& fact) {
  Outcome outcome;
  const CustomFields* const known = customer->FindContract(fact.contract);
  if (known == nullptr && customer->contracts->size() >= kContractsPerCustomerMax) {
    outcome.status = MakeStatus(
        Reason::kLimitReached, absl::StrCat("contract ", fact.contract.ToString(),
                                            " is one too many for the customer; at most ",
                                            kContractsPerCustomerMax, " are known"));
    return outcome;
  }
  const auto before = known == nullptr ? std::nullopt : std::optional(*known);
  Contract& told = customer->contracts.Change()[fact.contract];
  told.named_at = context.now;
  told.fields = fact.custom_fields;
  const std::vector<Shift> shifts =
      WorkOut(customer, fact.contract, before.has_value() ? &*before : nullptr);
  {
    Turn turn(customer, context, context.now);
    for (const Shift& shift : shifts) {
      const std::optional<Decimal> previous = shift.gauge->sum.value_if_data();
      shift.gauge->sum = shift.after;
      JudgeGauge(*customer, context.catalog, *shift.subject, shift.measure,
                 shift.instance, Trigger::kCustomer, previous, shift.gauge, &turn);
    }
  }
  for (const Shift& shift : shifts) {
    if (!shift.after.has_data && shift.measure->FansOut()) {
      // A group value whose contracts all went is an instance no more.
      ForgetInstance(customer, context.catalog, *shift.measure, shift.instance);
    }
  }
  return outcome;
}

}  // namespace tocsin::model
