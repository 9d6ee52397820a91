#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "engine/http/admission.h"
#include "engine/http/front_counts.h"
#include "engine/http/idempotency.h"
#include "engine/http/metrics.h"
#include "engine/http/openapi.h"
#include "engine/http/respond.h"
#include "engine/http/route.h"
#include "engine/http/target.h"
#include "engine/http/tokens.h"

namespace tocsin {
namespace http {
namespace {

// No fact has fewer bytes, whatever it says: what is refused one by one is answered one
// by one, and the answer must not be much longer than the request.
constexpr std::size_t kFactBytesMin = 64;

// Of requests that change nothing, whose answers need not be kept: beyond these they are
// made anew.
constexpr std::size_t kReadKeysMax = 100'000;
constexpr std::size_t kReadKeyBytesMax = std::size_t{32} << 20;

class Api final : public HttpApi {
 public:
  Api(Engine* engine, HttpOptions options, TokenTable tokens, FrontCounts* counts)
      : engine_(engine),
        options_(std::move(options)),
        front_(counts),
        answers_(counts != nullptr ? counts->answers : own_answers_),
        keys_(options_.clock != nullptr ? options_.clock : SystemClock(),
              {.keep = options_.idempotency_keep,
               .keys_max = options_.idempotency_keys_max,
               .bytes_max = options_.idempotency_bytes_max}),
        read_keys_(options_.clock != nullptr ? options_.clock : SystemClock(),
                   {.keep = options_.idempotency_keep,
                    .keys_max = kReadKeysMax,
                    .bytes_max = kReadKeyBytesMax}),
        tokens_(std::make_shared<const TokenTable>(std::move(tokens))) {
    options_.tokens.clear();
    LoadKeptAnswers(*engine_, &keys_);
  }

  HttpResponse HandleRequest(const HttpRequest& request) override {
    Admission admission = Admit(request);
    if (!admission.admitted) return std::move(admission.response);
    if (request.body.size() > admission.body_bytes_max) {
      HttpResponse response = BodyTooLong(admission.body_bytes_max);
      answers_.Count(FindRoute(PathOf(request.target)), response.status);
      return response;
    }
    return AnswerTo(request, /*counts=*/true);
  }

  Admission Admit(const HttpRequest& head) override {
    const Route* const route = FindRoute(PathOf(head.target));
    std::optional<HttpResponse> refusal = Refusal(head, route);
    if (refusal.has_value()) {
      answers_.Count(route, refusal->status);
      return {.response = *std::move(refusal)};
    }
    return {.admitted = true,
            .body_bytes_max = BodyBytesMax(*route, options_),
            .lane = route->lane,
            .changes = MayChange(*route),
            .is_stream = route->is_stream};
  }

  HttpResponse Answer(const HttpRequest& request) override {
    const Route* const route = FindRoute(PathOf(request.target));
    const bool is_counted_later = front_ != nullptr && front_->counts_changes &&
                                  route != nullptr && MayChange(*route);
    return AnswerTo(request, !is_counted_later);
  }

  absl::Status SetTokens(std::vector<HttpToken> tokens) override {
    absl::StatusOr<TokenTable> table = TokenTable::Of(tokens);
    if (!table.ok()) return table.status();
    auto shared = std::make_shared<const TokenTable>(*std::move(table));
    absl::MutexLock lock(&mutex_);
    tokens_ = std::move(shared);
    return absl::OkStatus();
  }

  void Stop() override { stopping_.store(true); }

  std::string OpenApi() const override { return OpenApiText(); }

 private:
  std::shared_ptr<const TokenTable> Tokens() {
    absl::MutexLock lock(&mutex_);
    return tokens_;
  }

  std::optional<HttpResponse> Refusal(const HttpRequest& head, const Route* route) {
    if (stopping_.load() && (route == nullptr || !route->is_always_open)) {
      return Stopping();
    }
    if (route == nullptr) return UnknownPath();
    if (!TakesMethod(*route, head.method)) return OtherMethod(*route);
    if (!options_.no_auth) {
      if (std::optional<HttpResponse> refusal = RefuseWho(head, *route, *Tokens())) {
        return refusal;
      }
    }
    return RefuseBody(head, *route, BodyBytesMax(*route, options_));
  }

  HttpResponse AnswerTo(const HttpRequest& request, bool counts) {
    const Route* const route = FindRoute(PathOf(request.target));
    HttpResponse response =
        route == nullptr ? UnknownPath() : AnswerOnce(*route, request);
    if (counts) answers_.Count(route, response.status);
    return response;
  }

