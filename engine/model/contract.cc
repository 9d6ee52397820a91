#include "engine/model/contract.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/model/reading.h"
#include "engine/model/turn.h"

namespace tocsin::model {
namespace {

struct Move {
  const Subject* subject = nullptr;
  const Measure* measure = nullptr;
  absl::string_view instance;
  Gauge* gauge = nullptr;
  Sum after;
};

using Contracts = absl::flat_hash_map<ContractId, CustomFields>;

// Every reading that the contract's spend takes part in, with its sum under the
// new fields; false if one does not fit.
bool WorkOut(Customer* customer, const ContractId& contract, const Contracts& contracts,
             std::vector<Move>* moves) {
  for (Meter& meter : customer->meters) {
    for (Slice& slice : meter.slices) {
      if (!slice.measure->FiltersContracts()) continue;
      for (auto& [key, instance] : slice.instances) {
        if (!instance.parts.contains(contract)) continue;
        const std::optional<Sum> after = SumOfParts(*slice.measure, instance, contracts);
        if (!after.has_value()) return false;
        moves->push_back(
            {&meter.subject, slice.measure.get(), key, &instance.gauge, *after});
      }
    }
  }
  return true;
}

// A group value whose contracts all went is an instance no more: what was said of it
// is forgotten, and its epoch and crossing number go on in the alert's.
void EndInstance(Customer* customer, const Catalog& catalog, const Move& move) {
  for (auto& [id, state] : customer->states) {
    const AlertPtr* alert = FindAlert(*customer, catalog, id);
    if (alert == nullptr || (*alert)->measure.get() != move.measure) continue;
    state.instances.erase(std::string(move.instance));
  }
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
  CustomFields old = std::exchange(place->second, fact.custom_fields);
  std::vector<Move> moves;
  if (!WorkOut(customer, fact.contract, customer->contracts, &moves)) {
    if (inserted) {
      customer->contracts.erase(place);
    } else {
      place->second = std::move(old);
    }
    outcome.status = MakeStatus(
        Reason::kOutOfRange,
        absl::StrCat("the custom fields of contract ", fact.contract.ToString(),
                     " would take a sum beyond 128 bits (about +-1.7 * 10^26)"));
    return outcome;
  }
  {
    Turn turn(customer, context, context.now);
    for (const Move& move : moves) {
      const std::optional<Decimal> previous = move.gauge->sum.value_if_data();
      move.gauge->sum = move.after;
      JudgeMove(*customer, context.catalog, {*move.subject, move.measure, move.instance},
                Trigger::kCustomer, previous, move.gauge, &turn);
    }
  }
  for (const Move& move : moves) {
    if (!move.after.has_data && move.measure->FansOut()) {
      EndInstance(customer, context.catalog, move);
    }
  }
  return outcome;
}

}  // namespace tocsin::model
