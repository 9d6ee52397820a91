#ifndef TOCSIN_ENGINE_CORE_NO_CUSTOMER_H_
#define TOCSIN_ENGINE_CORE_NO_CUSTOMER_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "tocsin/ids.h"

namespace tocsin::core {

inline absl::Status NilCustomer() {
  return MakeStatus(Reason::kMissing,
                    "the customer's id is the nil UUID; a real one is required");
}

inline absl::Status UnknownCustomer(const CustomerId& customer) {
  return MakeStatus(Reason::kUnknownCustomer,
                    absl::StrCat("there is no customer ", customer.ToString(),
                                 "; one comes into being with its first fact"));
}

// For a query there is no such customer.
inline absl::Status ArchivedCustomer(const CustomerId& customer) {
  return MakeStatus(Reason::kUnknownCustomer,
                    absl::StrCat("customer ", customer.ToString(),
                                 " is archived; a customer fact with archived: false ",
                                 "brings it back"));
}

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_NO_CUSTOMER_H_
