#include "tests/kills/chain.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sqlite3.h"
#include "tests/kills/death.h"
#include "tests/kills/ledger.h"
#include "tests/support/child_process.h"
#include "tests/support/random.h"
#include "tests/support/temp_directory.h"

namespace tocsin::testing {
namespace {

constexpr int kKillsOfADirectory = 100;
constexpr int kKillsToAnEnd = 25;
// Of so many some come to each point that there is.
constexpr int kKillsToEveryPoint = 1'000;
constexpr char kInstant[] = "at an instant, from outside";

// What becomes of one process.
struct Fate {
  std::string point;  // where it kills itself
  int times = 1;
  int calls = 0;  // after so many it is killed from here
};

// Somebody else, as a shell or a dashboard, who opens the database as soon as there is
// one, and stays.
class Others {
 public:
  explicit Others(const std::string& directory) : database_(directory + "/tocsin.db") {}
  ~Others() { sqlite3_close(connection_); }
  Others(const Others&) = delete;
  Others& operator=(const Others&) = delete;

  // What is wrong with what they see.
  std::string Look() {
    if (!std::filesystem::exists(database_)) return "";
    if (connection_ == nullptr) {
      sqlite3_open_v2(database_.c_str(), &connection_, SQLITE_OPEN_READWRITE, nullptr);
      sqlite3_busy_timeout(connection_, 10'000);
    }
    const int result = sqlite3_exec(connection_, "SELECT count(*) FROM sqlite_schema",
                                    nullptr, nullptr, nullptr);
    return result == SQLITE_OK ? "" : absl::StrCat("others see ", result);
  }

 private:
  const std::string database_;
  sqlite3* connection_ = nullptr;
};

class Chain {
 public:
  explicit Chain(const KillOptions& options) : options_(options), random_(options.seed) {}

  Killed Run() {
    while (killed_.wrong.empty() && killed_.kills < options_.kills) RunDirectory();
    if (killed_.wrong.empty() && killed_.kills >= kKillsToEveryPoint) MissPoints();
    return std::move(killed_);
  }

 private:
  void MissPoints() {
    for (const DeathPoint& point : DeathPoints()) {
      if (killed_.by_point[point.name] > 0) continue;
      killed_.wrong = absl::StrCat("none of so many died at \"", point.name, "\"");
    }
  }

  void RunDirectory() {
    const TempDirectory place(options_.in);
    const std::string directory = place / "data";
    Ledger ledger;
    std::optional<Others> others;
    if (killed_.directories++ % 2 == 0) others.emplace(directory);
    const int last = std::min(options_.kills, killed_.kills + kKillsOfADirectory);
    while (killed_.wrong.empty() && killed_.kills < last) {
      Live(directory, SomeFate(), &ledger);
      ++killed_.kills;
      if (others.has_value() && killed_.wrong.empty()) killed_.wrong = others->Look();
      if (killed_.kills % kKillsToAnEnd != 0 && killed_.kills != last) continue;
      Live(directory, {.point = "end"}, &ledger);
      ++killed_.ends;
    }
    killed_.calls += ledger.calls();
    killed_.told += ledger.told();
    killed_.told_again += ledger.told_again();
    if (killed_.wrong.empty()) return;
    killed_.kept = absl::StrCat(place.path(), "-kept");
    std::filesystem::rename(place.path(), killed_.kept);
    std::filesystem::create_directory(place.path());
  }

  Fate SomeFate() {
    constexpr unsigned kOftenEnough = 5;
    constexpr unsigned kMostCalls = 60;
    if (random_.Below(kOftenEnough) == 0) {
      return {.point = "", .calls = static_cast<int>(1 + random_.Below(kMostCalls))};
    }
    const std::vector<DeathPoint>& all = DeathPoints();
    const DeathPoint& point = all[random_.Below(static_cast<unsigned>(all.size()))];
    const auto often = static_cast<unsigned>(point.often);
    return {.point = point.name,
            .times = static_cast<int>(1 + random_.Below(often)),
            .calls = 4 * static_cast<int>(kMostCalls)};
  }

  void Live(const std::string& directory, const Fate& fate, Ledger* ledger) {
    ChildProcess child({options_.child, directory, absl::StrCat(random_.Next()),
                        fate.point, absl::StrCat(fate.times)});
    const std::uint64_t before = ledger->calls();
    bool from_here = false;
    const bool ends = fate.point == "end";
    for (std::string line; child.Read(&line);) {
      ledger->Take(line);
      if (ends || from_here) continue;
      from_here = ledger->calls() - before >= static_cast<std::uint64_t>(fate.calls) ||
                  !ledger->wrong().empty();
      if (from_here) child.Kill();
    }
    const int status = child.Wait();
    const bool was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    killed_.wrong = ledger->wrong();
    if (killed_.wrong.empty() && ends && !(status == 0 && ledger->ended_well())) {
      killed_.wrong = absl::StrCat("ended with status ", status);
    } else if (killed_.wrong.empty() && !ends && !was_killed) {
      killed_.wrong = absl::StrCat("was not killed, and ended with status ", status);
    }
    if (!killed_.wrong.empty()) {
      absl::StrAppend(&killed_.wrong, "\nin or after a process that was to die at \"",
                      fate.point, "\", the ", fate.times, "th time");
    }
    if (!ends) ++killed_.by_point[from_here ? kInstant : fate.point];
  }

  const KillOptions options_;
  Random random_;
  Killed killed_;
};

}  // namespace

std::string Killed::ToString() const {
  std::string text =
      absl::StrCat(kills, " killed in ", directories, " directories, ", ends,
                   " let come to the end; ", calls, " calls acknowledged, ", told,
                   " notifications, ", told_again, " of them told again\n");
  for (const auto& [point, count] : by_point) {
    absl::StrAppend(&text, "  ", count, " ", point, "\n");
  }
  return text;
}

Killed Kill(const KillOptions& options) { return Chain(options).Run(); }

}  // namespace tocsin::testing
