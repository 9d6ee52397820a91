// Damages stores by chance as a program: as many as one likes, until one is taken
// wrongly.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string_view>

#include "absl/strings/numbers.h"
#include "tests/damage/damage.h"

namespace tocsin::testing {
namespace {

constexpr std::uint64_t kStores = 1'000'000;

int DamageMain(int argc, char** argv) {
  std::uint64_t seed = 0;
  std::uint64_t number = 0;
  if (argc == 4 && std::string_view(argv[1]) == "again" &&
      absl::SimpleAtoi(argv[2], &seed) && absl::SimpleAtoi(argv[3], &number)) {
    std::printf("%s", RunDamagedOnce(seed, number).c_str());
    return 0;
  }
  DamageRun run{.seed = static_cast<std::uint64_t>(std::time(nullptr)),
                .stores = kStores};
  const bool well = argc <= 3 && (argc < 2 || absl::SimpleAtoi(argv[1], &run.stores)) &&
                    (argc < 3 || absl::SimpleAtoi(argv[2], &run.seed));
  if (!well) {
    std::fprintf(stderr, "usage: tocsin_damage [STORES [SEED]], or again SEED NUMBER\n");
    return 2;
  }
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  const DamageCounts counts = RunDamage(run);
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  std::printf("%s; in %.1f s\n", counts.ToString().c_str(), seconds);
  if (counts.wrong.empty()) return 0;
  std::printf("WRONG: %s\n", counts.wrong.c_str());
  return 1;
}

}  // namespace
}  // namespace tocsin::testing

int main(int argc, char** argv) { return tocsin::testing::DamageMain(argc, argv); }
