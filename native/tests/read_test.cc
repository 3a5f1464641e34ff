// atoll_read: parts of objects, from memory and straight from their spill files.
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <numeric>
#include <random>
#include <thread>

#include "slow_disk.h"
#include "spill/spill_directory.h"
#include "spill_fixture.h"
#include "takeover_fixture.h"

namespace atollstore {
namespace {

class ReadTest : public SpillTest {
 protected:
  // Objects of different sizes: all go to disk, since the whole store is asked for; a few come back and are looked
  // at; then the store is filled with pins.
  void FillWithPins() {
    StartSpilling();
    client_ = Attach();
    for (uint64_t i = 0; i < 12; ++i) {
      for (const uint64_t words :
           {uint64_t{3}, uint64_t{8'000}, uint64_t{8'192}, uint64_t{9'001}, uint64_t{700'001}})
        objects_.push_back({PutWords(client_, words, words + i), words, words + i});
    }
    atoll_object_id whole{};
    uint64_t address = 0;
    OK(atoll_create(client_, &whole, 32 << 20, 0, 0, 20 * kSecond, &address));
    OK(atoll_abort(client_, &whole));
    OK(atoll_dereference(client_, &whole));
    atoll_view view{};
    for (size_t i = 0; i < 4; ++i) {
      looked_at_.push_back(objects_[i].id);
      OK(atoll_get(client_, &objects_[i].id, 20 * kSecond, &view));
    }
    for (uint64_t i = 0; i < 30; ++i) {
      atoll_object_id id{};
      if (atoll_create(client_, &id, 1 << 20, 0, 0, kSecond / 5, &address) != 0) break;
      OK(atoll_seal(client_, &id, nullptr));
      OK(atoll_get(client_, &id, 0, &view));
      pinned_.push_back(id);
    }
    ASSERT_GT(Stats(client_).spilled_objects, 30u);
  }
  void LetGo() {
    for (const atoll_object_id& id : pinned_) {
      OK(atoll_release(client_, &id));
      OK(atoll_dereference(client_, &id));
    }
    pinned_.clear();
    for (const atoll_object_id& id : looked_at_) OK(atoll_release(client_, &id));
    looked_at_.clear();
  }
  void TearDown() override {
    LetGo();
    SpillTest::TearDown();
  }
  // Of a container of 100,003 sixes and one id.
  void ExpectWhole(const atoll_object_id& container, const atoll_object_id& child) {
    std::vector<uint8_t> whole(100'100, 1);
    ASSERT_EQ(atoll_read_whole(client_, &container, whole.data(), whole.size(), 0), 100'016 + 16) << atoll_last_error();
    EXPECT_EQ(std::accumulate(whole.begin(), whole.begin() + 100'003, 0), 600'018);
    EXPECT_EQ(std::memcmp(whole.data() + 100'016, &child, sizeof(child)), 0);
    EXPECT_EQ(std::accumulate(whole.begin() + 100'032, whole.end(), 0), 68) << "nothing is written behind it";
    EXPECT_EQ(atoll_read_whole(client_, &child, whole.data(), whole.size(), 0), 80) << "what contains none has no more";
  }
  bool IsOnDisk(const atoll_object_id& id) {
    atoll_view view{};
    return atoll_peek(client_, &id, 1, &view) == 1 && view.address == 0;
  }
  static void ExpectPart(atoll_client* client, const atoll_object_id& id, uint64_t words, uint64_t seed,
                         uint64_t offset, uint64_t bytes) {
    std::vector<uint8_t> got(bytes + 16, 0xa5);
    const uint64_t expected = std::min(bytes, words * 8 - offset);
    ASSERT_EQ(atoll_read(client, &id, offset, got.data() + 8, bytes, 0), static_cast<int64_t>(expected))
        << atoll_last_error();
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < expected; ++i) {
      const uint64_t word = seed + (offset + i) / 8;
      wrong += got[8 + i] != static_cast<uint8_t>(word >> (8 * ((offset + i) % 8)));
    }
    for (uint64_t i = 0; i < 8; ++i) wrong += got[i] != 0xa5;
    for (uint64_t i = expected; i < bytes + 8; ++i) wrong += got[8 + i] != 0xa5;
    EXPECT_EQ(wrong, 0u) << "of " << bytes << " from " << offset << " of " << words << " words";
  }

  struct Object {
    atoll_object_id id;
    uint64_t words, seed;
  };
  atoll_client* client_ = nullptr;
  std::vector<Object> objects_;
  std::vector<atoll_object_id> pinned_, looked_at_;
};

TEST_F(ReadTest, PartsComeFromMemoryAndFromDiskAlikeAndNothingIsBroughtBack) {
  FillWithPins();
  const atoll_stats_t before = Stats(client_);
  std::mt19937_64 random(3);
  uint64_t on_disk = 0;
  for (const Object& object : objects_) {
    on_disk += IsOnDisk(object.id);
    const uint64_t bytes = object.words * 8;
    ExpectPart(client_, object.id, object.words, object.seed, 0, bytes);
    ExpectPart(client_, object.id, object.words, object.seed, 0, bytes + 100);
    ExpectPart(client_, object.id, object.words, object.seed, bytes - 1, 10);
    ExpectPart(client_, object.id, object.words, object.seed, bytes, 10);
    ExpectPart(client_, object.id, object.words, object.seed, bytes / 2, 0);
    for (int i = 0; i < 5; ++i) {
      const uint64_t offset = random() % bytes;
      ExpectPart(client_, object.id, object.words, object.seed, offset, random() % (bytes - offset + 1));
    }
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(on_disk, 30u);
  EXPECT_EQ(Stats(client_).restored, before.restored);
  EXPECT_EQ(Stats(client_).spilled_objects, before.spilled_objects);
  EXPECT_EQ(Stats(client_).evicted, before.evicted);
}

TEST_F(ReadTest, LargePartsGoToAlignedMemoryToo) {
  FillWithPins();
  const Object& object = objects_[4];
  ASSERT_TRUE(IsOnDisk(object.id));
  const uint64_t bytes = object.words * 8;
  auto* memory = static_cast<uint64_t*>(std::aligned_alloc(4096, 8 << 20));
  for (const uint64_t offset : {uint64_t{0}, uint64_t{4096}, uint64_t{4 << 20}, uint64_t{8}}) {
    ASSERT_EQ(atoll_read(client_, &object.id, offset, memory, bytes, 0), static_cast<int64_t>(bytes - offset))
        << atoll_last_error();
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < (bytes - offset) / 8; ++i) wrong += memory[i] != object.seed + offset / 8 + i;
    EXPECT_EQ(wrong, 0u) << offset;
  }
  std::free(memory);
}

TEST_F(ReadTest, WhatCannotBeRightIsRefused) {
  FillWithPins();
  uint8_t bytes[16];
  for (const size_t i : {size_t{0}, objects_.size() - 1}) {
    EXPECT_EQ(atoll_read(client_, &objects_[i].id, objects_[i].words * 8 + 1, bytes, 1, 0),
              -ATOLL_INVALID_ARGUMENT);
    EXPECT_EQ(atoll_read(client_, &objects_[i].id, UINT64_MAX, bytes, 16, 0), -ATOLL_INVALID_ARGUMENT);
  }
  EXPECT_EQ(atoll_read(client_, &objects_[0].id, 0, nullptr, 1, 0), -ATOLL_INVALID_ARGUMENT);
  atoll_object_id other = objects_[0].id;
  other.store ^= 1;
  EXPECT_EQ(atoll_read(client_, &other, 0, bytes, 1, 0), -ATOLL_NOT_FOUND);
  other = objects_[0].id;
  other.place += 1;  // a generation that is still to come
  EXPECT_EQ(atoll_read(client_, &other, 0, bytes, 1, 0), -ATOLL_NOT_FOUND);
  const size_t large = 4;
  ASSERT_TRUE(IsOnDisk(objects_[large].id));
  OK(atoll_delete(client_, &objects_[large].id));
  EXPECT_EQ(atoll_read(client_, &objects_[large].id, 0, bytes, 1, kSecond), -ATOLL_LOST);
}

TEST_F(ReadTest, DamagedAndMissingFilesLoseTheirObjectsForEverybody) {
  FillWithPins();
  const std::vector<fs::path> files = Files();
  ASSERT_GE(files.size(), 2u);
  {
    std::fstream file(files[0], std::ios::in | std::ios::out | std::ios::binary);
    for (uint64_t at = 4096; at < fs::file_size(files[0]); at += 4096) {
      file.seekp(static_cast<std::streamoff>(at));
      file.put(0x5a);
    }
  }
  fs::remove(files[1]);
  uint64_t damaged = 0, unreadable = 0, right = 0;
  uint8_t bytes[8];
  for (const Object& object : objects_) {
    const int64_t code = atoll_read(client_, &object.id, 8, bytes, 8, 5 * kSecond);
    if (code >= 0) {
      ExpectPart(client_, object.id, object.words, object.seed, 0, object.words * 8);
      ++right;
      continue;
    }
    EXPECT_EQ(code, -ATOLL_LOST) << atoll_last_error();
    const std::string said = atoll_last_error();
    damaged += said.find("damaged") != std::string::npos;
    unreadable += said.find("cannot be read") != std::string::npos;
    // Not by this client's word: the server has looked for itself, and get, wait and contains agree.
    EXPECT_EQ(atoll_contains(client_, &object.id), ATOLL_IS_LOST);
    atoll_view view{};
    EXPECT_EQ(atoll_get(client_, &object.id, 0, &view), -ATOLL_LOST);
  }
  EXPECT_GT(damaged, 0u);
  EXPECT_GT(unreadable, 0u);
  EXPECT_GT(right, 0u);
}

TEST_F(ReadTest, WaitsForTheSealAndKeepsItsTime) {
  Start();
  atoll_client* client = Attach();
  atoll_object_id id{};
  OK(atoll_expect(client, &id));
  uint8_t byte = 0;
  EXPECT_EQ(atoll_read(client, &id, 0, &byte, 1, 0), -ATOLL_TIMED_OUT);
  EXPECT_EQ(atoll_read(client, &id, 0, &byte, 1, -5), -ATOLL_TIMED_OUT);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(atoll_read(client, &id, 0, &byte, 1, kSecond / 10), -ATOLL_TIMED_OUT);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(100));
  std::thread sealer([&] {
    ::usleep(50'000);
    Fill(client, id, 100, 9, 0);
  });
  EXPECT_EQ(atoll_read(client, &id, 99, &byte, 1, ATOLL_FOREVER), 1) << atoll_last_error();
  EXPECT_EQ(byte, 9);
  sealer.join();
  OK(atoll_dereference(client, &id));
}

// The disk may take as long as it likes.
TEST_F(ReadTest, KeepsItsTimeWhateverTheDiskDoes) {
  FillWithPins();
  const auto on_disk =
      std::find_if(objects_.begin(), objects_.end(), [&](const Object& o) { return o.words == 8'192 && IsOnDisk(o.id); });
  ASSERT_NE(on_disk, objects_.end());
  std::vector<uint8_t> bytes(on_disk->words * 8, 0xa5);
  slow_read_us = 1'000'000;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      std::vector<uint8_t> mine(bytes.size());
      EXPECT_EQ(atoll_read(client_, &on_disk->id, 0, mine.data(), mine.size(), (i + 1) * kSecond / 20), -ATOLL_TIMED_OUT);
    });
  }
  EXPECT_EQ(atoll_read(client_, &on_disk->id, 0, bytes.data(), bytes.size(), kSecond / 10), -ATOLL_TIMED_OUT);
  for (std::thread& thread : threads) thread.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(600));
  slow_read_us = 0;
  ::usleep(1'500'000);  // they have read by now, and nobody's memory has changed
  EXPECT_EQ(std::count(bytes.begin(), bytes.end(), 0xa5), static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(atoll_read(client_, &on_disk->id, 0, bytes.data(), bytes.size(), 10 * kSecond),
            static_cast<int64_t>(bytes.size()))
      << atoll_last_error();
  EXPECT_EQ(std::memcmp(bytes.data(), &on_disk->seed, 8), 0);
}

TEST_F(ReadTest, OtherMountNamespaceIsAStatusAndLosesNothing) {
  FillWithPins();
  const Object object = objects_[4];
  ASSERT_TRUE(IsOnDisk(object.id));
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("atoll", spill_.c_str(), "tmpfs", 0, nullptr) != 0) {
      ::_exit(77);
    }
    atoll_client* client = nullptr;
    uint8_t byte = 0;
    if (atoll_attach(path_.c_str(), nullptr, &client) != 0) ::_exit(1);
    if (atoll_reference(client, &object.id) != 0) ::_exit(2);
    const int64_t code = atoll_read(client, &object.id, 0, &byte, 1, 5 * kSecond);
    const std::string said = atoll_last_error();
    const bool named =
        said.find(spill_) != std::string::npos && said.find("other files") != std::string::npos;
    if (code != -ATOLL_SYSTEM || !named) std::fprintf(stderr, "%ld %s\n", code, said.c_str());
    atoll_detach(client);
    ::_exit(code == -ATOLL_SYSTEM && named ? 0 : 3);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) GTEST_SKIP() << "a mount namespace needs root";
  EXPECT_EQ(status, 0);
  ExpectPart(client_, object.id, object.words, object.seed, 0, object.words * 8);
}

TEST_F(ReadTest, WantOfDescriptorsIsNamed) {
  FillWithPins();
  const Object object = objects_[4];
  ASSERT_TRUE(IsOnDisk(object.id));
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{4, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  uint8_t byte = 0;
  const int64_t code = atoll_read(client_, &object.id, 0, &byte, 1, 0);
  const std::string said = atoll_last_error();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(code, -ATOLL_SYSTEM);
  EXPECT_NE(said.find("errno 24"), std::string::npos) << said;
  EXPECT_NE(said.find(spill_), std::string::npos) << said;
  ExpectPart(client_, object.id, object.words, object.seed, 0, 100);
}

TEST_F(ReadTest, ContainersAreReadWithoutTheirIds) {
  FillWithPins();
  LetGo();
  const atoll_object_id child = PutWords(client_, 10, 1);
  atoll_object_id container{};
  uint64_t address = 0;
  OK(atoll_create(client_, &container, 100'003, 1, 0, 20 * kSecond, &address));
  std::memset(reinterpret_cast<void*>(address), 6, 100'003);
  OK(atoll_seal(client_, &container, &child));
  objects_.push_back({container, 0, 0});
  for (uint64_t i = 0; i < 300 && !IsOnDisk(container); ++i) PutWords(client_, 125'000, i);
  ASSERT_TRUE(IsOnDisk(container));
  std::vector<uint8_t> bytes(100'100, 1);
  EXPECT_EQ(atoll_read(client_, &container, 3, bytes.data(), bytes.size(), 0), 100'000);
  EXPECT_EQ(std::accumulate(bytes.begin(), bytes.end(), 0), 600'100);
  ExpectWhole(container, child);
  atoll_view view{};
  OK(atoll_get(client_, &container, 20 * kSecond, &view));
  ExpectWhole(container, child);
  OK(atoll_release(client_, &container));
}

// However long room is made for one after the other: what nobody looks at goes, whatever else lies in its extent.
TEST_F(ReadTest, WhatNobodyLooksAtGoesAndWhatIsLookedAtStays) {
  StartSpilling();
  client_ = Attach();
  std::vector<atoll_object_id> cold, hot;
  uint64_t came_back = 0;
  for (uint64_t i = 0; i < 300; ++i) {
    if (i < 8) {
      cold.push_back(PutWords(client_, 12'500, i));
      hot.push_back(PutWords(client_, 12'500, i));
    }
    PutWords(client_, 125'000, i);
    for (const atoll_object_id& id : hot) {
      came_back += IsOnDisk(id);
      ExpectWords(client_, id, 12'500, static_cast<uint64_t>(&id - hot.data()));
    }
  }
  for (const atoll_object_id& id : cold) EXPECT_TRUE(IsOnDisk(id));
  EXPECT_LT(came_back, 100u) << "of 2,400 looks, and none or two is usual";
}

TEST_F(ReadTest, WhileObjectsComeAndGoEveryReadIsRight) {
  StartSpilling();
  client_ = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 60; ++i) ids.push_back(PutWords(client_, 125'000, i));
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    atoll_client* reader = Attach();
    for (const atoll_object_id& id : ids) OK(atoll_reference(reader, &id));
    readers.emplace_back([&, seed, reader] {
      std::mt19937_64 random(seed);
      while (!done.load() && !HasFailure()) {
        const uint64_t i = random() % ids.size();
        ExpectPart(reader, ids[i], 125'000, i, random() % 1'000'000, random() % 5'000);
      }
    });
  }
  // Brings all of them back, one after the other, and so sends others to disk.
  for (int turn = 0; turn < 4; ++turn) {
    for (uint64_t i = 0; i < ids.size(); ++i) ExpectWords(client_, ids[i], 125'000, i);
  }
  done.store(true);
  for (std::thread& reader : readers) reader.join();
}

using ReadTakeoverTest = TakeoverTest;

TEST_F(ReadTakeoverTest, ObjectsOnDiskAreReadWithoutAServer) {
  atoll_client* client = nullptr;
  std::vector<atoll_object_id> ids;
  atoll_object_id container{};
  ASSERT_NO_FATAL_FAILURE(SpillMoreThanFits(&client, &ids, &container));
  KillServerAndHoldSupervisor();
  for (size_t i = 1; i < ids.size(); ++i) {
    uint8_t bytes[2] = {};
    EXPECT_EQ(atoll_read(client, &ids[i], (1 << 20) - 2, bytes, 2, 0), 2) << atoll_last_error();
    EXPECT_EQ(bytes[0], i);
    EXPECT_EQ(bytes[1], i);
  }
  LetGo();
  for (size_t i = 1; i < ids.size(); ++i) OK(atoll_dereference(client, &ids[i]));
  OK(atoll_dereference(client, &container));
  EXPECT_TRUE(BecomesEmpty(client));
  clients_.clear();
  OK(atoll_detach(client));
  ::kill(supervisor(), SIGTERM);
  EXPECT_TRUE(looker_->AwaitServerExit(20 * kSecond).ok());
  EXPECT_TRUE(Eventually([&] { return ::rmdir((directory_ + "/spill").c_str()) == 0; }));
}

TEST_F(ReadTakeoverTest, DirectoryThatWasMadeAgainIsTheNextServersToo) {
  atoll_client* client = nullptr;
  std::vector<atoll_object_id> ids;
  atoll_object_id container{};
  ASSERT_NO_FATAL_FAILURE(SpillMoreThanFits(&client, &ids, &container));
  fs::remove_all(directory_ + "/spill");
  const size_t first = ids.size();
  for (int i = 0; i < 40; ++i) ids.push_back(Put(client, 1 << 20, static_cast<uint8_t>(i)));
  KillServer();
  KillServer();
  uint64_t on_disk = 0;
  for (size_t i = first; i < ids.size(); ++i) {
    atoll_view view{};
    on_disk += atoll_peek(client, &ids[i], 1, &view) == 1 && view.address == 0;
    uint8_t byte = 77;
    EXPECT_EQ(atoll_read(client, &ids[i], 1000, &byte, 1, 10 * kSecond), 1) << atoll_last_error();
    EXPECT_EQ(byte, i - first);
  }
  EXPECT_GT(on_disk, 10u);
  // Another store that starts there does not take it for a dead one's.
  {
    auto lock = SpillDirectory::Lock(directory_ + "/spill", 1);
    ASSERT_TRUE(lock.ok()) << LastError();
    SpillDirectory(directory_ + "/spill", 1, std::move(lock).value());
  }
  for (size_t i = first; i < ids.size(); ++i)
    ExpectBytes(client, ids[i], 1 << 20, static_cast<uint8_t>(i - first));
  for (size_t i = 1; i < ids.size(); ++i) OK(atoll_dereference(client, &ids[i]));
  OK(atoll_dereference(client, &container));
  EXPECT_TRUE(BecomesEmpty(client));
  clients_.clear();
  OK(atoll_detach(client));
  ::kill(supervisor(), SIGTERM);
  EXPECT_TRUE(looker_->AwaitServerExit(20 * kSecond).ok());
  EXPECT_TRUE(Eventually([&] { return ::rmdir((directory_ + "/spill").c_str()) == 0; }));
}

}  // namespace
}  // namespace atollstore
