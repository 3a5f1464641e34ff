// Marks: bits with summaries, set by many and taken by one.
#include "layout/marks.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace atollstore {
namespace {

class MarksTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  MarksTest() : words_(new u64[Marks::WordsFor(GetParam())]()), marks_(words_.get(), GetParam()) {}
  std::set<uint64_t> TakeAll() {
    std::set<uint64_t> taken;
    marks_.Take([&](uint64_t i) { return taken.insert(i).second; });
    return taken;
  }
  std::unique_ptr<u64[]> words_;
  Marks marks_;
};

TEST_P(MarksTest, WhatIsSetIsTakenOnce) {
  EXPECT_FALSE(marks_.Any());
  std::set<uint64_t> set;
  for (uint64_t i = 0, at = 0; i < 500; ++i, at = (at * 2862933555777941757 + 3037000493) % GetParam())
    set.insert(at);
  set.insert(GetParam() - 1);
  for (const uint64_t i : set) marks_.Set(i);
  for (const uint64_t i : set) EXPECT_TRUE(marks_.Has(i));
  EXPECT_TRUE(marks_.Any());
  EXPECT_EQ(TakeAll(), set);
  EXPECT_FALSE(marks_.Any());
  EXPECT_TRUE(TakeAll().empty());
}

TEST_P(MarksTest, WhoStopsLeavesTheRest) {
  for (uint64_t i = 0; i < GetParam(); i += 1 + GetParam() / 300) marks_.Set(i);
  std::set<uint64_t> taken;
  uint64_t rounds = 0;
  for (uint64_t count; (count = marks_.Take([&, left = 7](uint64_t i) mutable {
                         EXPECT_TRUE(taken.insert(i).second);
                         return --left > 0;
                       })) != 0;
       ++rounds) {
    EXPECT_LE(count, 7u);
  }
  uint64_t set = 0;
  for (uint64_t i = 0; i < GetParam(); i += 1 + GetParam() / 300) ++set;
  EXPECT_EQ(taken.size(), set);
  EXPECT_GE(rounds, set / 7);
}

TEST_P(MarksTest, NextFindsEachInOrderAndLeavesThem) {
  std::set<uint64_t> wanted;
  for (uint64_t i = GetParam() / 3; i < GetParam(); i += 1 + GetParam() / 50) {
    marks_.Set(i);
    wanted.insert(i);
  }
  for (int round = 0; round < 2; ++round) {
    std::set<uint64_t> found;
    for (uint64_t i = marks_.Next(0); i != Marks::kNone; i = marks_.Next(i + 1)) EXPECT_TRUE(found.insert(i).second);
    EXPECT_EQ(found, wanted);
  }
  EXPECT_EQ(marks_.Next(GetParam()), Marks::kNone);
  // Summaries of nothing are passed over.
  for (uint64_t i = 0; i < (GetParam() + 63) / 64; ++i) words_[i].store(0);
  EXPECT_EQ(marks_.Next(0), Marks::kNone);
  const uint64_t last = *wanted.rbegin();
  words_[last / 64].store(uint64_t{1} << (last % 64));
  EXPECT_EQ(marks_.Next(0), last);
}

TEST_P(MarksTest, BitWhoseSetterWasKilledIsFoundWithTheNext) {
  words_[0].store(1);  // and no summary
  if (GetParam() > 64) {
    EXPECT_TRUE(TakeAll().empty());
  }
  marks_.Set(GetParam() > 3 ? 3 : 0);
  EXPECT_EQ(TakeAll().count(0), 1u);
}

TEST_P(MarksTest, BitsOutsideAreLeftOut) {
  for (uint64_t i = 0; i < Marks::WordsFor(GetParam()); ++i) words_[i].store(~uint64_t{0});
  EXPECT_EQ(TakeAll().size(), GetParam());
}

TEST_P(MarksTest, NoneIsLostBetweenThreads) {
  constexpr int kThreads = 3;
  constexpr uint64_t kEach = 20'000;
  std::vector<std::atomic<uint32_t>> wanted(GetParam()), found(GetParam());
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t i = 0; i < kEach; ++i) {
        const uint64_t at = (i * 7919 + static_cast<uint64_t>(t)) % GetParam();
        wanted[at].fetch_add(1);
        marks_.Set(at);
      }
      --running;
    });
  }
  // What was done before a Set() is seen by whoever takes the mark after it: in the end, nothing is left
  // over.
  const auto take = [&] {
    marks_.Take([&](uint64_t i) {
      found[i].store(wanted[i].load());
      return true;
    });
  };
  while (running != 0) take();
  for (std::thread& thread : threads) thread.join();
  take();
  for (uint64_t i = 0; i < GetParam(); ++i) ASSERT_EQ(found[i].load(), wanted[i].load()) << i;
}

INSTANTIATE_TEST_SUITE_P(Sizes, MarksTest, ::testing::Values(1, 64, 65, 1088, 4096, 5000, 300'000));

}  // namespace
}  // namespace atollstore
