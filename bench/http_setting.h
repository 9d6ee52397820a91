#ifndef TOCSIN_BENCH_HTTP_SETTING_H_
#define TOCSIN_BENCH_HTTP_SETTING_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "bench/durable_setting.h"
#include "bench/http_hanging.h"
#include "benchmark/benchmark.h"
#include "tocsin/http.h"

namespace tocsin {

// An engine that is served over HTTP on the loopback, to who has the token.
class Served {
 public:
  struct Setting {
    bool durable = false;  // on the disk, each answer behind a flush that many share
    bool hanging = false;  // beside connections that hang on
  };
  // Ends the benchmark if it cannot be.
  Served(const Setting& setting, benchmark::State* state);
  ~Served();
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  // Nothing else may be called of one that is not.
  bool ok() const { return front_ != nullptr; }
  Engine& engine() { return *engine_; }
  std::uint16_t port() const { return front_->port(); }
  // Has what hangs on come.
  void Begin();

 private:
  std::optional<Hanging> hanging_;
  std::optional<DiskFolder> folder_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<HttpFront> front_;
};

// A request as it is on the wire.
std::string RenderPost(absl::string_view target, absl::string_view type,
                       absl::string_view body);

// So many requests with so many facts each, of customers drawn uniformly.
std::vector<std::string> RenderFacts(std::size_t requests, std::size_t facts_each,
                                     std::uint64_t customers, bool lines);

// Of customers drawn uniformly.
std::vector<std::string> RenderResets(std::size_t requests, std::uint64_t customers,
                                      const AlertId& alert);

}  // namespace tocsin

#endif  // TOCSIN_BENCH_HTTP_SETTING_H_
