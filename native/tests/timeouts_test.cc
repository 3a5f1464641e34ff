// What is on disk is waited for as long as the caller has said, and no longer.
#include <atomic>
#include <thread>

#include "os/sync.h"
#include "poll_fixture.h"
#include "spill_fixture.h"

namespace atollstore {
namespace {

class TimeoutsTest : public SpillTest {
 protected:
  static constexpr int64_t kTimeout = kSecond / 5;
  // Far more than a call is late, far less than what would be waited for in vain.
  static constexpr int64_t kSlack = kSecond;

  // One object on disk, and the store full of pins.
  void SetUp() override {
    SpillTest::SetUp();
    StartSpilling();
    client_ = Attach();
    on_disk_ = PutWords(client_, 1'000'000, 5);
    for (;;) {
      atoll_object_id id{};
      uint64_t address = 0;
      if (atoll_create(client_, &id, 1 << 20, 0, 0, kSecond / 5, &address) != 0) break;
      OK(atoll_seal(client_, &id, nullptr));
      atoll_view view{};
      OK(atoll_get(client_, &id, 0, &view));
      pinned_.push_back(id);
    }
    atoll_view view{};
    ASSERT_EQ(atoll_peek(client_, &on_disk_, 1, &view), 1);
    ASSERT_EQ(view.address, 0u);
  }
  void LetGo() {
    for (const atoll_object_id& id : pinned_) OK(atoll_release(client_, &id));
  }
  int64_t Get(int64_t timeout) {
    atoll_view view{};
    return atoll_get(client_, &on_disk_, timeout, &view);
  }
  int64_t GetAll(atoll_client* client, int64_t timeout) {
    const atoll_object_id ids[] = {on_disk_, pinned_[0]};
    atoll_view views[2];
    return atoll_get_all(client, ids, 2, timeout, views);
  }
  template <typename Call>
  static void ExpectAfter(int64_t timeout, Call call) {
    const int64_t start = os::NowNanos();
    call();
    const int64_t took = os::NowNanos() - start;
    EXPECT_GE(took, timeout);
    EXPECT_LT(took, timeout + kSlack);
  }