  // A key makes the answer that of the first request with it.
  HttpResponse AnswerOnce(const Route& route, const HttpRequest& request) {
    // What is stopped after the head was taken has not begun.
    if (stopping_.load() && !route.is_always_open) return Stopping();
    const FieldLookup key = FindField(request, kIdempotencyKey);
    if (key.count == 0 || route.body == BodyKind::kNone) return Do(route, request);
    // Who may only look must not use up what those who change need.
    const bool changes = MayChange(route);
    IdempotencyKeys& keys = changes ? keys_ : read_keys_;
    const IdempotencyKeys& others = changes ? read_keys_ : keys_;
    const OnceKey once = {.key = KeyDigest(request, key.value),
                          .request = RequestDigest(request)};
    if (others.Knows(once.key)) return KeyOfAnother();
    IdempotencyKeys::Begun begun = keys.Begin(once.key, once.request);
    switch (begun.kind) {
      case IdempotencyKeys::Kind::kFirst:
        break;
      case IdempotencyKeys::Kind::kAnswered:
        return std::move(begun.response);
      case IdempotencyKeys::Kind::kOther:
        return KeyOfAnother();
      case IdempotencyKeys::Kind::kUnderWay:
        return ErrorResponse(
            409, "a request with this Idempotency-Key is under way; ask again");
      case IdempotencyKeys::Kind::kFull:
        if (!changes) return Do(route, request);
        return KeysAreFull(begun.retry_after);
    }
    HttpResponse response = Do(route, request, once);
    // What was refused may be asked for again.
    if (response.status == 200) begun.turn->Keep(response);
    return response;
  }

  static HttpResponse KeysAreFull(absl::Duration retry_after) {
    HttpResponse response = ErrorResponse(
        429, "no more Idempotency-Keys of this token can be kept; nothing was done");
    SetRetryAfter(retry_after, &response);
    return response;
  }

  static HttpResponse KeyOfAnother() {
    return FinalErrorResponse(
        409, "the Idempotency-Key was used for another request; give another one");
  }

  HttpResponse Do(const Route& route, const HttpRequest& request,
                  const std::optional<OnceKey>& once = std::nullopt) {
    const Call call = {.engine = *engine_,
                       .request = request,
                       .body = MediaTypeOf(FindField(request, kContentType).value),
                       .facts_max = options_.facts_body_bytes_max / kFactBytesMin,
                       .open_api = open_api_,
                       .metrics = metrics_,
                       .ready = IsReady(),
                       .stopping = &stopping_,
                       .webhooks = options_.webhooks,
                       .facts_unread = facts_unread_,
                       .webhook_changes = webhook_changes_,
                       .once = once};
    try {
      return route.answer(call);
    } catch (const std::exception&) {
      return ErrorResponse(500, "something failed inside the server");
    }
  }

  // An engine that closes, or whose store has failed, refuses whatever it is asked.
  bool IsReady() { return !stopping_.load() && engine_->LastPosition("").ok(); }

  Engine* const engine_;
  HttpOptions options_;
  const FrontCounts* const front_;
  AnswerCounts own_answers_;  // without a front
  AnswerCounts& answers_;
  std::atomic<bool> stopping_ = false;
  IdempotencyKeys keys_;
  IdempotencyKeys read_keys_;  // of requests that change nothing
  const std::function<std::string()> open_api_ = [this] { return OpenApi(); };
  const std::function<std::string()> metrics_ = [this] {
    return MetricsText(engine_->GetStats(), answers_, facts_unread_, keys_.size(),
                       options_.webhooks, front_);
  };
  std::atomic<std::uint64_t> facts_unread_ = 0;
  absl::Mutex webhook_changes_;
  absl::Mutex mutex_;
  std::shared_ptr<const TokenTable> tokens_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpApi>> MakeApi(Engine* engine, HttpOptions options,
                                                 FrontCounts* counts) {
  if (engine == nullptr) return absl::InvalidArgumentError("the engine is null");
  if (options.idempotency_keep < absl::ZeroDuration()) {
    return absl::InvalidArgumentError("idempotency_keep is below 0, must not be");
  }
  absl::StatusOr<TokenTable> tokens = TokenTable::Of(options.tokens);
  if (!tokens.ok()) return tokens.status();
  return std::make_unique<Api>(engine, std::move(options), *std::move(tokens), counts);
}

}  // namespace http

absl::StatusOr<std::unique_ptr<HttpApi>> HttpApi::Make(Engine* engine,
                                                       HttpOptions options) {
  return http::MakeApi(engine, std::move(options), nullptr);
}

}  // namespace tocsin
