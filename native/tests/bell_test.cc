// The event count: nothing that is rung for is left lying, however waiters spin and sleep.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "os/sync.h"

namespace atollstore {
namespace {

using os::Bell;
using os::Deadline;

TEST(Bell, SingleRingsLeaveNoWorkLyingWhileWaitersSpinAndSleep) {
  constexpr int kRounds = 20'000;
  constexpr int kWaiters = 3;
  Bell bell{};
  std::atomic<int> work{0};
  std::atomic<int> done{0};
  std::atomic<int> overslept{0};
  std::atomic<bool> over{false};
  std::vector<std::thread> waiters;
  for (int i = 0; i < kWaiters; ++i) {
    waiters.emplace_back([&] {
      while (!over.load()) {
        const uint32_t seen = bell.Read();
        int left = work.load();
        while (left > 0 && !work.compare_exchange_weak(left, left - 1)) {
        }
        if (left > 0) {
          if (left > 1) bell.Ring(1);  // more than it takes: somebody else's
          done.fetch_add(1);
        } else if (!bell.Wait(seen, Deadline::After(10'000'000'000)) && work.load() > 0) {
          overslept.fetch_add(1);
        }
      }
    });
  }
  for (int i = 0; i < kRounds; ++i) {
    work.fetch_add(1);
    bell.Ring(1);
    // Now at once, now late, so that waiters are found spinning, going to sleep, and asleep.
    if (i % 3 == 0) {
      while (done.load() <= i && overslept.load() == 0) os::Relax();
    }
    if (i % 100 == 0) std::this_thread::sleep_for(std::chrono::microseconds(60));
  }
  while (done.load() < kRounds && overslept.load() == 0) std::this_thread::yield();
  over.store(true);
  bell.Ring();
  for (std::thread& waiter : waiters) waiter.join();
  EXPECT_EQ(done.load(), kRounds);
  EXPECT_EQ(overslept.load(), 0);
}

TEST(Bell, WaitEndsInTimeWithoutARing) {
  Bell bell{};
  EXPECT_FALSE(bell.Wait(bell.Read(), Deadline::After(1'000'000)));
  EXPECT_EQ(bell.waiters.load(), 0u);
  bell.Ring();
  EXPECT_TRUE(bell.Wait(0, Deadline::After(Deadline::kForever)));
}

TEST(Deadline, OnlyForeverHasNoEnd) {
  for (const int64_t over : {int64_t{0}, int64_t{-1}, INT64_MIN}) {
    EXPECT_TRUE(Deadline::After(over).passed()) << over;
    EXPECT_EQ(Deadline::After(over).left(), 0) << over;
    EXPECT_EQ(Deadline::After(over).left_ms(), 0) << over;
    EXPECT_TRUE(Deadline::After(over).AtMost(1'000'000'000).passed()) << over;
  }
  for (const int64_t ever : {INT64_MAX, INT64_MAX - 1}) {  // the clock would overflow
    EXPECT_TRUE(Deadline::After(ever).never());
    EXPECT_FALSE(Deadline::After(ever).passed());
    EXPECT_EQ(Deadline::After(ever).left_ms(), -1);
    EXPECT_FALSE(Deadline::After(ever).AtMost(1'000'000'000).never());
  }
  const Deadline soon = Deadline::After(1'500'000);
  EXPECT_LE(soon.left_ms(), 2);
  EXPECT_GT(soon.AtMost(-1).at(), 0);
  EXPECT_EQ(Deadline::After(10'000'000'000'000'000).left_ms(), INT32_MAX);
}

}  // namespace
}  // namespace atollstore