  atoll_client* client_ = nullptr;
  atoll_object_id on_disk_{};
  std::vector<atoll_object_id> pinned_;
};

TEST_F(TimeoutsTest, NoTimeIsNoWait) {
  for (const int64_t over : {int64_t{0}, int64_t{-1}, INT64_MIN}) {
    ExpectAfter(0, [&] { EXPECT_EQ(Get(over), -ATOLL_TIMED_OUT); });
    EXPECT_NE(std::string(atoll_last_error()).find("on disk"), std::string::npos) << atoll_last_error();
    ExpectAfter(0, [&] { EXPECT_EQ(GetAll(client_, over), -ATOLL_TIMED_OUT); });
  }
  EXPECT_EQ(Stats(client_).pins, pinned_.size());
  LetGo();
}

TEST_F(TimeoutsTest, WhoFindsNoRoomSaysSoWhenItsTimeIsOver) {
  ExpectAfter(kTimeout, [&] { EXPECT_EQ(Get(kTimeout), -ATOLL_STORE_FULL); });
  EXPECT_NE(std::string(atoll_last_error()).find(" pins "), std::string::npos) << atoll_last_error();
  ExpectAfter(kTimeout, [&] { EXPECT_EQ(GetAll(client_, kTimeout), -ATOLL_STORE_FULL); });
  EXPECT_EQ(Stats(client_).pins, pinned_.size());
  LetGo();
}

// The turn of lists is another's meanwhile, who waits for ever.
TEST_F(TimeoutsTest, ForEverIsUntilThereIsRoomAndKeepsNobodyElseWaiting) {
  atoll_client* other = Attach();
  std::atomic<int> back{0};
  std::thread one([&] {
    EXPECT_EQ(Get(ATOLL_FOREVER), 0) << atoll_last_error();
    ++back;
  });
  std::thread list([&] {
    EXPECT_EQ(GetAll(other, ATOLL_FOREVER), 0) << atoll_last_error();
    ++back;
  });
  auto look = Look::At(path_.c_str());
  ASSERT_TRUE(look.ok());
  ASSERT_TRUE(Eventually([&] { return look.value().control().header().list_turn.load() != 0; }));
  for (int i = 0; i < 3; ++i) ExpectAfter(kTimeout, [&] { EXPECT_EQ(GetAll(client_, kTimeout), -ATOLL_TIMED_OUT); });
  EXPECT_EQ(back.load(), 0);
  LetGo();
  one.join();
  list.join();
  OK(atoll_release(client_, &on_disk_));
  OK(atoll_release(other, &on_disk_));
  OK(atoll_release(other, &pinned_[0]));
}

// The server stands still in the midst of it: so what comes first is seen, and not how fast anything is.
TEST_F(PollTest, ACreateWhoseTimeIsOverDoesNotWaitForItsMemoryAndGivesItBack) {
  auto options = Defaults();
  options.capacity = uint64_t{1} << 30;
  ASSERT_NO_FATAL_FAILURE(Open(options));
  atoll_client* client = nullptr;
  PollDuring([&] { client = Attach(); });
  const auto kept = [&] {
    uint64_t count = 0;
    for (uint64_t i = 0; i < control().geometry().extents(); ++i)
      count += (control().extent(i).load() & kExtentOwnerMask) == kKept;
    return count;
  };
  atoll_object_id id{};
  std::thread creator([&] {
    uint64_t address = 0;
    EXPECT_EQ(atoll_create(client, &id, uint64_t{900} << 20, 0, 0, kSecond / 2, &address), -ATOLL_STORE_FULL);
  });
  // Its run is kept, and the first of its memory is being put behind it. No round until it has given up.
  EXPECT_TRUE(PollUntil([&] { return kept() >= 400; }));
  creator.join();
  EXPECT_GE(kept(), 400u);
  EXPECT_TRUE(PollUntil([&] { return kept() == 0; }));
  PollDuring([&] { Detach(client); });
}

// The server stands still: a get waits its time for control memory, a create from the reserve asks for nothing.
TEST_F(PollTest, WhoLacksControlMemoryWaitsAsLongAsItHasTime) {
  ASSERT_NO_FATAL_FAILURE(Open());
  atoll_client *maker = nullptr, *client = nullptr;
  atoll_object_id id{};
  PollDuring([&] {
    maker = Attach();
    client = Attach();
    id = Put(maker, 100);
  });
  control().header().control_budget.store(0);
  std::atomic<int64_t> code{1};
  std::thread getter([&] {
    atoll_view view{};
    code = atoll_get(client, &id, 60 * kSecond, &view);
  });
  const auto patient = [&] {
    for (const WishRecord& wish : control().client(static_cast<uint64_t>(atoll_client_index(client))).wishes) {
      if (WishWord(wish.word.load()).state() == WishState::kWaits &&
          wish.kind.load() == static_cast<uint32_t>(WishKind::kControl))
        return true;
    }
    return false;
  };
  EXPECT_TRUE(Eventually([&] { return patient() || code <= 0; }));
  EXPECT_EQ(code, 1);
  EXPECT_TRUE(PollUntil([&] { return code <= 0; }));
  getter.join();
  EXPECT_EQ(code, 0);
  OK(atoll_release(client, &id));
  PollDuring([&] {
    OK(atoll_dereference(maker, &id));
    Detach(client);
    Detach(maker);
  });
}

TEST_F(PollTest, ACreateFromTheReserveAsksForNoEntry) {
  auto options = Defaults();
  options.max_objects = 64;
  ASSERT_NO_FATAL_FAILURE(Open(options));
  atoll_client* client = nullptr;
  std::vector<atoll_object_id> ids;
  PollDuring([&] {
    client = AttachReserving(2 << 20);
    atoll_object_id id{};
    while (atoll_expect(client, &id) == 0) ids.push_back(id);
  });
  const uint64_t tickets = control().header().next_ticket.load();
  atoll_object_id id{};
  uint64_t address = 0;
  EXPECT_EQ(atoll_create_reserved(client, &id, 100, 0, 0, &address), -ATOLL_TOO_MANY_OBJECTS);
  EXPECT_EQ(control().header().next_ticket.load(), tickets);
  PollDuring([&] {
    for (const atoll_object_id& one : ids) OK(atoll_dereference(client, &one));
    Detach(client);
  });
}

// An entry first, and then room: both within the time that it was given.
TEST_F(PollTest, ACreateThatWaitsTwiceHasOneTime) {
  auto options = Defaults();
  options.max_objects = 64;
  ASSERT_NO_FATAL_FAILURE(Open(options));
  atoll_client* client = nullptr;
  std::vector<atoll_object_id> ids;
  atoll_object_id all{};
  PollDuring([&] {
    client = Attach();
    all = Put(client, options.capacity - (4 << 20));
    atoll_object_id id{};
    while (atoll_expect(client, &id) == 0) ids.push_back(id);
  });
  ASSERT_FALSE(ids.empty());
  std::atomic<bool> done{false};
  std::thread creator([&] {
    atoll_object_id id{};
    uint64_t address = 0;
    EXPECT_EQ(atoll_create(client, &id, 8 << 20, 0, 0, 60 * kSecond, &address), 0) << atoll_last_error();
    EXPECT_EQ(atoll_abort(client, &id), 0);
    EXPECT_EQ(atoll_dereference(client, &id), 0);
    done.store(true);
  });
  // When the wish for such a thing is over.
  const auto until = [&](WishKind kind) {
    int64_t at = 0;
    control().EachClient([&](uint32_t c) {
      for (const WishRecord& wish : control().client(c).wishes) {
        if (WishWord(wish.word.load()).state() == WishState::kWaits && static_cast<WishKind>(wish.kind.load()) == kind)
          at = static_cast<int64_t>(wish.until.load());
      }
    });
    return at;
  };
  EXPECT_TRUE(PollUntil([&] { return until(WishKind::kEntry) != 0; }));
  const int64_t of_entry = until(WishKind::kEntry), begun = of_entry - 60 * kSecond;
  EXPECT_TRUE(PollUntil([&] { return os::NowNanos() > begun + 4 * kSecond; }));  // a part of the time that can be told
  OK(atoll_dereference(client, &ids.back()));
  ids.pop_back();
  EXPECT_TRUE(PollUntil([&] { return until(WishKind::kRoom) != 0; }));
  EXPECT_LT(until(WishKind::kRoom), of_entry + 2 * kSecond);
  PollDuring([&] { OK(atoll_dereference(client, &all)); });
  EXPECT_TRUE(PollUntil([&] { return done.load(); }));
  creator.join();
  for (const atoll_object_id& id : ids) OK(atoll_dereference(client, &id));
  PollDuring([&] { Detach(client); });
}

}  // namespace
}  // namespace atollstore
