// An object on disk waits for its turn, and then for memory behind the extents that it has got; others make room for it.
#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "poll_fixture.h"

namespace atollstore {
namespace {

class RestoreTurnTest : public PollTest {
 protected:
  static constexpr uint64_t kCapacity = 4 << 20, kExtent = 64 << 10;

  void SetUp() override {
    PollTest::SetUp();
    spill_ = directory_ + "/spill";
    atoll_server_options options = Defaults();
    options.capacity = kCapacity;
    options.extent_bytes = kExtent;
    options.spill_directory = spill_.c_str();
    options.max_objects = 1 << 17;
    ASSERT_TRUE(std::filesystem::create_directory(spill_));
    ASSERT_NO_FATAL_FAILURE(Open(options));
  }
  void TearDown() override {
    PollDuring([&] {
      while (!clients_.empty()) Detach(clients_.back());
    });
    polled_.reset();
    std::filesystem::remove_all(spill_);
    PollTest::TearDown();
  }

  // The client's objects go to disk, since another client needs the whole store and then leaves.
  std::vector<atoll_object_id> PutOnDisk(atoll_client* client, std::vector<uint64_t> sizes) {
    std::vector<atoll_object_id> ids;
    PollDuring([&] {
      for (const uint64_t bytes : sizes) ids.push_back(Put(client, bytes));
      atoll_client* other = Attach();
      atoll_object_id all{};
      uint64_t address = 0;
      ASSERT_EQ(atoll_create(other, &all, kCapacity, 0, 0, 20 * kSecond, &address), 0) << atoll_last_error();
      ASSERT_EQ(atoll_abort(other, &all), 0);
      Detach(other);
    });
    EXPECT_TRUE(PollUntil([&] { return Free() == kCapacity / kExtent; }));
    EXPECT_EQ(Stats(client).evicted, sizes.size());
    return ids;
  }
  uint64_t Free() const {
    uint64_t free = 0;
    for (uint64_t i = 0; i < kCapacity / kExtent; ++i)
      free += (control().extent(i).load() & kExtentOwnerMask) == 0;
    return free;
  }
  // As after the OS has been given back what nobody had needed for a while.
  void TakeMemoryFromFree() {
    for (uint64_t i = 0; i < kCapacity / kExtent; ++i) {
      uint32_t free = kExtentReserved;
      if (control().extent(i).compare_exchange_strong(free, 0)) control().header().reserved_bytes.fetch_sub(kExtent);
    }
  }

  std::string spill_;
};

// Seen: once the only one that waited had its extents, nobody asked any more whether they had memory by now.
TEST_F(RestoreTurnTest, TheOnlyOneGetsTheMemoryThatItsExtentsLack) {
  atoll_client* client = nullptr;
  PollDuring([&] { client = Attach(); });
  const atoll_object_id id = PutOnDisk(client, {100})[0];
  TakeMemoryFromFree();
  atoll_view view{};
  PollDuring([&] { ASSERT_EQ(atoll_get(client, &id, 5 * kSecond, &view), 0) << atoll_last_error(); });
  EXPECT_EQ(*reinterpret_cast<const uint8_t*>(view.address + 99), 7);
  OK(atoll_release(client, &id));
}

// The server's thread does other things between two parts of it.
TEST_F(RestoreTurnTest, ManyAreEvictedInSlices) {
  constexpr uint64_t kMany = 50'000, kEach = 64;
  atoll_client *client = nullptr, *other = nullptr;
  PollDuring([&] {
    client = Attach();
    other = Attach();
    for (uint64_t i = 0; i < kMany; ++i) (void)Put(client, kEach);
  });
  std::atomic<int64_t> code{1};
  atoll_object_id all{};
  std::thread creator([&] {
    uint64_t address = 0;
    code = atoll_create(other, &all, kCapacity, 0, 0, 60 * kSecond, &address);
  });
  const auto& served = control().header().served;
  EXPECT_TRUE(PollUntil([&] { return served.bytes_spilling.load() + served.bytes_spilled.load() != 0; }));
  EXPECT_LT(served.bytes_spilling.load() + served.bytes_spilled.load(), kMany * kEach / 2);
  EXPECT_TRUE(PollUntil([&] { return code <= 0; }));
  creator.join();
  EXPECT_EQ(code, 0);
  EXPECT_EQ(Stats(client).evicted, kMany);
  OK(atoll_abort(other, &all));
}

// Somebody waits for as long as it takes for one that is too large for what the unpinned leave.
class RestoreAsideTest : public RestoreTurnTest {
 protected:
  static constexpr uint64_t kLarge = 40 * kExtent, kSmall = kExtent;

  // Another client creates an object of so many extents, and puts so many of one extent, so that the large one has no room.
  void Fill(uint64_t created, uint64_t put) {
    PollDuring([&] {
      client_ = Attach();
      other_ = Attach();
    });
    ids_ = PutOnDisk(client_, {kLarge, kSmall});
    PollDuring([&] {
      uint64_t address = 0;
      ASSERT_EQ(atoll_create(other_, &created_, created * kExtent, 0, 0, 20 * kSecond, &address), 0);
      for (uint64_t i = 0; i < put; ++i) (void)Put(other_, kExtent);
    });
    waiter_ = std::thread([this] {
      atoll_view view{};
      code_ = atoll_get(client_, &ids_[0], ATOLL_FOREVER, &view);
      done_ = true;
    });
    EXPECT_TRUE(PollUntil([&] { return control().header().room_queue.load() != 0; }));
  }
  void GetSmall() {
    atoll_view view{};
    PollDuring([&] { EXPECT_EQ(atoll_get(client_, &ids_[1], 20 * kSecond, &view), 0) << atoll_last_error(); });
    EXPECT_FALSE(done_);
    PollDuring([&] { OK(atoll_release(client_, &ids_[1])); });
  }
  void GetLarge() {
    PollDuring([&] {
      OK(atoll_abort(other_, &created_));
      waiter_.join();
      EXPECT_EQ(code_, 0);
      OK(atoll_release(client_, &ids_[0]));
    });
  }

  atoll_client *client_ = nullptr, *other_ = nullptr;
  std::vector<atoll_object_id> ids_;
  atoll_object_id created_{};
  std::thread waiter_;
  std::atomic<int64_t> code_{1};
  std::atomic<bool> done_{false};
};

TEST_F(RestoreAsideTest, WhatHasRoomIsNotBehindOneThatOnlyAnUnpinHelps) {
  ASSERT_NO_FATAL_FAILURE(Fill(44, 0));
  GetSmall();
  GetLarge();
}

TEST_F(RestoreAsideTest, AndOthersAreEvictedForIt) {
  ASSERT_NO_FATAL_FAILURE(Fill(30, 34));
  GetSmall();
  GetLarge();
}

}  // namespace
}  // namespace atollstore
