#ifndef TOCSIN_ENGINE_CORE_OPEN_H_
#define TOCSIN_ENGINE_CORE_OPEN_H_

#include <memory>

#include "absl/status/statusor.h"
#include "engine/core/moments.h"
#include "engine/store/store.h"
#include "engine/work/executor.h"
#include "tocsin/engine.h"

namespace tocsin::core {

// As Engine::Open, with somebody else to do the background work instead of
// `Options::worker_threads`; null: nobody, as with 0 threads. The other options are
// taken as they are. `moments`, which may be null, is told of each moment and must
// outlive the engine. `store`, in the place of `Options::directory`, may be null: the
// engine is in memory only. Errors: that of the executor's `Start`; of the recovery.
absl::StatusOr<std::unique_ptr<Engine>> OpenWith(
    Options options, std::unique_ptr<work::Executor> executor, Moments* moments = nullptr,
    std::unique_ptr<store::Store> store = nullptr);

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_OPEN_H_
