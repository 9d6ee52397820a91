// How many facts a second tocsin takes in, and other ways to do the same: one line of
// JSON each. See docs/performance/peers.md.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "bench/bench_setting.h"
#include "bench/peers/check.h"
#include "bench/peers/interrupt.h"
#include "bench/peers/peer_list.h"

namespace tocsin::peers {
namespace {

constexpr char kUsage[] =
    "usage: tocsin_peers [--customers N] [--seconds S] [--peer NAME]...\n";

constexpr int kAlerts = 20;

struct Options {
  std::uint64_t customers = 1'000'000;
  double seconds = 5;
  std::vector<std::string> peers = {};  // empty: all
};

bool ReadOptions(int argc, char** argv, Options* options) {
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 == argc) return false;
    const std::string value = argv[i + 1];
    bool good = false;
    if (name == "--customers") {
      good = absl::SimpleAtoi(value, &options->customers) && options->customers > 0;
    } else if (name == "--seconds") {
      good = absl::SimpleAtod(value, &options->seconds) && options->seconds > 0;
    } else if (name == "--peer") {
      options->peers.push_back(value);
      good = absl::c_any_of(AllPeers(),
                            [&](const PeerEntry& entry) { return entry.name == value; });
    }
    if (!good) return false;
  }
  return true;
}

// As in engine_bench.cc: thresholds that no sum comes near, and random facts, of which
// there are more than fit into a processor's caches.
Setup SetupOf(std::uint64_t customers) {
  Setup setup{.customers = customers};
  for (int i = 0; i < kAlerts; ++i) setup.thresholds.push_back(1'000'000'000'000 + i);
  return setup;
}

Workload WorkloadOf(std::uint64_t customers) {
  Workload workload;
  std::mt19937_64 random{1};
  workload.batches.resize(64);
  for (std::vector<Spend>& batch : workload.batches) {
    for (int i = 0; i < 4'096; ++i) {
      batch.push_back(
          {.customer = IdOfNumber<CustomerId>(random() % customers), .amount = 1});
    }
  }
  return workload;
}

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    // What a server printed may have lines.
    out.push_back(static_cast<unsigned char>(c) < ' ' ? ' ' : c);
  }
  return out + "\"";
}

// The line of a peer that was measured.
absl::StatusOr<std::string> LineOf(const PeerEntry& entry, const Options& options) {
  if (absl::Status status = CheckItNotices(*entry.make()); !status.ok()) return status;
  const std::unique_ptr<Peer> peer = entry.make();
  const Setup setup = SetupOf(std::min(options.customers, peer->CustomersMax()));
  const Workload workload = WorkloadOf(setup.customers);
  if (absl::Status status = peer->Open(setup); !status.ok()) return status;
  const absl::StatusOr<Measured> measured = peer->Measure(workload, options.seconds);
  if (!measured.ok()) return measured.status();
  if (absl::Status status = CheckSums(*peer, setup, workload, *measured); !status.ok()) {
    return status;
  }
  const double rate = static_cast<double>(measured->facts) / measured->seconds;
  return absl::StrCat("{\"peer\": ", Quoted(entry.name), ", \"facts\": ", measured->facts,
                      ", \"seconds\": ", measured->seconds,
                      ", \"facts_per_second\": ", static_cast<std::uint64_t>(rate),
                      ", \"customers\": ", setup.customers,
                      ", \"alerts\": ", setup.thresholds.size(),
                      ", \"note\": ", Quoted(peer->Note()), "}");
}

int Run(const Options& options) {
  // As in engine_bench.cc: as a service that measures itself would.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  int exit_status = EXIT_SUCCESS;
  for (const PeerEntry& entry : AllPeers()) {
    // tocsin is always there to be compared with.
    const bool wanted = options.peers.empty() || entry.name == "tocsin" ||
                        absl::c_linear_search(options.peers, entry.name);
    if (!wanted) continue;
    absl::StatusOr<std::string> line = absl::UnavailableError(entry.left_out);
    if (entry.make != nullptr) line = LineOf(entry, options);
    if (Interrupted()) return 130;
    if (absl::IsUnavailable(line.status())) {
      line = absl::StrCat("{\"peer\": ", Quoted(entry.name),
                          ", \"left_out\": ", Quoted(line.status().message()), "}");
    }
    if (line.ok()) {
      std::printf("%s\n", line->c_str());
      std::fflush(stdout);
    } else {
      std::fprintf(stderr, "%s failed: %s\n", entry.name.c_str(),
                   line.status().ToString().c_str());
      exit_status = EXIT_FAILURE;
    }
  }
  return exit_status;
}

}  // namespace
}  // namespace tocsin::peers

int main(int argc, char** argv) {
  tocsin::peers::Options options;
  if (!tocsin::peers::ReadOptions(argc, argv, &options)) {
    std::fputs(tocsin::peers::kUsage, stderr);
    return 2;
  }
  tocsin::peers::CatchInterrupts();
  return tocsin::peers::Run(options);
}
