// Who waits for room and entries, and who gets them: each in its turn, each by its own deadline.
#include <algorithm>
#include <atomic>
#include <thread>

#include "os/sync.h"
#include "process.h"
#include "spill_fixture.h"

namespace atollstore {
namespace {

constexpr uint64_t kMiB = 1 << 20;

class WishesTest : public SpillTest {
 protected:
  // What a create that waits has come to.
  struct Outcome {
    std::atomic<bool> done{false};
    int64_t code = 0;
    atoll_object_id id{};
  };
  static std::thread Create(atoll_client* client, uint64_t bytes, int64_t timeout, Outcome* outcome) {
    return std::thread([=] {
      uint64_t address = 0;
      outcome->code = atoll_create(client, &outcome->id, bytes, 0, 0, timeout, &address);
      outcome->done.store(true);
    });
  }
  // Threads that wait, as their clients say.
  uint64_t Waiting() {
    auto looker = ClientCore::Attach(path_.c_str());
    uint64_t count = 0;
    looker.value()->control().EachClient([&](uint32_t client) {
      count += static_cast<uint64_t>(std::popcount(looker.value()->control().client(client).wishing.load()));
    });
    return count;
  }
  static atoll_object_id PutPinned(atoll_client* client, uint64_t bytes) {
    const atoll_object_id id = Put(client, bytes);
    atoll_view view{};
    EXPECT_EQ(atoll_get(client, &id, 0, &view), 0);
    return id;
  }
  static void Drop(atoll_client* client, const atoll_object_id& id, bool pinned = false) {
    if (pinned) OK(atoll_release(client, &id));
    OK(atoll_dereference(client, &id));
  }
};

// A needs what B pins. It keeps its place and a place for it; B goes on in all the rest.
TEST_F(WishesTest, WhoWaitsForAnUnpinKeepsItsPlaceAndOthersGoOnBesideIt) {
  for (const bool spilling : {false, true}) {
    if (spilling) {
      StartSpilling(64 << 20);
    } else {
      Start();
    }
    atoll_client* a = Attach();
    atoll_client* b = Attach();
    const atoll_object_id first = PutPinned(b, 20 * kMiB), second = PutPinned(b, 20 * kMiB);
    Outcome large;
    std::thread waits = Create(a, 40 * kMiB, ATOLL_FOREVER, &large);
    ASSERT_TRUE(Eventually([&] { return Waiting() == 1; }));
    for (int round = 0; round < 3; ++round) {
      std::vector<atoll_object_id> small;
      for (int i = 0; i < 4; ++i) {
        atoll_object_id id{};
        uint64_t address = 0;
        EXPECT_EQ(atoll_create(b, &id, kMiB, 0, 0, 10 * kSecond, &address), 0) << atoll_last_error();
        EXPECT_EQ(atoll_seal(b, &id, nullptr), 0);
        small.push_back(id);
      }
      for (const atoll_object_id& id : small) Drop(b, id);
    }
    EXPECT_FALSE(large.done.load());
    Drop(b, first, true);
    Drop(b, second, true);
    waits.join();
    EXPECT_EQ(large.code, 0);
    OK(atoll_abort(a, &large.id));
    Detach(a);
    Detach(b);
    Stop();
  }
}

// The same, but what B drops lies beside small things that it goes on making: they do not eat the large one's room.
TEST_F(WishesTest, AnEndlessStreamOfSmallOnesDoesNotKeepALargeOneWaiting) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  std::vector<atoll_object_id> full;
  for (int i = 0; i < 60; ++i) full.push_back(PutPinned(b, kMiB));
  Outcome large;
  std::thread waits = Create(a, 30 * kMiB, 30 * kSecond, &large);
  ASSERT_TRUE(Eventually([&] { return Waiting() == 1; }));
  // One goes, one comes; and in the end there are fewer.
  for (size_t i = 0; i < full.size() && !large.done.load(); ++i) {
    Drop(b, full[i], true);
    atoll_object_id id{};
    uint64_t address = 0;
    if (i % 4 == 0 && atoll_create(b, &id, kMiB, 0, 0, kSecond / 10, &address) == 0) OK(atoll_abort(b, &id));
  }
  waits.join();
  EXPECT_EQ(large.code, 0);
  OK(atoll_abort(a, &large.id));
}

TEST_F(WishesTest, ASiblingsSmallWishesDoNotHideALargeOne) {
  StartSpilling(256 << 20);
  atoll_client* keeper = Attach();
  atoll_client* client = Attach();
  for (int i = 0; i < 245; ++i) PutExpected(keeper, kMiB);
  Outcome large;
  std::thread waits = Create(client, 160 * kMiB, 30 * kSecond, &large);
  std::thread sibling([&] {
    for (int i = 0; i < 20 && !large.done.load(); ++i) {
      atoll_object_id id{};
      uint64_t address = 0;
      if (atoll_create(client, &id, 3 * kMiB, 0, 0, 2 * kSecond, &address) != 0) continue;
      EXPECT_EQ(atoll_seal(client, &id, nullptr), 0);
    }
  });
  sibling.join();
  waits.join();
  EXPECT_EQ(large.code, 0);
  OK(atoll_abort(client, &large.id));
}

TEST_F(WishesTest, EveryEntryThatIsFreedWakesOneWhoWaits) {
  atoll_server_options options = Defaults();
  options.max_objects = 64;
  Start(options);
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 64; ++i) ids.push_back(Put(client, 64));
  atoll_object_id none{};
  uint64_t address = 0;
  EXPECT_EQ(atoll_create(client, &none, 64, 0, 0, 0, &address), -ATOLL_TOO_MANY_OBJECTS);
  constexpr int kThreads = 6;
  Outcome outcomes[kThreads];
  std::vector<std::thread> threads;
  for (Outcome& outcome : outcomes) threads.push_back(Create(client, 64, ATOLL_FOREVER, &outcome));
  ASSERT_TRUE(Eventually([&] { return Waiting() == kThreads; }));
  const auto done = [&] {
    return std::count_if(std::begin(outcomes), std::end(outcomes), [](const Outcome& o) { return o.done.load(); });
  };
  for (int i = 0; i < kThreads; ++i) {
    EXPECT_EQ(done(), i);
    Drop(client, ids[static_cast<size_t>(i)]);
    EXPECT_TRUE(Eventually([&] { return done() == i + 1; })) << i;
  }
  for (std::thread& thread : threads) thread.join();
  for (const Outcome& outcome : outcomes) EXPECT_EQ(outcome.code, 0);
}

