#ifndef TOCSIN_ENGINE_MODEL_SLICES_H_
#define TOCSIN_ENGINE_MODEL_SLICES_H_

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "engine/model/customer.h"

namespace tocsin::model {

// The measures, beside the whole, that are kept of a customer's subject: those of the
// catalog and of its own alerts.
void ForEachKeptMeasure(const Customer& customer, const Catalog& catalog,
                        const Subject& subject,
                        absl::FunctionRef<void(const MeasurePtr& measure)> visit);

// Makes the sums of a measure that is kept from now on, out of those that are there
// already. `kept`: the measures of its subject that were kept up to now.
void BeginSlices(Customer* customer, const MeasurePtr& measure,
                 absl::Span<const MeasurePtr> kept);
// Drops the sums of a measure that is kept no more.
void EndSlices(Customer* customer, const MeasurePtr& measure);

// The value of a measure that filters contracts, from its parts.
Sum SumOfParts(const Measure& measure, const Instance& instance,
               const Contracts& contracts);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_SLICES_H_
