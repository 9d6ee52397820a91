#ifndef TOCSIN_ENGINE_MODEL_TALLY_H_
#define TOCSIN_ENGINE_MODEL_TALLY_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "engine/model/customer.h"
#include "engine/model/holdings.h"
#include "engine/model/level.h"

namespace tocsin::model {

// What an instance stands at; nothing without data. `at` matters to days only.
std::optional<Level> LevelOf(const Measure& measure, const Tally& tally, absl::Time at);

// Whether an item counts in a measure of its subject, by the measure's filters.
bool Matches(const Measure& measure, const Balance& balance);
bool Matches(const Measure& measure, const Invoice& invoice);
// The key of the instance that an item which matches belongs to.
std::string InstanceOf(const Measure& measure, const BalanceId& id,
                       const Balance& balance);
std::string InstanceOf(const Measure& measure, const InvoiceId& id);
// Of a measure of days: the instance of a balance, or (nil) of the plan.
std::string DaysInstance(const Measure& measure, const boost::uuids::uuid& id);

// Takes an item as it is now into a tally, or out of it.
void Include(const Measure& measure, const Balance& balance, Tally* tally);
void Exclude(const Measure& measure, const Balance& balance, Tally* tally);
void Include(const Invoice& invoice, Tally* tally);
void Exclude(const Invoice& invoice, Tally* tally);
// Whether an invoice counts among those of the current month.
bool IsOfMonth(const Holdings& holdings, const Invoice& invoice);

// The kept measures that a balance may count in.
void ForEachBalanceMeasure(const Customer& customer, const Catalog& catalog,
                           const Balance& balance,
                           absl::FunctionRef<void(const MeasurePtr& measure)> visit);
// The kept measures of an invoice's credit type: each invoice's, and the month's.
void ForEachInvoiceMeasure(const Customer& customer, const Catalog& catalog,
                           const Invoice& invoice,
                           absl::FunctionRef<void(const MeasurePtr& measure)> visit);
// The kept measures of plans.
void ForEachPlanMeasure(const Customer& customer, const Catalog& catalog,
                        absl::FunctionRef<void(const MeasurePtr& measure)> visit);

// Makes the tallies of a measure that is kept from `at` on, out of what the customer
// holds.
void BeginTallies(Customer* customer, const MeasurePtr& measure, absl::Time at);
// Drops the tallies of a measure that is kept no more.
void EndTallies(Customer* customer, const Measure& measure);

// Notes when the next threshold of days is reached, in the tally and the agenda.
void SetNextAt(Agenda* agenda, const Measure& measure, const std::string& instance,
               absl::Time next_at, Tally* tally);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_TALLY_H_
