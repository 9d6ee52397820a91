// What callgrind counts the instructions of: one case of the hot path, by its name. With
// no name it lists them, with --built it says how it was built. Only what `TocsinCounted`
// calls is counted, not the setting up, and nothing in it asks for the time or for
// chance.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "tests/support/hot_path.h"
#include "tocsin/json.h"

// What is counted: run.sh gives callgrind the name.
extern "C" [[gnu::noinline]] void TocsinCounted(absl::FunctionRef<void()> what) {
  what();
  // So that the call is no jump, which callgrind would not see come back.
  asm volatile("" ::: "memory");
}

namespace tocsin::testing {
namespace {

void Check(bool well) {
  if (!well) std::abort();
}

// Each case returns by how many the count is to be divided. The first time, uncounted,
// what is made once is made.

std::size_t IdBatch() {
  HotPath path;
  const std::vector<Fact> facts = path.LittleFacts();
  path.Apply(facts);
  TocsinCounted([&] { path.Apply(facts); });
  return facts.size();
}

std::size_t HandleBatch() {
  HotPath path;
  const std::vector<TrackedFact> facts = path.Tracked(path.LittleFacts());
  const auto apply = [&] {
    Check(path.engine->ApplyTracked(facts).applied == facts.size());
  };
  apply();
  TocsinCounted(apply);
  return facts.size();
}

std::size_t IdSingle() {
  HotPath path;
  const std::vector<Fact> facts = path.LittleFacts();
  const auto apply = [&] {
    for (const Fact& fact : facts) {
      Check(path.engine->Apply(absl::MakeConstSpan(&fact, 1)).applied == 1);
    }
  };
  apply();
  TocsinCounted(apply);
  return facts.size();
}

// Each customer reaches the first alert, and is told of it.
std::size_t Crossing() {
  HotPath path;
  const std::vector<Fact> facts = HotPath::SpendOfEach(Decimal::FromInteger(1'000));
  TocsinCounted([&] {
    path.Apply(facts);
    path.Drain();
  });
  Check(path.delivered() == facts.size());
  return facts.size();
}

// Of what each customer had reached: it is found so again, and told again.
std::size_t Reset() {
  HotPath path;
  path.Apply(HotPath::SpendOfEach(Decimal::FromInteger(1'000)));
  path.Drain();
  TocsinCounted([&] {
    for (unsigned n = 0; n < HotPath::kCustomers; ++n) {
      Check(path.engine->Reset(HotPath::Customer(n), path.alerts.front()).ok());
    }
    path.Drain();
  });
  Check(path.delivered() == 2 * HotPath::kCustomers);
  return HotPath::kCustomers;
}

std::size_t JsonLine() {
  std::vector<std::string> lines;
  for (unsigned n = 0; n < HotPath::kCustomers; ++n) {
    lines.push_back(absl::StrCat(
        R"({"type":"spend","customer_id":")", HotPath::Customer(n).ToString(),
        R"(","amount":")", n % 100, ".", 10 + n % 90,
        R"(","timestamp":"2026-11-26T12:00:)", 10 + n % 50, R"(Z"})"));
  }
  StatementReader reader;
  Statement statement;
  const auto read = [&] {
    for (const std::string& line : lines) Check(reader.Read(line, &statement).ok());
  };
  read();
  TocsinCounted(read);
  return lines.size();
}

struct Case {
  std::string_view name;
  std::size_t (*run)();
};
constexpr Case kCases[] = {
    {"id_batch", IdBatch},   {"handle_batch", HandleBatch},
    {"id_single", IdSingle}, {"crossing", Crossing},
    {"reset", Reset},        {"json_line", JsonLine},
};

}  // namespace
}  // namespace tocsin::testing

int main(int argc, char** argv) {
  // It is Debian's Abseil alone that looks for deadlocks, and what that costs hangs on
  // the addresses of the locks.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const std::string_view name = argc == 2 ? argv[1] : "";
  if (name == "--built") {
    std::printf("%s\n", TOCSIN_BUILT);
    return 0;
  }
  for (const auto& one : tocsin::testing::kCases) {
    if (name.empty()) std::printf("%s\n", std::string(one.name).c_str());
    if (name == one.name) {
      std::printf("%zu\n", one.run());
      return 0;
    }
  }
  return name.empty() ? 0 : 2;
}
