#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/core/replayer.h"
#include "engine/model/customer_alert.h"

namespace tocsin::core {

void EngineImpl::Replayer::Count(std::size_t bytes) {
  constexpr std::uint64_t kTellEvery = std::uint64_t{1} << 20;
  progress_.bytes_done += bytes;
  if (progress_.bytes_done - told_bytes_ < kTellEvery) return;
  told_bytes_ = progress_.bytes_done;
  Tell();
}

absl::Status EngineImpl::Replayer::FactIds(absl::Time at,
                                           std::vector<std::string> fact_ids) {
  if (engine_.options_.fact_ids_max == 0) return absl::OkStatus();
  const state::FactIds::Window window = engine_.FactIdWindow(engine_.LastInstant());
  for (std::string& key : fact_ids) {
    state::Shard& shard = engine_.ShardOf(state::FactIds::CustomerOf(key));
    state::ShardLock lock(&shard);
    // Some are there twice: the store keeps one for longer than the engine knew it.
    shard.fact_ids.Add(std::move(key), at, window);
  }
  return absl::OkStatus();
}

absl::Status EngineImpl::Replayer::ACheckpoint(const store::Checkpoint& checkpoint) {
  store::Reader rules(checkpoint.rules);
  store::Entry entry = store::ReadEntry(&rules);
  if (!rules.AtEnd() || !std::holds_alternative<store::Rules>(entry)) {
    return MakeStatus(Reason::kDamaged, "the rules of the checkpoint cannot be read");
  }
  absl::Status status = Do(std::get<store::Rules>(entry));
  if (!status.ok()) return status;
  absl::MutexLock lock(&engine_.change_mu_);
  if (!engine_.book_.Read(checkpoint.alerts)) {
    return MakeStatus(Reason::kDamaged, "the alerts of the checkpoint cannot be read");
  }
  std::vector<model::AlertPtr> shared;
  for (const model::AlertPtr& alert : engine_.book_.All()) {
    if (!alert->archived() && !alert->spec().customer.has_value())
      shared.push_back(alert);
  }
  engine_.catalog_ = std::make_shared<const model::Catalog>(
      engine_.options_.tracked_group_keys, shared, checkpoint.generation);
  for (const std::unique_ptr<state::Shard>& shard : engine_.shards_) {
    state::ShardLock shard_lock(shard.get());
    shard->Begin(engine_.catalog_);
  }
  known_.emplace(&engine_.book_, *engine_.catalog_);
  checkpoint_ = step_ = checkpoint.step;
  as_of_.resize(engine_.shards_.size());
  return absl::OkStatus();
}

absl::Status EngineImpl::Replayer::AnImage(const store::Image& image) {
  if (!known_.has_value()) return DoesNotFit("an image without a checkpoint");
  state::ImageReader reader(image.customers, &*known_);
  image_bytes_ += image.customers.size();
  Count(image.customers.size());
  last_image_ = std::max(last_image_, image.as_of);
  while (!reader.AtEnd()) {
    const auto kind = reader.Next<state::ImageKind>();
    const CustomerId id = reader.Peek<CustomerId>();
    state::Shard& shard = engine_.ShardOf(id);
    state::ShardLock lock(&shard);
    std::optional<state::CustomerImage> one =
        state::IsPlain(kind)
            ? shard.ReadPlain(kind, &reader)
            : state::ReadCustomer(kind, shard.catalog().generation(), &reader);
    if (!one.has_value()) {
      return MakeStatus(Reason::kDamaged, "an image of customers cannot be read");
    }
    absl::Status status = Restore(&shard, *std::move(one), image.as_of);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status EngineImpl::Replayer::Restore(state::Shard* shard,
                                           state::CustomerImage&& image,
                                           std::uint64_t as_of) {
  model::Customer& customer = image.customer;
  if (shard->Find(customer.id) != nullptr) {
    return DoesNotFit(
        absl::StrCat("a second image of customer ", customer.id.ToString()));
  }
  std::vector<std::uint64_t>& places = as_of_[static_cast<std::size_t>(shard->number)];
  places.resize(shard->customer_count() + 1);
  places.back() = as_of;
  if (image.in_alarm.has_value()) {
    engine_.counters_.decisions_differed.fetch_add(
        model::HaveInAlarm(&customer, shard->catalog(), *image.in_alarm));
  }
  ++progress_.customers;
  state::Slot* const slot = &shard->Restore(std::move(customer));
  Work work{.now = now_};
  engine_.HandOn(shard, slot, &work);
  std::size_t due = 0;
  slot->customer.pending.ForEach([&](const AlertId& alert, const model::Pending&) {
    due += model::HasPendingReset(slot->customer, alert) ? 1 : 0;
  });
  if (slot->customer.awaited != nullptr) {
    engine_.NoteReads(shard, slot);
    for (const auto& [alert, awaited] : *slot->customer.awaited) {
      const model::Pending* const pending = slot->customer.pending.Find(alert);
      due += pending != nullptr && pending->HasReset() ? 0 : 1;
    }
  }
  engine_.due_.fetch_add(due);
  if (!slot->customer.pending.empty() || slot->customer.awaited != nullptr) {
    shard->Queue(slot);
  }
  return absl::OkStatus();
}

bool EngineImpl::Replayer::IsDone(const CustomerId& customer) {
  if (step_ <= checkpoint_) return true;
  if (step_ > last_image_) return false;
  const std::size_t shard = engine_.ShardIndexOf(customer);
  state::ShardLock lock(engine_.shards_[shard].get());
  const std::uint32_t place =
      engine_.shards_[shard]->PlaceOf(state::LineIndex::HashOf(customer), customer);
  return place < as_of_[shard].size() && step_ <= as_of_[shard][place];
}

}  // namespace tocsin::core