// More than a client has places for wishes. All get what becomes free, one after the other.
// As a get of it does.
TEST_F(WishesTest, WhoMakesWhatIsDeletedWaitsNoLonger) {
  Start();
  atoll_client* maker = Attach();
  atoll_client* other = Attach();
  const atoll_object_id pinned = PutPinned(other, 40 * kMiB);
  Outcome outcome;
  OK(atoll_expect(maker, &outcome.id));
  std::thread waits = Create(maker, 40 * kMiB, 20 * kSecond, &outcome);
  ASSERT_TRUE(Eventually([&] { return Waiting() == 1; }));
  const int64_t before = os::NowNanos();
  OK(atoll_delete(other, &outcome.id));
  waits.join();
  EXPECT_EQ(outcome.code, -ATOLL_LOST);
  EXPECT_LT(os::NowNanos() - before, 5 * kSecond);
  EXPECT_EQ(atoll_contains(other, &outcome.id), ATOLL_IS_LOST);
  OK(atoll_dereference(maker, &outcome.id));
  // Nor who makes one of its own larger.
  Outcome resized;
  OK(atoll_expect(maker, &resized.id));
  uint64_t address = 0;
  OK(atoll_create(maker, &resized.id, 1 * kMiB, 0, 0, kSecond, &address));
  std::thread grows([&] {
    uint64_t moved = 0;
    resized.code = atoll_resize(maker, &resized.id, 40 * kMiB, 20 * kSecond, &moved);
  });
  ASSERT_TRUE(Eventually([&] { return Waiting() == 1; }));
  OK(atoll_delete(other, &resized.id));
  grows.join();
  EXPECT_EQ(resized.code, -ATOLL_LOST);
  OK(atoll_abort(maker, &resized.id));
  OK(atoll_dereference(maker, &resized.id));
  Drop(other, pinned, true);
  EXPECT_TRUE(BecomesEmpty(other));
}

