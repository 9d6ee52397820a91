// Would catch a call that returns before what it did is written, half of a step that is
// written, and a store that goes on after it has failed.
#include "engine/work/group_commit.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace tocsin::work {
namespace {

using With = GroupCommit::Stay::With;

absl::Status Nothing() { return absl::OkStatus(); }
void TakeNothing() {}

absl::Status DiskIsFull() { return absl::UnavailableError("the disk is full"); }

// Lets threads go on at one place once so many have come.
class Barrier {
 public:
  explicit Barrier(int count) : missing_(count) {}
  void Pass() {
    absl::MutexLock lock(&mu_);
    --missing_;
    mu_.Await(absl::Condition(
        +[](int* missing) { return *missing <= 0; }, &missing_));
  }

 private:
  absl::Mutex mu_;
  int missing_ ABSL_GUARDED_BY(mu_);
};

// Steps of two halves: taken are always as many first ones as second ones.
class Steps {
 public:
  // The number of the step, from 1.
  int Do() {
    GroupCommit::Stay stay(&group_);
    staying_.fetch_add(1);
    const int number = first_.fetch_add(1) + 1;
    std::this_thread::yield();
    // The place in the order of their ends is what is written.
    const int place = second_.fetch_add(1) + 1;
    group_.Note();
    staying_.fetch_sub(1);
    return std::max(number, place);
  }
  absl::Status Commit() {
    return group_.Commit(
        [this] {
          EXPECT_EQ(staying_.load(), 0) << "somebody stays";
          EXPECT_EQ(first_.load(), second_.load()) << "half of a step is taken";
          taken_ = second_.load();
        },
        [this] {
          EXPECT_FALSE(writing_.exchange(true)) << "two write at one time";
          std::this_thread::yield();
          written_.store(taken_);
          writes_.fetch_add(1);
          writing_.store(false);
          return absl::OkStatus();
        });
  }
  int written() const { return written_.load(); }
  int writes() const { return writes_.load(); }

