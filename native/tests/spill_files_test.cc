// What is wrong with the disk is said of the objects concerned; what is left there goes.
#include "spill/spill_files.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <deque>
#include <fstream>
#include <set>

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
    const int64_t code = atoll_get(client, &ids[i], 20 * kSecond, &view);
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

// Objects of these sizes, each of its own bytes.
class BatchTest : public SpillTest {
 protected:
  void Make(std::initializer_list<uint64_t> sizes) {
    for (const uint64_t size : sizes) {
      bytes_.emplace_back(size, static_cast<uint8_t>(bytes_.size() + 1));
      SpillItem item{{7, bytes_.size(), 1}, size, 0, 0, size, SpillPlace(), nullptr};
      item.from = bytes_.back().data();
      items_.push_back(item);
    }
  }
  void ExpectAll(const SpillFiles& files) {
    for (const SpillItem& item : items_) {
      std::vector<uint8_t> to(item.bytes);
      ASSERT_TRUE(files.Read(item, to.data()).ok()) << LastError();
      EXPECT_EQ(std::memcmp(to.data(), item.from, item.bytes), 0);
    }
  }
  std::unique_ptr<SpillFiles> Open(uint64_t last_place) {
    auto lock = SpillDirectory::Lock(spill_, 7);
    EXPECT_TRUE(lock.ok()) << LastError();
    return std::make_unique<SpillFiles>(spill_, 7, 0, std::move(lock).value(), last_place);
  }

  std::deque<std::vector<uint8_t>> bytes_;
  std::vector<SpillItem> items_;
};

