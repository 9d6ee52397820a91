#ifndef TOCSIN_ENGINE_MODEL_READING_H_
#define TOCSIN_ENGINE_MODEL_READING_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "engine/model/customer.h"
#include "engine/model/turn.h"

namespace tocsin::model {

// Which reading of a customer: an instance of a measure of one of its meters.
struct GaugePlace {
  const Subject& subject;
  const Measure* measure = nullptr;  // null: the whole
  absl::string_view instance = {};
};

// The alert in force for a customer, its own or a shared one; null once archived.
const AlertPtr* FindAlert(const Customer& customer, const Catalog& catalog,
                          const AlertId& id);

// Judges a gauge whose value is `previous` no more, against the enabled alerts
// that apply to the customer: decides what was crossed, and sets the band. The
// work grows with what was crossed, not with the alerts that were not.
void JudgeMove(const Customer& customer, const Catalog& catalog, const GaugePlace& place,
               Trigger trigger, std::optional<Decimal> previous, Gauge* gauge,
               Turn* turn);

// Sets the band of all readings of a measure anew, after its alerts changed.
void SetBands(Customer* customer, const Catalog& catalog, const Measure& measure);

// Calls `visit` with the key and gauge of each instance of a measure that has data;
// of one without fan-out always once, with a null gauge where no fact came.
void ForEachGauge(
    Customer* customer, const Measure& measure,
    absl::FunctionRef<void(absl::string_view instance, Gauge* gauge)> visit);

// The measures, beside the whole, that a customer's sums of a subject are kept
// for: those of the catalog and of its own alerts.
void ForEachKeptMeasure(const Customer& customer, const Catalog& catalog,
                        const Subject& subject,
                        absl::FunctionRef<void(const MeasurePtr& measure)> visit);

// Makes the sums of a measure that is kept from now on, out of those that are there
// already.
void BeginSlices(Customer* customer, const MeasurePtr& measure);
// Drops the sums of a measure that is kept no more.
void EndSlices(Customer* customer, const MeasurePtr& measure);

// The value of a measure that filters contracts, from its parts; nothing if it
// does not fit.
std::optional<Sum> SumOfParts(
    const Measure& measure, const Instance& instance,
    const absl::flat_hash_map<ContractId, CustomFields>& contracts);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_READING_H_
