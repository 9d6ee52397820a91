#ifndef TOCSIN_TESTS_SUPPORT_CASE_H_
#define TOCSIN_TESTS_SUPPORT_CASE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/action.h"
#include "tests/support/random.h"
#include "tocsin/options.h"

namespace tocsin::testing {

// A generated case is made of small numbers only, so that it shrinks: a command
// can be left out and a number made smaller, and what remains is still a case.
// 0 means the plainest choice everywhere.
struct Command {
  enum Field {
    kWhat,
    kWho,
    kWhich,
    kAmount,
    kGroups,
    kTime,
    kVersion,
    kFlags,
    kStarts,
    kEnds,
    kKind,
    kFields
  };

  std::array<std::uint8_t, kFields> numbers{};

  friend bool operator==(const Command&, const Command&) = default;
};

struct Setup {
  std::uint8_t calendar_months = 0;
  std::uint8_t few_groups = 0;
  std::uint8_t few_due = 0;
  std::uint8_t tracked = 0;
  std::uint8_t look_rarely = 0;  // so that the clock's work waits for other calls
  std::uint8_t start = 0;        // the evening before something that calendars have
  std::uint8_t few_instances = 0;
  std::uint8_t keep_ended = 0;  // 0: as long as usual

  friend bool operator==(const Setup&, const Setup&) = default;
};

struct Case {
  Setup setup;
  std::vector<Command> commands;

  friend bool operator==(const Case&, const Case&) = default;
};

// What a case is mostly about.
enum class Flavour {
  kEverything,
  kSpend,
  kGroups,
  kTime,
  kBalances,
  kInvoices,
  kDays,
  kSeats,
};

// Drawn from chance, each by itself: a command, one that creates an alert, a setup.
Command GenerateCommand(Random& source, Flavour flavour);
Command GenerateCreate(Random& source, Flavour flavour);
Setup GenerateSetup(Random& source, Flavour flavour);
// The same case for the same seed, on every machine.
Case GenerateCase(std::uint64_t seed, Flavour flavour);

// One step of a case: an action, and whether all state is compared after it.
struct CaseStep {
  Action action;
  bool look = false;
};

Options OptionsOf(const Setup& setup);
std::vector<CaseStep> StepsOf(const Case& test_case);
absl::Time StartOfCases(const Setup& setup);
// Everyone and everything that cases speak of.
const std::vector<CustomerId>& CustomersOfCases();
const std::vector<AlertId>& AlertsOfCases();

// As a scenario file that only lacks its `expect` lines.
std::string FormatCase(const Case& test_case);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_CASE_H_
