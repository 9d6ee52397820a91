#ifndef TOCSIN_ENGINE_HTTP_KEPT_ANSWERS_H_
#define TOCSIN_ENGINE_HTTP_KEPT_ANSWERS_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "engine/http/idempotency.h"
#include "engine/http/tokens.h"
#include "tocsin/engine.h"
#include "tocsin/http.h"

// The answers to requests with an `Idempotency-Key`, kept by the engine beside what was
// done, so that a request that is sent again after a crash is not done again.
namespace tocsin::http {

// Of one request with a key.
struct OnceKey {
  Digest key = {};
  Digest request = {};
};

// Makes a change that, if it is accepted, is to be answered so. Without a key, or where
// the engine keeps no receipts, it is made as it is.
void ChangeOnce(Engine& engine, const std::optional<OnceKey>& once,
                const HttpResponse& answer, absl::FunctionRef<void()> change);

// Gives `keys` what the engine has kept, if it keeps any.
void LoadKeptAnswers(Engine& engine, IdempotencyKeys* keys);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_KEPT_ANSWERS_H_
