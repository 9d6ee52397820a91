#include "tests/webhook_kills/kill_sender.h"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "tests/receiver/receiver.h"
#include "tests/support/child_process.h"
#include "tests/support/random.h"
#include "tests/support/temp_directory.h"
#include "tests/webhook_kills/arrivals.h"

namespace tocsin::testing {
namespace {

constexpr int kKillsOnADirectory = 50;
constexpr int kKillsBetweenEnds = 25;

// Answers all processes, well or not, and kills the one that it is told to.
//
// Thread safety: every method may be called from any thread.
class KillingReceiver {
 public:
  explicit KillingReceiver(std::uint64_t seed)
      : random_(seed), receiver_([this](Conversation& with) { Answer(with); }) {}

  std::string UrlOf(const std::string& path) const {
    return absl::StrCat("http://127.0.0.1:", receiver_.port(), path);
  }
  // Of those that came to this path.
  void Begin(const std::string& path) {
    absl::MutexLock lock(&mu_);
    path_ = path;
    arrivals_ = Arrivals();
  }
  // At the n-th request from now on; 0: never.
  void KillAt(int requests, bool behind_answer, pid_t process) {
    absl::MutexLock lock(&mu_);
    left_ = requests;
    behind_answer_ = behind_answer;
    process_ = process;
  }
  // `look` may change it.
  template <typename Look>
  void WithArrivals(Look look) {
    absl::MutexLock lock(&mu_);
    look(arrivals_);
  }

 private:
  struct Fate {
    int status = 200;
    pid_t kills_before = 0, kills_behind = 0;
  };

  void Answer(Conversation& with) {
    while (const std::optional<ReceivedRequest> request = with.Read()) {
      const Fate fate = Take(*request);
      if (fate.kills_before != 0) kill(fate.kills_before, SIGKILL);
      if (!with.Send(AnswerOf(fate.status))) return;
      if (fate.kills_behind != 0) kill(fate.kills_behind, SIGKILL);
    }
  }
  Fate Take(const ReceivedRequest& request) {
    constexpr unsigned kOneOf = 8;
    absl::MutexLock lock(&mu_);
    Fate fate;
    if (random_.Below(kOneOf) == 0) fate.status = 500;
    if (left_ > 0 && --left_ == 0) {
      (behind_answer_ ? fate.kills_behind : fate.kills_before) = process_;
    }
    // One of a directory before may come late.
    if (absl::StrContains(request.head, absl::StrCat("POST ", path_, " "))) {
      arrivals_.Came(request.body, fate.status == 200);
    }
    return fate;
  }

  absl::Mutex mu_;
  Random random_ ABSL_GUARDED_BY(mu_);
  std::string path_ ABSL_GUARDED_BY(mu_);
  Arrivals arrivals_ ABSL_GUARDED_BY(mu_);
  int left_ ABSL_GUARDED_BY(mu_) = 0;
  bool behind_answer_ ABSL_GUARDED_BY(mu_) = false;
  pid_t process_ ABSL_GUARDED_BY(mu_) = 0;
  Receiver receiver_;
};

class KillChain {
 public:
  explicit KillChain(const KillOptions& options)
      : options_(options), random_(options.seed), receiver_(options.seed) {}

  KilledSenders Run() {
    for (int n = 1; killed_.wrong.empty() && killed_.kills < options_.kills; ++n) {
      RunDirectory(absl::StrCat("/", n));
    }
    return std::move(killed_);
  }

 private:
  void RunDirectory(const std::string& path) {
    const TempDirectory place(options_.in);
    receiver_.Begin(path);
    const int last = std::min(options_.kills, killed_.kills + kKillsOnADirectory);
    while (killed_.wrong.empty() && killed_.kills < last) {
      KillOne(place / "data", path);
      ++killed_.kills;
      if (killed_.kills % kKillsBetweenEnds == 0 || killed_.kills == last) {
        EndOne(place / "data", path);
      }
    }
    receiver_.WithArrivals([&](const Arrivals& arrivals) {
      killed_.taken += arrivals.taken();
      killed_.doubles += arrivals.doubles();
    });
    if (killed_.wrong.empty()) return;
    killed_.kept = absl::StrCat(place.path(), "-kept");
    std::filesystem::rename(place.path(), killed_.kept);
    std::filesystem::create_directory(place.path());
  }

  std::vector<std::string> Arguments(const std::string& directory,
                                     const std::string& path, const char* how) {
    return {options_.child, directory, receiver_.UrlOf(path),
            absl::StrCat(random_.Next()), how};
  }

  void KillOne(const std::string& directory, const std::string& path) {
    constexpr unsigned kLines = 200, kRequests = 100;
    // Whichever comes first; the lines also end one that has nothing to send.
    unsigned lines = 1 + random_.Below(kLines);
    const unsigned how = random_.Below(3);
    ChildProcess child(Arguments(directory, path, "work"));
    if (how > 0) {
      lines = 20 * kLines;
      receiver_.KillAt(static_cast<int>(1 + random_.Below(kRequests)), how == 2,
                       child.pid());
    }
    ++(how == 0   ? killed_.by_line
       : how == 1 ? killed_.before_answer
                  : killed_.behind_answer);
    std::string line;
    while (child.Read(&line)) {
      if (absl::StartsWith(line, "failed ")) killed_.wrong = line;
      if (--lines == 0) child.Kill();
    }
    receiver_.KillAt(0, false, 0);
    child.Kill();
    child.Wait();
    receiver_.WithArrivals([&](const Arrivals& arrivals) {
      if (killed_.wrong.empty()) killed_.wrong = arrivals.wrong();
    });
  }

  void EndOne(const std::string& directory, const std::string& path) {
    ChildProcess child(Arguments(directory, path, "end"));
    std::vector<std::string> lines;
    std::string line;
    while (child.Read(&line)) lines.push_back(line);
    const int status = child.Wait();
    receiver_.WithArrivals([&](Arrivals& arrivals) {
      constexpr absl::string_view kDecided = "decided ";
      for (const std::string& one : lines) {
        if (absl::StartsWith(one, "failed ")) killed_.wrong = one;
        if (absl::StartsWith(one, kDecided))
          arrivals.Decided(one.substr(kDecided.size()));
      }
      if (killed_.wrong.empty() &&
          (status != 0 || lines.empty() || lines.back() != "ended")) {
        killed_.wrong = absl::StrCat("it did not come to its end: status ", status);
      }
      arrivals.CompareAtEnd();
      if (killed_.wrong.empty()) killed_.wrong = arrivals.wrong();
    });
  }

  const KillOptions options_;
  Random random_;
  KillingReceiver receiver_;
  KilledSenders killed_;
};

}  // namespace

std::string KilledSenders::ToString() const {
  return absl::StrCat(kills, " killed (", by_line, " behind a call or an attempt, ",
                      before_answer, " before an answer, ", behind_answer,
                      " behind one), ", taken, " notifications taken, ", doubles,
                      " of them once more\n");
}

KilledSenders KillSenders(const KillOptions& options) { return KillChain(options).Run(); }

}  // namespace tocsin::testing
