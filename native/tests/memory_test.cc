// Memory is ready before it is asked for, and goes back when nobody needs it any more.

#include "fixture.h"
#include "resident.h"

namespace atollstore {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

uint64_t ResidentData() { return ResidentBytes("atoll-data"); }

class MemoryTest : public StoreTest {
 protected:
  static uint64_t Leased(atoll_client* client) {
    atoll_client_stats_t stats{};
    stats.size = sizeof(stats);
    EXPECT_EQ(atoll_client_stats(client, static_cast<uint64_t>(atoll_client_index(client)), &stats), 0);
    return stats.leased_bytes;
  }
  static void TurnOver(atoll_client* client, atoll_object_id* id) {
    EXPECT_EQ(atoll_dereference(client, id), 0);
    *id = Put(client, kMiB);
  }
  void StartWith(uint64_t capacity) {
    atoll_server_options options = Defaults();
    options.capacity = capacity;
    Start(options);
  }
};

TEST_F(MemoryTest, NewStoreHasRoomForALargeObjectReadyWithinASecond) {
  StartWith(1024 * kMiB);
  atoll_client* client = Attach();
  EXPECT_TRUE(Eventually([&] { return Leased(client) >= 64 * kMiB; }));
  EXPECT_EQ(Stats(client).objects, 0u);
  EXPECT_GE(ResidentData(), 64 * kMiB);
}

TEST_F(MemoryTest, UntouchedCapacityHasNoMemory) {
  StartWith(1024 * kMiB);
  atoll_client* client = Attach();
  Put(client, 1 * kMiB);
  ::usleep(500'000);
  // The reserve of the server and what one client keeps warm.
  EXPECT_LE(ResidentData(), 256 * kMiB);
  EXPECT_TRUE(Eventually([&] { return ResidentData() == Stats(client).reserved; }));
}

TEST_F(MemoryTest, IdleClientAndServerGiveBackWhatNobodyNeeds) {
  StartWith(512 * kMiB);
  atoll_client* client = Attach();
  const atoll_object_id small = Put(client, 1000, 3);
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(Put(client, 60 * kMiB));
  EXPECT_GE(ResidentData(), 360 * kMiB);
  for (const atoll_object_id& id : ids) OK(atoll_dereference(client, &id));
  // The client keeps the extent of the small object, the server an eighth of the store.
  EXPECT_TRUE(Eventually([&] { return Leased(client) <= 2 * kMiB; })) << Leased(client);
  EXPECT_TRUE(Eventually([] { return ResidentData() <= 66 * kMiB; })) << ResidentData();
  EXPECT_TRUE(Eventually([&] { return ResidentData() == Stats(client).reserved; }));
  // What went can be had again, and holds what is written to it.
  const atoll_object_id again = Put(client, 60 * kMiB, 9);
  for (const auto& [id, fill] : {std::pair(small, 3), std::pair(again, 9)}) {
    atoll_view view;
    OK(atoll_get(client, &id, 0, &view));
    const auto* bytes = reinterpret_cast<const uint8_t*>(view.address);
    EXPECT_EQ(bytes[0], fill);
    EXPECT_EQ(std::memcmp(bytes, bytes + 1, view.size - 1), 0);
    OK(atoll_release(client, &id));
  }
}

// Who had more once and goes on putting as much as it drops does not keep that for as long as it goes on.
TEST_F(MemoryTest, WhatIsTurnedOverIsFoundInWhatWasDropped) {
  constexpr uint64_t kLive = 200;
  StartWith(2048 * kMiB);
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 3 * kLive; ++i) ids.push_back(Put(client, kMiB));
  while (ids.size() > kLive) {
    OK(atoll_dereference(client, &ids.back()));
    ids.pop_back();
  }
  // What it had is kept warm for a while, for it may come back.
  size_t oldest = 0;
  EXPECT_TRUE(Eventually([&] {
    TurnOver(client, &ids[oldest++ % kLive]);
    return Leased(client) <= (kLive + 128 + 16) * kMiB;
  })) << Leased(client) / kMiB
      << " MiB";
  for (const atoll_object_id& id : ids) OK(atoll_dereference(client, &id));
}

}  // namespace
}  // namespace atollstore
