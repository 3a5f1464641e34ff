// What does not fit goes to disk and comes back; what is wrong with the disk is said of the objects
// concerned.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "fixture.h"
#include "process.h"
#include "spill/checksum.h"
#include "spill/spill_files.h"

namespace atollstore {
namespace {

namespace fs = std::filesystem;

class SpillTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    char name[] = "/tmp/atoll-test-spill-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    spill_ = name;
  }
  void TearDown() override {
    StoreTest::TearDown();
    EXPECT_TRUE(fs::is_empty(spill_)) << "a clean end leaves no spill file";
    fs::remove_all(spill_);
  }
  void StartSpilling(uint64_t capacity = 32 << 20, uint64_t limit = 0) {
    atoll_server_options options = Defaults();
    options.capacity = capacity;
    options.spill_directory = spill_.c_str();
    options.spill_limit = limit;
    Start(options);
  }

  // An object of words that count up from `seed`.
  static atoll_object_id PutWords(atoll_client* client, uint64_t words, uint64_t seed,
                                  int64_t timeout = 20 * kSecond) {
    atoll_object_id id{};
    uint64_t address = 0;
    EXPECT_EQ(atoll_create(client, &id, words * 8, 0, seed, timeout, &address), 0) << atoll_last_error();
    if (address == 0) return id;
    for (uint64_t i = 0; i < words; ++i) reinterpret_cast<uint64_t*>(address)[i] = seed + i;
    EXPECT_EQ(atoll_seal(client, &id, nullptr), 0) << atoll_last_error();
    return id;
  }
  static void ExpectWords(atoll_client* client, const atoll_object_id& id, uint64_t words, uint64_t seed) {
    atoll_view view{};
    ASSERT_EQ(atoll_get(client, &id, 0, &view), 0) << atoll_last_error();
    EXPECT_EQ(view.size, words * 8);
    EXPECT_EQ(view.tag, seed);
    const auto* at = reinterpret_cast<const uint64_t*>(view.address);
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < words; ++i) wrong += at[i] != seed + i;
    EXPECT_EQ(wrong, 0u) << "of " << words << " words, seed " << seed;
    EXPECT_EQ(atoll_release(client, &id), 0);
  }
  std::vector<fs::path> Files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(spill_)) {
      if (entry.is_regular_file() && entry.path().filename() != "lock") files.push_back(entry.path());
    }
    return files;
  }

  std::string spill_;
};

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

// What nobody else has seen is freed by its creator while the server looks for something to evict: what it
// writes is the object that is there then.
TEST_F(SpillTest, CreatorFreesBesideTheServer) {
  StartSpilling();
  atoll_client* client = Attach();
  std::mt19937_64 random(11);
  std::vector<std::pair<atoll_object_id, uint64_t>> live(90);
  std::vector<uint64_t> first(live.size());
  for (uint64_t round = 1; round <= 3000; ++round) {
    const size_t i = random() % live.size();
    if (live[i].first.store != 0) OK(atoll_dereference(client, &live[i].first));
    const uint64_t words = random() % 130'000;
    first[i] = round << 32;
    live[i] = {PutWords(client, words, first[i]), words};
    const size_t other = random() % live.size();
    if (live[other].first.store != 0)
      ExpectWords(client, live[other].first, live[other].second, first[other]);
    if (HasFailure()) return;
  }
  EXPECT_GT(Stats(client).evicted, 100u);
  for (size_t i = 0; i < live.size(); ++i) {
    if (live[i].first.store == 0) continue;
    ExpectWords(client, live[i].first, live[i].second, first[i]);
    OK(atoll_dereference(client, &live[i].first));
  }
  EXPECT_TRUE(BecomesEmpty(client));
  EXPECT_TRUE(Eventually([&] { return Files().empty(); }));
}

