// Memory is ready before it is asked for, and goes back when nobody needs it any more.
#include <dirent.h>
#include <sys/stat.h>

#include "fixture.h"

namespace atollstore {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

// Bytes of this process' data segment that have memory behind them, as the OS counts.
uint64_t ResidentData() {
  uint64_t bytes = 0;
  DIR* fds = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(fds)) {
    const std::string path = std::string("/proc/self/fd/") + entry->d_name;
    char name[256] = {};
    if (::readlink(path.c_str(), name, sizeof(name) - 1) <= 0) continue;
    struct stat about;
    // The server's descriptor and each client's are of the same file.
    if (std::strstr(name, "memfd:atoll-data") != nullptr && ::stat(path.c_str(), &about) == 0)
      bytes = static_cast<uint64_t>(about.st_blocks) * 512;
  }
  ::closedir(fds);
  return bytes;
}

class MemoryTest : public StoreTest {
 protected:
  static uint64_t Leased(atoll_client* client) {
    atoll_client_stats_t stats{};
    stats.size = sizeof(stats);
    EXPECT_EQ(atoll_client_stats(client, static_cast<uint64_t>(atoll_client_index(client)), &stats), 0);
    return stats.leased_bytes;
  }
  void StartWith(uint64_t capacity) {
    atoll_server_options options = Defaults();
    options.capacity = capacity;
    Start(options);
  }
};

TEST_F(MemoryTest, NewStoreHasRoomForALargeObjectReadyWithinASecond) {
  StartWith(1024 * kMiB);
  atoll_client* client = Attach();
  EXPECT_TRUE(Eventually([&] { return Leased(client) >= 64 * kMiB; }));
  EXPECT_EQ(Stats(client).objects, 0u);
  EXPECT_GE(ResidentData(), 64 * kMiB);
}

TEST_F(MemoryTest, UntouchedCapacityHasNoMemory) {
  StartWith(1024 * kMiB);
  atoll_client* client = Attach();
  Put(client, 1 * kMiB);
  ::usleep(500'000);
  // The reserve of the server and what one client keeps warm.
  EXPECT_LE(ResidentData(), 256 * kMiB);
  EXPECT_TRUE(Eventually([&] { return ResidentData() == Stats(client).reserved; }));
}

TEST_F(MemoryTest, IdleClientAndServerGiveBackWhatNobodyNeeds) {
  StartWith(512 * kMiB);
  atoll_client* client = Attach();
  const atoll_object_id small = Put(client, 1000, 3);
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(Put(client, 60 * kMiB));
  EXPECT_GE(ResidentData(), 360 * kMiB);
  for (const atoll_object_id& id : ids) OK(atoll_dereference(client, &id));
  // The client keeps the extent of the small object, the server an eighth of the store.
  EXPECT_TRUE(Eventually([&] { return Leased(client) <= 2 * kMiB; })) << Leased(client);
  EXPECT_TRUE(Eventually([] { return ResidentData() <= 66 * kMiB; })) << ResidentData();
  EXPECT_TRUE(Eventually([&] { return ResidentData() == Stats(client).reserved; }));
  // What went can be had again, and holds what is written to it.
  const atoll_object_id again = Put(client, 60 * kMiB, 9);
  for (const auto& [id, fill] : {std::pair(small, 3), std::pair(again, 9)}) {
    atoll_view view;
    OK(atoll_get(client, &id, 0, &view));
    const auto* bytes = reinterpret_cast<const uint8_t*>(view.address);
    EXPECT_EQ(bytes[0], fill);
    EXPECT_EQ(std::memcmp(bytes, bytes + 1, view.size - 1), 0);
    OK(atoll_release(client, &id));
  }
}

}  // namespace
}  // namespace atollstore