// Looking again and again whether an unpin has made room costs a small part of the time, however many objects
// there are.
TEST_F(WishesTest, WaitingInVainIsSleeping) {
  atoll_server_options options = Defaults();
  options.spill_directory = spill_.c_str();
  Start(options);
  atoll_client* client = Attach();
  constexpr uint64_t kObjects = 100'000;
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < kObjects; ++i) {
    ids.push_back(Put(client, 100));
    atoll_view view{};
    if (i % 2000 == 0) OK(atoll_get(client, &ids.back(), 0, &view));  // in every extent
  }
  const auto cpu = [] {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * kSecond + now.tv_nsec;
  };
  Outcome outcome;
  // The first ones evict what they can.
  for (uint64_t before = UINT64_MAX; before != Stats(client).evicted || Stats(client).bytes_spilling != 0;) {
    before = Stats(client).evicted;
    Create(client, 60 * kMiB, kSecond / 2, &outcome).join();
  }
  // On a busy machine something may yet go to disk in one of them; who spins does so in all.
  int64_t burnt = INT64_MAX;
  for (int i = 0; i < 5 && burnt >= 2 * kSecond / 5; ++i) {
    const int64_t before = cpu();
    Create(client, 60 * kMiB, 2 * kSecond, &outcome).join();
    EXPECT_EQ(outcome.code, -ATOLL_STORE_FULL);
    burnt = std::min(burnt, cpu() - before);
  }
  RecordProperty("cpu_ms", std::to_string(burnt / 1'000'000));
  EXPECT_LT(burnt, 2 * kSecond / 5);
  for (uint64_t i = 0; i < kObjects; ++i) Drop(client, ids[i], i % 2000 == 0);
}

TEST_F(WishesTest, SixtyFourThreadsOfOneClientWait) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id all = PutPinned(client, 62 * kMiB);
  std::vector<std::thread> threads;
  std::atomic<int> served{0};
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&] {
      atoll_object_id id{};
      uint64_t address = 0;
      ASSERT_EQ(atoll_create(client, &id, 10 * kMiB, 0, 0, 60 * kSecond, &address), 0) << atoll_last_error();
      ASSERT_EQ(atoll_abort(client, &id), 0);
      ++served;
    });
  }
  ASSERT_TRUE(Eventually([&] { return Waiting() == kWishes; }));
  Drop(client, all, true);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served.load(), 64);
}

TEST_F(WishesTest, SixtyFourThreadsOfOneClientKeepTheirDeadlines) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id all = PutPinned(client, 62 * kMiB);
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&, i] {
      const int64_t timeout = (50 + i) * kSecond / 1000, start = os::NowNanos();
      atoll_object_id id{};
      uint64_t address = 0;
      EXPECT_EQ(atoll_create(client, &id, 10 * kMiB, 0, 0, timeout, &address), -ATOLL_STORE_FULL);
      EXPECT_GE(os::NowNanos() - start, timeout);
      EXPECT_LT(os::NowNanos() - start, timeout + kSecond);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Waiting(), 0u);
  Drop(client, all, true);
}

// peer "wish" waits for 40 MiB for as long as it lives.
class StoppedTest : public WishesTest {
 protected:
  void SetUp() override {
    WishesTest::SetUp();
    Start();
    client_ = Attach();
    all_ = PutPinned(client_, 50 * kMiB);
    wisher_ = std::make_unique<Process>(std::vector<std::string>{"wish", path_, std::to_string(40 * kMiB)});
    ASSERT_EQ(wisher_->ReadLine(), "ready");
    ASSERT_TRUE(Eventually([&] { return Waiting() == 1; }));
    wisher_->Signal(SIGSTOP);
  }
  atoll_client* client_ = nullptr;
  atoll_object_id all_{};
  std::unique_ptr<Process> wisher_;
};

TEST_F(StoppedTest, AGrantThatIsNotTakenGoesToOthersAndComesAgain) {
  Drop(client_, all_, true);
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_create(client_, &id, 50 * kMiB, 0, 0, 30 * kSecond, &address));
  OK(atoll_abort(client_, &id));
  wisher_->Signal(SIGCONT);
  EXPECT_EQ(wisher_->ReadLine(), "0");
}

TEST_F(StoppedTest, WhatWasGrantedToTheDeadIsFree) {
  Drop(client_, all_, true);
  ASSERT_TRUE(Eventually([&] { return Stats(client_).largest_free < 40 * kMiB; }));  // it has been granted
  wisher_->Kill();
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_create(client_, &id, 60 * kMiB, 0, 0, 30 * kSecond, &address));
  OK(atoll_abort(client_, &id));
}

TEST_F(StoppedTest, AWishOfTheDeadIsNobodys) {
  wisher_->Kill();
  EXPECT_TRUE(Eventually([&] { return Waiting() == 0; }));
  Drop(client_, all_, true);
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_create(client_, &id, 60 * kMiB, 0, 0, 30 * kSecond, &address));
  OK(atoll_abort(client_, &id));
}

}  // namespace
}  // namespace atollstore
