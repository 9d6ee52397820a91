// What died, and is sent again.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/webhook/dispatcher.h"

namespace tocsin::webhook {
namespace {

constexpr std::size_t kShownMax = 10'000;
constexpr auto kNumberMax =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

}  // namespace

absl::StatusOr<DeliveryStore::FoundDead> Dispatcher::FindDead(EndpointId id,
                                                              std::uint64_t after,
                                                              std::size_t max) {
  const absl::StatusOr<Endpoint*> found = Find(id);
  if (!found.ok()) return found.status();
  absl::Status status = Keep();
  if (!status.ok()) return status;
  return store_->Dead((*found)->record.number, std::min(after, kNumberMax),
                      std::min(max, kShownMax));
}

absl::StatusOr<std::vector<DeadLetter>> Dispatcher::DeadLetters(EndpointId id,
                                                                std::uint64_t after,
                                                                std::size_t max,
                                                                absl::Time) {
  absl::StatusOr<DeliveryStore::FoundDead> dead = FindDead(id, after, max);
  if (!dead.ok()) return dead.status();
  return std::move(dead->letters);
}

absl::Status Dispatcher::ReviveBatch(Endpoint* endpoint,
                                     const std::vector<DeadLetter>& letters,
                                     absl::Time now) {
  if (letters.empty()) return absl::OkStatus();
  std::uint64_t number = last_number_;
  absl::Status status = store_->Write([&] {
    absl::Status revived;
    for (const DeadLetter& letter : letters) {
      if (revived.ok()) revived = store_->Revive(letter.number, ++number, now);
    }
    return revived;
  });
  if (!status.ok()) return status;
  for (const DeadLetter& letter : letters) {
    const LineKey line{.customer = letter.customer, .alert = letter.alert};
    Push(endpoint, line, {.number = ++last_number_, .accepted_at = now},
         absl::InfinitePast());
    --endpoint->dead;
  }
  return absl::OkStatus();
}

absl::Status Dispatcher::SendAgain(EndpointId id, std::uint64_t number, absl::Time now) {
  const absl::StatusOr<Endpoint*> found = Find(id);
  if (!found.ok()) return found.status();
  const absl::StatusOr<std::vector<DeadLetter>> letters =
      DeadLetters(id, std::max<std::uint64_t>(number, 1) - 1, 1, now);
  if (!letters.ok()) return letters.status();
  if (letters->empty() || letters->front().number != number) {
    return MakeStatus(Reason::kUnknownDelivery,
                      absl::StrCat("the webhook ", id.ToString(),
                                   " has no dead letter with the number ", number));
  }
  if (!letters->front().is_readable) {
    return MakeStatus(Reason::kDamaged, absl::StrCat("the dead letter ", number,
                                                     " is not as it was written"));
  }
  if ((*found)->queue.size() >= options_.waiting_max) {
    return MakeStatus(Reason::kLimitReached,
                      absl::StrCat((*found)->queue.size(),
                                   " wait for the webhook already; send it again later"));
  }
  return ReviveBatch(*found, *letters, now);
}

}  // namespace tocsin::webhook
