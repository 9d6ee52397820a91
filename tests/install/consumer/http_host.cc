// A service with an HTTP server of its own, in which the endpoints answer.
#include <iostream>
#include <memory>

#include "tocsin/http.h"

int main() {
  auto engine = tocsin::Engine::Open({.worker_threads = 0});
  if (!engine.ok()) return 1;
  auto api = tocsin::HttpApi::Make(engine->get(), {.no_auth = true});
  if (!api.ok()) return 1;
  const tocsin::HttpResponse response =
      (*api)->HandleRequest({.method = "POST",
                             .target = "/v1/alerts/list",
                             .fields = {{"Content-Type", "application/json"}},
                             .body = "{}"});
  std::cout << response.status << " " << response.body << "\n";
}
