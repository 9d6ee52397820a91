// Kills as a program: as many as one likes, until something is missing.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "absl/strings/numbers.h"
#include "tests/kills/chain.h"

namespace tocsin::testing {
namespace {

constexpr int kDefaultKills = 10'000;

bool ReadArguments(int argc, char** argv, KillOptions* options) {
  int at = 1;
  if (at + 1 < argc && std::strcmp(argv[at], "--in") == 0) {
    options->in = argv[at + 1];
    at += 2;
  }
  return argc - at <= 2 && (at >= argc || absl::SimpleAtoi(argv[at], &options->kills)) &&
         (at + 1 >= argc || absl::SimpleAtoi(argv[at + 1], &options->seed));
}

int RunKills(int argc, char** argv) {
  KillOptions options{.child = TOCSIN_KILL_CHILD,
                      .seed = static_cast<std::uint64_t>(std::time(nullptr)),
                      .kills = kDefaultKills};
  if (!ReadArguments(argc, argv, &options)) {
    std::fprintf(stderr, "usage: tocsin_kills [--in DIR] [COUNT [SEED]]\n");
    return 2;
  }
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  const Killed killed = Kill(options);
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  std::printf("seed %llu, %.1f s, in %s: %s",
              static_cast<unsigned long long>(options.seed), seconds, options.in.c_str(),
              killed.ToString().c_str());
  if (killed.wrong.empty()) return 0;
  std::printf("WRONG: %s\nthe directory is %s\n", killed.wrong.c_str(),
              killed.kept.c_str());
  return 1;
}

}  // namespace
}  // namespace tocsin::testing

int main(int argc, char** argv) { return tocsin::testing::RunKills(argc, argv); }
