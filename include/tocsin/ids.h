#ifndef TOCSIN_IDS_H_
#define TOCSIN_IDS_H_

#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "boost/uuid/uuid.hpp"

namespace tocsin {

// Reads the 36 characters of RFC 4122 text, in either case, without braces.
// Error: kInvalidArgument.
absl::StatusOr<boost::uuids::uuid> ParseUuid(absl::string_view text);

// Writes 36 lower-case characters to `out`; no terminator.
void FormatUuid(const boost::uuids::uuid& uuid, char* out);

// A UUID that says of what it is the id, so that a customer cannot be passed
// for an alert. Nil until set; a nil id is refused wherever one is required.
// Ordered by its bytes, which is the order of its text.
//
// Thread safety: a value type.
template <typename Tag>
class Id {
 public:
  constexpr Id() : uuid_{} {}
  explicit constexpr Id(const boost::uuids::uuid& uuid) : uuid_(uuid) {}

  // Error: kInvalidArgument if it is not the text of a UUID.
  static absl::StatusOr<Id> Parse(absl::string_view text) {
    absl::StatusOr<boost::uuids::uuid> uuid = ParseUuid(text);
    if (!uuid.ok()) return uuid.status();
    return Id(*uuid);
  }

  const boost::uuids::uuid& uuid() const { return uuid_; }
  bool is_nil() const { return uuid_.is_nil(); }
  std::string ToString() const {
    std::string text(36, '\0');
    FormatUuid(uuid_, text.data());
    return text;
  }

  friend bool operator==(const Id& a, const Id& b) {
    return std::memcmp(a.uuid_.data, b.uuid_.data, sizeof a.uuid_.data) == 0;
  }
  friend std::strong_ordering operator<=>(const Id& a, const Id& b) {
    // Maps by id compare all the time, and no compiler makes this of `memcmp`.
    const std::uint64_t of_a = a.WordAt(0);
    const std::uint64_t of_b = b.WordAt(0);
    return of_a != of_b ? of_a <=> of_b : a.WordAt(8) <=> b.WordAt(8);
  }
  template <typename H>
  friend H AbslHashValue(H state, const Id& id) {
    std::uint64_t words[2];
    std::memcpy(words, id.uuid_.data, sizeof words);
    return H::combine(std::move(state), words[0], words[1]);
  }

 private:
  // Eight of its bytes, of which the first weighs most.
  std::uint64_t WordAt(std::size_t first) const {
    std::uint64_t word = 0;
    std::memcpy(&word, uuid_.data + first, sizeof word);
    return std::endian::native == std::endian::big ? word : __builtin_bswap64(word);
  }

  boost::uuids::uuid uuid_;
};

using CustomerId = Id<struct CustomerTag>;
using AlertId = Id<struct AlertTag>;
using PlanId = Id<struct PlanTag>;
using ContractId = Id<struct ContractTag>;
using CreditTypeId = Id<struct CreditTypeTag>;
using BillableMetricId = Id<struct BillableMetricTag>;
using BalanceId = Id<struct BalanceTag>;
using InvoiceId = Id<struct InvoiceTag>;
using NotificationId = Id<struct NotificationTag>;
using EndpointId = Id<struct EndpointTag>;  // of webhooks

// USD in cents, `2714e483-4ff1-48e4-9e25-ac732e8f24f2`: the credit type of
// whatever names none.
CreditTypeId UsdCents();

}  // namespace tocsin

#endif  // TOCSIN_IDS_H_
