// How many lines a second `tocsin replay` reads, judges and writes, as a program of
// its own on one core. The lines are those of the CDNOW data set ten times over, so that
// the file is long: either each customer under ten ids, or the same customers again
// every two years. In both every copy crosses anew.
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "benchmark/benchmark.h"

namespace {

constexpr int kCopies = 10;
constexpr int kYearsApart = 2;
constexpr char kDiscs[] = "46e09f38-1d5f-537f-ba26-9d04679ff0e7";

struct Purchase {
  int year = 0;
  std::string day;  // 0101
  std::string customer;
  std::string discs;
  std::string cents;
};

// `12.34` dollars are `1234` cents.
std::string CentsOf(std::string dollars) {
  dollars.erase(std::remove(dollars.begin(), dollars.end(), '.'), dollars.end());
  const std::size_t first = dollars.find_first_not_of('0');
  return first == std::string::npos ? "0" : dollars.substr(first);
}

std::vector<Purchase> ReadPurchases(const std::filesystem::path& data) {
  std::vector<Purchase> purchases;
  std::ifstream file(data / "cdnow.txt");
  std::string customer, date, discs, dollars;
  while (file >> customer >> date >> discs >> dollars) {
    const int year = std::stoi(date.substr(0, 4)) - kCopies * kYearsApart;
    purchases.push_back({year, date.substr(4), customer, discs, CentsOf(dollars)});
  }
  std::stable_sort(purchases.begin(), purchases.end(),
                   [](const Purchase& a, const Purchase& b) {
                     return std::tie(a.year, a.day) < std::tie(b.year, b.day);
                   });
  return purchases;
}

enum class Repeat { kCustomers, kYears };

void WritePurchase(const Purchase& purchase, int customers, int years,
                   std::ofstream* file) {
  const std::string time =
      absl::StrFormat("%d-%s-%sT12:00:00Z", purchase.year + years,
                      purchase.day.substr(0, 2), purchase.day.substr(2, 2));
  const std::string customer = absl::StrFormat(
      "%08x-c0de-4000-8000-%s%s", 0x9e3779b9u * static_cast<unsigned>(customers + 1),
      std::string(12 - purchase.customer.size(), '0'), purchase.customer);
  *file << R"({"type":"spend","customer_id":")" << customer << R"(","amount":")"
        << purchase.cents << R"(","timestamp":")" << time << "\"}\n"
        << R"({"type":"usage","customer_id":")" << customer
        << R"(","billable_metric_id":")" << kDiscs << R"(","quantity":")"
        << purchase.discs << R"(","timestamp":")" << time << "\"}\n";
}

// How many lines it wrote; 0 if it could not.
std::size_t WriteFacts(const std::vector<Purchase>& purchases, Repeat repeat,
                       const std::filesystem::path& path) {
  std::ofstream file(path, std::ios::binary);
  const bool in_years = repeat == Repeat::kYears;
  for (int years = 0; years < (in_years ? kCopies : 1); ++years) {
    for (const Purchase& purchase : purchases) {
      for (int copy = 0; copy < (in_years ? 1 : kCopies); ++copy) {
        WritePurchase(purchase, copy, years * kYearsApart, &file);
      }
    }
  }
  file.flush();
  return file.good() ? 2 * kCopies * purchases.size() : 0;
}

// Runs the program on core 0 with nothing on its standard error; false if it failed.
bool RunOnOneCore(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(0, &cores);
    const int null = open("/dev/null", O_WRONLY);
    if (sched_setaffinity(0, sizeof cores, &cores) != 0 || dup2(null, 2) < 0) _exit(99);
    execv(arguments[0], arguments.data());
    _exit(98);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

void BM_ReplayCdnow(benchmark::State& state) {
  const std::filesystem::path data = TOCSIN_BENCH_DATA;
  const std::vector<Purchase> purchases = ReadPurchases(data);
  if (purchases.empty()) {
    state.SkipWithError("left out: there is no cdnow.txt in " TOCSIN_BENCH_DATA);
    return;
  }
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / absl::StrCat("tocsin_bench_", getpid());
  std::filesystem::create_directory(folder);
  const Repeat repeat = state.range(0) == 0 ? Repeat::kCustomers : Repeat::kYears;
  const std::size_t lines = WriteFacts(purchases, repeat, folder / "facts.jsonl");
  std::vector<std::string> words = {TOCSIN_BENCH_BINARY, "replay",
                                    "--alerts",          data / "cdnow.alerts.json",
                                    "--facts",           folder / "facts.jsonl",
                                    "--period",          "calendar-month",
                                    "--threads",         "1"};
  if (state.range(1) != 0) {
    words.insert(words.end(), {"--notifications", folder / "notifications.jsonl"});
  }
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    if (lines == 0 || !RunOnOneCore(words)) {
      state.SkipWithError("the replay failed");
      break;
    }
    state.SetIterationTime(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(lines));
  state.SetLabel(absl::StrCat(lines, " lines"));
  std::filesystem::remove_all(folder);
}
BENCHMARK(BM_ReplayCdnow)
    ->ArgNames({"in_years", "notifications_written"})
    ->ArgsProduct({{0, 1}, {0, 1}})
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

}  // namespace