TEST_F(SpillTest, PinnedObjectsStayWhereTheyAre) {
  StartSpilling();
  atoll_client* client = Attach();
  const atoll_object_id pinned = PutWords(client, 100'000, 5);
  atoll_view view{};
  OK(atoll_get(client, &pinned, 0, &view));
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
  const uint64_t written = Stats(client).bytes_spilled;
  for (int turn = 0; turn < 3; ++turn) {
    for (uint64_t i = 0; i < ids.size(); ++i) ExpectWords(client, ids[i], 125'000, i);
  }
  EXPECT_LE(Stats(client).bytes_spilled, uint64_t{60} * 1'000'000) << "each object at most once";
  EXPECT_EQ(Stats(client).bytes_spilled, written);
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
    OK(atoll_get(client, &containers[i], 0, &view));
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

// 24 of the store's 32 MiB each: whoever kept half of its own while it waits for the rest would wait for
// ever.
TEST_F(SpillTest, ListsThatFitOneByOneDoNotWaitForEachOther) {
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
        ASSERT_EQ(atoll_get_all(clients[l], lists[l].data(), kCount, 0, views.data()), 0)
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
TEST_F(SpillTest, ListTakesTheRoomOfWhatCameBackBefore) {
  StartSpilling();
  atoll_client* client = Attach();
  constexpr uint64_t kWords = (1 << 20) / 8;
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 80; ++i) ids.push_back(PutWords(client, kWords, i << 32));
  for (uint64_t i = 0; i < 80; ++i) ExpectWords(client, ids[i], kWords, i << 32);
  ASSERT_TRUE(Eventually([&] { return Stats(client).bytes_spilling == 0 && Stats(client).pins == 0; }));
  const uint64_t before = Stats(client).evicted;
  std::vector<atoll_view> views(8);
  ASSERT_EQ(atoll_get_all(client, ids.data(), 8, 0, views.data()), 0) << atoll_last_error();
  EXPECT_LE(Stats(client).evicted - before, 16u);
  for (uint64_t i = 0; i < 8; ++i) OK(atoll_release(client, &ids[i]));
  for (const auto& id : ids) OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(SpillTest, WhatIsTwiceInAListTakesRoomOnce) {
  StartSpilling();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 40; ++i) ids.push_back(PutWords(client, (1 << 20) / 8, i));
  std::vector<atoll_object_id> twice(ids.begin(), ids.begin() + 24);
  twice.insert(twice.end(), ids.begin(), ids.begin() + 24);
  std::vector<atoll_view> views(twice.size());
  ASSERT_EQ(atoll_get_all(client, twice.data(), twice.size(), 0, views.data()), 0) << atoll_last_error();
  for (uint64_t i = 0; i < twice.size(); ++i) EXPECT_EQ(views[i].tag, i % 24);
  EXPECT_EQ(views[30].address, views[6].address);
  for (const auto& id : twice) OK(atoll_release(client, &id));
  EXPECT_TRUE(Eventually([&] { return Stats(client).pins == 0; }));
  for (const auto& id : ids) OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(SpillTest, PeekTellsWhatIsOnDiskAndLeavesItThere) {
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

TEST_F(SpillTest, ListOfMoreThanTheStoreFailsAtOnceAndPinsNothing) {
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

TEST_F(SpillTest, DamagedFilesLoseTheirObjectsAndNoOthers) {
  StartSpilling();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 90; ++i) ids.push_back(PutWords(client, 125'000, i));
  const std::vector<fs::path> files = Files();
  ASSERT_GE(files.size(), 3u);
  // One torn, one with a bit flipped in the middle of some bytes, one gone.
  fs::resize_file(files[0], fs::file_size(files[0]) / 2);
  const int fd = ::open(files[1].c_str(), O_RDWR | O_CLOEXEC);
  const auto at = static_cast<off_t>(fs::file_size(files[1]) / 2);
  uint8_t byte = 0;
  ASSERT_EQ(::pread(fd, &byte, 1, at), 1);
  byte ^= 4;
  ASSERT_EQ(::pwrite(fd, &byte, 1, at), 1);
  ::close(fd);
  fs::remove(files[2]);
  uint64_t damaged = 0, unreadable = 0;
  for (uint64_t i = 0; i < ids.size(); ++i) {
    atoll_view view{};
    const int64_t code = atoll_get(client, &ids[i], 0, &view);
    if (code == 0) {
      OK(atoll_release(client, &ids[i]));
      ExpectWords(client, ids[i], 125'000, i);
      continue;
    }
    EXPECT_EQ(code, -ATOLL_LOST) << atoll_last_error();
    const std::string said = atoll_last_error();
    damaged += said.find("damaged") != std::string::npos;
    unreadable += said.find("cannot be read") != std::string::npos;
    EXPECT_EQ(atoll_contains(client, &ids[i]), ATOLL_IS_LOST);
  }
  EXPECT_GE(damaged, 2u);
  EXPECT_GE(unreadable, 1u);
  EXPECT_LT(damaged + unreadable, ids.size() / 2) << "the others are as they were";
  for (const atoll_object_id& id : ids) OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(SpillTest, FullDiskIsAStoreFullAndLosesNothing) {
  if (::mount("atoll", spill_.c_str(), "tmpfs", 0, "size=8m") != 0) GTEST_SKIP() << "mounting needs root";
  {
    StartSpilling();
    atoll_client* client = Attach();
    std::vector<atoll_object_id> ids;
    for (uint64_t i = 0; i < 100; ++i) {
      atoll_object_id id{};
      uint64_t address = 0;
      const int64_t code = atoll_create(client, &id, 1'000'000, 0, i, 2 * kSecond, &address);
      if (code != 0) {
        EXPECT_EQ(code, -ATOLL_STORE_FULL);
        EXPECT_NE(std::string(atoll_last_error()).find("spill files could not be written"), std::string::npos)
            << atoll_last_error();
        break;
      }
      for (uint64_t k = 0; k < 125'000; ++k) reinterpret_cast<uint64_t*>(address)[k] = i + k;
      OK(atoll_seal(client, &id, nullptr));
      ids.push_back(id);
    }
    EXPECT_LT(ids.size(), 60u);
    // What is on the disk comes back as soon as there is room for it.
    for (uint64_t i = 0; i < ids.size(); i += 2) OK(atoll_dereference(client, &ids[i]));
    for (uint64_t i = 1; i < ids.size(); i += 2) ExpectWords(client, ids[i], 125'000, i);
    for (uint64_t i = 1; i < ids.size(); i += 2) OK(atoll_dereference(client, &ids[i]));
    EXPECT_TRUE(BecomesEmpty(client));
    for (atoll_client* each : clients_) OK(atoll_detach(each));
    clients_.clear();
    Stop();
  }
  EXPECT_TRUE(fs::is_empty(spill_));
  EXPECT_EQ(::umount(spill_.c_str()), 0);
}

TEST_F(SpillTest, LimitOfTheDiskIsKept) {
  StartSpilling(32 << 20, 16 << 20);
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (;;) {
    atoll_object_id id{};
    uint64_t address = 0;
    if (atoll_create(client, &id, 1'000'000, 0, 0, 2 * kSecond, &address) != 0) break;
    OK(atoll_seal(client, &id, nullptr));
    ids.push_back(id);
    ASSERT_LT(ids.size(), 60u);
  }
  uint64_t on_disk = 0;
  for (const fs::path& file : Files()) on_disk += fs::file_size(file);
  EXPECT_GT(on_disk, uint64_t{8} << 20);
  EXPECT_LE(on_disk, uint64_t{16} << 20);
}

TEST_F(SpillTest, DirectoriesOfDeadStoresAreRemovedAndThoseOfTheLivingAreNot) {
  fs::create_directory(spill_ + "/atoll-spill-00000000deadbeef");
  std::ofstream(spill_ + "/atoll-spill-00000000deadbeef/1") << "left over";
  std::ofstream(spill_ + "/atoll-spill-00000000deadbeef/lock");
  StartSpilling();
  EXPECT_FALSE(fs::exists(spill_ + "/atoll-spill-00000000deadbeef"));
  auto other = SpillFiles::Open(spill_, 1, 0);
  ASSERT_TRUE(other.ok()) << LastError();
  auto third = SpillFiles::Open(spill_, 2, 0);
  ASSERT_TRUE(third.ok()) << LastError();
  EXPECT_TRUE(fs::exists(spill_ + "/atoll-spill-0000000000000001/lock"));
}

}  // namespace
}  // namespace atollstore
