// What of a store is left where it should not be: in core dumps, and in children that were forked.
#include <dirent.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "fixture.h"
#include "process.h"

namespace atollstore {
namespace {

using PrivacyTest = StoreTest;

TEST_F(PrivacyTest, EveryMappingOfAStoreIsKeptOutOfCoresAndChildren) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 5 << 20);
  atoll_view view{};
  OK(atoll_get(client, &id, 0, &view));
  // A part of the window that the background thread is just mapping gets its flags one after the other.
  int mappings = 0;
  std::string open;
  EXPECT_TRUE(Eventually([&] {
    std::ifstream maps("/proc/self/smaps");
    mappings = 0;
    open.clear();
    bool ours = false;
    for (std::string line; std::getline(maps, line);) {
      if (line.find(" 00:01 ") != std::string::npos || line.find("/memfd:") != std::string::npos) {
        ours = line.find("/memfd:atoll-") != std::string::npos;
      } else if (ours && line.starts_with("VmFlags:")) {
        const bool kept_out = line.find(" dd") != std::string::npos && line.find(" dc") != std::string::npos;
        if (!kept_out) open += line + "\n";
        ours = false;
        ++mappings;
      }
    }
    return open.empty();
  })) << "dumped (no dd) or copied on fork (no dc):\n"
      << open;
  // The server's two, the client's control segment, views and window.
  EXPECT_GE(mappings, 5);
  OK(atoll_release(client, &id));
}

// Bytes of the core that belong to runs of more than kRegisters `marker`s, or -1 when there is no core. Fewer
// may be what the registers held, spilled ones included.
constexpr int64_t kRegisters = 64;

int64_t MarkedBytes(const std::string& directory, uint64_t marker, bool remove) {
  DIR* list = ::opendir(directory.c_str());
  if (list == nullptr) return -1;
  std::string path;
  while (const dirent* file = ::readdir(list)) {
    if (std::string(file->d_name).starts_with("core")) path = directory + "/" + file->d_name;
  }
  ::closedir(list);
  if (path.empty()) return -1;
  std::ifstream core(path, std::ios::binary);
  std::vector<uint64_t> words(1 << 16);
  int64_t found = 0;
  int64_t run = 0;
  while (core.read(reinterpret_cast<char*>(words.data()), static_cast<std::streamsize>(words.size() * 8)) ||
         core.gcount() > 0) {
    for (int64_t i = 0; i < core.gcount() / 8; ++i) {
      const uint64_t word = words[static_cast<size_t>(i)];
      run = word == marker ? run + 1 : 0;
      if (run > kRegisters) found += 8;
    }
  }
  if (remove) std::remove(path.c_str());
  return found;
}

TEST_F(PrivacyTest, CoreOfAClientAndServerHoldsNoByteOfTheStore) {
  const uint64_t marker = 0x9e3779b97f4a7c15 * static_cast<uint64_t>(::getpid());
  Process peer({"crash", path_, directory_, std::to_string(marker)});
  const int status = peer.Wait();
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGSEGV);
  std::remove(path_.c_str());  // its server could not
  const int64_t own = MarkedBytes(directory_, ~marker, false);
  const int64_t of_the_store = MarkedBytes(directory_, marker, true);
  if (own < 0) GTEST_SKIP() << "this machine writes no core files where the process is";
  EXPECT_GE(own, 65'000) << "the core is whole";
  EXPECT_EQ(of_the_store, 0);
}

}  // namespace
}  // namespace atollstore
