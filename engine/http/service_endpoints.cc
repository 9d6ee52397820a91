#include "engine/http/endpoints.h"
#include "engine/http/respond.h"

namespace tocsin::http {

HttpResponse Health(const Call&) { return JsonResponse("{\"status\":\"ok\"}"); }

HttpResponse Readiness(const Call& call) {
  if (call.ready) return JsonResponse("{\"status\":\"ready\"}");
  return ErrorResponse(503, "requests are not taken any more");
}

HttpResponse Metrics(const Call& call) {
  return {.fields = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
          .body = call.metrics()};
}

HttpResponse Description(const Call& call) { return JsonResponse(call.open_api()); }

}  // namespace tocsin::http
