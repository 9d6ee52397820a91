#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/damage/damage.h"

namespace tocsin::testing {
namespace {

// A store is dearer to make than to damage.
constexpr std::uint64_t kDamagesOfAStore = 200;

// Each can be made again without those before it.
Random ChanceOf(std::uint64_t seed, std::uint64_t number) {
  return Random(Random(seed).Next() + number);
}

}  // namespace

std::string DamageCounts::ToString() const {
  return absl::StrCat(refused + whole + cut_off + shorter, " damaged stores: ", refused,
                      " refused by name, ", whole, " show all, ", cut_off,
                      " end before their torn end and say so, ", shorter,
                      " are shorter without a sign");
}

DamageCounts RunDamage(const DamageRun& run) {
  DamageCounts counts;
  std::uint64_t left = run.stores;
  StoreGround ground;
  for (std::uint64_t seed = run.seed; left > 0; ++seed) {
    const MadeStore made = MakeStore(seed, &ground);
    const std::uint64_t damages = std::min(left, kDamagesOfAStore);
    left -= damages;
    for (std::uint64_t number = 0; number < damages; ++number) {
      Random random = ChanceOf(seed, number);
      const Damaged damaged = DamageByChance(made, &random);
      const Seen seen = ground.Look(damaged.files);
      const std::string wrong = WhatIsWrong(made, damaged.files, seen, ground);
      if (!wrong.empty()) {
        counts.wrong = absl::StrCat("store ", seed, ", damage ", number, ": ",
                                    damaged.what, wrong, " (", seen.cut_off, ")\n",
                                    "again: tocsin_damage again ", seed, " ", number);
        return counts;
      }
      if (!seen.status.ok()) {
        ++counts.refused;
      } else if (seen.shown == made.shown.back()) {
        ++counts.whole;
      } else {
        ++(seen.cut_off.empty() ? counts.shorter : counts.cut_off);
      }
    }
  }
  return counts;
}

std::string RunDamagedOnce(std::uint64_t seed, std::uint64_t number) {
  StoreGround ground;
  const MadeStore made = MakeStore(seed, &ground);
  Random random = ChanceOf(seed, number);
  const Damaged damaged = DamageByChance(made, &random);
  const Seen seen = ground.Look(damaged.files);
  const std::string wrong = WhatIsWrong(made, damaged.files, seen, ground);
  std::string text =
      absl::StrCat(made.closed ? "closed; " : "killed; ", damaged.what, "\n",
                   seen.status.ToString(), " ", seen.cut_off, "\ntransactions end at:");
  for (const std::size_t end : made.ends) absl::StrAppend(&text, " ", end);
  for (std::size_t i = 0; i < made.shown.size(); ++i) {
    if (made.shown[i] == seen.shown) absl::StrAppend(&text, "\nshown: as with ", i);
  }
  return absl::StrCat(text, "\n", wrong.empty() ? "right" : "WRONG: ", wrong, "\n");
}

}  // namespace tocsin::testing
