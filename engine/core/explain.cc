#include <utility>

#include "engine/core/engine_impl.h"
#include "engine/model/explanation.h"
#include "engine/notify/notification.h"

namespace tocsin::core {

absl::StatusOr<Explanation> EngineImpl::Explain(
    CustomerId customer, AlertId alert, const InstanceSelector& instance) noexcept {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  const absl::StatusOr<model::AlertPtr> known = FindAlert(customer, alert, instance);
  if (!known.ok()) return known.status();
  Pass(Moment::kQueryFound);
  state::Shard& shard = ShardOf(customer);
  Work work;
  absl::Status status;
  model::Explained explained;
  {
    Step step(journal(), &shard, &work);
    work.now = Now();
    const absl::StatusOr<Asked> asked =
        FindAsked(&shard, customer, *known, instance, &work);
    status = asked.status();
    if (asked.ok()) {
      explained =
          model::Explain(asked->slot->customer, asked->alert, asked->instance, work.now);
    }
  }
  FollowUp(&shard, work);
  if (!status.ok()) return status;
  // Not under the lock, as an id takes its time.
  if (explained.said.has_value()) {
    explained.explanation.last_notification->id = notify::IdOf(*explained.said);
  }
  return std::move(explained.explanation);
}

}  // namespace tocsin::core
