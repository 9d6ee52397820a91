#ifndef TOCSIN_ENGINE_CLI_REPLAY_H_
#define TOCSIN_ENGINE_CLI_REPLAY_H_

#include <string>

#include "tocsin/options.h"

namespace tocsin::cli {

// `-` is standard input, and for what is written standard output. Empty: not
// written.
struct ReplayOptions {
  std::string alerts_path;
  std::string facts_path;
  std::string notifications_path;
  std::string state_path;
  // Where the engine keeps its state, so that a run that was ended at any instant is gone
  // on with by the next. Then the file of facts must be one that can be read again.
  std::string data_path;
  PeriodPolicy period_policy = PeriodPolicy::kOpenEnded;
  // 1: all in one. Otherwise one applies the lines and the others read them; the
  // output is the same.
  int threads = 1;
  bool strict = false;
};

// What the program ends with.
inline constexpr int kExitGood = 0;
inline constexpr int kExitBadLines = 1;  // some lines were bad
inline constexpr int kExitFailure = 2;   // wrong usage, or a file could not be used

// Replays a file of facts against alerts, and tells the user on standard error.
// Time is that of the lines: the clock starts at the first timestamp in the
// file and follows the largest seen.
int RunReplay(const ReplayOptions& options);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_REPLAY_H_
