// What can be seen of a store from inside, while it works and at its limits.
#include "fixture.h"
#include "process.h"

namespace atollstore {
namespace {

using SeeingTest = StoreTest;

TEST_F(SeeingTest, EveryCallIsCounted) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id kept = Put(client, 1000);
  atoll_object_id expected{}, given_up{};
  uint64_t address = 0;
  OK(atoll_expect(client, &expected));
  OK(atoll_create(client, &given_up, 10, 0, 0, 0, &address));
  OK(atoll_abort(client, &given_up));
  OK(atoll_dereference(client, &given_up));
  OK(atoll_reference(client, &kept));
  OK(atoll_dereference(client, &kept));
  atoll_view view{};
  OK(atoll_get(client, &kept, 0, &view));
  OK(atoll_release(client, &kept));
  EXPECT_EQ(atoll_get(client, &expected, 0, &view), -ATOLL_TIMED_OUT);
  uint8_t ready = 0;
  OK(atoll_wait(client, &kept, 1, 1, 0, &ready));
  OK(atoll_claim(client, &expected, 0, 1));
  OK(atoll_delete(client, &expected));
  atoll_client_stats_t stats{};
  stats.size = sizeof(stats);
  OK(atoll_client_stats(client, static_cast<uint64_t>(atoll_client_index(client)), &stats));
  EXPECT_EQ(stats.done.expects, 3u);
  EXPECT_EQ(stats.done.creates, 2u);
  EXPECT_EQ(stats.done.seals, 1u);
  EXPECT_EQ(stats.done.aborts, 1u);
  EXPECT_EQ(stats.done.gets, 1u) << "the one that timed out does not count";
  EXPECT_EQ(stats.done.releases, 1u);
  EXPECT_EQ(stats.done.references, 1u);
  EXPECT_EQ(stats.done.dereferences, 2u);
  EXPECT_EQ(stats.done.waits, 1u);
  EXPECT_EQ(stats.done.claims, 1u);
  EXPECT_EQ(stats.done.deletes, 1u);
  EXPECT_EQ(stats.done.bytes_written, 1000u);
}

TEST_F(SeeingTest, WhatGoneClientsDidIsNotForgotten) {
  Start();
  atoll_client* client = Attach();
  atoll_client* leaving = Attach();
  atoll_object_id id = Put(leaving, 1000);
  OK(atoll_dereference(leaving, &id));
  Detach(leaving);
  {
    Process peer({"put", path_, "3", "100"});
    ASSERT_EQ(peer.ReadLine().substr(0, 5), "ready");
  }
  ASSERT_TRUE(Eventually([&] { return Stats(client).buried == 2; }));
  const atoll_stats_t stats = Stats(client);
  EXPECT_EQ(stats.done.seals, 4u);
  EXPECT_EQ(stats.done.bytes_written, 1300u);
  EXPECT_EQ(stats.attached, 3u);
  EXPECT_EQ(stats.buried, 2u);
  ASSERT_TRUE(BecomesEmpty(client));
  EXPECT_EQ(Stats(client).freed, 4u);
}

TEST_F(SeeingTest, BytesArePinnedWhileSomebodyLooksAtThem) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  const atoll_object_id looked_at = Put(a, 3 << 20);
  Put(a, 1 << 20);
  atoll_view view{};
  OK(atoll_get(b, &looked_at, 0, &view));
  OK(atoll_get(b, &looked_at, 0, &view));
  const atoll_stats_t stats = Stats(a);
  EXPECT_EQ(stats.allocated, 4u << 20);
  EXPECT_EQ(stats.pinned_bytes, 3u << 20);
  EXPECT_EQ(stats.pins, 2u);
  EXPECT_EQ(stats.free, stats.capacity - (4 << 20));
  atoll_client_stats_t of_a{}, of_b{};
  of_a.size = of_b.size = sizeof(of_a);
  OK(atoll_client_stats(a, static_cast<uint64_t>(atoll_client_index(a)), &of_a));
  OK(atoll_client_stats(a, static_cast<uint64_t>(atoll_client_index(b)), &of_b));
  EXPECT_EQ(of_a.pinned_bytes, 0u);
  EXPECT_EQ(of_a.references, 2u);
  EXPECT_EQ(of_b.pinned_bytes, 3u << 20);
  EXPECT_EQ(of_b.references, 0u);
}

