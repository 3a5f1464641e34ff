// Lists of objects, some of them on disk: all of a list comes back, or none of it is held.
#include <thread>

#include "slow_disk.h"
#include "spill_fixture.h"

namespace atollstore {
namespace {

// What lies together on the disk is read together.
TEST_F(SpillTest, ManySmallOnesComeBackWithFewReads) {
  constexpr uint64_t kObjects = 20'000, kWords = 128;
  StartSpilling(64 << 20);
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < kObjects; ++i) ids.push_back(PutWords(client, kWords, i));
  atoll_object_id other{};
  uint64_t address = 0;
  OK(atoll_create(client, &other, 60 << 20, 0, 0, 20 * kSecond, &address));
  ASSERT_GT(Stats(client).spilled_objects, kObjects * 3 / 4);
  OK(atoll_abort(client, &other));
  OK(atoll_dereference(client, &other));
  const uint64_t spilled = Stats(client).spilled_objects, reads = reads_of_files.load();
  std::vector<atoll_view> views(kObjects);
  OK(atoll_get_all(client, ids.data(), kObjects, 30 * kSecond, views.data()));
  RecordProperty("reads", std::to_string(reads_of_files.load() - reads));
  EXPECT_LE(reads_of_files.load() - reads, spilled / 20);
  uint64_t wrong = 0;
  for (uint64_t i = 0; i < kObjects; ++i) {
    const auto* words = reinterpret_cast<const uint64_t*>(views[i].address);
    for (uint64_t word = 0; word < kWords; ++word) wrong += words[word] != i + word;
  }
  EXPECT_EQ(wrong, 0u);
  for (const atoll_object_id& id : ids) {
    OK(atoll_release(client, &id));
    OK(atoll_dereference(client, &id));
  }
}

using SpillListsTest = SpillTest;

// 24 of the store's 32 MiB each: whoever kept half of its own while it waits for the rest would wait for
// ever.
TEST_F(SpillListsTest, ListsThatFitOneByOneDoNotWaitForEachOther) {
  StartSpilling();
  atoll_client* clients[] = {Attach(), Attach()};
  constexpr uint64_t kWords = (1 << 20) / 8, kCount = 24;
  std::vector<atoll_object_id> lists[2];
  for (uint64_t i = 0; i < kCount; ++i) {
    for (uint64_t l = 0; l < 2; ++l) lists[l].push_back(PutWords(clients[l], kWords, (l * kCount + i) << 32));
  }
  std::vector<std::thread> readers;
  for (uint64_t l = 0; l < 2; ++l) {
    readers.emplace_back([&, l] {
      std::vector<atoll_view> views(kCount);
      for (int round = 0; round < 5; ++round) {
        ASSERT_EQ(atoll_get_all(clients[l], lists[l].data(), kCount, 20 * kSecond, views.data()), 0)
            << atoll_last_error();
        for (uint64_t i = 0; i < kCount; ++i) {
          EXPECT_EQ(views[i].tag, (l * kCount + i) << 32);
          EXPECT_EQ(reinterpret_cast<const uint64_t*>(views[i].address)[kWords - 1],
                    ((l * kCount + i) << 32) + kWords - 1);
        }
        for (const auto& id : lists[l]) ASSERT_EQ(atoll_release(clients[l], &id), 0);
      }
    });
  }
  for (auto& reader : readers) reader.join();
  EXPECT_GT(Stats(clients[0]).restored, 0u);
  for (uint64_t l = 0; l < 2; ++l) {
    for (const auto& id : lists[l]) OK(atoll_dereference(clients[l], &id));
  }
  EXPECT_TRUE(BecomesEmpty(clients[0]));
}

// The memory is the server's then, which has read all of it back before: room for a list is found there, and
// no more is evicted for it than it takes.
TEST_F(SpillListsTest, ListTakesTheRoomOfWhatCameBackBefore) {
  StartSpilling();
  atoll_client* client = Attach();
  constexpr uint64_t kWords = (1 << 20) / 8;
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 80; ++i) ids.push_back(PutWords(client, kWords, i << 32));
  for (uint64_t i = 0; i < 80; ++i) ExpectWords(client, ids[i], kWords, i << 32);
  ASSERT_TRUE(Eventually([&] { return Stats(client).bytes_spilling == 0 && Stats(client).pins == 0; }));
  const uint64_t before = Stats(client).evicted;
  std::vector<atoll_view> views(8);
  ASSERT_EQ(atoll_get_all(client, ids.data(), 8, 20 * kSecond, views.data()), 0) << atoll_last_error();
  EXPECT_LE(Stats(client).evicted - before, 16u);
  for (uint64_t i = 0; i < 8; ++i) OK(atoll_release(client, &ids[i]));
  for (const auto& id : ids) OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(SpillListsTest, WhatIsTwiceInAListTakesRoomOnce) {
  StartSpilling();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 40; ++i) ids.push_back(PutWords(client, (1 << 20) / 8, i));
  std::vector<atoll_object_id> twice(ids.begin(), ids.begin() + 24);
  twice.insert(twice.end(), ids.begin(), ids.begin() + 24);
  std::vector<atoll_view> views(twice.size());
  ASSERT_EQ(atoll_get_all(client, twice.data(), twice.size(), 20 * kSecond, views.data()), 0) << atoll_last_error();
  for (uint64_t i = 0; i < twice.size(); ++i) EXPECT_EQ(views[i].tag, i % 24);
  EXPECT_EQ(views[30].address, views[6].address);
  for (const auto& id : twice) OK(atoll_release(client, &id));
  EXPECT_TRUE(Eventually([&] { return Stats(client).pins == 0; }));
  for (const auto& id : ids) OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(SpillListsTest, PeekTellsWhatIsOnDiskAndLeavesItThere) {
  StartSpilling();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 40; ++i) ids.push_back(PutWords(client, (1 << 20) / 8, i));
  ASSERT_TRUE(Eventually([&] { return Stats(client).bytes_spilling == 0 && Stats(client).pins == 0; }));
  std::vector<atoll_view> views(ids.size());
  EXPECT_EQ(atoll_peek(client, ids.data(), ids.size(), views.data()), 40);
  uint64_t on_disk = 0;
  for (uint64_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(views[i].tag, i);
    EXPECT_EQ(views[i].size, 1u << 20);
    EXPECT_EQ(views[i].contained, 0u);
    if (views[i].address == 0) ++on_disk;
  }
  EXPECT_EQ(on_disk, Stats(client).spilled_objects);
  EXPECT_GE(on_disk, 8u);
  EXPECT_EQ(Stats(client).restored, 0u);
  EXPECT_EQ(Stats(client).pins, 0u);
  // Up to the first that is lost, expected or none.
  atoll_object_id expected{};
  OK(atoll_expect(client, &expected));
  OK(atoll_delete(client, &ids[5]));
  for (const atoll_object_id& last : {expected, ids[5], atoll_object_id{}, atoll_object_id{1, 2}}) {
    const atoll_object_id some[] = {ids[0], ids[1], last, ids[2]};
    EXPECT_EQ(atoll_peek(client, some, 4, views.data()), 2);
  }
  OK(atoll_dereference(client, &expected));
  for (const auto& id : ids) OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(SpillListsTest, ListOfMoreThanTheStoreFailsAtOnceAndPinsNothing) {
  StartSpilling();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 40; ++i) ids.push_back(PutWords(client, (1 << 20) / 8, i));
  std::vector<atoll_view> views(ids.size());
  EXPECT_EQ(atoll_get_all(client, ids.data(), ids.size(), kSecond, views.data()), -ATOLL_STORE_FULL);
  EXPECT_NE(std::string(atoll_last_error()).find("40 objects"), std::string::npos) << atoll_last_error();
  EXPECT_NE(std::string(atoll_last_error()).find(std::to_string(40 << 20)), std::string::npos)
      << atoll_last_error();
  EXPECT_TRUE(Eventually([&] { return Stats(client).pinned_bytes == 0; }));  // the server pins what it writes
  // One of ten is not there: none is pinned either.
  atoll_object_id expected{};
  OK(atoll_expect(client, &expected));
  std::vector<atoll_object_id> some(ids.begin(), ids.begin() + 9);
  some.push_back(expected);
  EXPECT_EQ(atoll_get_all(client, some.data(), some.size(), 1'000'000, views.data()), -ATOLL_TIMED_OUT);
  EXPECT_NE(std::string(atoll_last_error()).find("9 of 10"), std::string::npos) << atoll_last_error();
  OK(atoll_delete(client, &some[3]));
  EXPECT_EQ(atoll_get_all(client, some.data(), 9, kSecond, views.data()), -ATOLL_LOST);
  EXPECT_TRUE(Eventually([&] { return Stats(client).pinned_bytes == 0; }));  // the server pins what it writes
  OK(atoll_dereference(client, &expected));
  for (const auto& id : ids) OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

}  // namespace
}  // namespace atollstore
