#include <cstddef>
#include <initializer_list>

#include "tests/support/case.h"
#include "tests/support/random.h"

namespace tocsin::testing {
namespace {

// Places in the decoder's tables of what happens and of types of alerts.
constexpr std::uint8_t kCreate = 15;
constexpr unsigned kFirstHalf = 32;
constexpr unsigned kTypes = 24;

std::uint8_t OneOf(Random& source, std::initializer_list<unsigned> choices) {
  const unsigned at = source.Below(static_cast<unsigned>(choices.size()));
  return static_cast<std::uint8_t>(choices.begin()[at]);
}

bool IsCounted(Flavour flavour) {
  return flavour == Flavour::kSpend || flavour == Flavour::kGroups ||
         flavour == Flavour::kTime;
}

// What happens mostly, of what knows more than spend and usage.
std::uint8_t WhatOf(Random& source, Flavour flavour) {
  if (flavour == Flavour::kInvoices && source.Below(2) == 0) {
    return OneOf(source, {45, 45, 45, 56, 61});
  }
  if (flavour == Flavour::kDays && source.Below(2) == 0) {
    return OneOf(source, {32, 32, 49, 56, 56, 56});
  }
  if (flavour == Flavour::kBalances || flavour == Flavour::kSeats) {
    if (source.Below(2) == 0) return OneOf(source, {32, 32, 40, 40, 56});
  }
  // Something of everything else beside it.
  return static_cast<std::uint8_t>(source.Below(8) == 0 ? source.Below(kFirstHalf)
                                                        : kFirstHalf + source.Below(32));
}

// The type of an alert that is created.
std::uint8_t KindOf(Random& source, Flavour flavour) {
  if (IsCounted(flavour)) return 0;
  if (flavour != Flavour::kEverything && source.Below(6) > 0) {
    switch (flavour) {
      case Flavour::kInvoices:
        return OneOf(source, {20, 20, 21});
      case Flavour::kDays:
        return OneOf(source, {10, 10, 13, 19, 19});
      case Flavour::kSeats:
        return OneOf(source, {16, 16, 22, 23});
      default:
        return OneOf(source, {8, 9, 9, 11, 12, 14, 14, 15, 15, 17, 18, 10});
    }
  }
  return static_cast<std::uint8_t>(source.Below(kTypes));
}

void NarrowToCounted(Random& source, Flavour flavour, Command& command) {
  auto& numbers = command.numbers;
  numbers[Command::kWhat] %= kFirstHalf;
  numbers[Command::kStarts] = 0;
  numbers[Command::kEnds] = 0;
  if (flavour == Flavour::kSpend) numbers[Command::kGroups] = 0;
  if (flavour == Flavour::kGroups && source.Below(2) == 0) {
    numbers[Command::kGroups] = static_cast<std::uint8_t>(1 + source.Below(6));
  }
  if (flavour == Flavour::kTime && source.Below(3) == 0) {
    numbers[Command::kWhat] = OneOf(source, {18, 20, 20});
  }
}

void NarrowToSome(Random& source, Flavour flavour, Command& command) {
  auto& numbers = command.numbers;
  if (flavour != Flavour::kEverything) {
    numbers[Command::kWhat] = WhatOf(source, flavour);
  }
  if (source.Below(2) == 0) numbers[Command::kWhich] %= 3;
  if (source.Below(2) == 0) numbers[Command::kStarts] = 0;
  // Either most balances have a seat, or few.
  if (flavour == Flavour::kSeats) {
    numbers[Command::kKind] |= 8U;
  } else if (source.Below(16) > 0) {
    numbers[Command::kKind] &= static_cast<std::uint8_t>(~8U);
  }
  if (flavour == Flavour::kDays) numbers[Command::kEnds] |= 4U;
}

// An alert of the flavour's types, mostly of all customers and without filters.
void NarrowToCreate(Random& source, Flavour flavour, Command& command) {
  auto& numbers = command.numbers;
  numbers[Command::kWhat] = kCreate;
  numbers[Command::kKind] = KindOf(source, flavour);
  if (IsCounted(flavour)) return;
  const bool of_some_plan = source.Below(flavour == Flavour::kDays ? 2 : 4) == 0;
  if (!of_some_plan) numbers[Command::kWho] &= static_cast<std::uint8_t>(~7U);
  if (source.Below(2) == 0) numbers[Command::kGroups] = 0;
  if (source.Below(2) == 0) numbers[Command::kVersion] = 0;
}

}  // namespace

Command GenerateCommand(Random& source, Flavour flavour) {
  Command command;
  auto& numbers = command.numbers;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i % 8 == 0) bits = source.Next();
    numbers[i] = static_cast<std::uint8_t>(bits >> (8 * (i % 8)));
  }
  // Most of what happens meets something: one customer more than the others, and
  // of the rest of the alphabet only what the flavour is about.
  if (source.Below(IsCounted(flavour) ? 2 : 4) != 1) {
    numbers[Command::kWho] &= static_cast<std::uint8_t>(~3U);
  }
  if (IsCounted(flavour)) {
    NarrowToCounted(source, flavour, command);
  } else {
    NarrowToSome(source, flavour, command);
  }
  if (numbers[Command::kWhat] == kCreate) NarrowToCreate(source, flavour, command);
  return command;
}

Command GenerateCreate(Random& source, Flavour flavour) {
  Command command = GenerateCommand(source, flavour);
  NarrowToCreate(source, flavour, command);
  return command;
}

Setup GenerateSetup(Random& source, Flavour flavour) {
  Setup setup;
  setup.calendar_months = source.Below(3) == 0;
  setup.few_groups = flavour == Flavour::kGroups && source.Below(2) == 0;
  setup.few_due =
      static_cast<std::uint8_t>(source.Below(4) == 0 ? 1 + source.Below(2) : 0);
  setup.tracked = static_cast<std::uint8_t>(
      flavour != Flavour::kSpend && source.Below(4) == 0 ? 1 + source.Below(2) : 0);
  setup.look_rarely = source.Below(8) > 0;
  if (!IsCounted(flavour)) {
    setup.start = static_cast<std::uint8_t>(source.Below(5));
    setup.few_instances = source.Below(8) == 0;
    setup.keep_ended = OneOf(source, {0, 0, 0, 1, 2});
  }
  return setup;
}

Case GenerateCase(std::uint64_t seed, Flavour flavour) {
  Random source(seed);
  Case made;
  made.setup = GenerateSetup(source, flavour);
  const unsigned alerts = 1 + source.Below(3);
  const unsigned length = 4 + source.Below(30);
  made.commands.reserve(alerts + length);
  // Some facts come before the first alert now and then.
  const unsigned before = source.Below(4) == 0 ? 1 + source.Below(4) : 0;
  for (unsigned i = 0; i < alerts + length; ++i) {
    const bool first_alerts = i >= before && i < before + alerts;
    made.commands.push_back(first_alerts ? GenerateCreate(source, flavour)
                                         : GenerateCommand(source, flavour));
  }
  return made;
}

}  // namespace tocsin::testing
