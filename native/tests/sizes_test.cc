// How large a store may be filled and with how little waste, what follows its size, and what its limits say.
#include <algorithm>
#include <random>

#include "fixture.h"
#include "heap/client_heap.h"

namespace atollstore {
namespace {

using SizesTest = StoreTest;

TEST_F(SizesTest, NoBlockWastesMoreThanAnEighth) {
  const uint64_t capacity = uint64_t{4} << 30;
  const Geometry g = Geometry::Of({capacity, 0, 0, 0, 0, 0}).value();
  const SizeClasses classes(g.slabs_per_extent());
  const auto check = [&](uint64_t size) {
    const uint64_t block = BlockBytes(classes, size);
    ASSERT_GE(block, size);
    ASSERT_EQ(block % 64, 0u);
    ASSERT_LE((block - size) * 8, block) << size << " bytes in a block of " << block;
  };
  for (uint64_t size = 1024; size <= 2 << 20; ++size) check(size);
  for (uint64_t size = 2 << 20; size <= capacity; size += 65'521) check(size);
  check(capacity);
}

TEST_F(SizesTest, StoreCountsAsUsedWhatTheBlocksTake) {
  Start();
  atoll_client* client = Attach();
  for (uint64_t size = 1024; size <= 64 << 20; size = size * 9 / 8 + 1) {
    const atoll_object_id id = Put(client, size);
    const uint64_t used = Stats(client).allocated;
    EXPECT_GE(used, size);
    EXPECT_LE((used - size) * 8, used) << size;
    OK(atoll_dereference(client, &id));
    ASSERT_TRUE(BecomesEmpty(client)) << size;
  }
  Put(client, 64 << 20);  // as large as the store
  EXPECT_EQ(Stats(client).free, 0u);
}

TEST_F(SizesTest, FullStoreHoldsFourFifthsOfItselfInObjectsOfAnySize) {
  auto options = Defaults();
  options.max_objects = 1 << 17;
  Start(options);
  atoll_client* client = Attach();
  for (const uint64_t size : {1025, 2305, 5121, 40'961, 300'001, 524'289}) {
    std::vector<atoll_object_id> ids;
    atoll_object_id id{};
    uint64_t address = 0;
    int64_t code;
    // With time, since on a busy machine the server may not get to backing what is free at once.
    while ((code = atoll_create(client, &id, size, 0, 0, kSecond, &address)) == 0) {
      ids.push_back(std::exchange(id, {}));
    }
    const std::string why = atoll_last_error();
    EXPECT_EQ(code, -ATOLL_STORE_FULL) << why;
    EXPECT_GE(ids.size() * size * 5, uint64_t{4} * (64 << 20)) << size << ": " << why;
    for (const atoll_object_id& made : ids) {
      OK(atoll_abort(client, &made));
      OK(atoll_dereference(client, &made));
    }
    ASSERT_TRUE(BecomesEmpty(client));
  }
}

TEST_F(SizesTest, OneMillionObjectsAreSeenAndGo) {
  constexpr uint64_t kObjects = 1'000'000;
  auto options = Defaults();
  options.capacity = 128 << 20;
  options.max_objects = kObjects;
  Start(options);
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids(kObjects);
  for (uint64_t i = 0; i < kObjects; ++i) {
    uint64_t address = 0;
    OK(atoll_create(client, &ids[i], sizeof(i), 0, i, kSecond, &address));
    *reinterpret_cast<uint64_t*>(address) = i * i;
    OK(atoll_seal(client, &ids[i], nullptr));
  }
  atoll_object_id id{};
  uint64_t address = 0;
  EXPECT_EQ(atoll_create(client, &id, 8, 0, 0, 0, &address), -ATOLL_TOO_MANY_OBJECTS);
  EXPECT_STREQ(atoll_last_error(), "all 1000000 entries are in use (option max_objects)");
  EXPECT_EQ(atoll_expect(client, &id), -ATOLL_TOO_MANY_OBJECTS);

  atoll_client* other = Attach();
  atoll_stats_t stats = Stats(other);
  EXPECT_EQ(stats.objects, kObjects);
  EXPECT_EQ(stats.sealed_objects, kObjects);
  EXPECT_EQ(stats.sealed_bytes, kObjects * 8);
  EXPECT_EQ(stats.allocated, kObjects * 64);
  EXPECT_EQ(stats.max_objects, kObjects);
  std::minstd_rand random(3);
  atoll_view view{};
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t at = random() % kObjects;
    OK(atoll_get(other, &ids[at], 0, &view));
    ASSERT_EQ(*reinterpret_cast<const uint64_t*>(view.address), at * at);
    ASSERT_EQ(view.tag, at);
    OK(atoll_release(other, &ids[at]));
  }
  std::vector<atoll_object_info> infos(10'000);
  uint64_t cursor = 0, listed = 0;
  while (const int64_t some = atoll_list(other, &cursor, infos.data(), infos.size())) {
    ASSERT_GT(some, 0);
    listed += static_cast<uint64_t>(some);
  }
  EXPECT_EQ(listed, kObjects);
  ExpectSound();

  for (const atoll_object_id& made : ids) OK(atoll_dereference(client, &made));
  ASSERT_TRUE(BecomesEmpty(other));
  stats = Stats(other);
  EXPECT_EQ(stats.freed, kObjects);
  EXPECT_EQ(stats.done.creates, kObjects);
  EXPECT_EQ(stats.done.gets, 100'000u);
  EXPECT_EQ(stats.done.releases, 100'000u);
  EXPECT_EQ(stats.pins, 0u);
  const atoll_object_id again = Put(client, 8);
  EXPECT_EQ(atoll_contains(client, &again), ATOLL_SEALED);
}

TEST_F(SizesTest, DefaultsFollowTheStoresSizeAndSettingsAreKept) {
  const auto of = [](Sizes sizes) { return Geometry::Of(sizes).value(); };
  const Geometry small = of({64 << 20, 0, 0, 0, 0, 0});
  const Geometry middle = of({uint64_t{1} << 30, 0, 0, 0, 0, 0});
  const Geometry large = of({uint64_t{64} << 30, 0, 0, 0, 0, 0});
  EXPECT_EQ(small.objects(), 1u << 24) << "all that ids can tell apart";
  EXPECT_EQ(middle.objects(), 1u << 24);
  EXPECT_EQ(large.objects(), 1u << 24);
  EXPECT_EQ(small.columns() - 1, 64u);
  EXPECT_EQ(large.columns() - 1, 256u);
  EXPECT_EQ(small.max_names(), 16'384u);
  EXPECT_EQ(large.max_names(), 16'384u);
  const Geometry set = of({64 << 20, 1 << 20, 3, 0, 0, 0, 7});
  EXPECT_EQ(set.objects(), 1u << 20);
  EXPECT_EQ(set.columns() - 1, 3u);
  EXPECT_EQ(set.max_names(), 7u);
}

}  // namespace
}  // namespace atollstore
