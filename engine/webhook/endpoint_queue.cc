#include "engine/webhook/endpoint_queue.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace tocsin::webhook {

void EndpointQueue::Push(const LineKey& key, const Waiting& waiting, absl::Time due) {
  std::unique_ptr<Line>& line = lines_[key];
  ++size_;
  if (line != nullptr) {
    line->waiting.push_back(waiting);
    return;
  }
  line = std::make_unique<Line>();
  line->key = key;
  line->waiting.push_back(waiting);
  SetDue(line.get(), due);
}

void EndpointQueue::SetDue(Line* line, absl::Time due) {
  line->state = Line::State::kLater;
  line->due = due;
  later_.insert({due, line});
}

void EndpointQueue::BringUpTo(absl::Time now) {
  while (!later_.empty() && later_.begin()->first <= now) {
    Line* const line = later_.begin()->second;
    later_.erase(later_.begin());
    line->state = Line::State::kReady;
    ready_.insert({line->waiting[line->first].number, line});
  }
}

const Waiting* EndpointQueue::Oldest() const {
  if (ready_.empty()) return nullptr;
  const Line& line = *ready_.begin()->second;
  return &line.waiting[line.first];
}

std::optional<EndpointQueue::First> EndpointQueue::Take() {
  if (ready_.empty()) return std::nullopt;
  Line* const line = ready_.begin()->second;
  ready_.erase(ready_.begin());
  line->state = Line::State::kUnderWay;
  return First{.line = line->key, .waiting = line->waiting[line->first]};
}

void EndpointQueue::Return(const LineKey& key, absl::Time due) {
  const auto found = lines_.find(key);
  if (found == lines_.end()) return;
  Line* const line = found->second.get();
  ++line->waiting[line->first].attempts;
  SetDue(line, due);
}

void EndpointQueue::Finish(const LineKey& key) {
  const auto found = lines_.find(key);
  if (found == lines_.end()) return;
  Line* const line = found->second.get();
  --size_;
  if (++line->first == line->waiting.size()) {
    lines_.erase(found);
    return;
  }
  // Half of it is moved once it is done with, so each is moved once at most, on average.
  if (line->first > line->waiting.size() / 2) {
    line->waiting.erase(line->waiting.begin(),
                        line->waiting.begin() + static_cast<std::ptrdiff_t>(line->first));
    line->first = 0;
  }
  SetDue(line, absl::InfinitePast());
}

void EndpointQueue::MakeAllDue() { BringUpTo(absl::InfiniteFuture()); }

template <typename Change>
void EndpointQueue::ChangeAccepted(Change change) {
  for (const auto& [key, line] : lines_) {
    for (std::size_t i = line->first; i < line->waiting.size(); ++i) {
      Waiting& waiting = line->waiting[i];
      waiting.accepted_at = change(waiting.accepted_at);
    }
  }
}

void EndpointQueue::JumpAhead(absl::Duration by, absl::Time now) {
  ChangeAccepted([&](absl::Time at) { return std::min(at + by, now); });
}

void EndpointQueue::GoBackTo(absl::Time now, absl::Time latest) {
  ChangeAccepted([&](absl::Time at) { return std::min(at, now); });
  while (!later_.empty() && later_.rbegin()->first > latest) {
    Line* const line = later_.rbegin()->second;
    later_.erase(std::prev(later_.end()));
    SetDue(line, latest);
  }
}

absl::Time EndpointQueue::OldestAccepted() const {
  if (lines_.empty()) return absl::InfinitePast();
  absl::Time oldest = absl::InfiniteFuture();
  for (const auto& [key, line] : lines_) {
    for (std::size_t i = line->first; i < line->waiting.size(); ++i) {
      oldest = std::min(oldest, line->waiting[i].accepted_at);
    }
  }
  return oldest;
}

absl::Time EndpointQueue::NextDue() const {
  return later_.empty() ? absl::InfiniteFuture() : later_.begin()->first;
}

}  // namespace tocsin::webhook
