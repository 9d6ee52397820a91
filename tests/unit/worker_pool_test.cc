#include "engine/work/worker_pool.h"

#include <string>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace tocsin::work {
namespace {

constexpr absl::Duration kLong = absl::Seconds(60);

absl::Duration NothingToDo() { return absl::InfiniteDuration(); }

TEST(WorkerPool, KeepsAThreadForWhoDoesNotTakeLong) {
  WorkerPool pool(2);
  ASSERT_TRUE(pool.Start(NothingToDo).ok());
  absl::Notification ran;
  bool others_ran[2] = {false, false};
  for (bool& other_ran : others_ran) {
    pool.ScheduleLong(
        0, [&ran, &other_ran] { other_ran = ran.WaitForNotificationWithTimeout(kLong); });
  }
  pool.Schedule(0, [&ran] { ran.Notify(); });
  ASSERT_TRUE(pool.AwaitIdle(3 * kLong));
  EXPECT_TRUE(others_ran[0]);
  EXPECT_TRUE(others_ran[1]);
}

TEST(WorkerPool, OfOneThreadRunsLongTasksLast) {
  WorkerPool pool(1);
  ASSERT_TRUE(pool.Start(NothingToDo).ok());
  absl::Notification scheduled;
  std::string order;
  pool.Schedule(0, [&scheduled] { scheduled.WaitForNotificationWithTimeout(kLong); });
  pool.ScheduleLong(0, [&order] { order += "A"; });
  pool.ScheduleLong(0, [&order] { order += "B"; });
  pool.Schedule(0, [&order] { order += "c"; });
  scheduled.Notify();
  ASSERT_TRUE(pool.AwaitIdle(kLong));
  EXPECT_EQ(order, "cAB");
}

}  // namespace
}  // namespace tocsin::work
