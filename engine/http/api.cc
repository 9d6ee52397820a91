#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tocsin/http.h"

namespace tocsin {
namespace {

class Api : public HttpApi {
 public:
  HttpResponse HandleRequest(const HttpRequest& request) override {
    return Answer(request);
  }
  Admission Admit(const HttpRequest&) override {
    return {.admitted = true, .body_bytes_max = 16'384};
  }
  HttpResponse Answer(const HttpRequest& request) override {
    return {.fields = {{"Content-Type", "text/plain"}}, .body = request.target};
  }
  absl::Status SetTokens(std::vector<HttpToken>) override { return absl::OkStatus(); }
  void Stop() override {}
  std::string OpenApi() const override { return "{}"; }
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpApi>> HttpApi::Make(Engine*, HttpOptions) {
  return std::make_unique<Api>();
}

}  // namespace tocsin