TEST_F(BatchTest, IsCutWhereNoMoreRecordsCanBegin) {
  auto files = Open(1 << 20);
  // One that reaches far behind the last place, and others, of which some would begin there.
  Make({3 << 20, 100, 700'000, 200'000, 300'000, 64 << 10, 5, 2 << 20, 1});
  ASSERT_TRUE(files->Write(&items_).ok()) << LastError();
  std::set<uint64_t> used;
  for (const SpillItem& item : items_) {
    EXPECT_LT(item.place.offset(), uint64_t{1} << 20);
    used.insert(item.place.file());
  }
  EXPECT_GT(used.size(), 2u);
  EXPECT_EQ(used.size(), Files().size());
  ExpectAll(*files);
}

TEST_F(BatchTest, ThatFailsLeavesNoFile) {
  auto files = Open(1 << 20);
  Make({3 << 20, 3 << 20, 3 << 20});
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  items_[2].bytes = 4 << 20;
  bytes_[2].resize(4 << 20);
  items_[2].size = 4 << 20;
  items_[2].from = bytes_[2].data();
  const rlimit limit{(3 << 20) + 8192, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  EXPECT_EQ(files->Write(&items_).code(), ATOLL_SYSTEM);
  EXPECT_NE(std::string(LastError()).find("errno 27"), std::string::npos) << LastError();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_TRUE(Files().empty());
  EXPECT_EQ(files->bytes_on_disk(), 0u);
  ASSERT_TRUE(files->Write(&items_).ok()) << LastError();
  ExpectAll(*files);
}

TEST_F(BatchTest, NumberThatSomebodyElseHasTakenIsPassedOver) {
  auto files = Open(1 << 20);
  const fs::path own = fs::directory_iterator(spill_)->path();
  std::ofstream(own / "1") << "not the store's";
  fs::create_symlink("/etc/passwd", own / "2");
  Make({100});
  ASSERT_TRUE(files->Write(&items_).ok()) << LastError();
  EXPECT_EQ(items_[0].place.file(), 3u);
  ExpectAll(*files);
  EXPECT_EQ(fs::file_size(own / "1"), 15u);
  fs::remove(own / "2");
}

// The server's thread says what is not needed any more, and somebody else takes it away.
TEST_F(BatchTest, ReleasedRecordsAreForTheRemoverToTakeAway) {
  auto files = Open(1 << 20);
  std::vector<SpillRemoval> removals;
  files->UseRemover([&](SpillRemoval removal) { removals.push_back(std::move(removal)); });
  Make({100'000, 100'000});
  ASSERT_TRUE(files->Write(&items_).ok()) << LastError();
  for (const SpillItem& item : items_) files->Adopt(item.place, item.bytes);
  const uint64_t full = files->bytes_on_disk();
  for (const SpillItem& item : items_) files->Release(item.place);
  EXPECT_EQ(Files().size(), 1u);
  EXPECT_EQ(files->bytes_on_disk(), full) << "it is there as long as it is on the disk";
  ASSERT_EQ(removals.size(), 2u);
  EXPECT_EQ(removals[0].kind, SpillRemoval::Kind::kBlocks);
  EXPECT_EQ(removals[1].kind, SpillRemoval::Kind::kFile);
  for (const SpillRemoval& removal : removals) files->Remove(removal);
  EXPECT_TRUE(Files().empty());
  EXPECT_EQ(files->bytes_on_disk(), 0u);
}

// Of what was not adopted, or was released already, nothing goes; nor of others.
TEST_F(BatchTest, OnlyWhatIsNeededIsReleased) {
  auto files = Open(SpillPlace::kMaxOffset);
  Make({10'000, 10'000, 10'000});
  ASSERT_TRUE(files->Write(&items_).ok()) << LastError();
  for (const SpillItem& item : items_) files->Adopt(item.place, item.bytes);
  files->Release(items_[1].place);
  const uint64_t left = files->bytes_on_disk();
  files->Release(items_[1].place);
  files->Release(SpillPlace(items_[0].place.file(), items_[0].place.offset() + 64));
  EXPECT_EQ(files->bytes_on_disk(), left);
  std::vector<uint8_t> read(10'000);
  for (const size_t i : {0, 2}) EXPECT_TRUE(files->Read(items_[i], read.data()).ok()) << LastError();
  for (const size_t i : {0, 2}) files->Release(items_[i].place);
  EXPECT_EQ(files->bytes_on_disk(), 0u);
  EXPECT_TRUE(Files().empty());
}

// Most of a file goes, in no order: what stays on the disk follows what stays of the objects, and is counted.
TEST_F(BatchTest, DiskFollowsTheRecordsThatAreLeft) {
  for (const uint64_t bytes : {100, 3'000, 5'000, 70'000}) {
    SCOPED_TRACE(bytes);
    auto files = Open(SpillPlace::kMaxOffset);
    items_.clear();
    constexpr size_t kItems = 1'000, kKept = 50;  // one of so many
    constexpr uint64_t kOfTheFileSystem = 64 << 10;  // to know where the holes are
    for (size_t i = 0; i < kItems; ++i) Make({bytes});
    ASSERT_TRUE(files->Write(&items_).ok()) << LastError();
    ASSERT_EQ(Files().size(), 1u);
    const auto on_disk = [&] {
      struct stat about {};
      EXPECT_EQ(::stat(Files()[0].c_str(), &about), 0);
      return static_cast<uint64_t>(about.st_blocks) * 512;
    };
    for (const SpillItem& item : items_) files->Adopt(item.place, item.bytes);
    EXPECT_GE(files->bytes_on_disk() + kOfTheFileSystem, on_disk());
    EXPECT_LE(files->bytes_on_disk(), kItems * SpillRecordBytes(bytes) + 2 * kSpillBlock);
    for (size_t i = 0; i < kItems; i += 2) {
      if (i % kKept != 0) files->Release(items_[i].place);
    }
    for (size_t i = 1; i < kItems; i += 2) files->Release(items_[i].place);
    EXPECT_GE(files->bytes_on_disk() + kOfTheFileSystem, on_disk());
    EXPECT_LE(files->bytes_on_disk(), kItems / kKept * (SpillRecordBytes(bytes) + 2 * kSpillBlock));
    std::vector<uint8_t> read(bytes);
    for (size_t i = 0; i < kItems; i += kKept) EXPECT_TRUE(files->Read(items_[i], read.data()).ok()) << LastError();
    for (size_t i = 0; i < kItems; i += kKept) files->Release(items_[i].place);
    EXPECT_EQ(files->bytes_on_disk(), 0u);
    EXPECT_TRUE(Files().empty());
  }
}

TEST_F(BatchTest, ReadThatHasAnEndIsOverThen) {
  auto files = Open(1 << 20);
  Make({20 << 20});
  ASSERT_TRUE(files->Write(&items_).ok()) << LastError();
  auto file = files->directory().OpenToRead(items_[0].place.file());
  ASSERT_TRUE(file.ok());
  std::vector<uint8_t> to(100);
  EXPECT_EQ(ReadSpilled(file.value(), items_[0], {to.data(), 5, 100, os::NowNanos()}).code(),
            ATOLL_TIMED_OUT);
  EXPECT_TRUE(ReadSpilled(file.value(), items_[0], {to.data(), 5, 100, INT64_MAX}).ok()) << LastError();
  EXPECT_EQ(to, std::vector<uint8_t>(100, 1));
}

TEST_F(BatchTest, UnknownFilesOfEarlierLivesGoAndThoseOfThisLifeStay) {
  {
    auto earlier = Open(1 << 20);
    Make({100, 200});
    std::vector<SpillItem> one{items_[0]}, other{items_[1]};
    ASSERT_TRUE(earlier->Write(&one).ok());
    ASSERT_TRUE(earlier->Write(&other).ok());
    items_ = {one[0], other[0]};
    // A life that is killed: its lock stays with its supervisor.
    const fs::path own = fs::directory_iterator(spill_)->path();
    fs::copy(own / "1", spill_ + "/1");
    fs::copy(own / "2", spill_ + "/2");
  }
  auto lock = SpillDirectory::Lock(spill_, 7);
  ASSERT_TRUE(lock.ok());
  const std::string own = spill_ + "/" + SpillDirectoryName(7);
  fs::rename(spill_ + "/1", own + "/1");
  fs::rename(spill_ + "/2", own + "/2");
  SpillFiles files(spill_, 7, 0, std::move(lock).value());
  files.Adopt(items_[1].place, items_[1].bytes);
  std::vector<SpillRemoval> removals;
  files.UseRemover([&](SpillRemoval removal) { removals.push_back(std::move(removal)); });
  files.RemoveUnknown();
  // Written before the removal is done.
  std::vector<SpillItem> third{items_[0]};
  ASSERT_TRUE(files.Write(&third).ok()) << LastError();
  EXPECT_EQ(third[0].place.file(), 3u);
  files.Remove(removals.at(0));
  EXPECT_FALSE(fs::exists(own + "/1"));
  EXPECT_TRUE(fs::exists(own + "/2"));
  EXPECT_TRUE(fs::exists(own + "/3"));
}

}  // namespace
}  // namespace atollstore
