#include "engine/model/contract.h"

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

// Every reading that the contract's spend takes part in, with its sum under the
// new fields; false if one does not fit.
bool WorkOut(Customer* customer, const ContractId& contract, const Contracts& contracts,
             std::vector<Shift>* shifts) {
  for (Meter& meter : customer->meters) {
    for (Slice& slice : meter.slices) {
      if (!slice.measure->FiltersContracts()) continue;
      for (auto& [key, instance] : slice.instances) {
        if (!instance.parts.contains(contract)) continue;
        const std::optional<Sum> after = SumOfParts(*slice.measure, instance, contracts);
        if (!after.has_value()) return false;
        shifts->push_back(
            {&meter.subject, slice.measure.get(), key, &instance.gauge, *after});
      }
    }
  }
  return true;
}

}  // namespace

Outcome TellContract(Customer* customer, const Context& context,
                     const ContractTold& fact) {
  Outcome outcome;
  const bool known = customer->contracts.contains(fact.contract);
  if (!known && customer->contracts.size() >= kContractsPerCustomerMax) {
    outcome.status = MakeStatus(
        Reason::kLimitReached, absl::StrCat("contract ", fact.contract.ToString(),
                                            " is one too many for the customer; at most ",
                                            kContractsPerCustomerMax, " are known"));
    return outcome;
  }
  const auto [place, inserted] = customer->contracts.try_emplace(fact.contract);
  place->second.named_at = context.now;
  CustomFields old = std::exchange(place->second.fields, fact.custom_fields);
  std::vector<Shift> shifts;
  if (!WorkOut(customer, fact.contract, customer->contracts, &shifts)) {
    if (inserted) {
      customer->contracts.erase(place);
    } else {
      place->second.fields = std::move(old);
    }
    outcome.status = MakeStatus(
        Reason::kOutOfRange,
        absl::StrCat("the custom fields of contract ", fact.contract.ToString(),
                     " would take a sum beyond 128 bits (about +-1.7 * 10^26)"));
    return outcome;
  }
  {
    Turn turn(customer, context, context.now);
    for (const Shift& shift : shifts) {
      const std::optional<Decimal> previous = shift.gauge->sum.value_if_data();
      shift.gauge->sum = shift.after;
      JudgeGauge(*customer, context.catalog, *shift.subject, shift.measure, shift.instance,
                 Trigger::kCustomer, previous, shift.gauge, &turn);
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
