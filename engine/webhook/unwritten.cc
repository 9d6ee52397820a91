#include "engine/webhook/unwritten.h"

namespace tocsin::webhook {

void Unwritten::Add(std::uint64_t number, std::uint64_t endpoint,
                    std::shared_ptr<const Letter> letter, const DeliveryState& state) {
  ids_.insert({endpoint, letter->id});
  entries_[number] = {.endpoint = endpoint, .letter = std::move(letter), .state = state};
}

void Unwritten::Change(std::uint64_t number, const DeliveryState& state) {
  Entry& entry = entries_[number];
  const bool says_why = !state.last_failure.empty();
  std::string before = says_why ? std::string() : std::move(entry.state.last_failure);
  entry.state = state;
  if (!says_why) entry.state.last_failure = std::move(before);
}

void Unwritten::Remove(std::uint64_t number, std::uint64_t endpoint,
                       NotificationId notification) {
  const auto found = entries_.find(number);
  if (found == entries_.end() || found->second.letter == nullptr) {
    entries_[number].is_removed = true;
    ids_.insert({endpoint, notification});
    return;
  }
  ids_.erase({endpoint, notification});
  entries_.erase(found);
}

std::shared_ptr<const Letter> Unwritten::LetterOf(std::uint64_t number) const {
  const auto found = entries_.find(number);
  return found == entries_.end() ? nullptr : found->second.letter;
}

absl::Status Unwritten::WriteTo(DeliveryStore* store) const {
  for (const auto& [number, entry] : entries_) {
    absl::Status status;
    if (entry.letter != nullptr) {
      status = store->Insert(number, entry.endpoint, *entry.letter, entry.state);
    } else if (entry.is_removed) {
      status = store->Remove(number);
    } else {
      status = store->Update(number, entry.state);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void Unwritten::Clear() {
  entries_.clear();
  ids_.clear();
}

}  // namespace tocsin::webhook
