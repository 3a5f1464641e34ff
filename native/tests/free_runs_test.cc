#include "heap/free_runs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace atollstore {
namespace {

FreeRuns Runs(uint64_t slabs) {
  auto runs = FreeRuns::Create(slabs);
  EXPECT_TRUE(runs.ok());
  return std::move(runs).value();
}

// Random programs against a vector of bools: what is taken was free, what is free can be taken.
class FreeRunsProgram : public ::testing::TestWithParam<uint32_t> {
 protected:
  static constexpr uint64_t kSlabs = 3000;

  uint64_t Longest() const {
    uint64_t longest = 0, run = 0;
    for (const bool free : free_) longest = std::max(longest, run = free ? run + 1 : 0);
    return longest;
  }
  bool Free(uint64_t first, uint64_t count) const {
    return first + count <= kSlabs &&
           std::all_of(free_.begin() + static_cast<int64_t>(first),
                       free_.begin() + static_cast<int64_t>(first + count), [](bool free) { return free; });
  }
  void Mark(uint64_t first, uint64_t count, bool free) {
    std::fill_n(free_.begin() + static_cast<int64_t>(first), count, free);
  }
  std::vector<bool> free_ = std::vector<bool>(kSlabs);
  struct Taken {
    uint64_t first, count;
  };
  std::vector<Taken> taken_ = {{0, kSlabs}};
};

TEST_P(FreeRunsProgram, AgreesWithANaiveOne) {
  FreeRuns runs = Runs(kSlabs);
  std::mt19937 random(GetParam());
  const auto below = [&](uint64_t n) { return std::uniform_int_distribution<uint64_t>(0, n - 1)(random); };
  const uint64_t most = GetParam() % 2 == 0 ? 8 : 300;
  for (int step = 0; step < 4000; ++step) {
    const uint64_t count = 1 + below(most);
    switch (below(3)) {
      case 0: {  // a part of something taken comes back
        if (taken_.empty()) break;
        std::swap(taken_[below(taken_.size())], taken_.back());
        Taken& last = taken_.back();
        const uint64_t part = std::min(count, last.count);
        const bool front = below(2) == 0;
        const uint64_t first = front ? last.first : last.first + last.count - part;
        runs.Add(first, part);
        Mark(first, part, true);
        last = {front ? last.first + part : last.first, last.count - part};
        if (last.count == 0) taken_.pop_back();
        break;
      }
      case 1: {
        const uint64_t longest = Longest();
        const bool thorough = below(2) == 0;
        const uint64_t first = runs.Take(count, thorough);
        if (first == FreeRuns::kNone) {
          EXPECT_TRUE(!thorough || longest < count) << "step " << step;
          break;
        }
        ASSERT_TRUE(Free(first, count)) << "step " << step;
        Mark(first, count, false);
        taken_.push_back({first, count});
        break;
      }
      default: {
        const uint64_t first = below(kSlabs);
        ASSERT_EQ(runs.AllFree(first, count), Free(first, count)) << "step " << step;
        if (!Free(first, count)) break;
        runs.TakeAt(first, count);
        Mark(first, count, false);
        taken_.push_back({first, count});
      }
    }
    ASSERT_EQ(runs.total(), static_cast<uint64_t>(std::count(free_.begin(), free_.end(), true)));
    const uint64_t slab = below(kSlabs);
    ASSERT_EQ(runs.IsFree(slab), free_[slab]);
  }
  // All of it again, and it is one run.
  for (const Taken& run : taken_) runs.Add(run.first, run.count);
  EXPECT_EQ(runs.Take(kSlabs, false), 0u);
  EXPECT_EQ(runs.total(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, FreeRunsProgram, ::testing::Range(0u, 12u));

TEST(FreeRuns, TellHowManyAreFreeOnBothSidesOfASlab) {
  FreeRuns runs = Runs(1000);
  EXPECT_EQ(runs.FreeBefore(0), 0u);
  EXPECT_EQ(runs.FreeBefore(1000), 0u);
  EXPECT_EQ(runs.FreeFrom(1000), 0u);
  runs.Add(100, 200);
  runs.Add(900, 100);
  for (const uint64_t at : {uint64_t{100}, uint64_t{130}, uint64_t{299}}) {
    EXPECT_EQ(runs.FreeBefore(at), at - 100);
    EXPECT_EQ(runs.FreeFrom(at), 300 - at);
  }
  EXPECT_EQ(runs.FreeBefore(300), 200u);
  EXPECT_EQ(runs.FreeFrom(300), 0u);
  EXPECT_EQ(runs.FreeBefore(301), 0u);
  EXPECT_EQ(runs.FreeFrom(99), 0u);
  EXPECT_EQ(runs.FreeBefore(1000), 100u);
  EXPECT_EQ(runs.FreeFrom(999), 1u);
}

TEST(FreeRuns, WhatIsGivenBackIsTakenNext) {
  FreeRuns runs = Runs(1000);
  runs.Add(0, 1000);
  const uint64_t first = runs.Take(16, false);
  runs.Add(first, 16);
  EXPECT_EQ(runs.Take(16, false), first);
}

TEST(FreeRuns, RunsHardlyTooShortDoNotHideALongEnoughOneFromAThoroughLook) {
  FreeRuns runs = Runs(40 * 200);
  // 64 to 67 are of one bin.
  runs.Add(0, 67);
  for (uint64_t i = 1; i < 100; ++i) runs.Add(i * 80, 64);
  EXPECT_EQ(runs.Take(66, false), FreeRuns::kNone);
  EXPECT_EQ(runs.Take(66, true), 0u);
}

TEST(FreeRuns, TablesForAVeryLargeStoreCostNothing) {
  constexpr uint64_t kSlabs = uint64_t{16} << 40 >> 16;  // 16 TiB
  FreeRuns runs = Runs(kSlabs);
  runs.Add(kSlabs / 2, 100);
  EXPECT_EQ(runs.Take(100, false), kSlabs / 2);
}

}  // namespace
}  // namespace atollstore
