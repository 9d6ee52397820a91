#ifndef TOCSIN_TESTS_SUPPORT_NAMES_H_
#define TOCSIN_TESTS_SUPPORT_NAMES_H_

#include <string>
#include <string_view>

#include "boost/uuid/uuid.hpp"
#include "tocsin/ids.h"

namespace tocsin::testing {

// The UUID of a short name: the name's first eight bytes, then a hash of all of
// it. So ids are ordered as their names are, and a test can say which comes
// first. The empty name is the nil UUID. Remembers the name for `NameOf`.
boost::uuids::uuid UuidOf(std::string_view name);

// The name an id was made of, or the id's text if it was made otherwise.
std::string NameOf(const boost::uuids::uuid& uuid);

template <typename Tag>
std::string NameOf(const Id<Tag>& id) {
  return NameOf(id.uuid());
}

template <typename IdType>
IdType Named(std::string_view name) {
  return IdType(UuidOf(name));
}

// Ids by number, for tests that need many: `c3`, `a1`, `p2`, `k1`, `m1`,
// `b1`, `i1`.
inline CustomerId Customer(int n) { return Named<CustomerId>("c" + std::to_string(n)); }
inline AlertId AlertNumber(int n) { return Named<AlertId>("a" + std::to_string(n)); }
inline PlanId Plan(int n) { return Named<PlanId>("p" + std::to_string(n)); }
inline ContractId Contract(int n) { return Named<ContractId>("k" + std::to_string(n)); }
inline BillableMetricId Metric(int n) {
  return Named<BillableMetricId>("m" + std::to_string(n));
}
inline BalanceId BalanceNumber(int n) {
  return Named<BalanceId>("b" + std::to_string(n));
}
inline InvoiceId InvoiceNumber(int n) {
  return Named<InvoiceId>("i" + std::to_string(n));
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_NAMES_H_