 private:
  GroupCommit group_;
  std::atomic<int> staying_{0}, first_{0}, second_{0}, written_{0}, writes_{0};
  std::atomic<bool> writing_{false};
  int taken_ = 0;  // of who commits
};

TEST(GroupCommit, ReturnsOnceWhatWasNotedIsWritten) {
  constexpr int kThreads = 4;
  constexpr int kSteps = 100;
  Steps steps;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&steps] {
      for (int n = 0; n < kSteps; ++n) {
        steps.Do();
        const int done = steps.Do();
        EXPECT_TRUE(steps.Commit().ok());
        EXPECT_GE(steps.written(), done);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(steps.written(), 2 * kThreads * kSteps);
  EXPECT_LE(steps.writes(), kThreads * kSteps);
}

TEST(GroupCommit, WritesNothingWhereNothingWasNoted) {
  GroupCommit group;
  int writes = 0;
  const auto write = [&writes] { return ++writes, absl::OkStatus(); };
  EXPECT_FALSE(group.HasNoted());
  EXPECT_TRUE(group.Commit(TakeNothing, write).ok());
  EXPECT_EQ(writes, 0);
  group.Note();
  EXPECT_TRUE(group.HasNoted());
  EXPECT_TRUE(group.Commit(TakeNothing, write).ok());
  EXPECT_TRUE(group.Commit(TakeNothing, write).ok());
  EXPECT_EQ(writes, 1);
  EXPECT_FALSE(group.HasNoted());
}

// Those who come while the disk is busy share the next write, all of them.
TEST(GroupCommit, WritesOnceForAllWhoWait) {
  constexpr int kWaiting = 6;
  GroupCommit group;
  std::atomic<int> noted{0};
  std::atomic<int> writes{0};
  group.Note();
  std::vector<std::thread> waiting;
  const absl::Status status = group.Commit(TakeNothing, [&] {
    for (int i = 0; i < kWaiting; ++i) {
      waiting.emplace_back([&] {
        {
          GroupCommit::Stay stay(&group);
          group.Note();
        }
        noted.fetch_add(1);
        EXPECT_TRUE(group
                        .Commit(TakeNothing,
                                [&] {
                                  writes.fetch_add(1);
                                  return absl::OkStatus();
                                })
                        .ok());
      });
    }
    while (noted.load() < kWaiting) std::this_thread::yield();
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok());
  for (std::thread& thread : waiting) thread.join();
  EXPECT_EQ(writes.load(), 1);
}

// What came while it was written is not yet: nobody may take it for that.
TEST(GroupCommit, KeepsWhatIsNotedWhileItWritesForTheNextWrite) {
  GroupCommit group;
  group.Note();
  EXPECT_TRUE(group
                  .Commit(TakeNothing,
                          [&group] {
                            GroupCommit::Stay stay(&group);
                            group.Note();
                            return absl::OkStatus();
                          })
                  .ok());
  EXPECT_TRUE(group.HasNoted());
  bool written = false;
  EXPECT_TRUE(group
                  .Commit(TakeNothing,
                          [&written] {
                            written = true;
                            return absl::OkStatus();
                          })
                  .ok());
  EXPECT_TRUE(written);
}

TEST(GroupCommit, TakesNothingWhileSomebodyStays) {
  GroupCommit group;
  std::atomic<bool> taken{false};
  std::thread committing;
  {
    GroupCommit::Stay stay(&group);
    group.Note();
    committing = std::thread([&] {
      EXPECT_TRUE(group.Commit([&taken] { taken.store(true); }, Nothing).ok());
    });
    for (int i = 0; i < 50; ++i) std::this_thread::yield();
    EXPECT_FALSE(taken.load());
  }
  committing.join();
  EXPECT_TRUE(taken.load());
}

TEST(GroupCommit, AnErrorIsTheAnswerToAllWhoWaitAndToAllFromThenOn) {
  constexpr int kWaiting = 4;
  GroupCommit group;
  std::vector<std::thread> waiting;
  std::atomic<int> noted{0};
  group.Note();
  EXPECT_TRUE(group.failure().ok());
  const absl::Status first = group.Commit(TakeNothing, [&] {
    for (int i = 0; i < kWaiting; ++i) {
      waiting.emplace_back([&] {
        group.Note();
        noted.fetch_add(1);
        EXPECT_EQ(group.Commit(TakeNothing, Nothing), DiskIsFull());
      });
    }
    while (noted.load() < kWaiting) std::this_thread::yield();
    return DiskIsFull();
  });
  EXPECT_EQ(first, DiskIsFull());
  for (std::thread& thread : waiting) thread.join();
  EXPECT_EQ(group.failure(), DiskIsFull());
  const auto never = [] {
    ADD_FAILURE() << "written after an error";
    return absl::OkStatus();
  };
  EXPECT_EQ(group.Commit(TakeNothing, never), DiskIsFull());
  group.Note();
  EXPECT_EQ(group.Commit(TakeNothing, never), DiskIsFull());
  EXPECT_TRUE(group.HasNoted());
}

// Else a thread would wait for itself: behind one who wants to be alone, or as that one.
TEST(Stay, InsideAnotherIsNothing) {
  GroupCommit group;
  for (const With outer : {With::kOthers, With::kNobody}) {
    std::optional<GroupCommit::Stay> first(std::in_place, &group, outer);
    for (const With inner : {With::kOthers, With::kNobody}) {
      GroupCommit::Stay second(&group, inner);
      GroupCommit::Stay third(&group, inner);
    }
    std::atomic<bool> alone{false};
    std::thread other([&] {
      GroupCommit::Stay stay(&group, With::kNobody);
      alone.store(true);
    });
    for (int i = 0; i < 50; ++i) std::this_thread::yield();
    EXPECT_FALSE(alone.load()) << "the inner one has ended the outer one";
    first.reset();
    other.join();
  }
}

// Would catch a half that others write, of who was thrown out of its step.
TEST(Stay, AmidAnExceptionEndsTheProcess) {
  GroupCommit group;
  const auto throw_amid = [&group] {
    try {
      GroupCommit::Stay stay(&group);
      throw 1;
    } catch (int) {
    }
  };
  EXPECT_DEATH(throw_amid(), "");
  // A destructor of the host's may call an engine while something is on its way.
  struct Calls {
    ~Calls() { GroupCommit::Stay stay(group); }
    GroupCommit* group;
  };
  try {
    const Calls calls{&group};
    throw 1;
  } catch (int) {
  }
}

TEST(Stay, WithOthersKeepsNobodyOut) {
  GroupCommit group;
  Barrier all(3);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      GroupCommit::Stay stay(&group);
      all.Pass();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Stay, OfNobodysGroupIsNothing) {
  GroupCommit::Stay stay(nullptr);
  GroupCommit::Stay inside(nullptr, With::kNobody);
}

}  // namespace
}  // namespace tocsin::work
