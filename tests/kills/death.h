#ifndef TOCSIN_TESTS_KILLS_DEATH_H_
#define TOCSIN_TESTS_KILLS_DEATH_H_

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/moments.h"

namespace tocsin::testing {

// Where a process may kill itself.
struct DeathPoint {
  const char* name = "";
  // How often it is come to before a life would be long.
  int often = 1;
  // One of the engine's; nothing: in a file of the store.
  std::optional<core::Moment> moment = std::nullopt;
};
const std::vector<DeathPoint>& DeathPoints();

// Kills the process when it comes to a point for the n-th time; with an empty name never.
//
// Thread safety: thread-safe.
class Death final : public core::Moments {
 public:
  Death(std::string point, int times) : point_(std::move(point)), left_(times) {}

  void At(core::Moment moment) override;
  // Whether the process is to die now, at a point of this name.
  bool IsNow(const char* point) {
    return point_ == point && left_.fetch_sub(1, std::memory_order_relaxed) == 1;
  }
  [[noreturn]] static void Die();

 private:
  const std::string point_;
  std::atomic<int> left_;
};

// Registers a file system with SQLite that dies in the midst of writing, and returns its
// name. Once; the death must outlive it.
const char* RegisterDyingFiles(Death* death);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_KILLS_DEATH_H_
