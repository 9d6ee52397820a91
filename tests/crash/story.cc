#include "tests/crash/story.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/random.h"

namespace tocsin::testing {
namespace {

constexpr std::size_t kCallsMax = 14;

constexpr Flavour kFlavours[] = {
    Flavour::kEverything, Flavour::kSpend,    Flavour::kGroups, Flavour::kTime,
    Flavour::kBalances,   Flavour::kInvoices, Flavour::kDays,   Flavour::kSeats,
};

template <typename T, std::size_t kSize>
T OneOf(Random& random, const T (&choices)[kSize]) {
  return choices[random.Below(kSize)];
}

std::vector<StoryCall> CallsOf(const Case& made, Random& random) {
  std::vector<StoryCall> calls;
  StoryCall next{.clock = StartOfCases(made.setup)};
  for (CaseStep& step : StepsOf(made)) {
    if (step.action.verb == Action::Verb::kClock) {
      // One that goes back stands still, for who has seen it later.
      next.clock = std::max(next.clock, step.action.time);
      continue;
    }
    if (calls.size() == kCallsMax) break;
    // Cases know no sink that fails.
    next.mood = OneOf(random, {CollectingSink::Mood::kTakes, CollectingSink::Mood::kTakes,
                               CollectingSink::Mood::kFails});
    next.flush = random.Below(4) == 0;
    next.action = std::move(step.action);
    next.action.go_on = false;  // nobody knows where, after a crash
    if (next.action.verb == Action::Verb::kApply) {
      next.action.position = Position{kStorySource, calls.size() + 1};
    }
    calls.push_back(next);
  }
  next.action = Action{};
  next.mood = CollectingSink::Mood::kTakes;
  next.flush = true;
  calls.push_back(next);
  return calls;
}

}  // namespace

Story MakeStory(std::uint64_t seed) {
  Random random(seed);
  const Flavour flavour = OneOf(random, kFlavours);
  const Case made = GenerateCase(random.Next(), flavour);
  Story story{.calls = CallsOf(made, random), .setup = made.setup};
  story.options = OptionsOf(made.setup);
  // How many are due hangs on what was done sooner than it must be.
  story.options.due_max = Options().due_max;
  story.options.shards = OneOf(random, {1, 1, 2, 4});
  story.options.journal_bytes_max = OneOf(random, {100U, 300U, 1'000U, 100'000U});
  story.options.durability =
      OneOf(random, {Durability::kEach, Durability::kEach, Durability::kGrouped});
  story.claims =
      OneOf(random, {DiskVfs::Claims::kNothing, DiskVfs::Claims::kPowersafeOverwrite});
  story.sector = OneOf(random, {512U, 512U, 4'096U});
  story.page = OneOf(random, {4'096, 4'096, 1'024, 512});
  story.pages_in_log = OneOf(random, {1'000, 40, 10, 3});
  story.copies_by =
      OneOf(random, {sqlite::Copying::By::kCommits, sqlite::Copying::By::kTurns});
  story.others_look = random.Below(4) == 0;
  return story;
}

std::string Story::ToString() const {
  std::string text = absl::StrCat(
      "pages of ", page, ", sectors of ", sector, ", ",
      claims == DiskVfs::Claims::kNothing ? "claims nothing" : "powersafe overwrite",
      ", log of ", pages_in_log, " pages, copied ",
      copies_by == sqlite::Copying::By::kTurns ? "in turns" : "by commits",
      others_look ? ", others look" : "", ", journal of ", options.journal_bytes_max,
      " bytes, ", options.shards, " shards, ",
      options.durability == Durability::kEach ? "each" : "grouped", "\n");
  int number = 0;
  for (const StoryCall& call : calls) {
    absl::StrAppend(&text, number++, ": at ", TimeToText(call.clock), " ",
                    call.mood == CollectingSink::Mood::kTakes ? "takes " : "fails ",
                    FormatAction(call.action), call.flush ? " flush" : "", "\n");
  }
  return text;
}

}  // namespace tocsin::testing
