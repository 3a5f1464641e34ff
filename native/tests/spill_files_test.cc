// What is wrong with the disk is said of the objects concerned; what is left there goes.
#include "spill/spill_files.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "spill_fixture.h"

namespace atollstore {
namespace {

using SpillFilesTest = SpillTest;

TEST_F(SpillFilesTest, DamagedFilesLoseTheirObjectsAndNoOthers) {
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

TEST_F(SpillFilesTest, FullDiskIsAStoreFullAndLosesNothing) {
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

TEST_F(SpillFilesTest, LimitOfTheDiskIsKept) {
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

TEST_F(SpillFilesTest, DirectoriesOfDeadStoresAreRemovedAndThoseOfTheLivingAreNot) {
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
