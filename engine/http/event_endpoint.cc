#include <chrono>
#include <string>

#include "engine/http/endpoints.h"
#include "engine/http/event_text.h"

namespace tocsin::http {

// The beginning, and all where nobody goes on with it: who reads it then comes again.
HttpResponse Events(const Call& call) {
  std::string text = "retry: 1000\n\n";
  AppendStatsEvent(call.engine.GetStats(), nullptr, std::chrono::nanoseconds(0), &text);
  return {.fields = {{"Content-Type", "text/event-stream"},
                     {"Cache-Control", "no-store"},
                     // nginx passes it on as it comes.
                     {"X-Accel-Buffering", "no"}},
          .body = std::move(text)};
}

}  // namespace tocsin::http
