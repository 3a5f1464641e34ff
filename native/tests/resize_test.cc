// Objects that become larger or smaller while they are being written.
#include <gtest/gtest.h>

#include <array>

#include "fixture.h"

namespace atollstore {
namespace {

class ResizeTest : public StoreTest {
 protected:
  // An object whose bytes say how far they are from the begin.
  struct Written {
    atoll_object_id id{};
    uint64_t address = 0;
    uint64_t size = 0;
  };
  static uint8_t ByteAt(uint64_t at) { return static_cast<uint8_t>(at * 31 + at / 251); }
  static void FillFrom(Written& object, uint64_t from) {
    for (uint64_t at = from; at < object.size; ++at)
      reinterpret_cast<uint8_t*>(object.address)[at] = ByteAt(at);
  }
  static Written Begin(atoll_client* client, uint64_t size, uint64_t contained = 0) {
    Written object;
    object.size = size;
    EXPECT_EQ(atoll_create(client, &object.id, size, contained, 5, kSecond, &object.address), 0)
        << atoll_last_error();
    FillFrom(object, 0);
    return object;
  }
  static int64_t Resize(atoll_client* client, Written& object, uint64_t size, int64_t timeout = kSecond) {
    const uint64_t before = object.size;
    const int64_t code = atoll_resize(client, &object.id, size, timeout, &object.address);
    if (code != 0) return code;
    object.size = size;
    FillFrom(object, std::min(before, size));
    return 0;
  }
  // Seals it, looks at it as another client does, and drops it.
  void Finish(atoll_client* client, const Written& object) {
    OK(atoll_seal(client, &object.id, nullptr));
    atoll_client* other = Attach();
    atoll_view view{};
    OK(atoll_get(other, &object.id, 0, &view));
    EXPECT_EQ(view.size, object.size);
    EXPECT_EQ(view.tag, 5u);
    for (uint64_t at = 0; at < view.size; ++at)
      ASSERT_EQ(reinterpret_cast<const uint8_t*>(view.address)[at], ByteAt(at)) << at << " of " << view.size;
    ExpectSound();
    OK(atoll_release(other, &object.id));
    OK(atoll_dereference(client, &object.id));
    EXPECT_TRUE(BecomesEmpty(client));
  }
};

TEST_F(ResizeTest, BytesStayFromAnySizeToAnyOther) {
  Start();
  atoll_client* client = Attach();
  constexpr std::array<uint64_t, 12> kSizes = {0,       1,       64,        100,       5000,    60'000,
                                               300'000, 524'288, 1'000'000, 2'100'000, 5 << 20, 11 << 20};
  for (const uint64_t from : kSizes) {
    for (const uint64_t to : kSizes) {
      Written object = Begin(client, from);
      ASSERT_EQ(Resize(client, object, to), 0) << from << " to " << to << ": " << atoll_last_error();
      OK(atoll_seal(client, &object.id, nullptr));
      atoll_view view{};
      OK(atoll_get(client, &object.id, 0, &view));
      ASSERT_EQ(view.size, to);
      EXPECT_EQ(view.address % 64, 0u);
      for (uint64_t at = 0; at<to; at += to> 100'000 ? 997 : 1)
        ASSERT_EQ(reinterpret_cast<const uint8_t*>(view.address)[at], ByteAt(at)) << from << " to " << to;
      OK(atoll_release(client, &object.id));
      OK(atoll_dereference(client, &object.id));
    }
  }
  ExpectSound();
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(ResizeTest, GrowsStepByStepWhereItLies) {
  Start();
  atoll_client* client = Attach();
  Written object = Begin(client, 1 << 20);
  const uint64_t begin = object.address;
  for (uint64_t size = 2 << 20; size <= 40 << 20; size += 3 << 20)
    ASSERT_EQ(Resize(client, object, size), 0) << atoll_last_error();
  EXPECT_EQ(object.address, begin) << "nobody else had leased what lies behind";
  Finish(client, object);
}

TEST_F(ResizeTest, MovesWhenSomethingLiesBehind) {
  Start();
  atoll_client* client = Attach();
  Written object = Begin(client, 3 << 20);
  std::vector<atoll_object_id> others;
  for (int i = 0; i < 12; ++i) others.push_back(Put(client, 1 << 20));
  const uint64_t begin = object.address;
  ASSERT_EQ(Resize(client, object, 20 << 20), 0) << atoll_last_error();
  EXPECT_NE(object.address, begin);
  for (const atoll_object_id& id : others) OK(atoll_dereference(client, &id));
  Finish(client, object);
}

TEST_F(ResizeTest, WhatItGivesBackIsUsedAgain) {
  Start();
  atoll_client* client = Attach();
  Written object = Begin(client, 60 << 20);
  const uint64_t begin = object.address;
  ASSERT_EQ(Resize(client, object, 10 << 20), 0) << atoll_last_error();
  EXPECT_EQ(object.address, begin);
  const atoll_object_id second = Put(client, 48 << 20);
  ExpectSound();
  OK(atoll_dereference(client, &second));
  Finish(client, object);
}

TEST_F(ResizeTest, StaysAsItWasWithoutRoom) {
  Start();
  atoll_client* client = Attach();
  Written object = Begin(client, 10 << 20);
  const atoll_object_id other = Put(client, 40 << 20);
  Written as_it_was = object;
  EXPECT_EQ(Resize(client, object, 30 << 20, 0), -ATOLL_STORE_FULL);
  EXPECT_EQ(Resize(client, object, 100 << 20), -ATOLL_STORE_FULL);
  EXPECT_EQ(Resize(client, object, UINT64_MAX), -ATOLL_STORE_FULL);
  EXPECT_EQ(object.address, as_it_was.address);
  OK(atoll_dereference(client, &other));
  ASSERT_EQ(Resize(client, object, 30 << 20), 0) << atoll_last_error();
  Finish(client, object);
}

TEST_F(ResizeTest, KeepsRoomForContainedIds) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id child = Put(client, 100);
  Written object = Begin(client, 1000, 3);
  ASSERT_EQ(Resize(client, object, 3 << 20), 0) << atoll_last_error();
  ASSERT_EQ(Resize(client, object, 777), 0) << atoll_last_error();
  const atoll_object_id children[] = {child, child, child};
  OK(atoll_seal(client, &object.id, children));
  OK(atoll_dereference(client, &child));
  atoll_view view{};
  OK(atoll_get(client, &object.id, 0, &view));
  ASSERT_EQ(view.contained, 3u);
  EXPECT_EQ(reinterpret_cast<const atoll_object_id*>(view.contained_address)[2].place, child.place);
  OK(atoll_release(client, &object.id));
  EXPECT_EQ(Stats(client).objects, 2u);
  OK(atoll_dereference(client, &object.id));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(ResizeTest, IsForItsCreatorUntilTheSeal) {
  Start();
  atoll_client *client = Attach(), *other = Attach();
  Written object = Begin(client, 1000);
  uint64_t address = 0;
  EXPECT_EQ(atoll_resize(other, &object.id, 2000, 0, &address), -ATOLL_NOT_CREATING);
  OK(atoll_seal(client, &object.id, nullptr));
  EXPECT_EQ(atoll_resize(client, &object.id, 2000, 0, &address), -ATOLL_NOT_CREATING);
  atoll_object_id nobodys = object.id;
  nobodys.store ^= 1;
  EXPECT_EQ(atoll_resize(client, &nobodys, 2000, 0, &address), -ATOLL_NOT_FOUND);
  EXPECT_EQ(atoll_resize(client, &object.id, 2000, 0, nullptr), -ATOLL_INVALID_ARGUMENT);
  OK(atoll_dereference(client, &object.id));
}

TEST_F(ResizeTest, AbortedOrDetachedLeavesNothing) {
  Start();
  atoll_client *client = Attach(), *other = Attach();
  Written aborted = Begin(client, 1000), left = Begin(other, 1000);
  ASSERT_EQ(Resize(client, aborted, 9 << 20), 0);
  ASSERT_EQ(Resize(other, left, 9 << 20), 0);
  OK(atoll_abort(client, &aborted.id));
  OK(atoll_dereference(client, &aborted.id));
  Detach(other);
  EXPECT_TRUE(BecomesEmpty(client));
  ExpectSound();
}

}  // namespace
}  // namespace atollstore
