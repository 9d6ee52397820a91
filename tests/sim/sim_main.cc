// The simulation as a program: lives of engines one after the other, until one ends
// badly or there have been enough.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/synchronization/mutex.h"
#include "tests/sim/simulation.h"

namespace tocsin::testing {
namespace {

constexpr std::size_t kLastTold = 100;

// Set by a signal: the life that is being lived is the last, and the figures are told.
volatile std::sig_atomic_t asked_to_end = 0;

struct Arguments {
  std::uint64_t seed = 1;
  std::uint64_t steps = 0;  // of the first life, and no other; 0: all
  double minutes = 0;       // as many lives as they take; 0: `lives`
  std::uint64_t lives = 1;
  bool well = true;
};

bool Read(const char* text, std::uint64_t* number) {
  return absl::SimpleAtoi(text, number);
}

Arguments ArgumentsFrom(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    bool well = false;
    if (name == "--seed") well = Read(value, &arguments.seed);
    if (name == "--steps") well = Read(value, &arguments.steps);
    if (name == "--minutes") well = absl::SimpleAtod(value, &arguments.minutes);
    if (name == "--lives") well = Read(value, &arguments.lives);
    arguments.well = arguments.well && well;
  }
  return arguments;
}

void Tell(const Ending& ending) {
  const std::size_t count = ending.told.size();
  for (std::size_t i = count > kLastTold ? count - kLastTold : 0; i < count; ++i) {
    std::printf("  %s\n", ending.told[i].c_str());
  }
  if (!ending.wrong.empty()) std::printf("  then: %s\n", ending.wrong.c_str());
}

int Fail(std::uint64_t seed, const Ending& ending) {
  std::printf("WRONG: seed %llu, step %u\n", static_cast<unsigned long long>(seed),
              ending.at);
  Life life = Shrink({.seed = seed, .steps = kWholeLife});
  life.tell = true;
  Figures figures;
  std::printf("the steps that it takes:\n");
  Tell(Live(life, &figures));
  std::printf("all of them: tocsin_sim --seed %llu --steps %u\n",
              static_cast<unsigned long long>(seed), ending.at);
  return 1;
}

int Main(int argc, char** argv) {
  // Every lock would be dearer; the tests run with it.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const Arguments arguments = ArgumentsFrom(argc, argv);
  if (!arguments.well) {
    std::fprintf(stderr,
                 "usage: tocsin_sim [--seed S] [--steps N | --minutes M | --lives L]\n");
    return 2;
  }
  Figures figures;
  if (arguments.steps > 0) {
    const Ending ending = Live({.seed = arguments.seed,
                                .steps = static_cast<std::uint32_t>(arguments.steps),
                                .tell = true},
                               &figures);
    Tell(ending);
    std::printf("%s\n", figures.ToString().c_str());
    return ending.wrong.empty() ? 0 : 1;
  }
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  const auto seconds = [&begun] {
    return std::chrono::duration<double>(Clock::now() - begun).count();
  };
  std::signal(SIGINT, [](int) { asked_to_end = 1; });
  std::signal(SIGTERM, [](int) { asked_to_end = 1; });
  std::uint64_t seed = arguments.seed;
  do {
    const Ending ending = Live({.seed = seed, .steps = kWholeLife}, &figures);
    if (!ending.wrong.empty()) {
      std::printf("%s\n", figures.ToString().c_str());
      return Fail(seed, ending);
    }
    seed = NextSeed(seed);
  } while (asked_to_end == 0 &&
           (seconds() < arguments.minutes * 60 || figures.engines < arguments.lives));
  // Of this process's own time, whatever else the machine does.
  const double used = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  std::printf("seed %llu: %s; %.0f steps in a second of processor time\n",
              static_cast<unsigned long long>(arguments.seed), figures.ToString().c_str(),
              static_cast<double>(figures.steps) / used);
  return 0;
}

}  // namespace
}  // namespace tocsin::testing

int main(int argc, char** argv) { return tocsin::testing::Main(argc, argv); }
