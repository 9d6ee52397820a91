#include "tests/crash/twins.h"

#include <algorithm>
#include <utility>

#include "engine/core/open.h"

namespace tocsin::testing {

void Add(Resumed resumed, Path* path) {
  if (resumed.known < resumed.during) path->push_back(resumed);
}

absl::Status Tell(const StoryCall& call, Engine& engine, ManualClock& clock,
                  CollectingSink& sink) {
  // Who is told a call again is told later.
  clock.Set(std::max(clock.Now(), call.clock));
  sink.SetMood(call.mood);
  std::string resume;
  const Stage stage{.engine = &engine,
                    .fact_ids = call.fact_ids,
                    .clock = &clock,
                    .sink = &sink,
                    .resume = &resume};
  absl::Status status;
  const auto perform = [&] { status = Perform(call.action, stage).status; };
  if (!call.receipt.has_value()) {
    perform();
    return status;
  }
  const absl::Status noted = engine.WithReceipt(*call.receipt, perform);
  return noted.ok() ? status : noted;
}

void SortByCustomer(std::vector<Notification>* notifications) {
  std::stable_sort(notifications->begin(), notifications->end(),
                   [](const auto& a, const auto& b) { return a.customer < b.customer; });
}

std::unique_ptr<Twin> Twins::Tell(const Path& path, std::size_t calls) {
  auto twin = std::make_unique<Twin>(story_.calls.front().clock);
  Options options = story_.options;
  options.sink = &twin->sink;
  options.clock = &twin->clock;
  options.durability = Durability::kEach;
  twin->engine = *core::OpenWith(options, nullptr, nullptr,
                                 std::make_unique<MemoryStore>(&twin->disk));
  std::size_t next = 0;
  const auto tell_up_to = [&](std::size_t end) {
    for (; next < end; ++next) {
      testing::Tell(story_.calls[next], *twin->engine, twin->clock, twin->sink)
          .IgnoreError();
    }
  };
  for (const Resumed& resumed : path) {
    tell_up_to(resumed.known);
    twin->clock.Set(std::max(twin->clock.Now(), story_.calls[resumed.during].clock));
  }
  tell_up_to(calls);
  return twin;
}

Twin& Twins::Knowing(Path path, Resumed resumed) {
  Path key = path;
  key.push_back(resumed);
  std::unique_ptr<Twin>& twin = knowing_[key];
  if (twin == nullptr) {
    twin = Tell(path, resumed.known);
    twin->clock.Set(std::max(twin->clock.Now(), story_.calls[resumed.during].clock));
  }
  return *twin;
}

const std::set<NotificationId>& Twins::Known(Path path, Resumed resumed) {
  Path key = path;
  key.push_back(resumed);
  const auto [found, is_new] = known_.try_emplace(std::move(key));
  if (!is_new) return found->second;
  const std::unique_ptr<Twin> twin = Tell(path, resumed.known);
  twin->clock.Set(std::max(twin->clock.Now(), story_.calls[resumed.during].clock));
  twin->sink.SetMood(CollectingSink::Mood::kTakes);
  twin->engine->Drain().IgnoreError();
  for (const Notification& notification : twin->sink.Take()) {
    found->second.insert(notification.id);
  }
  return found->second;
}

Twin& Twins::AtTheEnd(Path path) {
  std::unique_ptr<Twin>& twin = at_the_end_[path];
  if (twin == nullptr) {
    twin = Tell(path, story_.calls.size());
    twin->told = twin->sink.Take();
    SortByCustomer(&twin->told);
  }
  return *twin;
}

}  // namespace tocsin::testing
