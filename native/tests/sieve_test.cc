// What the eviction's hand looks at.
#include "spill/sieve.h"

#include <set>

#include "poll_fixture.h"

namespace atollstore {
namespace {

class SieveTest : public PollTest {
 protected:
  void SetUp() override {
    PollTest::SetUp();
    Open();
    PollDuring([this] { client_ = Attach(); });
  }
  void TearDown() override {
    PollDuring([this] {
      for (atoll_client* client : std::exchange(clients_, {})) atoll_detach(client);
    });
    PollTest::TearDown();
  }
  std::vector<atoll_object_id> PutMany(int count) {
    std::vector<atoll_object_id> ids;
    PollDuring([&] {
      for (int i = 0; i < count; ++i) ids.push_back(Put(client_, 100));
    });
    return ids;
  }
  void Pin(const atoll_object_id& id) {
    atoll_view view{};
    OK(atoll_get(client_, &id, 0, &view));
  }
  static uint64_t IndexOf(const atoll_object_id& id) { return ObjectId(id).index(); }

  atoll_client* client_ = nullptr;
};

// However many are pinned, and for however long.
TEST_F(SieveTest, PassesThePinnedOnce) {
  constexpr int kPinned = 5000, kOthers = 100;
  const std::vector<atoll_object_id> pinned = PutMany(kPinned), others = PutMany(kOthers);
  for (const atoll_object_id& id : pinned) Pin(id);
  Sieve sieve(control());
  (void)sieve.Next();
  const uint64_t before = sieve.looks();
  for (int i = 1; i < kOthers; ++i) EXPECT_GE(sieve.Next(), IndexOf(others[0]));
  for (int i = 0; i < kOthers; ++i)
    EXPECT_GE(sieve.Next(), IndexOf(others[0]));  // the same ones: nobody evicts them here
  EXPECT_LE(sieve.looks() - before, 20u * kOthers);
  for (const atoll_object_id& id : pinned) OK(atoll_release(client_, &id));
}

TEST_F(SieveTest, FindsTheOneThatIsPinnedNoMore) {
  const std::vector<atoll_object_id> ids = PutMany(1000);
  for (const atoll_object_id& id : ids) Pin(id);
  Sieve sieve(control());
  EXPECT_EQ(sieve.Next(), Sieve::kNone);
  OK(atoll_release(client_, &ids[700]));
  EXPECT_EQ(sieve.Next(false), Sieve::kNone);  // not yet: that would be a look at all
  EXPECT_EQ(sieve.Next(), IndexOf(ids[700]));
  // Those that are looked at beside others come back by themselves.
  for (const atoll_object_id& id : {ids[3], ids[500]}) OK(atoll_release(client_, &id));
  std::set<uint64_t> found;
  for (int i = 0; i < 1000; ++i) found.insert(sieve.Next(false));
  EXPECT_EQ(found, (std::set<uint64_t>{IndexOf(ids[3]), IndexOf(ids[500]), IndexOf(ids[700])}));
  for (size_t i = 0; i < ids.size(); ++i) {
    if (i != 3 && i != 500 && i != 700) OK(atoll_release(client_, &ids[i]));
  }
}

// However many are marked.
TEST_F(SieveTest, LooksAtNoMoreThanItMay) {
  constexpr uint64_t kObjects = 10'000, kMost = 1000, kPinnedLooks = 4;
  for (const atoll_object_id& id : PutMany(kObjects)) {
    Pin(id);
    OK(atoll_release(client_, &id));
  }
  Sieve sieve(control());
  uint64_t found = Sieve::kLater, calls = 0;
  for (; found == Sieve::kLater && calls < 100; ++calls) {
    const uint64_t before = sieve.looks();
    found = sieve.Next(true, kMost);
    EXPECT_LE(sieve.looks() - before, kMost + kPinnedLooks);
  }
  EXPECT_LT(found, Sieve::kLater);
  EXPECT_GE(calls, kObjects / kMost);
}

// Of many more entries than are looked at in one go.
TEST_F(SieveTest, FindsEachOfMany) {
  constexpr int kObjects = 40'000;
  const std::vector<atoll_object_id> ids = PutMany(kObjects);
  Sieve sieve(control());
  std::set<uint64_t> found;
  for (int i = 0; i < 3 * kObjects; ++i) found.insert(sieve.Next());
  EXPECT_EQ(found.size(), static_cast<size_t>(kObjects));
}

}  // namespace
}  // namespace atollstore
