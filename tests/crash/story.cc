#include "tests/crash/story.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/random.h"

namespace tocsin::testing {
namespace {

constexpr std::size_t kCallsMax = 14;
// Longer than the clock of any story goes.
constexpr absl::Duration kForEver = absl::Hours(240'000);
// In one of so many facts have ids, and calls receipts.
constexpr std::uint64_t kStoriesToRecords = 4;

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
  calls.push_back(EndOf(next));
  return calls;
}

// A host without a log numbers its facts, and often sends what it has sent before.
void GiveIds(Story* story, Random& random) {
  constexpr unsigned kIds = 9;
  std::vector<const StoryCall*> sent;
  for (StoryCall& call : story->calls) {
    if (call.action.verb != Action::Verb::kApply) continue;
    if (!sent.empty() && random.Below(2) == 0) {
      const StoryCall& again = *sent[random.Below(static_cast<unsigned>(sent.size()))];
      call.action.facts = again.action.facts;
      call.fact_ids = again.fact_ids;
    } else {
      for (std::size_t i = 0; i < call.action.facts.size(); ++i) {
        const unsigned id = random.Below(kIds);
        call.fact_ids.push_back(id == 0 ? "" : absl::StrCat("fact ", id));
      }
    }
    sent.push_back(&call);
  }
  // Where a shard has a part, or what is older is forgotten, what is known again hangs on
  // how much became durable together.
  const bool exact =
      story->options.durability == Durability::kEach && story->options.shards == 1;
  story->options.fact_ids_max = exact ? OneOf(random, {1'000U, 5U, 2U}) : 1'000;
  story->options.fact_ids_keep =
      exact ? OneOf(random, {kForEver, absl::Hours(24)}) : kForEver;
}

void GiveReceipts(Story* story, Random& random) {
  int number = 0;
  for (StoryCall& call : story->calls) {
    if (random.Below(2) == 0) continue;
    call.receipt = Receipt{.key = absl::StrCat("request ", ++number),
                           .content = std::string(random.Below(600), 'r')};
  }
}

}  // namespace

StoryCall EndOf(StoryCall last) {
  last.action = Action{};
  last.mood = CollectingSink::Mood::kTakes;
  last.flush = true;
  return last;
}

void ChooseSurroundings(Random& random, Story* story) {
  story->options.shards = OneOf(random, {1, 1, 2, 4});
  story->options.journal_bytes_max = OneOf(random, {100U, 300U, 1'000U, 100'000U});
  story->options.durability =
      OneOf(random, {Durability::kEach, Durability::kEach, Durability::kGrouped});
  story->options.receipts_keep = kForEver;
  story->claims =
      OneOf(random, {DiskVfs::Claims::kNothing, DiskVfs::Claims::kPowersafeOverwrite});
  story->sector = OneOf(random, {512U, 512U, 4'096U});
  story->page = OneOf(random, {4'096, 4'096, 1'024, 512});
  story->pages_in_log = OneOf(random, {1'000, 40, 10, 3});
  story->copies_by =
      OneOf(random, {sqlite::Copying::By::kCommits, sqlite::Copying::By::kTurns});
  story->others_look = random.Below(4) == 0;
}

Story MakeStory(std::uint64_t seed) {
  Random random(seed);
  const Flavour flavour = OneOf(random, kFlavours);
  const Case made = GenerateCase(random.Next(), flavour);
  Story story{.calls = CallsOf(made, random), .options = OptionsOf(made.setup)};
  // How many are due hangs on what was done sooner than it must be.
  story.options.due_max = Options().due_max;
  ChooseSurroundings(random, &story);
  if (seed % kStoriesToRecords == 2) {
    if (random.Below(4) != 0) GiveIds(&story, random);
    if (random.Below(4) != 0) GiveReceipts(&story, random);
    story.entries_in_row = OneOf(random, {sqlite::kEntriesInRowMax, std::size_t{70}});
  }
  return story;
}

std::string Story::ToString() const {
  std::string text = absl::StrCat(
      "pages of ", page, ", sectors of ", sector, ", ",
      claims == DiskVfs::Claims::kNothing ? "claims nothing" : "powersafe overwrite",
      ", log of ", pages_in_log, " pages, rows of ", entries_in_row, " bytes, copied ",
      copies_by == sqlite::Copying::By::kTurns ? "in turns" : "by commits",
      others_look ? ", others look" : "", ", journal of ", options.journal_bytes_max,
      " bytes, ", options.shards, " shards, ",
      options.durability == Durability::kEach ? "each" : "grouped", ", ",
      options.fact_ids_max, " ids for ", absl::FormatDuration(options.fact_ids_keep),
      "\n");
  int number = 0;
  for (const StoryCall& call : calls) {
    absl::StrAppend(
        &text, number++, ": at ", TimeToText(call.clock), " ",
        call.mood == CollectingSink::Mood::kTakes ? "takes " : "fails ",
        FormatAction(call.action), call.flush ? " flush" : "",
        call.receipt.has_value() ? " receipt" : "",
        call.fact_ids.empty() ? "" : " ids: ", absl::StrJoin(call.fact_ids, ", "), "\n");
  }
  return text;
}

}  // namespace tocsin::testing
