#ifndef TOCSIN_TESTS_SUPPORT_DIFFERING_H_
#define TOCSIN_TESTS_SUPPORT_DIFFERING_H_

#include <string>

#include "absl/status/status.h"
#include "tocsin/customer_alert.h"

namespace tocsin::testing {

// How what two engines said is told apart: empty if it is the same, else both.

std::string Differing(const std::string& what, const std::string& actual,
                      const std::string& expected);

// By code and reason; the text is each engine's own.
std::string DifferInStatus(const std::string& what, const absl::Status& actual,
                           const absl::Status& expected);

// What of two engines' states is compared; nothing said if they agree.
std::string DifferInState(const CustomerAlert& actual, const CustomerAlert& expected);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_DIFFERING_H_
