// A full store, and how room is found in it.
#include <thread>

#include "fixture.h"

namespace atollstore {
namespace {

using RoomTest = StoreTest;

TEST_F(RoomTest, ObjectLargerThanTheStoreFailsAtOnce) {
  Start();
  atoll_object_id id{};
  uint64_t address = 0;
  EXPECT_EQ(atoll_create(Attach(), &id, (64 << 20) + 1, 0, 0, ATOLL_FOREVER, &address), -ATOLL_STORE_FULL);
}

TEST_F(RoomTest, IdsThatDoNotFitBehindTheBytesFailAtOnce) {
  Start();
  atoll_client* client = Attach();
  atoll_object_id id{};
  uint64_t address = 0;
  EXPECT_EQ(atoll_create(client, &id, (64 << 20) - 8, 1, 0, ATOLL_FOREVER, &address), -ATOLL_STORE_FULL);
  EXPECT_EQ(atoll_create(client, &id, 0, ~uint64_t{0}, 0, ATOLL_FOREVER, &address), -ATOLL_STORE_FULL);
}

TEST_F(RoomTest, FullStoreSaysSoAndHasRoomAgainAfterADrop) {
  Start();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  atoll_object_id id{};
  uint64_t address = 0;
  int64_t code;
  while ((code = atoll_create(client, &id, 1 << 20, 0, 0, kSecond, &address)) == 0) {
    OK(atoll_seal(client, &id, nullptr));
    ids.push_back(id);
    id = {};
  }
  EXPECT_EQ(code, -ATOLL_STORE_FULL);
  EXPECT_EQ(ids.size(), 64u);
  EXPECT_EQ(id.store, 0u) << "the id of a failed create stays nil";
  OK(atoll_dereference(client, &ids.back()));
  OK(atoll_create(client, &id, 1 << 20, 0, 0, 0, &address));
  OK(atoll_seal(client, &id, nullptr));
}

TEST_F(RoomTest, CreatorWaitsUntilAnotherClientFrees) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  const atoll_object_id big = Put(a, 60 << 20);
  std::thread other([&] {
    ::usleep(100'000);
    ASSERT_EQ(atoll_dereference(a, &big), 0);
  });
  atoll_object_id id{};
  uint64_t address = 0;
  EXPECT_EQ(atoll_create(b, &id, 50 << 20, 0, 0, 1'000'000, &address), -ATOLL_STORE_FULL);
  OK(atoll_create(b, &id, 50 << 20, 0, 0, 20 * kSecond, &address));
  other.join();
  OK(atoll_abort(b, &id));
}

// Clients that are idle keep some memory ready. Who has no time gets it at the first try, if they answer at once; on a
// machine that is busy they may not.
TEST_F(RoomTest, WhoHasNoTimeGetsWhatIdleClientsKeep) {
  bool at_once = false;
  for (int tries = 0; tries < 20 && !at_once; ++tries) {
    Start();
    atoll_client* client = Attach();
    std::vector<atoll_client*> idle;
    for (int i = 0; i < 6; ++i) {
      idle.push_back(Attach());
      const atoll_object_id id = Put(idle.back(), 6 << 20);
      OK(atoll_dereference(idle.back(), &id));
    }
    const auto kept = [&] { return Stats(client).extents_of_clients * Stats(client).extent_bytes; };
    ASSERT_TRUE(Eventually([&] { return kept() > 8 << 20; }));
    atoll_object_id id{};
    uint64_t address = 0;
    at_once = atoll_create(client, &id, 58 << 20, 0, 0, 0, &address) == 0;
    if (at_once) OK(atoll_abort(client, &id));
    for (atoll_client* each : idle) Detach(each);
    Detach(client);
    Stop();
  }
  EXPECT_TRUE(at_once);
}

TEST_F(RoomTest, WholeStoreGoesFromClientToClient) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  for (int i = 0; i < 4; ++i) {
    atoll_client* client = i % 2 == 0 ? a : b;
    atoll_object_id id{};
    uint64_t address = 0;
    OK(atoll_create(client, &id, 64 << 20, 0, 0, 20 * kSecond, &address));
    std::memset(reinterpret_cast<void*>(address), i, 64 << 20);
    OK(atoll_seal(client, &id, nullptr));
    OK(atoll_dereference(client, &id));
  }
}

TEST_F(RoomTest, EntriesRunOutAndComeBack) {
  auto options = Defaults();
  options.max_objects = 256;
  Start(options);
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  std::vector<atoll_object_id> ids(256);
  for (atoll_object_id& id : ids) OK(atoll_expect(a, &id));
  atoll_object_id one_more{};
  EXPECT_EQ(atoll_expect(b, &one_more), -ATOLL_TOO_MANY_OBJECTS);
  for (const atoll_object_id& id : ids) OK(atoll_dereference(a, &id));
  OK(atoll_expect(b, &one_more));
}

TEST_F(RoomTest, SmallObjectsOfAllSizesComeAndGo) {
  Start();
  atoll_client* client = Attach();
  for (int round = 0; round < 3; ++round) {
    std::vector<atoll_object_id> ids;
    std::vector<uint64_t> sizes;
    for (uint64_t size = 0; size < 700'000; size += 1 + size / 7) {
      ids.push_back(Put(client, size, static_cast<uint8_t>(size % 251)));
      sizes.push_back(size);
    }
    const atoll_stats_t stats = Stats(client);
    EXPECT_EQ(stats.sealed_objects, ids.size());
    EXPECT_LE(stats.allocated, stats.sealed_bytes * 9 / 8 + 64 * ids.size());
    for (size_t i = 0; i < ids.size(); ++i) {
      atoll_view view{};
      OK(atoll_get(client, &ids[i], 0, &view));
      ASSERT_EQ(view.size, sizes[i]);
      for (uint64_t at = 0; at < sizes[i]; ++at) {
        ASSERT_EQ(reinterpret_cast<const uint8_t*>(view.address)[at], sizes[i] % 251) << sizes[i];
      }
      OK(atoll_release(client, &ids[i]));
      OK(atoll_dereference(client, &ids[i]));
    }
    ASSERT_TRUE(BecomesEmpty(client));
  }
}

TEST_F(RoomTest, ManyThreadsOfOneClientCreateAndDrop) {
  Start();
  atoll_client* client = Attach();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t i = 0; i < 3000; ++i) {
        const uint64_t size = (i * 7919 + static_cast<uint64_t>(t)) % (i % 50 == 0 ? 900'000 : 3000);
        const atoll_object_id id = Put(client, size, static_cast<uint8_t>(i));
        atoll_view view{};
        ASSERT_EQ(atoll_get(client, &id, 0, &view), 0);
        ASSERT_TRUE(size == 0 ||
                    *reinterpret_cast<const uint8_t*>(view.address + size - 1) == static_cast<uint8_t>(i));
        ASSERT_EQ(atoll_release(client, &id), 0);
        ASSERT_EQ(atoll_dereference(client, &id), 0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(BecomesEmpty(client));
}

}  // namespace
}  // namespace atollstore
