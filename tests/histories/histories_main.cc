// Histories of calls from several threads as a program: as many as one likes, until one
// is wrong.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include "absl/strings/numbers.h"
#include "absl/synchronization/mutex.h"
#include "tests/histories/play.h"

namespace tocsin::testing {
namespace {

constexpr std::uint64_t kDefaultCount = 1'000'000;

int Main(int argc, char** argv) {
  // Every lock would be dearer, and threads meet less often; the tests run with it.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  PlayOptions options{.seed = static_cast<std::uint64_t>(std::time(nullptr)),
                      .histories = kDefaultCount};
  const bool well = argc <= 3 &&
                    (argc < 2 || absl::SimpleAtoi(argv[1], &options.histories)) &&
                    (argc < 3 || absl::SimpleAtoi(argv[2], &options.seed));
  if (!well) {
    std::fprintf(stderr, "usage: tocsin_histories [COUNT [SEED]]\n");
    return 2;
  }
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  const Played played = Play(options);
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  std::printf("%s; in %.1f s\n", played.ToString().c_str(), seconds);
  if (played.wrong.empty()) return 0;
  std::printf("WRONG: no order of the calls explains this history\n%s",
              played.wrong.c_str());
  return 1;
}

}  // namespace
}  // namespace tocsin::testing

int main(int argc, char** argv) { return tocsin::testing::Main(argc, argv); }
