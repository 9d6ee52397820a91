#ifndef TOCSIN_ENGINE_STATE_CUSTOMER_FIELDS_H_
#define TOCSIN_ENGINE_STATE_CUSTOMER_FIELDS_H_

#include <utility>

#include "engine/model/customer.h"
#include "engine/store/alert_fields.h"

// The fields of what is known of a customer, in the order in which they are stored. Left
// out is what is found again: bands, standings, changes not taken in, who waits for a
// reset; and reads of the fact source, which begin anew.
namespace tocsin::store {

template <>
struct LastOf<model::Event::Kind> {
  static constexpr model::Event::Kind value = model::Event::Kind::kForgetInvoice;
};

template <typename Archive, Of<model::Period> T>
void Fields(Archive& archive, T& period) {
  archive(period.starts_at, period.ends_at);
}
template <typename Archive, Of<model::PeriodState> T>
void Fields(Archive& archive, T& state) {
  T::VisitFields(archive, state);
}
template <typename Archive, Of<model::Subject> T>
void Fields(Archive& archive, T& subject) {
  archive(subject.type, subject.id);
}
template <typename Archive, Of<model::Measure> T>
void Fields(Archive& archive, T& measure) {
  archive(measure.subject, measure.groups, measure.custom_fields, measure.types,
          measure.seat, measure.specifiers);
}
template <typename Archive, Of<model::AlertVersion> T>
void Fields(Archive& archive, T& version) {
  archive(version.alert.id, version.alert.spec, version.alert.status,
          version.alert.updated_at, version.restarts, version.rejudgings,
          version.renotifies);
}
template <typename Archive, Of<model::Sum> T>
void Fields(Archive& archive, T& sum) {
  archive(sum.value, sum.newest_version, sum.total_version, sum.has_total_version,
          sum.has_data);
}
template <typename Archive, Of<model::Gauge> T>
void Fields(Archive& archive, T& gauge) {
  archive(gauge.sum);
}
template <typename Archive, Of<model::Bounds> T>
void Fields(Archive& archive, T& bounds) {
  archive(bounds.above, bounds.below);
}
template <typename Archive, Of<model::ContractParts> T>
void Fields(Archive& archive, T& parts) {
  archive(parts.sums, parts.bounds);
}
template <typename Archive, Of<model::Instance> T>
void Fields(Archive& archive, T& instance) {
  archive(instance.gauge, instance.parts);
}
template <typename Archive, Of<model::Slice> T>
void Fields(Archive& archive, T& slice) {
  archive(slice.measure, slice.instances, slice.group_dropped, slice.since);
}
template <typename Archive, Of<model::MeterParts> T>
void Fields(Archive& archive, T& parts) {
  archive(parts.contracts, parts.slices, parts.begun);
}
template <typename Archive, Of<model::Meter> T>
void Fields(Archive& archive, T& meter) {
  archive(meter.subject, meter.parts, meter.whole);
}
template <typename Archive, Of<model::Contract> T>
void Fields(Archive& archive, T& contract) {
  archive(contract.fields, contract.named_at);
}
template <typename Archive, Of<model::Profile> T>
void Fields(Archive& archive, T& profile) {
  archive(profile.plan_ends_at, profile.custom_fields);
}
template <typename Archive, Of<model::Balance> T>
void Fields(Archive& archive, T& balance) {
  archive(balance.type, balance.credit_type, balance.granted, balance.remaining,
          balance.starts_at, balance.ends_at, balance.custom_fields,
          balance.credit_grant_type, balance.seat, balance.started, balance.over);
}
template <typename Archive, Of<model::Invoice> T>
void Fields(Archive& archive, T& invoice) {
  archive(invoice.type, invoice.credit_type, invoice.total, invoice.active, invoice.month,
          invoice.inactive_since);
}
template <typename Archive, Of<model::Tally> T>
void Fields(Archive& archive, T& tally) {
  archive(tally.total, tally.granted, tally.items, tally.ends_at, tally.judged_at,
          tally.next_at, tally.invoice_type);
}
template <typename Archive, Of<model::Tallies> T>
void Fields(Archive& archive, T& tallies) {
  archive(tallies.measure, tallies.instances);
}
template <typename Archive, Of<model::Holdings> T>
void Fields(Archive& archive, T& holdings) {
  archive(holdings.balances, holdings.invoices, holdings.remaining_bounds,
          holdings.granted_bounds, holdings.invoice_bounds, holdings.tallies,
          holdings.plan_ends_at, holdings.month, holdings.invoices_of_month);
}
template <typename Archive, Of<model::Event> T>
void Fields(Archive& archive, T& event) {
  archive(event.at, event.kind, event.id);
  if (event.kind == model::Event::Kind::kDaysReached)
    ArchiveMeasure(archive, event.measure);
}
template <typename Archive, Of<model::InstanceState> T>
void Fields(Archive& archive, T& state) {
  archive(state.epoch, state.crossing, state.last_epoch, state.last_kind,
          state.last_trigger, state.last_at, state.last_value);
}
template <typename Archive, Of<model::AlertState> T>
void Fields(Archive& archive, T& state) {
  archive(state.epoch, state.crossing_max, state.last_trigger, state.source_failed,
          state.reset_by, state.reset_at, state.instances, state.whole);
}
template <typename Archive, Of<model::Pending> T>
void Fields(Archive& archive, T& pending) {
  archive(pending.judged_under, pending.since, pending.created, pending.restarted,
          pending.updated, pending.renotify, pending.reset_whole, pending.period_began,
          pending.reset_instances, pending.judged_before_read);
}
template <typename Archive, Of<model::Awaited> T>
void Fields(Archive& archive, T& awaited) {
  archive(awaited.whole, awaited.instances, awaited.judged, awaited.since,
          awaited.period_began, awaited.attempts, awaited.next_at);
}

}  // namespace tocsin::store

#endif  // TOCSIN_ENGINE_STATE_CUSTOMER_FIELDS_H_
