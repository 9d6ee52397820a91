#ifndef TOCSIN_TESTS_SUPPORT_CASE_CHOICES_H_
#define TOCSIN_TESTS_SUPPORT_CASE_CHOICES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/case.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

// How the numbers of a command choose: what decoding a case is made of.

inline constexpr Int128 kOne = Decimal::kUnitsPerOne;

template <typename T, std::size_t N>
const T& Pick(const T (&choices)[N], unsigned number) {
  return choices[number % N];
}

inline unsigned NumberOf(const Command& command, Command::Field field) {
  return command.numbers[field];
}

enum class What {
  kSpend,
  kUsage,
  kCreate,
  kUpdate,
  kReset,
  kDrain,
  kClock,
  kPeriod,
  kCustomer,
  kContract,
  kDisable,
  kEnable,
  kArchive,
  kBalance,
  kDraw,
  kInvoice,
};

What WhatOf(const Command& command);

CustomerId WhoOf(const Command& command);
// USD in cents, but for one number of eight.
CreditTypeId CreditOf(unsigned number);
// Instants at which things meet: midnights, ends of months, and some that are near.
absl::Time InstantOf(unsigned number, absl::Time now);
// How far the clock moves; below zero it goes back.
absl::Duration StepOf(unsigned number, absl::Time now);

// case_facts.cc: nothing if the command says no fact.
std::optional<Fact> FactOf(const Command& command, absl::Time now);

// case_alerts.cc
// The alert without id and name. `may_combine`: whether it may have group values
// together with filters by contract.
AlertSpec SpecOf(const Command& command, bool may_combine);
// What an update may say of an alert as it is.
AlertUpdate UpdateOf(const Command& command, const AlertSpec& spec, bool may_combine);
// One instance, there or not.
InstanceSelector SelectorOf(const Command& command, const AlertSpec& spec);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_CASE_CHOICES_H_
