#ifndef TOCSIN_TESTS_SUPPORT_DIFFERENCES_H_
#define TOCSIN_TESTS_SUPPORT_DIFFERENCES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

// Where two engines that should agree do not. Nothing is said where they do.

std::string Differing(const std::string& what, const std::string& actual,
                      const std::string& expected);

// Code and reason.
std::string DifferInStatus(const std::string& what, const absl::Status& actual,
                           const absl::Status& expected);

// What of a customer alert is compared.
std::string DifferInState(const CustomerAlert& actual, const CustomerAlert& expected);

// What of an explanation is compared: all, but ids only where both have one.
std::string DifferInExplanation(const Explanation& actual, const Explanation& expected);

// All that queries tell of these customers and of alerts, down to the first alert that
// is not there.
std::string DifferInQueries(Engine& actual, Engine& expected,
                            const std::vector<CustomerId>& customers,
                            const std::vector<AlertId>& alerts);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_DIFFERENCES_H_
