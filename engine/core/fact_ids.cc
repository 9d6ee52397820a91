// Facts that are known again by an id, for a host that has no log to send them from.
#include "engine/state/fact_ids.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/core/batch.h"
#include "engine/core/engine_impl.h"
#include "engine/model/fact.h"

namespace tocsin::core {

state::FactIds::Window EngineImpl::FactIdWindow(absl::Time now) const {
  // Of each shard its part, rounded up.
  return {.max = (options_.fact_ids_max + shards_.size() - 1) / shards_.size(),
          .from = now - options_.fact_ids_keep};
}

void EngineImpl::ApplyWithIds(state::Shard* shard, absl::Span<const Fact> facts,
                              absl::Span<const std::string> ids,
                              absl::Span<const FactRoute> routes, Work* work,
                              ApplyResult* result) {
  const state::FactIds::Window window = FactIdWindow(work->now);
  state::Shard::Instant instant(work->now);
  for (const FactRoute& route : routes) {
    const Fact& fact = facts[route.index];
    const std::string& id = ids[route.index];
    if (id.size() > kFactIdBytesMax) {
      Refuse(route.index,
             MakeStatus(Reason::kTooLong,
                        absl::StrCat("the id of the fact has ", id.size(),
                                     " bytes; it must have 1 to ", kFactIdBytesMax)),
             result);
      continue;
    }
    std::string key;
    if (!id.empty()) {
      key = state::FactIds::KeyOf(model::CustomerOf(fact), id);
      if (shard->fact_ids.Knows(key, window)) {
        ++result->duplicates;
        result->reports.push_back(
            {.index = route.index, .kind = FactReport::Kind::kDuplicate});
        continue;
      }
    }
    const std::size_t refused = result->refused;
    ApplyRun(shard, facts, {&route, 1}, &instant, work, result);
    if (result->refused > refused) continue;
    if (id.empty()) continue;
    if (work->is_noted) work->fact_ids.push_back(key);
    shard->fact_ids.Add(std::move(key), work->now, window);
  }
}

}  // namespace tocsin::core
