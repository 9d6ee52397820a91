#ifndef TOCSIN_TESTS_CLI_STORE_LINES_H_
#define TOCSIN_TESTS_CLI_STORE_LINES_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/cli/run_tocsin.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

// What is in a directory, by name.
inline std::map<std::string, std::string> FilesIn(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    files[entry.path().filename()] = ReadFile(entry.path());
  }
  return files;
}

inline std::unique_ptr<Engine> OpenAt(const std::string& directory) {
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Open({.directory = directory, .worker_threads = 0});
  EXPECT_TRUE(engine.ok()) << engine.status();
  return engine.ok() ? *std::move(engine) : nullptr;
}

// Batch `offset` of those that add 1 each: what a customer has spent says which came.
inline absl::Status ApplyBatch(Engine& engine, std::uint64_t offset,
                               std::size_t customers = 1) {
  std::vector<Fact> facts;
  for (std::size_t i = 1; i <= customers; ++i) {
    facts.push_back(Spend(Customer(static_cast<int>(i)), "1"));
  }
  return engine.Apply(facts, {.position = Position{"bills", offset}}).status;
}

// Batches by a process that ends with them, which nobody closes.
inline void ApplyAndDie(const std::string& directory, std::uint64_t batches) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::unique_ptr<Engine> engine = OpenAt(directory);
    for (std::uint64_t i = 1; i <= batches; ++i) {
      if (!ApplyBatch(*engine, i).ok()) _exit(1);
    }
    _exit(0);
  }
  ASSERT_EQ(ExitStatusOf(child), 0);
}

// An engine of this process that is told one batch after the other, on a thread.
class BusyEngine {
 public:
  explicit BusyEngine(const std::string& directory) : engine_(OpenAt(directory)) {
    writer_ = std::thread([this] {
      for (std::uint64_t next = 1; !ends_.load(); ++next) {
        EXPECT_TRUE(ApplyBatch(*engine_, next).ok());
        acknowledged_.store(next);
      }
    });
  }
  ~BusyEngine() {
    ends_.store(true);
    writer_.join();
  }
  BusyEngine(const BusyEngine&) = delete;
  BusyEngine& operator=(const BusyEngine&) = delete;

  // The last batch that was acknowledged, once there are so many.
  std::uint64_t Acknowledged(std::uint64_t at_least) const {
    while (acknowledged_.load() < at_least) std::this_thread::yield();
    return acknowledged_.load();
  }

 private:
  std::unique_ptr<Engine> engine_;
  std::atomic<std::uint64_t> acknowledged_{0};
  std::atomic<bool> ends_{false};
  std::thread writer_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CLI_STORE_LINES_H_
