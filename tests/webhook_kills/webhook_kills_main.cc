// Kills processes that send webhooks: as many as one likes, until something is missing.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include "absl/strings/numbers.h"
#include "tests/webhook_kills/kill_sender.h"

namespace tocsin::testing {
namespace {

constexpr int kDefaultSenderKills = 1'000;

int RunSenderKills(int argc, char** argv) {
  KillSenderOptions options{.child = TOCSIN_WEBHOOK_KILL_CHILD,
                            .seed = static_cast<std::uint64_t>(std::time(nullptr)),
                            .kills = kDefaultSenderKills};
  if (argc > 3 || (argc > 1 && !absl::SimpleAtoi(argv[1], &options.kills)) ||
      (argc > 2 && !absl::SimpleAtoi(argv[2], &options.seed))) {
    std::fprintf(stderr, "usage: tocsin_webhook_kills [COUNT [SEED]]\n");
    return 2;
  }
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  const KilledSenders killed = KillSenders(options);
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

int main(int argc, char** argv) { return tocsin::testing::RunSenderKills(argc, argv); }
