// An object on disk waits for its turn, and then for memory behind the extents that it has got.
#include <filesystem>

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

  // The client's object goes to disk, since another client needs the whole store and then leaves.
  atoll_object_id PutOnDisk(atoll_client* client, uint64_t bytes) {
    atoll_object_id id{};
    PollDuring([&] {
      id = Put(client, bytes);
      atoll_client* other = Attach();
      atoll_object_id all{};
      uint64_t address = 0;
      ASSERT_EQ(atoll_create(other, &all, kCapacity, 0, 0, 20 * kSecond, &address), 0) << atoll_last_error();
      ASSERT_EQ(atoll_abort(other, &all), 0);
      Detach(other);
    });
    EXPECT_TRUE(PollUntil([&] { return Free() == kCapacity / kExtent; }));
    EXPECT_EQ(Stats(client).evicted, 1u);
    return id;
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
  const atoll_object_id id = PutOnDisk(client, 100);
  TakeMemoryFromFree();
  atoll_view view{};
  PollDuring([&] { ASSERT_EQ(atoll_get(client, &id, 5 * kSecond, &view), 0) << atoll_last_error(); });
  EXPECT_EQ(*reinterpret_cast<const uint8_t*>(view.address + 99), 7);
  OK(atoll_release(client, &id));
}

}  // namespace
}  // namespace atollstore
