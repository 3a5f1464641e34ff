// Events of watched ids: each once, whoever makes it happen, and wherever that one is killed.
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <algorithm>
#include <map>
#include <random>
#include <thread>

#include "fixture.h"
#include "poll_fixture.h"
#include "process.h"

namespace atollstore {
namespace {

class WatchTest : public StoreTest {
 protected:
  static atoll_object_id Expect(atoll_client* client) {
    atoll_object_id id{};
    EXPECT_EQ(atoll_expect(client, &id), 0) << atoll_last_error();
    return id;
  }
  // The events that come within `timeout` after each other.
  static std::vector<atoll_event> TakeAll(atoll_client* client, uint64_t at_a_time = 7,
                                          int64_t timeout = kSecond / 20) {
    std::vector<atoll_event> all;
    for (;;) {
      std::vector<atoll_event> some(at_a_time);
      const int64_t taken = atoll_take_ready(client, some.data(), at_a_time, timeout);
      EXPECT_GE(taken, 0) << atoll_last_error();
      if (taken <= 0) return all;
      all.insert(all.end(), some.begin(), some.begin() + taken);
    }
  }
  // The only event that comes within a while.
  static void ExpectOne(atoll_client* client, const atoll_object_id& id, uint64_t kind) {
    atoll_event event{};
    ASSERT_EQ(atoll_take_ready(client, &event, 1, 10 * kSecond), 1) << atoll_last_error();
    EXPECT_EQ(event.id.place, id.place);
    EXPECT_EQ(event.id.store, id.store);
    EXPECT_EQ(event.kind, kind);
    EXPECT_TRUE(TakeAll(client, 1, 0).empty());
  }
};

TEST_F(WatchTest, EachIdGivesOneEvent) {
  Start();
  atoll_client *watcher = Attach(), *maker = Attach();
  constexpr size_t kIds = 500;
  std::vector<atoll_object_id> ids;
  for (size_t i = 0; i < kIds; ++i) ids.push_back(Expect(watcher));
  for (size_t i = 0; i < 20; ++i) Fill(maker, ids[i], 100, 7, 0);  // ready before they are watched
  OK(atoll_watch(watcher, ids.data(), kIds));
  std::thread thread([&] {
    std::vector<size_t> order;
    for (size_t i = 20; i < kIds; ++i) order.push_back(i);
    std::shuffle(order.begin(), order.end(), std::minstd_rand(5));
    for (const size_t i : order) {
      if (i % 10 != 0) {
        Fill(maker, ids[i], 100, 7, 0);
      } else {
        OK(atoll_delete(maker, &ids[i]));  // lost: nothing to wait for
      }
    }
  });
  std::map<uint64_t, int> seen;
  for (size_t left = kIds; left > 0;) {
    atoll_event events[16];
    const int64_t taken = atoll_take_ready(watcher, events, 16, 10 * kSecond);
    ASSERT_GT(taken, 0) << left << " of " << kIds << " are missing";
    for (int64_t i = 0; i < taken; ++i) {
      EXPECT_EQ(events[i].kind, uint64_t{ATOLL_EVENT_READY});
      EXPECT_EQ(++seen[events[i].id.place], 1);
      EXPECT_NE(atoll_contains(watcher, &events[i].id), ATOLL_EXPECTED);
    }
    left -= static_cast<size_t>(taken);
  }
  thread.join();
  EXPECT_TRUE(TakeAll(watcher).empty());
  for (const atoll_object_id& id : ids) OK(atoll_dereference(watcher, &id));
  EXPECT_TRUE(BecomesEmpty(watcher));
}

// However many have become ready: nobody waits long for the lock.
TEST_F(WatchTest, AnyCallLooksAtFewOfThoseThatAreReady) {
  Start();
  atoll_client *watcher = Attach(), *maker = Attach();
  constexpr size_t kIds = 10'000;
  std::vector<atoll_object_id> ids;
  for (size_t i = 0; i < kIds; ++i) ids.push_back(Expect(watcher));
  OK(atoll_watch(watcher, ids.data(), kIds));
  for (const atoll_object_id& id : ids) Fill(maker, id, 8, 7, 0);
  std::vector<atoll_event> events(kIds);
  size_t taken = 0;
  for (int64_t some = 1; some > 0 && taken < kIds; taken += static_cast<size_t>(some)) {
    some = atoll_take_ready(watcher, events.data(), kIds, 10 * kSecond);
    EXPECT_GT(some, 0);
    EXPECT_LT(some, int64_t{kIds} / 2);
  }
  EXPECT_EQ(taken, kIds);
  for (const atoll_object_id& id : ids) OK(atoll_dereference(watcher, &id));
  EXPECT_TRUE(BecomesEmpty(watcher));
}

TEST_F(WatchTest, TimeIsKept) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Expect(client);
  OK(atoll_watch(client, &id, 1));
  atoll_event event{};
  EXPECT_EQ(atoll_take_ready(client, &event, 1, 0), 0);
  EXPECT_EQ(atoll_take_ready(client, &event, 1, -5), 0);
  const int64_t begin = os::NowNanos();
  EXPECT_EQ(atoll_take_ready(client, &event, 1, kSecond / 10), 0);
  EXPECT_GE(os::NowNanos() - begin, kSecond / 10);
  EXPECT_LT(os::NowNanos() - begin, kSecond);
  std::thread thread([&] {
    ::usleep(50'000);
    Fill(client, id, 100, 7, 0);
  });
  EXPECT_EQ(atoll_take_ready(client, &event, 1, ATOLL_FOREVER), 1);
  thread.join();
  EXPECT_EQ(event.id.place, id.place);
}

TEST_F(WatchTest, NobodyIsWatchedTwiceOrWhenGone) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id ids[] = {Expect(client), Expect(client)};
  const atoll_object_id twice[] = {ids[0], ids[0]}, gone = {ids[0].store, ids[0].place + 1};
  EXPECT_EQ(atoll_watch(client, twice, 2), -ATOLL_INVALID_ARGUMENT);
  OK(atoll_watch(client, ids, 1));
  EXPECT_EQ(atoll_watch(client, ids, 2), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_watch(client, &gone, 1), -ATOLL_NOT_FOUND);
  // All or none: the second is not watched.
  for (const atoll_object_id& id : ids) Fill(client, id, 100, 7, 0);
  ExpectOne(client, ids[0], ATOLL_EVENT_READY);
  OK(atoll_watch(client, ids, 2));  // again, when its event has been taken
  EXPECT_EQ(TakeAll(client, 1).size(), 2u);
  OK(atoll_watch(client, ids, 2));
  EXPECT_EQ(atoll_unwatch(client, ids, 2), 2);
  EXPECT_TRUE(TakeAll(client).empty());
  EXPECT_EQ(atoll_unwatch(client, ids, 2), 0);
}

// What has happened is taken off its list wherever it stands there.
TEST_F(WatchTest, WhatIsWatchedNoLongerLeavesTheOthersInOrder) {
  Start();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids, left;
  for (int i = 0; i < 30; ++i) ids.push_back(Expect(client));
  for (const atoll_object_id& id : ids) Fill(client, id, 100, 7, 0);
  for (const atoll_object_id& id : ids) OK(atoll_watch(client, &id, 1));
  for (size_t i = 0; i < ids.size(); ++i) {
    if (i % 3 == 1) {
      left.push_back(ids[i]);
    } else {
      EXPECT_EQ(atoll_unwatch(client, &ids[i], 1), 1);
    }
  }
  const std::vector<atoll_event> events = TakeAll(client);
  ASSERT_EQ(events.size(), left.size());
  for (size_t i = 0; i < left.size(); ++i) EXPECT_EQ(events[i].id.place, left[i].place) << i;
}

// Nobody took the event of an object that went; its entry's next object is watched all the same.
TEST_F(WatchTest, AWatchThatWasLeftIsNotInTheWay) {
  atoll_server_options options = Defaults();
  options.max_objects = 64;
  Start(options);
  atoll_client* client = Attach();
  for (const bool told : {false, true}) {
    const atoll_object_id old = told ? Put(client, 100) : Expect(client);
    OK(atoll_watch(client, &old, 1));
    OK(atoll_delete(client, &old));
    OK(atoll_dereference(client, &old));
    ASSERT_TRUE(Eventually([&] { return Stats(client).objects == 0; }));
    const auto index = [](const atoll_object_id& id) { return ObjectId(id).index(); };
    std::vector<atoll_object_id> others;
    atoll_object_id next = Expect(client);
    for (; index(next) != index(old) && others.size() < 64; next = Expect(client)) others.push_back(next);
    ASSERT_EQ(index(next), index(old));
    for (const atoll_object_id& id : others) OK(atoll_dereference(client, &id));
    OK(atoll_watch(client, &next, 1));
    Fill(client, next, 100, 7, 0);
    ExpectOne(client, next, ATOLL_EVENT_READY);
    OK(atoll_dereference(client, &next));
  }
}

// Makers were killed before they had set the mark. More ids than are looked at in one go, and others come meanwhile.
TEST_F(WatchTest, BurialMakesAllBeLookedAt) {
  Start();
  auto looker = ClientCore::Attach(path_.c_str());
  ASSERT_TRUE(looker.ok()) << LastError();
  const Control& control = looker.value()->control();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 11'000; ++i) ids.push_back(Expect(client));
  OK(atoll_watch(client, ids.data(), 10'000));
  for (int i = 0; i < 10'000; ++i) Fill(client, ids[i], 10, 7, 0);
  control.ready(static_cast<uint32_t>(atoll_client_index(client))).Take([](uint64_t) { return true; });
  control.header().served.buried.fetch_add(1);
  atoll_event event{};
  EXPECT_EQ(atoll_take_ready(client, &event, 1, 0), 1);
  OK(atoll_watch(client, &ids[10'000], 1'000));
  EXPECT_EQ(TakeAll(client, 100).size(), 9'999u);
}

TEST_F(WatchTest, EventsGoToAnyOfTheThreads) {
  Start();
  atoll_client *watcher = Attach(), *maker = Attach();
  constexpr int kIds = 300;
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < kIds; ++i) ids.push_back(Expect(watcher));
  OK(atoll_watch(watcher, ids.data(), kIds));
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      atoll_event events[4];
      while (taken.load() < kIds) {
        const int64_t got = atoll_take_ready(watcher, events, 4, kSecond / 10);
        ASSERT_GE(got, 0);
        taken += static_cast<int>(got);
      }
    });
  }
  for (const atoll_object_id& id : ids) Fill(maker, id, 10, 7, 0);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken.load(), kIds);
}

TEST_F(WatchTest, TellWhoAloneHoldsAnObject) {
  Start();
  atoll_client *watcher = Attach(), *other = Attach();
  const atoll_object_id id = Put(watcher, 1000);
  OK(atoll_watch_alone(watcher, &id));
  ExpectOne(watcher, id, ATOLL_EVENT_ALONE);  // nobody else has ever seen it
  OK(atoll_reference(other, &id));
  OK(atoll_watch_alone(watcher, &id));
  EXPECT_EQ(atoll_watch_alone(watcher, &id), -ATOLL_INVALID_ARGUMENT);
  ::usleep(20'000);
  EXPECT_TRUE(TakeAll(watcher).empty());
  OK(atoll_dereference(other, &id));
  ExpectOne(watcher, id, ATOLL_EVENT_ALONE);
  // A container and a name are somebody, and so is a process until it is dead.
  atoll_object_id container{};
  uint64_t address = 0;
  OK(atoll_create(other, &container, 10, 1, 0, 0, &address));
  OK(atoll_seal(other, &container, &id));
  OK(atoll_publish(watcher, "name", &id, ATOLL_FOREVER));
  Process holder({"last", path_, "reference", std::to_string(id.store), std::to_string(id.place)});
  ASSERT_EQ(holder.ReadLine(), "ready");
  OK(atoll_watch_alone(watcher, &id));
  OK(atoll_unpublish(watcher, "name", ATOLL_FOREVER));
  OK(atoll_dereference(other, &container));
  ASSERT_TRUE(Eventually([&] { return Stats(other).objects == 1; }));
  EXPECT_TRUE(TakeAll(watcher).empty());
  holder.Kill();
  ExpectOne(watcher, id, ATOLL_EVENT_ALONE);
  OK(atoll_dereference(watcher, &id));
  EXPECT_TRUE(BecomesEmpty(watcher));
}

// A container that is sealed holds its children from then on, also before the server has come to it.
TEST_F(PollTest, ChildOfAContainerThatWasNotTakenInIsNotAlone) {
  Open();
  atoll_client* client = nullptr;
  PollDuring([&] { client = Attach(); });
  atoll_object_id child{}, container{};
  PollDuring([&] {
    child = Put(client, 100);
    uint64_t address = 0;
    OK(atoll_create(client, &container, 10, 1, 0, kSecond, &address));
    OK(atoll_seal(client, &container, &child));
  });
  const auto events = [&] {
    atoll_event event{};
    return atoll_take_ready(client, &event, 1, 0);
  };
  // The server looks at the child alone: at the container it does when that is dropped.
  OK(atoll_watch_alone(client, &child));
  EXPECT_EQ(events(), 0);
  OK(atoll_reference(client, &child));
  OK(atoll_dereference(client, &child));
  for (int i = 0; i < 100; ++i) polled_->Poll(0);
  EXPECT_EQ(events(), 0);
  OK(atoll_dereference(client, &container));
  int64_t count = 0;
  EXPECT_TRUE(PollUntil([&] { return (count += events()) == 1; }));
  OK(atoll_dereference(client, &child));
  EXPECT_TRUE(PollUntil([&] { return Stats(client).objects == 0; }));
  PollDuring([&] { Detach(client); });
}

// The maker is killed at each instruction from shortly before the object is sealed on: who watches it, and who waits
// for it, comes to know.
TEST_F(WatchTest, MakerIsKilledAnywhereWhileItSeals) {
  Start();
  auto looker = ClientCore::Attach(path_.c_str());
  ASSERT_TRUE(looker.ok()) << LastError();
  atoll_client *watcher = Attach(), *waiter = Attach();
  int sealed_at = 0, all = 10'000'000;
  for (int at = all; at <= all; at += 2) {
    const atoll_object_id id = Expect(watcher);
    OK(atoll_watch(watcher, &id, 1));
    Process maker({"sealer", path_, std::to_string(id.store), std::to_string(id.place)});
    ASSERT_EQ(maker.ReadLine(), "ready");
    std::thread thread([&] {
      uint8_t ready = 0;
      EXPECT_EQ(atoll_wait(waiter, &id, 1, 1, 20 * kSecond, &ready), 1) << "after " << at << " of " << all;
    });
    const uint64_t index = ObjectId(id).index();
    const Control& control = looker.value()->control();
    while (control.waits(static_cast<uint32_t>(atoll_client_index(waiter)))[index].load() == 0) ::usleep(100);
    maker.WriteLine("");
    int status = 0, steps = 0;
    ASSERT_EQ(::waitpid(maker.pid(), &status, WUNTRACED), maker.pid());
    const auto sealed = [&] { return Word(control.entry(index).word.load()).state() == State::kSealed; };
    for (; steps < at; ++steps) {
      if (sealed_at == 0 && sealed()) sealed_at = steps;
      ASSERT_EQ(::ptrace(PTRACE_SINGLESTEP, maker.pid(), nullptr, nullptr), 0);
      ASSERT_EQ(::waitpid(maker.pid(), &status, 0), maker.pid());
      if (!WIFSTOPPED(status) || WSTOPSIG(status) == SIGSTOP) break;
    }
    maker.Kill();
    if (!sealed()) {  // it comes back to be made, and this client does that
      ASSERT_TRUE(Eventually([&] { return Word(control.entry(index).word.load()).state() == State::kExpected; }));
      Fill(waiter, id, 100, 7, 0);
    }
    atoll_event event{};
    ASSERT_EQ(atoll_take_ready(watcher, &event, 1, 20 * kSecond), 1)
        << "killed after " << steps << " instructions; sealed after " << sealed_at;
    EXPECT_EQ(event.id.place, id.place);
    thread.join();
    OK(atoll_dereference(watcher, &id));
    ASSERT_TRUE(Eventually([&] { return Stats(watcher).objects == 0; }));
    if (at == 10'000'000) {
      ASSERT_GT(sealed_at, 0);
      all = std::min(steps, sealed_at + 300);
      at = sealed_at - 10;
    }
  }
}

}  // namespace
}  // namespace atollstore
