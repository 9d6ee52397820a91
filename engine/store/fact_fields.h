#ifndef TOCSIN_ENGINE_STORE_FACT_FIELDS_H_
#define TOCSIN_ENGINE_STORE_FACT_FIELDS_H_

#include "engine/store/archive.h"
#include "tocsin/alert_type.h"
#include "tocsin/fact.h"

// The fields of facts, in the order in which they are stored. What is stored stays: a new
// field needs a new format version.
namespace tocsin::store {

template <>
struct LastOf<BalanceType> {
  static constexpr BalanceType value = BalanceType::kCreditGrant;
};

// `is_same`: whether `T` is the struct, const or not.
template <typename T, typename U>
concept Of = std::is_same_v<std::remove_const_t<T>, U>;

template <typename Archive, Of<GroupValue> T>
void Fields(Archive& archive, T& value) {
  archive(value.key, value.value);
}
template <typename Archive, Of<Seat> T>
void Fields(Archive& archive, T& seat) {
  archive(seat.group_key, seat.group_value);
}
template <typename Archive, Of<SpendAdded> T>
void Fields(Archive& archive, T& fact) {
  archive(fact.customer, fact.amount, fact.credit_type, fact.contract, fact.group_values,
          fact.version, fact.time);
}
template <typename Archive, Of<SpendTotal> T>
void Fields(Archive& archive, T& fact) {
  archive(fact.customer, fact.total, fact.credit_type, fact.contract, fact.group_values,
          fact.version, fact.time);
}
template <typename Archive, Of<UsageAdded> T>
void Fields(Archive& archive, T& fact) {
  archive(fact.customer, fact.billable_metric, fact.quantity, fact.group_values,
          fact.version, fact.time);
}
template <typename Archive, Of<UsageTotal> T>
void Fields(Archive& archive, T& fact) {
  archive(fact.customer, fact.billable_metric, fact.total, fact.group_values,
          fact.version, fact.time);
}
template <typename Archive, Of<PeriodTold> T>
void Fields(Archive& archive, T& fact) {
  archive(fact.customer, fact.starts_at, fact.ends_at);
}
template <typename Archive, Of<CustomerTold> T>
void Fields(Archive& archive, T& fact) {
  archive(fact.customer, fact.plan, fact.plan_ends_at, fact.custom_fields, fact.archived);
}
template <typename Archive, Of<ContractTold> T>
void Fields(Archive& archive, T& fact) {
  archive(fact.customer, fact.contract, fact.custom_fields);
}
template <typename Archive, Of<BalanceTold> T>
void Fields(Archive& archive, T& fact) {
  archive(fact.customer, fact.balance, fact.type, fact.credit_type, fact.granted,
          fact.remaining, fact.starts_at, fact.ends_at, fact.custom_fields,
          fact.credit_grant_type, fact.seat, fact.version);
}
template <typename Archive, Of<BalanceDrawn> T>
void Fields(Archive& archive, T& fact) {
  archive(fact.customer, fact.balance, fact.amount, fact.version);
}
template <typename Archive, Of<InvoiceTold> T>
void Fields(Archive& archive, T& fact) {
  archive(fact.customer, fact.invoice, fact.invoice_type, fact.credit_type, fact.total,
          fact.active, fact.version);
}

}  // namespace tocsin::store

#endif  // TOCSIN_ENGINE_STORE_FACT_FIELDS_H_