TEST_F(SeeingTest, ExtentsAreCountedByOwner) {
  Start();
  atoll_client* client = Attach();
  Process peer({"put", path_, "1", "5000000"});
  ASSERT_EQ(peer.ReadLine().substr(0, 5), "ready");
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_create(client, &id, 6 << 20, 0, 0, kSecond, &address));
  atoll_client_stats_t mine{}, its{};
  mine.size = its.size = sizeof(mine);
  OK(atoll_client_stats(client, 1, &mine));
  OK(atoll_client_stats(client, 2, &its));
  EXPECT_EQ(mine.creating_bytes, 6u << 20);
  EXPECT_GE(mine.leased_bytes, 6u << 20);
  EXPECT_GE(its.leased_bytes, 6u << 20);
  EXPECT_EQ(its.creating_bytes, 0u);
  const atoll_stats_t stats = Stats(client);
  EXPECT_EQ(stats.extents_free + stats.extents_of_clients + stats.extents_of_server,
            stats.capacity / stats.extent_bytes);
  // What a dead client leaves behind and somebody still needs is the server's.
  atoll_object_info infos[2];
  uint64_t cursor = 0;
  ASSERT_EQ(atoll_list(client, &cursor, infos, 2), 2);
  const atoll_object_id its_object = infos[0].state == ATOLL_SEALED ? infos[0].id : infos[1].id;
  OK(atoll_reference(client, &its_object));
  peer.Kill();
  EXPECT_TRUE(Eventually([&] { return Stats(client).buried == 1; }));
  EXPECT_EQ(Stats(client).extents_of_server, 3u);
  OK(atoll_dereference(client, &its_object));
  EXPECT_TRUE(Eventually([&] { return Stats(client).extents_of_server == 0; }));
  OK(atoll_abort(client, &id));
}

TEST_F(SeeingTest, FragmentationSaysHowMuchIsOutsideTheLongestFreeRun) {
  Start();
  atoll_client* client = Attach();
  EXPECT_GT(Stats(client).largest_free, 32u << 20);
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 32; ++i) ids.push_back(Put(client, 2 << 20));
  EXPECT_EQ(Stats(client).free, 0u);
  EXPECT_EQ(Stats(client).fragmentation_permille, 0u) << "nothing is free, in pieces or not";
  // The background thread keeps some of what is freed leased; a store full of holes has no long run.
  for (size_t i = 0; i < ids.size(); i += 2) OK(atoll_dereference(client, &ids[i]));
  ASSERT_TRUE(Eventually([&] { return Stats(client).free == 32u << 20; }));
  EXPECT_LE(Stats(client).largest_free, 2u << 20);
  EXPECT_GE(Stats(client).fragmentation_permille, 900u);
}

TEST_F(SeeingTest, ControlBytesFollowWhatTheStoreUses) {
  Start();
  atoll_client* client = Attach();
  ASSERT_TRUE(Eventually([&] { return Stats(client).control_bytes > 0; }));
  const uint64_t before = Stats(client).control_bytes;
  EXPECT_LT(before, 8u << 20);
  atoll_object_id last{};
  for (int i = 0; i < 60'000; ++i) last = Put(client, 64);
  OK(atoll_dereference(client, &last));  // the server may have slept over all of them
  // 60,000 entries of 64 bytes, their slots and their block words.
  EXPECT_TRUE(Eventually([&] { return Stats(client).control_bytes > before + 60'000 * 64; }));
}

}  // namespace
}  // namespace atollstore
