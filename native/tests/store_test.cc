// What one client and two clients of one process see.
#include <thread>

#include "fixture.h"

namespace atollstore {
namespace {

const uint8_t* Bytes(const atoll_view& view) { return reinterpret_cast<const uint8_t*>(view.address); }

TEST_F(StoreTest, SealedObjectIsSeenByAnotherClientAtTheSameOffset) {
  Start();
  atoll_client* writer = Attach();
  atoll_client* reader = Attach();
  const atoll_object_id id = Put(writer, 1000, 42, 99);
  atoll_view mine{}, theirs{};
  OK(atoll_get(writer, &id, 0, &mine));
  OK(atoll_get(reader, &id, 0, &theirs));
  EXPECT_EQ(theirs.size, 1000u);
  EXPECT_EQ(theirs.tag, 99u);
  EXPECT_EQ(theirs.offset, mine.offset);
  EXPECT_NE(theirs.address, mine.address);
  EXPECT_EQ(theirs.address % 64, 0u);
  EXPECT_EQ(Bytes(theirs)[999], 42);
  OK(atoll_release(writer, &id));
  OK(atoll_release(reader, &id));
  OK(atoll_dereference(writer, &id));
  EXPECT_TRUE(BecomesEmpty(writer));
}

TEST_F(StoreTest, EmptyObjectIsAnObject) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 0);
  atoll_view view{};
  OK(atoll_get(client, &id, 0, &view));
  EXPECT_EQ(view.size, 0u);
  OK(atoll_release(client, &id));
}

TEST_F(StoreTest, SealTwiceFails) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 10);
  EXPECT_EQ(atoll_seal(client, &id, nullptr), -ATOLL_NOT_CREATING);
  EXPECT_EQ(atoll_abort(client, &id), -ATOLL_NOT_CREATING);
}

TEST_F(StoreTest, SecondCreatorOfAnExpectedObjectFails) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_expect(a, &id));
  EXPECT_EQ(atoll_contains(b, &id), ATOLL_EXPECTED);
  OK(atoll_create(b, &id, 100, 0, 0, 0, &address));
  EXPECT_EQ(atoll_create(a, &id, 100, 0, 0, 0, &address), -ATOLL_ALREADY_EXISTS);
  EXPECT_EQ(atoll_seal(a, &id, nullptr), -ATOLL_NOT_CREATING);
  OK(atoll_seal(b, &id, nullptr));
  EXPECT_EQ(atoll_contains(a, &id), ATOLL_SEALED);
  EXPECT_EQ(atoll_create(a, &id, 100, 0, 0, 0, &address), -ATOLL_ALREADY_EXISTS);
}

TEST_F(StoreTest, AbortedObjectIsExpectedAgainAndItsBytesAreFree) {
  Start();
  atoll_client* client = Attach();
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_create(client, &id, 1 << 20, 0, 0, 0, &address));
  EXPECT_EQ(Stats(client).allocated, 1u << 20);
  OK(atoll_abort(client, &id));
  EXPECT_EQ(Stats(client).allocated, 0u);
  EXPECT_EQ(atoll_contains(client, &id), ATOLL_EXPECTED);
  OK(atoll_create(client, &id, 10, 0, 0, 0, &address));
  OK(atoll_seal(client, &id, nullptr));
  OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(StoreTest, GetOfWhatIsNotThereSaysSo) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 10);
  OK(atoll_dereference(client, &id));
  ASSERT_TRUE(BecomesEmpty(client));
  atoll_view view{};
  EXPECT_EQ(atoll_get(client, &id, 0, &view), -ATOLL_NOT_FOUND);
  EXPECT_EQ(atoll_contains(client, &id), ATOLL_ABSENT);
  const atoll_object_id foreign{id.store + 1, id.place};
  EXPECT_EQ(atoll_get(client, &foreign, 0, &view), -ATOLL_NOT_FOUND);
  const atoll_object_id outside{id.store, ~uint64_t{0}};
  EXPECT_EQ(atoll_get(client, &outside, 0, &view), -ATOLL_NOT_FOUND);
  EXPECT_EQ(atoll_release(client, &id), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_dereference(client, &id), -ATOLL_INVALID_ARGUMENT);
}

