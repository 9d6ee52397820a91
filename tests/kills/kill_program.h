#ifndef TOCSIN_TESTS_KILLS_KILL_PROGRAM_H_
#define TOCSIN_TESTS_KILLS_KILL_PROGRAM_H_

#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "absl/strings/numbers.h"
#include "tests/kills/kill_options.h"

namespace tocsin::testing {

// [--in DIR] [COUNT [SEED]]
inline bool ReadKillArguments(int argc, char** argv, KillOptions* options) {
  int at = 1;
  if (at + 1 < argc && std::strcmp(argv[at], "--in") == 0) {
    options->in = argv[at + 1];
    at += 2;
  }
  return argc - at <= 2 && (at >= argc || absl::SimpleAtoi(argv[at], &options->kills)) &&
         (at + 1 >= argc || absl::SimpleAtoi(argv[at + 1], &options->seed));
}

// A program that kills processes, as many as one likes, until something is wrong, and
// says what it did. `kill` takes the options, and returns what is `wrong`, where it is
// `kept`, and all of it as a text.
template <typename Kill>
int RunKillProgram(int argc, char** argv, KillOptions options, Kill kill) {
  options.seed = static_cast<std::uint64_t>(std::time(nullptr));
  if (!ReadKillArguments(argc, argv, &options)) {
    std::fprintf(stderr, "usage: %s [--in DIR] [COUNT [SEED]]\n", argv[0]);
    return 2;
  }
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  const auto killed = kill(options);
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  std::printf("seed %llu, %.1f s, in %s: %s",
              static_cast<unsigned long long>(options.seed), seconds, options.in.c_str(),
              killed.ToString().c_str());
  if (killed.wrong.empty()) return 0;
  std::printf("WRONG: %s\nthe directory is %s\n", killed.wrong.c_str(),
              killed.kept.c_str());
  return 1;
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_KILLS_KILL_PROGRAM_H_
