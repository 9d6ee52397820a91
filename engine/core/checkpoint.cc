#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "engine/core/engine_impl.h"
#include "engine/model/pending.h"
#include "engine/model/reread.h"
#include "engine/state/customer_image.h"

namespace tocsin::core {
namespace {

// As much as is written of images under one hold of a shard's lock.
constexpr std::uint32_t kCustomersPerImage = 1'024;
constexpr std::size_t kBytesPerImage = std::size_t{128} << 10;
// And in one transaction, for which others wait: larger ones would take less time in all.
constexpr std::uint64_t kBytesPerCommit = kBytesPerImage;

}  // namespace

// Writes customers as they are.
class EngineImpl::Imager {
 public:
  explicit Imager(EngineImpl* engine) : engine_(*engine) {}

  // Whether a change of an alert is still to be shown to somebody.
  bool OwesSweep();
  // Of some customers from a place on, which it moves behind them; empty where there are
  // none.
  store::Image WriteImage(state::Shard* shard, std::uint32_t* place);

 private:
  void WriteCustomer(state::Shard* shard, state::Line* line, Work* work,
                     state::ImageWriter* writer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);

  EngineImpl& engine_;
};

bool EngineImpl::Imager::OwesSweep() {
  for (const std::unique_ptr<state::Shard>& shard : engine_.shards_) {
    state::ShardLock lock(shard.get());
    if (shard->HasChanges()) return true;
  }
  return false;
}

store::Image EngineImpl::Imager::WriteImage(state::Shard* shard, std::uint32_t* place) {
  Work work;
  store::Image image;
  {
    Step step(engine_.journal(), shard, &work);
    work.now = engine_.Now();
    state::ImageWriter writer(&image.customers);
    const auto end = static_cast<std::uint32_t>(std::min<std::size_t>(
        shard->customer_count(), *place + std::size_t{kCustomersPerImage}));
    for (; *place < end && image.customers.size() < kBytesPerImage; ++*place) {
      WriteCustomer(shard, shard->LineAt(*place), &work, &writer);
    }
    image.as_of = engine_.journal_->step();
  }
  engine_.FollowUp(shard, work);
  return image;
}

void EngineImpl::Imager::WriteCustomer(state::Shard* shard, state::Line* line, Work* work,
                                       state::ImageWriter* writer) {
  const bool plain = line->slot == nullptr && shard->IsAtRest(*line);
  if (plain) {
    (*writer)(state::ImageKind::kPlain);
    return shard->WritePlain(*line, writer);
  }
  state::Slot* const slot = &shard->Find(line);
  model::TakeIn(&slot->customer, engine_.ContextFor(*shard, *slot, work));
  engine_.HandOn(shard, slot, work);
  if (slot->customer.awaited != nullptr) {
    // An image has no reads: no answer to them would come to who recovers.
    model::BeginReadsAgain(&slot->customer);
    engine_.NoteReads(shard, slot);
    work->Note(store::Touched{slot->customer.id, store::Touched::How::kReadsDropped});
    shard->Queue(slot);
    work->due = true;
  }
  state::WriteCustomer(slot->customer, shard->catalog(), writer);
}

void EngineImpl::MayCheckpoint() {
  const std::uint64_t limit =
      std::max<std::uint64_t>(options_.journal_bytes_max, image_bytes_.load());
  const std::int64_t since_ns =
      absl::ToUnixNanos(LastInstant()) - checkpoint_at_ns_.load();
  const bool is_time = absl::Nanoseconds(since_ns) >= options_.checkpoint_interval;
  if (journal_->bytes() < (is_time ? limit / 16 : limit)) return;
  if (disk_is_short_.load()) return;
  if (checkpoint_scheduled_.exchange(true)) return;
  const auto checkpoint = [this] {
    if (!closing_in_haste_.load()) Checkpoint().IgnoreError();  // the engine has ended
    checkpoint_scheduled_.store(false);
  };
  if (pool_ != nullptr) {
    pool_->ScheduleLong(work::Executor::kCheckpoint, checkpoint);
  } else {
    checkpoint();
  }
}

absl::Status EngineImpl::Checkpoint() {
  // All images are of the alerts as they are now.
  absl::MutexLock lock(&change_mu_);
  // Who has not taken a change in yet would take a whole image, and much memory. The next
  // call finds the sweep done.
  Imager imager(this);
  if (imager.OwesSweep()) return absl::OkStatus();
  store::Checkpoint checkpoint{.step = journal_->step(),
                               .generation = catalog_->generation()};
  store::Put(rules_, &checkpoint.rules);
  book_.Write(&checkpoint.alerts);
  const std::uint64_t journaled = journal_->bytes();
  journal_->BeginCheckpoint();
  // What is found to be too much for the disk is not more than it keeps free.
  const std::uint64_t reserve = options_.disk_reserve;
  const std::uint64_t bytes_per_commit =
      reserve == 0 ? kBytesPerCommit : std::min(kBytesPerCommit, reserve / 4);
  std::uint64_t bytes = 0;
  std::uint64_t not_written = 0;
  for (const std::unique_ptr<state::Shard>& shard : shards_) {
    for (std::uint32_t place = 0;;) {
      store::Image image = imager.WriteImage(shard.get(), &place);
      if (image.customers.empty()) break;
      bytes += image.customers.size();
      not_written += image.customers.size();
      journal_->Add(std::move(image));
      Pass(Moment::kImageWrittenUnderChangeMu);
      if (not_written < bytes_per_commit) continue;
      not_written = 0;
      absl::Status status = Commit();
      // What is left of the room is for what was accepted. Images that are not of a whole
      // checkpoint count for nothing, and go when the next one begins.
      if (!status.ok() || disk_is_short_.load()) return status;
    }
  }
  if (not_written > 0) {
    absl::Status status = Commit();
    if (!status.ok() || disk_is_short_.load()) return status;
  }
  journal_->Add(std::move(checkpoint));
  Pass(Moment::kImagesWholeUnderChangeMu);
  absl::Status status = Commit();
  if (!status.ok()) return status;
  Pass(Moment::kCheckpointMadeUnderChangeMu);
  image_bytes_.store(bytes);
  journal_->Forget(journaled);
  checkpoint_at_ns_.store(absl::ToUnixNanos(LastInstant()));
  return absl::OkStatus();
}

}  // namespace tocsin::core
