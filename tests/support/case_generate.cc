#include <cstddef>

#include "tests/support/case.h"

namespace tocsin::testing {
namespace {

// splitmix64: small, and the same everywhere.
class Source {
 public:
  explicit Source(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  unsigned Below(unsigned limit) { return static_cast<unsigned>(Next() % limit); }

 private:
  std::uint64_t state_;
};

constexpr std::uint8_t kCreate = 15;  // the place of `create` in the decoder's table

Command AnyCommand(Source& source, Flavour flavour) {
  Command command;
  const std::uint64_t bits = source.Next();
  for (std::size_t i = 0; i < command.numbers.size(); ++i) {
    command.numbers[i] = static_cast<std::uint8_t>(bits >> (8 * i));
  }
  auto& numbers = command.numbers;
  // Most of what happens meets something: one customer more than the others,
  // and of the rest of the alphabet only what the flavour is about.
  if (source.Below(2) == 0) numbers[Command::kWho] &= static_cast<std::uint8_t>(~3U);
  if (flavour == Flavour::kSpend) numbers[Command::kGroups] = 0;
  if (flavour == Flavour::kGroups && source.Below(2) == 0) {
    numbers[Command::kGroups] = static_cast<std::uint8_t>(1 + source.Below(6));
  }
  if (flavour == Flavour::kTime && source.Below(3) == 0) {
    static constexpr std::uint8_t kPeriodOrClock[] = {18, 20, 20};
    numbers[Command::kWhat] = kPeriodOrClock[source.Below(3)];
  }
  return command;
}

}  // namespace

Case GenerateCase(std::uint64_t seed, Flavour flavour) {
  Source source(seed);
  Case made;
  made.setup.calendar_months = source.Below(3) == 0;
  made.setup.few_groups = flavour == Flavour::kGroups && source.Below(2) == 0;
  made.setup.few_due =
      static_cast<std::uint8_t>(source.Below(4) == 0 ? 1 + source.Below(2) : 0);
  made.setup.tracked = static_cast<std::uint8_t>(
      flavour != Flavour::kSpend && source.Below(4) == 0 ? 1 + source.Below(2) : 0);
  made.setup.look_rarely = source.Below(2) == 0;
  const unsigned alerts = 1 + source.Below(3);
  const unsigned length = 4 + source.Below(30);
  made.commands.reserve(alerts + length);
  // Some facts come before the first alert now and then.
  const unsigned before = source.Below(4) == 0 ? 1 + source.Below(4) : 0;
  for (unsigned i = 0; i < alerts + length; ++i) {
    Command command = AnyCommand(source, flavour);
    if (i >= before && i < before + alerts) command.numbers[Command::kWhat] = kCreate;
    made.commands.push_back(command);
  }
  return made;
}

}  // namespace tocsin::testing
