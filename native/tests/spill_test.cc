// What does not fit goes to disk and comes back.
#include <atomic>
#include <random>
#include <thread>

#include "os/sync.h"
#include "process.h"
#include "slow_disk.h"
#include "spill/checksum.h"
#include "spill_fixture.h"

namespace atollstore {
namespace {

TEST(ChecksumTest, AgreesWithTheTableAndTheStandard) {
  EXPECT_EQ(Crc32c("123456789", 9), 0xe3069283u);  // RFC 3720, B.4
  std::vector<uint8_t> bytes(50'000);
  std::mt19937 random(3);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  for (uint64_t length = 0; length < bytes.size() - 7; length += length < 100 ? 1 : 997) {
    EXPECT_EQ(Crc32c(&bytes[length % 7], length), Crc32cByTable(&bytes[length % 7], length)) << length;
  }
  EXPECT_EQ(Crc32c(&bytes[300], 700, Crc32c(&bytes[0], 300)), Crc32c(&bytes[0], 1000));
}

TEST_F(SpillTest, FourTimesTheStoreIsReadBackWhole) {
  StartSpilling();
  atoll_client* client = Attach();
  std::mt19937_64 random(1);
  std::vector<std::pair<atoll_object_id, uint64_t>> objects;
  uint64_t bytes = 0;
  while (bytes < (128 << 20)) {
    const uint64_t words = random() % 4 == 0 ? random() % 400'000 : random() % 2'000;
    objects.emplace_back(PutWords(client, words, objects.size() << 32), words);
    if (HasFailure()) return;
    bytes += words * 8;
  }
  EXPECT_GT(Stats(client).spilled_bytes, uint64_t{80} << 20);
  for (int turn = 0; turn < 2; ++turn) {
    for (size_t i = 0; i < objects.size(); ++i) {
      ExpectWords(client, objects[i].first, objects[i].second, i << 32);
      if (HasFailure()) return;
    }
  }
  for (const auto& [id, words] : objects) OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
  EXPECT_TRUE(Eventually([&] { return Files().empty(); })) << "files go with their objects";
}

// What nobody else has seen is freed by its creator while the server writes out what it finds, since somebody else wants
// room: what it writes is the object that is there then.
TEST_F(SpillTest, CreatorFreesBesideTheServer) {
  StartSpilling(8 << 20);
  atoll_client *client = Attach(), *other = Attach();
  std::atomic<bool> done{false};
  std::thread wants_room([&] {
    std::vector<atoll_object_id> ids;
    for (uint64_t round = 0; !done.load() && !HasFailure(); ++round) {
      if (ids.size() == 90) {
        EXPECT_EQ(atoll_dereference(other, &ids[round % 90]), 0);
        ids[round % 90] = PutWords(other, 16'000, round);
      } else {
        ids.push_back(PutWords(other, 16'000, round));
      }
    }
    for (const atoll_object_id& id : ids) EXPECT_EQ(atoll_dereference(other, &id), 0);
  });
  struct Live {
    atoll_object_id id;
    uint64_t words, first;
  };
  std::mt19937_64 random(11);
  std::vector<Live> all;
  for (uint64_t round = 1; !HasFailure() && (round <= 10'000 || Stats(client).evicted < 500); ++round) {
    const uint64_t words = random() % 1000, first = round << 32;
    const Live made{PutWords(client, words, first), words, first};
    if (all.size() < 100) {
      all.push_back(made);
      continue;
    }
    Live& old = all[random() % all.size()];
    EXPECT_EQ(atoll_dereference(client, &old.id), 0);
    old = made;
    const Live& any = all[random() % all.size()];
    if (round % 64 == 0) ExpectWords(client, any.id, any.words, any.first);
  }
  done = true;
  wants_room.join();
  for (const Live& one : all) {
    ExpectWords(client, one.id, one.words, one.first);
    OK(atoll_dereference(client, &one.id));
  }
  EXPECT_TRUE(BecomesEmpty(client));
  EXPECT_TRUE(Eventually([&] { return Files().empty(); }));
}

TEST_F(SpillTest, PinnedObjectsStayWhereTheyAre) {
  StartSpilling();
  atoll_client* client = Attach();
  const atoll_object_id pinned = PutWords(client, 100'000, 5);
  atoll_view view{};
  OK(atoll_get(client, &pinned, 20 * kSecond, &view));
  std::vector<atoll_object_id> others;
  for (uint64_t i = 0; i < 100; ++i) others.push_back(PutWords(client, 100'000, i));
  EXPECT_EQ(*reinterpret_cast<const uint64_t*>(view.address), 5u);
  atoll_view again{};
  OK(atoll_get(client, &pinned, 0, &again));
  EXPECT_EQ(again.address, view.address);
  OK(atoll_release(client, &pinned));
  OK(atoll_release(client, &pinned));
}

TEST_F(SpillTest, SecondEvictionWritesNothing) {
  StartSpilling();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 60; ++i) ids.push_back(PutWords(client, 125'000, i));
  for (uint64_t i = 0; i < ids.size(); ++i) ExpectWords(client, ids[i], 125'000, i);
  for (uint64_t i = 0; i < ids.size(); ++i) ExpectWords(client, ids[i], 125'000, i);
  for (int turn = 0; turn < 3; ++turn) {
    for (uint64_t i = 0; i < ids.size(); ++i) ExpectWords(client, ids[i], 125'000, i);
  }
  EXPECT_LE(Stats(client).bytes_spilled, uint64_t{60} * 1'000'000) << "each object at most once";
  EXPECT_GT(Stats(client).evicted, 60u) << "some more than once";
}

TEST_F(SpillTest, ContainersAndTheirChildrenSurviveOnDisk) {
  StartSpilling();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> containers;
  for (uint64_t i = 0; i < 40; ++i) {
    const atoll_object_id child = PutWords(client, 60'000, i);
    atoll_object_id container{};
    uint64_t address = 0;
    OK(atoll_create(client, &container, 500'000, 1, i, 20 * kSecond, &address));
    std::memset(reinterpret_cast<void*>(address), static_cast<int>(i), 500'000);
    OK(atoll_seal(client, &container, &child));
    OK(atoll_dereference(client, &child));
    containers.push_back(container);
  }
  for (uint64_t i = 0; i < containers.size(); ++i) {
    atoll_view view{};
    OK(atoll_get(client, &containers[i], 20 * kSecond, &view));
    ASSERT_EQ(view.contained, 1u);
    EXPECT_EQ(reinterpret_cast<const uint8_t*>(view.address)[499'999], i);
    ExpectWords(client, *reinterpret_cast<const atoll_object_id*>(view.contained_address), 60'000, i);
    OK(atoll_release(client, &containers[i]));
  }
  for (const atoll_object_id& id : containers) OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(SpillTest, ManyGettersOfOneSpilledObjectGetIt) {
  StartSpilling();
  atoll_client* client = Attach();
  const atoll_object_id wanted = PutWords(client, 100'000, 77);
  std::vector<atoll_object_id> others;
  for (uint64_t i = 0; i < 60; ++i) others.push_back(PutWords(client, 125'000, i));
  std::vector<atoll_client*> readers;
  for (int i = 0; i < 4; ++i) readers.push_back(Attach());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] { ExpectWords(readers[static_cast<size_t>(i) / 2], wanted, 100'000, 77); });
  }
  for (std::thread& thread : threads) thread.join();
}

// Of a store of 25 extents each takes twelve and a slab, so that two of them are there at once only if one of them begins
// behind the other in the same extent.
TEST_F(SpillTest, TwoThatTakeHalfOfTheStoreAreLookedAtInTurn) {
  StartSpilling(50 << 20);
  atoll_client* client = Attach();
  constexpr uint64_t kWords = (24 << 17) + 9, kObjects = 6;
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < kObjects; ++i) ids.push_back(PutWords(client, kWords, i));
  // All of them go to disk: behind one that is still where its creator wrote it nothing of the server's begins.
  atoll_object_id whole{};
  uint64_t address = 0;
  OK(atoll_create(client, &whole, 50 << 20, 0, 0, 20 * kSecond, &address));
  OK(atoll_abort(client, &whole));
  OK(atoll_dereference(client, &whole));
  const auto look = [&](uint64_t i) {
    atoll_view view{};
    ASSERT_EQ(atoll_get(client, &ids[i], 20 * kSecond, &view), 0) << i << ": " << atoll_last_error();
    const auto* at = reinterpret_cast<const uint64_t*>(view.address);
    EXPECT_EQ(at[0], i);
    EXPECT_EQ(at[kWords - 1], i + kWords - 1);
  };
  // The one before is let go of when the next is there.
  look(0);
  for (uint64_t i = 1; i < 2 * kObjects && !HasFatalFailure(); ++i) {
    look(i % kObjects);
    OK(atoll_release(client, &ids[(i - 1) % kObjects]));
  }
  if (HasFatalFailure()) return;
  // The one before that goes while the next is waited for.
  look(0);
  std::thread letting_go([&] {
    ::usleep(200'000);
    EXPECT_EQ(atoll_release(client, &ids[kObjects - 1]), 0);
  });
  look(1);
  letting_go.join();
  OK(atoll_release(client, &ids[0]));
  OK(atoll_release(client, &ids[1]));
}

// The first place is taken when the first of them comes back: it lies at the very end then, and the next one before it.
TEST_F(SpillTest, TwoThatTakeHalfOfTheStoreAreLookedAtWhateverWasInTheWay) {
  StartSpilling(50 << 20);
  atoll_client* client = Attach();
  constexpr uint64_t kWords = (24 << 17) + 9;
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 3; ++i) ids.push_back(PutWords(client, kWords, i));
  atoll_object_id whole{};
  uint64_t address = 0;
  OK(atoll_create(client, &whole, 50 << 20, 0, 0, 20 * kSecond, &address));
  OK(atoll_abort(client, &whole));
  OK(atoll_dereference(client, &whole));
  atoll_view view{};
  const atoll_object_id in_the_way = PutWords(client, 100'000, 7);
  OK(atoll_get(client, &in_the_way, 0, &view));
  for (uint64_t i = 0; i < 2; ++i) {
    OK(atoll_get(client, &ids[i], 20 * kSecond, &view));
    EXPECT_EQ(reinterpret_cast<const uint64_t*>(view.address)[kWords - 1], i + kWords - 1);
    if (i != 0) break;
    OK(atoll_release(client, &in_the_way));
    OK(atoll_dereference(client, &in_the_way));
  }
  OK(atoll_release(client, &ids[0]));
  OK(atoll_release(client, &ids[1]));
}

TEST_F(SpillTest, GetterKilledWhileItWaitsLeavesNothingBehind) {
  StartSpilling();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 60; ++i) ids.push_back(PutWords(client, 125'000, i));
  for (uint64_t i = 0; i < 20; ++i) {
    Process getter({"hold", path_, std::to_string(ids[i].store), std::to_string(ids[i].place)});
    ::usleep(static_cast<useconds_t>(i * 500));
    getter.Kill();
  }
  for (uint64_t i = 0; i < ids.size(); ++i) ExpectWords(client, ids[i], 125'000, i);
  EXPECT_TRUE(Eventually([&] { return Stats(client).pinned_bytes == 0; }));
  for (const atoll_object_id& id : ids) OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(SpillTest, DeletedWhileOnDiskIsLostAndItsFileGoes) {
  StartSpilling();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 60; ++i) ids.push_back(PutWords(client, 125'000, i));
  for (const atoll_object_id& id : ids) OK(atoll_delete(client, &id));
  atoll_view view{};
  EXPECT_EQ(atoll_get(client, &ids[0], 0, &view), -ATOLL_LOST);
  EXPECT_TRUE(Eventually([&] { return Files().empty(); }));
  for (const atoll_object_id& id : ids) OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(SpillTest, CreatorsAreServedInTurn) {
  StartSpilling();
  atoll_client* holder = Attach();
  // Pinned, so that nothing can be evicted and both have to wait.
  const atoll_object_id big = PutWords(holder, (30 << 20) / 8, 1);
  atoll_view view{};
  OK(atoll_get(holder, &big, 0, &view));
  atoll_client* first = Attach();
  atoll_client* second = Attach();
  std::atomic<int> order{0};
  // The two do not fit beside each other, so whoever is second comes after the first has given up its own.
  const auto make = [&](atoll_client* client, uint64_t bytes, int* was) {
    atoll_object_id id{};
    uint64_t address = 0;
    ASSERT_EQ(atoll_create(client, &id, bytes, 0, 0, 20 * kSecond, &address), 0) << atoll_last_error();
    *was = ++order;
    ASSERT_EQ(atoll_abort(client, &id), 0);
  };
  int first_was = 0, second_was = 0;
  std::thread a([&] { make(first, 24 << 20, &first_was); });
  ASSERT_TRUE(Eventually([&] { return Stats(holder).objects == 2; }));
  ::usleep(50'000);
  std::thread b([&] { make(second, 12 << 20, &second_was); });  // would fit sooner
  ::usleep(200'000);
  EXPECT_EQ(order.load(), 0);
  OK(atoll_release(holder, &big));
  a.join();
  b.join();
  EXPECT_EQ(first_was, 1);
  EXPECT_EQ(second_was, 2);
}

TEST_F(SpillTest, ObjectDeletedWhileItComesBackIsThereOrLostAndGoes) {
  StartSpilling();
  atoll_client* client = Attach();
  std::mt19937 random(5);
  uint64_t was_there = 0, was_lost = 0;
  for (uint64_t round = 0; round < 40; ++round) {
    const atoll_object_id id = PutWords(client, 500'000, round);
    atoll_object_id all{};
    uint64_t address = 0;
    OK(atoll_create(client, &all, 31 << 20, 0, 0, 20 * kSecond, &address));  // only without the other
    OK(atoll_abort(client, &all));
    OK(atoll_dereference(client, &all));
    std::thread getter([&] {
      atoll_view view{};
      const int64_t code = atoll_get(client, &id, 20 * kSecond, &view);
      if (code != 0) {
        EXPECT_EQ(code, -ATOLL_LOST) << atoll_last_error();
        ++was_lost;
        return;
      }
      EXPECT_EQ(reinterpret_cast<const uint64_t*>(view.address)[499'999], round + 499'999);
      EXPECT_EQ(atoll_release(client, &id), 0);
      ++was_there;
    });
    ::usleep(random() % 8'000);
    OK(atoll_delete(client, &id));
    getter.join();
    OK(atoll_dereference(client, &id));
  }
  EXPECT_EQ(was_there + was_lost, 40u);
  EXPECT_TRUE(BecomesEmpty(client));
  EXPECT_TRUE(Eventually([&] { return Files().empty(); }));
}

// What is being written is of no use any more.
TEST_F(SpillTest, StopDoesNotWaitForASlowDisk) {
  StartSpilling(64 << 20);
  atoll_client* client = Attach();
  (void)Put(client, 56 << 20);
  slow_write_us = 50'000;
  atoll_object_id other{};
  uint64_t address = 0;
  EXPECT_EQ(atoll_create(client, &other, 32 << 20, 0, 0, kSecond / 2, &address), -ATOLL_STORE_FULL);
  EXPECT_GT(Stats(client).bytes_spilling, 0u);
  const int64_t before = os::NowNanos();
  Stop();
  EXPECT_LT(os::NowNanos() - before, kSecond);
  slow_write_us = 0;
}

TEST_F(SpillTest, StoreFullOfPinsSaysWhoHoldsThem) {
  StartSpilling();
  atoll_client* client = Attach();
  const atoll_object_id big = PutWords(client, (30 << 20) / 8, 1);
  atoll_view view{};
  OK(atoll_get(client, &big, 0, &view));
  atoll_object_id id{};
  uint64_t address = 0;
  EXPECT_EQ(atoll_create(Attach(), &id, 8 << 20, 0, 0, 100'000'000, &address), -ATOLL_STORE_FULL);
  const std::string said = atoll_last_error();
  EXPECT_NE(said.find("pid " + std::to_string(::getpid()) + ") pins " + std::to_string(30 << 20)),
            std::string::npos)
      << said;
  OK(atoll_release(client, &big));
}

}  // namespace
}  // namespace atollstore
