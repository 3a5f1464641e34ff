#include "heap/choose_run.h"

#include <gtest/gtest.h>

#include <string>

namespace atollstore {
namespace {

// '.': has no memory behind it; '+': has some; '#': is somebody's.
Run Choose(const std::string& map, uint64_t need, bool backed_only = false) {
  return ChooseRun(map.size(), need, backed_only, [&](uint64_t at) {
    return map[at] == '#' ? Room::kNone : map[at] == '+' ? Room::kBacked : Room::kBare;
  });
}

TEST(ChooseRun, BeginsAtAMultipleOfItsLengthBeforeItTakesWhatHasMemory) {
  EXPECT_EQ(Choose("#++++....", 2), (atollstore::Run{2, 2}));
  EXPECT_EQ(Choose("#++#..#++", 2), (atollstore::Run{4, 2}));
  EXPECT_EQ(Choose("#++#..#++", 2, true), (atollstore::Run{1, 2}));
  EXPECT_EQ(Choose("#..#.#++#", 2), (atollstore::Run{6, 2}));
}

TEST(ChooseRun, LongOneLiesAtTheEndRatherThanInTheMiddle) {
  EXPECT_EQ(Choose("...........", 6), (atollstore::Run{0, 6}));
  EXPECT_EQ(Choose("#+++++++++.", 6), (atollstore::Run{5, 6}));
  EXPECT_EQ(Choose("#.........#", 6), (atollstore::Run{1, 6})) << "anywhere, when there is nothing better";
  EXPECT_EQ(Choose("#+++++++++.", 6, true), (atollstore::Run{1, 6}));
  EXPECT_EQ(Choose("#+++++++++.", 3), (atollstore::Run{3, 3})) << "a short one does not";
}

TEST(ChooseRun, ThereIsNoneWhereNoneIsLongEnough) {
  EXPECT_EQ(Choose("...#...", 4), atollstore::Run{});
  EXPECT_EQ(Choose("....", 5), atollstore::Run{});
  EXPECT_EQ(Choose("+.+.+", 2, true), atollstore::Run{});
}

}  // namespace
}  // namespace atollstore
