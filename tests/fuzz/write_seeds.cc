// Writes what the fuzz programs begin with into a folder for each: what real engines
// leave.
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "engine/core/open.h"
#include "engine/store/entry.h"
#include "engine/store/fact_blob.h"
#include "tests/damage/store_files.h"
#include "tests/fuzz/body_seeds.h"
#include "tests/fuzz/fuzz_engine.h"
#include "tests/http_front/gate_cases.h"
#include "tests/support/full_entries.h"
#include "tests/support/kept_story.h"

namespace tocsin::testing {
namespace {

class SeedWriter {
 public:
  explicit SeedWriter(std::string directory) : directory_(std::move(directory)) {}

  void Write(const std::string& program, std::string_view bytes) {
    const std::string folder = absl::StrCat(directory_, "/", program);
    std::filesystem::create_directories(folder);
    WriteFile(absl::StrCat(folder, "/seed", ++number_), bytes);
  }

 private:
  const std::string directory_;
  int number_ = 0;
};

void WriteDisk(const MemoryDisk& disk, SeedWriter* seeds) {
  for (const auto& [first_step, entries] : disk.entries) {
    seeds->Write("journal", entries);
  }
  if (!disk.checkpoint.has_value()) return;
  std::string image;
  const std::string& alerts = disk.checkpoint->alerts;
  image.push_back(static_cast<char>(alerts.size() & 0xff));
  image.push_back(static_cast<char>(alerts.size() >> 8));
  image += alerts;
  for (const store::Image& one : disk.images) image += one.customers;
  seeds->Write("image", image);
}

void WriteStory(std::uint64_t journal_bytes_max, bool drains, SeedWriter* seeds) {
  MemoryDisk disk;
  CollectingSink sink;
  Options options = FuzzOptions(&sink);
  options.journal_bytes_max = journal_bytes_max;
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      core::OpenWith(options, nullptr, nullptr, std::make_unique<MemoryStore>(&disk));
  if (!engine.ok()) std::abort();
  for (const StoryStep& step : Story()) {
    if (!step(**engine).ok()) std::abort();
    if (drains && !(*engine)->Drain().ok()) std::abort();
    WriteDisk(disk, seeds);
  }
  if (!(*engine)->Drain().ok()) std::abort();
  WriteDisk(disk, seeds);
  std::string all;
  for (const auto& [first_step, entries] : disk.entries) all += entries;
  seeds->Write("journal", all);
}

void WriteSeeds(const std::string& directory) {
  SeedWriter seeds(directory);
  for (const std::uint64_t journal_bytes_max : {1U, 400U, 1'000'000U}) {
    for (const bool drains : {false, true}) {
      WriteStory(journal_bytes_max, drains, &seeds);
    }
  }
  for (const store::Entry& entry : FullEntries()) {
    std::string bytes;
    std::visit(
        [&](const auto& one) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(one)>, Fact>) {
            store::Put(one, &bytes);
          }
        },
        entry);
    seeds.Write("journal", bytes);
  }
  for (const Fact& fact : FullFacts()) {
    std::string bytes;
    store::Put(fact, &bytes);
    seeds.Write("journal", bytes);
  }
  // The first byte says where the rest is cut.
  for (const std::string& bytes : GoodBytes()) {
    seeds.Write("http_head", absl::StrCat("\x07", bytes));
  }
  for (const BadBytes& bad : AllBadBytes()) {
    seeds.Write("http_head", absl::StrCat("\x07", bad.bytes));
  }
  for (const std::string& request : BodySeeds()) seeds.Write("http_body", request);
  StoreGround ground;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const MadeStore made = MakeStore(seed, &ground);
    if (!made.closed) seeds.Write("wal", made.files.at(kWalFile));
  }
}

}  // namespace
}  // namespace tocsin::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: tocsin_fuzz_seeds FOLDER\n");
    return 2;
  }
  tocsin::testing::WriteSeeds(argv[1]);
  return 0;
}