TEST_F(StoreTest, GetWaitsForTheSeal) {
  Start();
  atoll_client* reader = Attach();
  atoll_client* writer = Attach();
  atoll_object_id id{};
  OK(atoll_expect(reader, &id));
  atoll_view view{};
  EXPECT_EQ(atoll_get(reader, &id, 0, &view), -ATOLL_TIMED_OUT);
  EXPECT_EQ(atoll_get(reader, &id, 1'000'000, &view), -ATOLL_TIMED_OUT);
  std::thread other([&] {
    uint64_t address = 0;
    ::usleep(20'000);
    ASSERT_EQ(atoll_create(writer, &id, 8, 0, 0, 0, &address), 0);
    *reinterpret_cast<uint64_t*>(address) = 4711;
    ASSERT_EQ(atoll_seal(writer, &id, nullptr), 0);
  });
  OK(atoll_get(reader, &id, 10 * kSecond, &view));
  EXPECT_EQ(*reinterpret_cast<const uint64_t*>(view.address), 4711u);
  OK(atoll_release(reader, &id));
  other.join();
}

TEST_F(StoreTest, WaitReturnsWhatIsReady) {
  Start();
  atoll_client* client = Attach();
  atoll_object_id ids[3];
  ids[0] = Put(client, 10);
  OK(atoll_expect(client, &ids[1]));
  OK(atoll_expect(client, &ids[2]));
  uint8_t ready[3];
  EXPECT_EQ(atoll_wait(client, ids, 3, 1, 0, ready), 1);
  EXPECT_EQ(ready[0], 1);
  EXPECT_EQ(ready[1], 0);
  EXPECT_EQ(atoll_wait(client, ids, 3, 2, 1'000'000, ready), 1);
  std::thread other([&] {
    uint64_t address = 0;
    ::usleep(10'000);
    ASSERT_EQ(atoll_create(client, &ids[2], 8, 0, 0, 0, &address), 0);
    ASSERT_EQ(atoll_seal(client, &ids[2], nullptr), 0);
  });
  EXPECT_EQ(atoll_wait(client, ids, 3, 2, 10 * kSecond, ready), 2);
  EXPECT_EQ(ready[2], 1);
  other.join();
}

// The server looks at the entry (DYING) again and again while others begin to wait for it and seal it.
TEST_F(StoreTest, NoSealIsMissedWhileTheServerLooksAtTheEntry) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  for (int i = 0; i < 300; ++i) {
    atoll_object_id id{};
    OK(atoll_expect(a, &id));
    std::thread waiter([&a, id] {
      uint8_t ready = 0;
      EXPECT_EQ(atoll_wait(a, &id, 1, 1, 20 * kSecond, &ready), 1);
    });
    for (int k = 0; k < 50; ++k) {
      ASSERT_EQ(atoll_reference(b, &id), 0);
      ASSERT_EQ(atoll_dereference(b, &id), 0);
    }
    uint64_t address = 0;
    EXPECT_EQ(atoll_create(b, &id, 8, 0, 0, kSecond, &address), 0);
    EXPECT_EQ(atoll_seal(b, &id, nullptr), 0);
    waiter.join();
    OK(atoll_dereference(a, &id));
  }
  EXPECT_TRUE(BecomesEmpty(a));
}

TEST_F(StoreTest, PinnedObjectOutlivesItsReferences) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  const atoll_object_id id = Put(a, 100000, 3);
  atoll_view view{};
  OK(atoll_get(b, &id, 0, &view));
  OK(atoll_dereference(a, &id));
  ::usleep(50'000);
  EXPECT_EQ(Bytes(view)[99999], 3);
  EXPECT_EQ(atoll_contains(a, &id), ATOLL_SEALED);
  OK(atoll_release(b, &id));
  EXPECT_TRUE(BecomesEmpty(a));
}

TEST_F(StoreTest, LastReferenceOfAnyClientKeepsTheObject) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  const atoll_object_id id = Put(a, 100);
  OK(atoll_reference(b, &id));
  OK(atoll_dereference(a, &id));
  ::usleep(30'000);
  EXPECT_EQ(atoll_contains(a, &id), ATOLL_SEALED);
  OK(atoll_dereference(b, &id));
  EXPECT_TRUE(BecomesEmpty(a));
}

TEST_F(StoreTest, ExpectedObjectNobodyRefersToIsForgotten) {
  Start();
  atoll_client* client = Attach();
  atoll_object_id id{};
  OK(atoll_expect(client, &id));
  OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
  uint64_t address = 0;
  EXPECT_EQ(atoll_create(client, &id, 10, 0, 0, 0, &address), -ATOLL_NOT_FOUND);
}

TEST_F(StoreTest, ObjectThatLostItsReferencesWhileBeingWrittenIsFreedAfterItsSeal) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_expect(a, &id));
  OK(atoll_create(b, &id, 1000, 0, 0, 0, &address));
  OK(atoll_dereference(a, &id));
  ::usleep(20'000);
  OK(atoll_seal(b, &id, nullptr));
  EXPECT_TRUE(BecomesEmpty(a));
}

