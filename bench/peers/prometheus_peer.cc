// A Prometheus server: a series for each customer's sum, and a rule for each threshold,
// evaluated over all of them.
#include <fstream>
#include <memory>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "bench/peers/child.h"
#include "bench/peers/http.h"
#include "bench/peers/peer_list.h"
#include "bench/peers/remote_write.h"
#include "bench/peers/temp_folder.h"

namespace tocsin::peers {
namespace {

class PrometheusPeer : public Peer {
 public:
  std::string Note() const override {
    return "Prometheus: rules `spend >= threshold` over all series in memory, each as an "
           "instant query; counted are not facts but customers looked at under all of "
           "the rules; bringing the sums there is not timed";
  }

  // A million series take ten times as long to bring there and to look at.
  std::uint64_t CustomersMax() const override { return 100'000; }

  absl::Status Open(const Setup& setup) override {
    thresholds_ = setup.thresholds;
    customers_ = setup.customers;
    now_ms_ = absl::ToUnixMillis(absl::Now());
    if (absl::Status status = StartServer(); !status.ok()) return status;
    sums_.reserve(setup.customers);
    return PutCustomers(setup,
                        [this](absl::Span<const Spend> batch) { return Apply(batch); });
  }

  // A program that is watched by Prometheus adds its sums up by itself; here it also
  // sends them, which a scrape would do now and then.
  absl::Status Apply(absl::Span<const Spend> facts) override {
    absl::flat_hash_map<CustomerId, std::int64_t> changed;
    for (const Spend& fact : facts) {
      changed[fact.customer] = sums_[fact.customer] += fact.amount;
    }
    std::vector<Spend> samples;
    for (const auto& [customer, sum] : changed) {
      samples.push_back({.customer = customer, .amount = sum});
    }
    ++now_ms_;  // a series takes one sample for each instant
    return CallHttp(port_, {.method = "POST",
                            .path = "/api/v1/write",
                            .headers = "Content-Type: application/x-protobuf\r\n"
                                       "Content-Encoding: snappy\r\n"
                                       "X-Prometheus-Remote-Write-Version: 0.1.0\r\n",
                            .body = RemoteWriteBody("spend", samples, now_ms_)})
        .status();
  }

  absl::StatusOr<std::int64_t> SumOf(const CustomerId& customer) override {
    const auto result =
        Query(absl::StrCat("spend{customer=\"", customer.ToString(), "\"}"));
    if (!result.ok()) return result.status();
    // "value":[1790000000.000,"12"]
    const std::size_t value = result->find("\"value\":[");
    const std::size_t from = result->find(",\"", value);
    const std::size_t to = result->find("\"]", from);
    std::int64_t sum = 0;
    if (to == std::string::npos ||
        !absl::SimpleAtoi(result->substr(from + 2, to - from - 2), &sum)) {
      return absl::NotFoundError(absl::StrCat("there is no sum in ", *result));
    }
    return sum;
  }

  // Who is past a threshold; in a run without falling sums those have crossed it.
  absl::StatusOr<std::vector<Crossing>> Crossings() override {
    std::vector<Crossing> crossings;
    for (const std::int64_t threshold : thresholds_) {
      const auto result = Query(RuleOf(threshold));
      if (!result.ok()) return result.status();
      static constexpr std::string_view kLabel = "\"customer\":\"";
      for (std::size_t at = result->find(kLabel); at != std::string::npos;
           at = result->find(kLabel, at + 1)) {
        const auto customer = CustomerId::Parse(result->substr(at + kLabel.size(), 36));
        if (!customer.ok()) return customer.status();
        crossings.push_back({.customer = *customer, .threshold = threshold});
      }
    }
    return crossings;
  }

  absl::StatusOr<Measured> Measure(const Workload& workload, double seconds) override {
    for (const std::vector<Spend>& batch : workload.batches) {
      if (absl::Status status = Apply(batch); !status.ok()) return status;
    }
    auto measured =
        Repeat(seconds, [this](std::uint64_t i) -> absl::StatusOr<std::uint64_t> {
          const auto result = Query(RuleOf(thresholds_[i % thresholds_.size()]));
          if (!result.ok()) return result.status();
          return customers_;
        });
    if (!measured.ok()) return measured;
    // So many of the customers were looked at under all of the rules.
    measured->facts /= thresholds_.size();
    measured->batches_applied = workload.batches.size();
    return measured;
  }

 private:
  absl::Status StartServer() {
    const auto program = FindProgram("prometheus");
    if (!program.ok()) return program.status();
    const auto port = FreePort();
    if (!port.ok()) return port.status();
    port_ = *port;
    if (absl::Status status = folder_.Make(); !status.ok()) return status;
    const std::string config = absl::StrCat(folder_.path(), "/prometheus.yml");
    std::ofstream(config) << "global: {}\n";
    auto server =
        Child::Start({*program, absl::StrCat("--config.file=", config),
                      absl::StrCat("--storage.tsdb.path=", folder_.path(), "/data"),
                      absl::StrCat("--web.listen-address=127.0.0.1:", port_),
                      "--web.enable-remote-write-receiver", "--query.timeout=10m"});
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    return server_->AwaitText("Server is ready to receive web requests",
                              absl::Minutes(2));
  }

  static std::string RuleOf(std::int64_t threshold) {
    return absl::StrCat("spend >= ", threshold);
  }

  // What a query yields at the moment of the newest samples.
  absl::StatusOr<std::string> Query(absl::string_view text) {
    return CallHttp(port_,
                    {.path = absl::StrCat("/api/v1/query?query=", PercentEncoded(text),
                                          "&time=", now_ms_ / 1'000, ".",
                                          absl::Dec(now_ms_ % 1'000, absl::kZeroPad3))});
  }

  TempFolder folder_;
  std::unique_ptr<Child> server_;
  std::uint16_t port_ = 0;
  std::vector<std::int64_t> thresholds_;
  std::uint64_t customers_ = 0;
  std::int64_t now_ms_ = 0;
  absl::flat_hash_map<CustomerId, std::int64_t> sums_;
};

}  // namespace

std::unique_ptr<Peer> MakePrometheusPeer() { return std::make_unique<PrometheusPeer>(); }

}  // namespace tocsin::peers
