// ATOLL_PROTECT_SEALED: what was sealed cannot be written through the address that create gave.
#include <setjmp.h>
#include <signal.h>

#include "fixture.h"
#include "process.h"

namespace atollstore {
namespace {

sigjmp_buf back;

bool Faults(uint64_t address) {
  struct sigaction action{}, before;
  action.sa_handler = [](int) { siglongjmp(back, 1); };
  ::sigaction(SIGSEGV, &action, &before);
  const bool faulted = sigsetjmp(back, 1) != 0;
  if (!faulted) *reinterpret_cast<volatile uint8_t*>(address) = 99;
  ::sigaction(SIGSEGV, &before, nullptr);
  return faulted;
}

class ProtectTest : public StoreTest {
 protected:
  atoll_client* AttachProtecting() {
    atoll_client_options options{};
    options.size = sizeof(options);
    options.flags = ATOLL_PROTECT_SEALED;
    atoll_client* client = nullptr;
    EXPECT_EQ(atoll_attach(path_.c_str(), &options, &client), 0) << atoll_last_error();
    if (client != nullptr) clients_.push_back(client);
    return client;
  }
};

TEST_F(ProtectTest, AWriteAfterSealFaultsAndNobodySeesIt) {
  Start();
  atoll_client *client = AttachProtecting(), *other = Attach();
  const atoll_object_id child = Put(client, 100);
  for (const uint64_t contained : {0, 1}) {
    for (const uint64_t size : {1, 100, 4096, 5000, 70'000, 700'000, 5'000'000}) {
      atoll_object_id id{};
      uint64_t address = 0;
      OK(atoll_create(client, &id, size, contained, 0, kSecond, &address));
      std::memset(reinterpret_cast<void*>(address), 7, size);
      OK(atoll_seal(client, &id, contained == 0 ? nullptr : &child));
      EXPECT_TRUE(Faults(address)) << size;
      EXPECT_TRUE(Faults(address + size - 1)) << size;
      atoll_view view;
      OK(atoll_get(other, &id, 0, &view));
      const auto* bytes = reinterpret_cast<const uint8_t*>(view.address);
      for (uint64_t i = 0; i < size; ++i) ASSERT_EQ(bytes[i], 7);
      OK(atoll_release(other, &id));
      OK(atoll_dereference(client, &id));
    }
  }
  OK(atoll_dereference(client, &child));
}

// Blocks of objects that have gone are written, resized and protected again, side by side with what stays.
TEST_F(ProtectTest, WhatIsUsedAgainCanBeWritten) {
  Start();
  atoll_client* client = AttachProtecting();
  std::vector<atoll_object_id> kept;
  for (int round = 0; round < 200; ++round) {
    const uint64_t size = static_cast<uint64_t>(1 + round * 7919 % 30'000);
    atoll_object_id id{};
    uint64_t address = 0;
    OK(atoll_create(client, &id, size / 2, 0, 0, kSecond, &address));
    std::memset(reinterpret_cast<void*>(address), round, size / 2);
    OK(atoll_resize(client, &id, size, kSecond, &address));
    std::memset(reinterpret_cast<void*>(address), round, size);
    OK(atoll_seal(client, &id, nullptr));
    EXPECT_TRUE(Faults(address));
    if (round % 3 == 0) {
      kept.push_back(id);
    } else {
      OK(atoll_dereference(client, &id));
    }
    const atoll_object_id large = Put(client, 600'000);
    OK(atoll_dereference(client, &large));
  }
  for (size_t i = 0; i < kept.size(); ++i) {
    atoll_view view;
    OK(atoll_get(client, &kept[i], 0, &view));
    EXPECT_EQ(*reinterpret_cast<const uint8_t*>(view.address), static_cast<uint8_t>(3 * i));
    OK(atoll_release(client, &kept[i]));
    OK(atoll_dereference(client, &kept[i]));
  }
}

TEST_F(ProtectTest, OneCreationEndsOnceAsWithoutIt) {
  Start();
  atoll_client* client = AttachProtecting();
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_create(client, &id, 100, 0, 0, kSecond, &address));
  OK(atoll_seal(client, &id, nullptr));
  EXPECT_EQ(atoll_seal(client, &id, nullptr), -ATOLL_NOT_CREATING);
  EXPECT_EQ(atoll_abort(client, &id), -ATOLL_NOT_CREATING);
  OK(atoll_dereference(client, &id));
  OK(atoll_expect(client, &id));
  EXPECT_EQ(atoll_seal(client, &id, nullptr), -ATOLL_NOT_CREATING);
  OK(atoll_dereference(client, &id));
}

// A process that has no mappings left says so once, and goes on.
TEST_F(ProtectTest, WithoutMappingsItSaysSoOnceAndStops) {
  Start();
  Process peer({"protect", path_});
  EXPECT_NE(peer.ReadLine().find("sealed objects are not protected any more: mprotect"), std::string::npos);
  EXPECT_EQ(peer.ReadLine(), "faults 0 before 1");
  EXPECT_EQ(peer.Wait(), 0);
}

}  // namespace
}  // namespace atollstore