TEST_F(StoreTest, ContainerKeepsItsChildrenAlive) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  atoll_object_id children[2] = {Put(a, 100, 1), Put(a, 200, 2)};
  atoll_object_id container{};
  uint64_t address = 0;
  OK(atoll_create(a, &container, 5, 2, 0, 0, &address));
  std::memset(reinterpret_cast<void*>(address), 9, 5);
  OK(atoll_seal(a, &container, children));
  OK(atoll_dereference(a, &children[0]));
  OK(atoll_dereference(a, &children[1]));
  ::usleep(50'000);
  atoll_view view{};
  OK(atoll_get(b, &container, 0, &view));
  ASSERT_EQ(view.contained, 2u);
  const auto* ids = reinterpret_cast<const atoll_object_id*>(view.contained_address);
  EXPECT_EQ(ids[1].place, children[1].place);
  atoll_view child{};
  OK(atoll_get(b, &ids[1], 0, &child));
  EXPECT_EQ(Bytes(child)[199], 2);
  OK(atoll_release(b, &children[1]));
  OK(atoll_release(b, &container));
  OK(atoll_dereference(a, &container));
  EXPECT_TRUE(BecomesEmpty(a));
}

TEST_F(StoreTest, DeepChainOfContainersIsFreedWithItsHead) {
  Start();
  atoll_client* client = Attach();
  atoll_object_id head = Put(client, 8);
  for (int i = 0; i < 20000; ++i) {
    atoll_object_id next{};
    uint64_t address = 0;
    OK(atoll_create(client, &next, 8, 1, 0, kSecond, &address));
    OK(atoll_seal(client, &next, &head));
    OK(atoll_dereference(client, &head));
    head = next;
  }
  ASSERT_TRUE(Eventually([&] { return Stats(client).objects == 20001; }));
  OK(atoll_dereference(client, &head));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(StoreTest, DeletedObjectIsLostAndItsBytesAreFree) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  const atoll_object_id id = Put(a, 1 << 20);
  atoll_view view{};
  OK(atoll_get(b, &id, 0, &view));
  OK(atoll_delete(a, &id));
  atoll_view again{};
  EXPECT_EQ(atoll_get(a, &id, 0, &again), -ATOLL_LOST);
  EXPECT_EQ(atoll_contains(b, &id), ATOLL_IS_LOST);
  ::usleep(20'000);
  EXPECT_EQ(Bytes(view)[(1 << 20) - 1], 7) << "still pinned";
  OK(atoll_release(b, &id));
  EXPECT_TRUE(Eventually([&] { return Stats(a).allocated == 0; }));
  EXPECT_EQ(atoll_get(a, &id, 0, &again), -ATOLL_LOST);
  OK(atoll_dereference(a, &id));
  EXPECT_TRUE(BecomesEmpty(a));
}

TEST_F(StoreTest, DeletedContainerThatIsStillReferencedLetsItsChildrenGo) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id child = Put(client, 1000);
  atoll_object_id container{};
  uint64_t address = 0;
  OK(atoll_create(client, &container, 10, 1, 0, kSecond, &address));
  OK(atoll_seal(client, &container, &child));
  OK(atoll_dereference(client, &child));
  OK(atoll_delete(client, &container));
  EXPECT_TRUE(Eventually([&] { return atoll_contains(client, &child) == ATOLL_ABSENT; }));
  EXPECT_EQ(Stats(client).allocated, 0u);
  OK(atoll_dereference(client, &container));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(StoreTest, DeletingAnExpectedObjectWakesWhoWaitsForIt) {
  Start();
  atoll_client* client = Attach();
  atoll_object_id id{};
  OK(atoll_expect(client, &id));
  std::thread other([&] {
    ::usleep(10'000);
    ASSERT_EQ(atoll_delete(client, &id), 0);
  });
  atoll_view view{};
  EXPECT_EQ(atoll_get(client, &id, 10 * kSecond, &view), -ATOLL_LOST);
  other.join();
}

TEST_F(StoreTest, ClaimIsWonOnce) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  atoll_object_id id{};
  OK(atoll_expect(a, &id));
  EXPECT_EQ(atoll_claimed(b, &id), 0);
  EXPECT_EQ(atoll_claim(a, &id, 0, 5), 1);
  EXPECT_EQ(atoll_claim(b, &id, 0, 6), 0);
  EXPECT_EQ(atoll_claimed(b, &id), 5);
  EXPECT_EQ(atoll_claim(b, &id, 5, 0xffffffffu), 1);
  EXPECT_EQ(atoll_claimed(a, &id), 0xffffffff);
  EXPECT_EQ(atoll_claim(b, &id, 5, uint64_t{1} << 32), -ATOLL_INVALID_ARGUMENT);
}

TEST_F(StoreTest, RingsAreSharedAndBellsWake) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  uint64_t mine = 0, theirs = 0, bytes = 0;
  const auto index = static_cast<uint64_t>(atoll_client_index(a));
  OK(atoll_ring(a, index, ATOLL_RING_UP, &mine, &bytes));
  OK(atoll_ring(b, index, ATOLL_RING_UP, &theirs, &bytes));
  EXPECT_EQ(bytes, 256u << 10);
  auto* last = reinterpret_cast<uint64_t*>(mine + bytes + 1024 - 8);
  EXPECT_EQ(*last, 0u);
  *last = 77;
  EXPECT_EQ(*reinterpret_cast<uint64_t*>(theirs + bytes + 1024 - 8), 77u);

  const int64_t seen = atoll_bell(a, ATOLL_SCHEDULER_BELL);
  EXPECT_EQ(atoll_bell_wait(a, ATOLL_SCHEDULER_BELL, seen, 1'000'000), -ATOLL_TIMED_OUT);
  std::thread other([&] {
    ::usleep(10'000);
    ASSERT_EQ(atoll_bell_ring(b, ATOLL_SCHEDULER_BELL, 1), 0);
  });
  EXPECT_EQ(atoll_bell_wait(a, ATOLL_SCHEDULER_BELL, seen, 10 * kSecond), seen + 1);
  other.join();
}

TEST_F(StoreTest, ClientStatsCountWhatAClientDid) {
  Start();
  atoll_client* client = Attach();
  const auto index = static_cast<uint64_t>(atoll_client_index(client));
  const atoll_object_id id = Put(client, 1000);
  atoll_view view{};
  for (int i = 0; i < 3; ++i) OK(atoll_get(client, &id, 0, &view));
  OK(atoll_release(client, &id));
  OK(atoll_count_copied(client, 123));
  OK(atoll_count_user(client, 2, 9));
  atoll_client_stats_t stats{};
  stats.size = sizeof(stats);
  OK(atoll_client_stats(client, index, &stats));
  EXPECT_EQ(stats.pid, static_cast<uint64_t>(::getpid()));
  EXPECT_EQ(stats.done.creates, 1u);
  EXPECT_EQ(stats.done.seals, 1u);
  EXPECT_EQ(stats.done.gets, 3u);
  EXPECT_EQ(stats.done.releases, 1u);
  EXPECT_EQ(stats.pins, 2u);
  EXPECT_EQ(stats.done.bytes_written, 1000u);
  EXPECT_EQ(stats.done.bytes_copied, 123u);
  EXPECT_EQ(stats.user[2], 9u);
  EXPECT_GT(stats.leased_bytes, 0u);
  EXPECT_EQ(atoll_client_stats(client, 60, &stats), -ATOLL_NOT_FOUND);
  EXPECT_EQ(atoll_count_user(client, 4, 1), -ATOLL_INVALID_ARGUMENT);
}

TEST_F(StoreTest, ListShowsEveryObjectOnce) {
  Start();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(Put(client, 10 + i, 1, 1000 + i));
  atoll_view view{};
  OK(atoll_get(client, &ids[5], 0, &view));
  atoll_object_info infos[7];
  uint64_t cursor = 0;
  uint64_t tags = 0, pins = 0, count = 0;
  while (const int64_t filled = atoll_list(client, &cursor, infos, 7)) {
    ASSERT_GT(filled, 0);
    for (int64_t i = 0; i < filled; ++i, ++count) {
      tags += infos[i].tag;
      pins += infos[i].pins;
      EXPECT_EQ(infos[i].references, 1u);
      EXPECT_EQ(infos[i].state, uint64_t{ATOLL_SEALED});
    }
  }
  EXPECT_EQ(count, 100u);
  EXPECT_EQ(tags, 100u * 1000 + 99 * 50);
  EXPECT_EQ(pins, 1u);
}

TEST_F(StoreTest, CallsAfterTheServerStoppedGoOnOrSayDisconnected) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 1000, 5);
  atoll_object_id expected{};
  OK(atoll_expect(client, &expected));
  std::thread waiter([&] {
    atoll_view view{};
    EXPECT_EQ(atoll_get(client, &expected, ATOLL_FOREVER, &view), -ATOLL_DISCONNECTED);
  });
  ::usleep(20'000);
  Stop();
  waiter.join();
  atoll_view view{};
  OK(atoll_get(client, &id, 0, &view));
  EXPECT_EQ(Bytes(view)[500], 5);
  OK(atoll_release(client, &id));
  const atoll_object_id more = Put(client, 100);
  OK(atoll_dereference(client, &more));
  OK(atoll_await_server_exit(client, 0));
  atoll_object_id none{};
  uint64_t address = 0;
  EXPECT_EQ(atoll_create(client, &none, 60 << 20, 0, 0, kSecond, &address), -ATOLL_DISCONNECTED);
  atoll_client* late = nullptr;
  EXPECT_EQ(atoll_attach(path_.c_str(), nullptr, &late), -ATOLL_DISCONNECTED);
}

