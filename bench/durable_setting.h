#ifndef TOCSIN_BENCH_DURABLE_SETTING_H_
#define TOCSIN_BENCH_DURABLE_SETTING_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/bench_setting.h"
#include "benchmark/benchmark.h"
#include "tocsin/engine.h"

namespace tocsin {

// A directory below TMPDIR that is there as long as this. What is measured in it is
// that disk; the benchmark is labelled with it.
class DiskFolder {
 public:
  explicit DiskFolder(benchmark::State* state);
  ~DiskFolder();
  DiskFolder(const DiskFolder&) = delete;
  DiskFolder& operator=(const DiskFolder&) = delete;

  std::string operator/(absl::string_view name) const {
    return absl::StrCat(path_, "/", name);
  }

 private:
  std::string path_;
};

// Of all files of a directory.
std::uint64_t BytesOf(const std::string& directory);

// Has the system forget what it holds of the files of a directory, so that they are read
// from the disk.
void DropFromMemory(const std::string& directory);

// 20 alerts that nobody reaches.
inline void CreateDistantAlerts(Engine& engine) {
  for (int i = 0; i < 20; ++i) {
    benchmark::DoNotOptimize(
        engine.CreateAlert({.name = absl::StrCat("alert ", i),
                            .threshold = Decimal::FromInteger(1'000'000'000'000 + i)}));
  }
}

// Of customers drawn uniformly.
inline std::vector<Fact> DrawSpend(std::uint64_t customers, std::size_t count,
                                   std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Fact> facts;
  for (std::size_t i = 0; i < count; ++i) {
    facts.push_back(SpendOf(random() % customers, 1));
  }
  return facts;
}

// Ends the benchmark with what went wrong, if something did.
inline bool IsGood(const absl::Status& status, benchmark::State* state) {
  if (!status.ok()) state->SkipWithError(status.ToString().c_str());
  return status.ok();
}

}  // namespace tocsin

#endif  // TOCSIN_BENCH_DURABLE_SETTING_H_
