// A client's reserve: room for small objects that are made when there is none elsewhere, without a wait.
#include "fixture.h"

namespace atollstore {
namespace {

constexpr uint64_t kSlabs = 16, kMost = ATOLL_MOST_RESERVED_BYTES;

class ReserveTest : public StoreTest {
 protected:
  // Until there is no room for 64 bytes more.
  static void FillUp(atoll_client* client, std::vector<atoll_object_id>* ids) {
    for (const uint64_t size : {uint64_t{1} << 20, kMost, uint64_t{64}}) {
      for (;;) {
        atoll_object_id id{};
        uint64_t address = 0;
        const int64_t code = atoll_create(client, &id, size, 0, 0, kSecond / 10, &address);
        if (code != 0) {
          ASSERT_EQ(code, -ATOLL_STORE_FULL) << atoll_last_error();
          break;
        }
        OK(atoll_seal(client, &id, nullptr));
        ids->push_back(id);
      }
    }
  }
  // As many as it makes, of so many bytes.
  static uint64_t TakeReserve(atoll_client* client, uint64_t size, std::vector<atoll_object_id>* ids) {
    for (uint64_t count = 0;; ++count) {
      atoll_object_id id{};
      uint64_t address = 0;
      const int64_t code = atoll_create_reserved(client, &id, size, 0, 0, &address);
      if (code != 0) {
        EXPECT_EQ(code, -ATOLL_STORE_FULL) << atoll_last_error();
        return count;
      }
      std::memset(reinterpret_cast<void*>(address), 5, size);
      EXPECT_EQ(atoll_seal(client, &id, nullptr), 0);
      ids->push_back(id);
    }
  }
  static void DropAll(atoll_client* client, std::vector<atoll_object_id>* ids) {
    for (const atoll_object_id& id : *ids) OK(atoll_dereference(client, &id));
    ids->clear();
  }
};

TEST_F(ReserveTest, IsThereWhenTheStoreIsFull) {
  auto options = Defaults();
  options.capacity = 16 << 20;
  Start(options);
  atoll_client *reserving = AttachReserving(kSlabs * kMost), *other = Attach();
  std::vector<atoll_object_id> full, own, reserved;
  FillUp(other, &full);
  FillUp(reserving, &own);  // its ordinary creates leave the reserve alone
  for (const uint64_t size : {kMost, uint64_t{40'000}, uint64_t{33'000}}) {
    EXPECT_EQ(TakeReserve(reserving, size, &reserved), kSlabs) << size;
    atoll_view view;
    OK(atoll_get(other, &reserved.back(), 0, &view));
    EXPECT_EQ(*reinterpret_cast<const uint8_t*>(view.address + size - 1), 5);
    OK(atoll_release(other, &reserved.back()));
    DropAll(reserving, &reserved);
    // What the other one had a look at goes by the server.
    ASSERT_TRUE(Eventually([&] { return Stats(other).objects == full.size() + own.size(); }));
    // Nobody else gets it meanwhile, however much they want it.
    atoll_object_id id{};
    uint64_t address = 0;
    EXPECT_EQ(atoll_create(other, &id, kMost, 0, 0, kSecond / 10, &address), -ATOLL_STORE_FULL);
    EXPECT_EQ(atoll_create(reserving, &id, kMost, 0, 0, kSecond / 10, &address), -ATOLL_STORE_FULL);
  }
  EXPECT_EQ(TakeReserve(reserving, 1000, &reserved), kSlabs * 64);  // 64 blocks of 1 KiB to a slab
  DropAll(reserving, &reserved);
  DropAll(other, &full);
  DropAll(reserving, &own);
}

TEST_F(ReserveTest, IsForSmallObjectsOfWhoHasOne) {
  Start();
  atoll_client *reserving = AttachReserving(1 << 20), *other = Attach();
  atoll_object_id id{};
  uint64_t address = 0;
  EXPECT_EQ(atoll_create_reserved(other, &id, 10, 0, 0, &address), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_create_reserved(reserving, &id, kMost + 1, 0, 0, &address), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_create_reserved(reserving, &id, kMost, 1, 0, &address), -ATOLL_INVALID_ARGUMENT);
  OK(atoll_create_reserved(reserving, &id, kMost, 0, 0, &address));
  OK(atoll_abort(reserving, &id));
  OK(atoll_dereference(reserving, &id));
  // More than the store has.
  atoll_client_options options{};
  options.size = sizeof(options);
  options.reserve_bytes = 1 << 30;
  atoll_client* none = nullptr;
  EXPECT_EQ(atoll_attach(path_.c_str(), &options, &none), -ATOLL_STORE_FULL);
}

}  // namespace
}  // namespace atollstore