// What is deleted while it is being made is lost, whoever asks and however.
TEST_F(StoreTest, DeletedCreationIsLostForAll) {
  Start();
  atoll_client *maker = Attach(), *other = Attach();
  for (const bool expected_only : {false, true}) {
    atoll_object_id id{};
    OK(atoll_expect(maker, &id));
    uint64_t address = 0;
    if (!expected_only) OK(atoll_create(maker, &id, 1000, 0, 0, 0, &address));
    OK(atoll_reference(other, &id));
    std::thread waiter([&] {
      atoll_view view{};
      EXPECT_EQ(atoll_get(maker, &id, 20 * kSecond, &view), -ATOLL_LOST);
    });
    ::usleep(20'000);
    OK(atoll_delete(other, &id));
    waiter.join();
    for (const int64_t timeout : {int64_t{0}, kSecond}) {
      atoll_view view{};
      uint8_t ready = 0;
      EXPECT_EQ(atoll_contains(other, &id), ATOLL_IS_LOST);
      EXPECT_EQ(atoll_wait(other, &id, 1, 1, timeout, &ready), 1);
      EXPECT_EQ(ready, 1);
      EXPECT_EQ(atoll_get(other, &id, timeout, &view), -ATOLL_LOST);
      EXPECT_EQ(atoll_get_all(other, &id, 1, timeout, &view), -ATOLL_LOST);
      OK(atoll_watch(other, &id, 1));
      atoll_event event{};
      EXPECT_EQ(atoll_take_ready(other, &event, 1, timeout), 1);
    }
    if (!expected_only) (void)atoll_seal(maker, &id, nullptr);
    EXPECT_EQ(atoll_contains(other, &id), ATOLL_IS_LOST);
    OK(atoll_dereference(other, &id));
    OK(atoll_dereference(maker, &id));
    EXPECT_TRUE(BecomesEmpty(maker));
  }
}

TEST_F(StoreTest, NothingContainsItself) {
  Start();
  atoll_client* client = Attach();
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_create(client, &id, 10, 1, 0, 0, &address));
  EXPECT_EQ(atoll_seal(client, &id, &id), -ATOLL_INVALID_ARGUMENT);
  OK(atoll_abort(client, &id));
  OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

}  // namespace
}  // namespace atollstore
