// How much memory may be had, and that nobody dies for asking.
#include <sys/resource.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <tuple>

#include "fixture.h"
#include "os/memory_limits.h"
#include "process.h"

namespace atollstore {
namespace {

class LimitsTest : public StoreTest {
 protected:
  void Write(const std::string& path, const std::string& text) {
    const std::string full = directory_ + path;
    for (size_t slash = directory_.size() + 1; (slash = full.find('/', slash)) != std::string::npos;
         ++slash) {
      if (::mkdir(full.substr(0, slash).c_str(), 0700) == 0) made_.push_back(full.substr(0, slash));
    }
    std::ofstream(full) << text;
    made_.push_back(full);
  }
  void TearDown() override {
    for (auto it = made_.rbegin(); it != made_.rend(); ++it) std::remove(it->c_str());
    StoreTest::TearDown();
  }
  std::vector<std::string> made_;
};

TEST_F(LimitsTest, LeastOfAllCgroupsAboveCounts) {
  Write("/proc/meminfo", "MemTotal: 9000 kB\nMemAvailable:  8000 kB\n");
  Write("/proc/self/cgroup", "0::/a/b\n");
  Write("/cgroup/a/memory.max", "4096000\n");
  Write("/cgroup/a/memory.current", "1096000\n");
  Write("/cgroup/a/memory.stat", "anon 1\ninactive_file 1000\n");
  Write("/cgroup/a/b/memory.max", "max\n");
  Write("/cgroup/a/b/memory.current", "1000000\n");
  EXPECT_EQ(os::MemoryLimits(directory_ + "/proc", directory_ + "/cgroup").Available(), 3001000u);
}

TEST_F(LimitsTest, FirstCgroupVersionIsRead) {
  Write("/proc/meminfo", "MemAvailable:  8000 kB\n");
  Write("/proc/self/cgroup", "5:cpu:/x\n4:memory:/a\n");
  Write("/cgroup/memory/a/memory.limit_in_bytes", "5000\n");
  Write("/cgroup/memory/a/memory.usage_in_bytes", "6000\n");
  Write("/cgroup/memory/a/memory.stat", "total_inactive_file 2000\n");
  EXPECT_EQ(os::MemoryLimits(directory_ + "/proc", directory_ + "/cgroup").Available(), 1000u);
  Write("/cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(os::MemoryLimits(directory_ + "/proc", directory_ + "/cgroup").Available(), 8000u * 1024);
}

// A memory cgroup for the test below this process' own; empty when it cannot be made.
std::string MakeGroup(uint64_t limit) {
  std::ifstream lines("/proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {
    const size_t path = line.find(':', line.find(':') + 1) + 1;
    for (const auto& [controller, root, file] :
         {std::tuple{":memory:", "/sys/fs/cgroup/memory", "/memory.limit_in_bytes"},
          std::tuple{"0::", "/sys/fs/cgroup", "/memory.max"}}) {
      if (line.find(controller) == std::string::npos) continue;
      for (const std::string& parent : {std::string(root) + line.substr(path), std::string(root)}) {
        const std::string group = parent + "/atoll-test-" + std::to_string(::getpid());
        if (::mkdir(group.c_str(), 0755) != 0) continue;
        std::ofstream(group + file) << limit;
        std::ifstream check(group + file);
        uint64_t value = 0;
        if (check >> value && value == limit) return group;
        ::rmdir(group.c_str());
      }
    }
  }
  return {};
}

TEST_F(LimitsTest, StoreLargerThanItsCgroupIsFullAndNobodyDies) {
  const std::string group = MakeGroup(256 << 20);
  if (group.empty()) GTEST_SKIP() << "cannot make a memory cgroup here";
  Process peer({"fill", path_, std::to_string(uint64_t{1} << 30), group});
  long code = 0;
  unsigned long bytes = 0;
  const std::string line = peer.ReadLine();
  ASSERT_EQ(std::sscanf(line.c_str(), "%ld %lu", &code, &bytes), 2) << line;
  EXPECT_EQ(peer.Wait(), 0);
  EXPECT_EQ(code, -ATOLL_STORE_FULL) << line;
  EXPECT_NE(line.find("memory limits"), std::string::npos) << line;
  EXPECT_GT(bytes, 32u << 20);
  EXPECT_LT(bytes, 256u << 20);
  EXPECT_TRUE(Eventually([&] { return ::rmdir(group.c_str()) == 0; }));
}

// What entries and slots will take when they are used counts before memory goes to data.
TEST_F(LimitsTest, ControlSegmentCountsInTheLimitBeforeItIsUsed) {
  const std::string group = MakeGroup(384 << 20);
  if (group.empty()) GTEST_SKIP() << "cannot make a memory cgroup here";
  Process peer({"refill", path_, std::to_string(uint64_t{1} << 30), group, "1000000"});
  const std::string line = peer.ReadLine();
  long first = 0, second = 0;
  unsigned long large = 0, small = 0;
  EXPECT_EQ(peer.Wait(), 0) << "it was killed for memory";
  ASSERT_EQ(std::sscanf(line.c_str(), "%ld %lu %ld %lu", &first, &large, &second, &small), 4) << line;
  EXPECT_EQ(first, -ATOLL_STORE_FULL);
  EXPECT_GT(large * 3, 64u);
  EXPECT_EQ(second, -ATOLL_TOO_MANY_OBJECTS);
  EXPECT_EQ(small, 1'000'000u);
  EXPECT_TRUE(Eventually([&] { return ::rmdir(group.c_str()) == 0; }));
}

// Idle clients cost little, and what little they cost is seen before memory is given away.
TEST_F(LimitsTest, IdleClientsInACgroupGetNobodyKilled) {
  for (const char* clients : {"100", "512"}) {
    const std::string group = MakeGroup(320 << 20);
    if (group.empty()) GTEST_SKIP() << "cannot make a memory cgroup here";
    Process peer({"idlers", path_, clients, group});
    const std::string line = peer.ReadLine();
    EXPECT_EQ(peer.Wait(), 0) << "it was killed for memory";
    long code = 0;
    unsigned long made = 0, left = 1;
    ASSERT_EQ(std::sscanf(line.c_str(), "%ld %lu %lu", &code, &made, &left), 3) << line;
    EXPECT_EQ(code, -ATOLL_STORE_FULL) << line;
    EXPECT_TRUE(line.find("control memory") != std::string::npos || line.find("memory limits") != std::string::npos)
        << line;
    EXPECT_GE(made, 100'000u) << line;
    EXPECT_EQ(left, 0u) << line;
    EXPECT_TRUE(Eventually([&] { return ::rmdir(group.c_str()) == 0; }));
  }
}

TEST_F(LimitsTest, CapacityBeyondTheAddressesOfAClientIsRefusedAtTheStart) {
  atoll_server_options options = Defaults();
  options.capacity = uint64_t{1} << 46;
  options.socket_path = path_.c_str();
  atoll_server* server = nullptr;
  EXPECT_EQ(atoll_server_start(&options, &server), -ATOLL_INVALID_ARGUMENT);
  EXPECT_NE(std::string(atoll_last_error()).find("capacity 70368744177664: a client maps"), std::string::npos)
      << atoll_last_error();
}

TEST_F(LimitsTest, LimitOfFileSizesIsNamedAtTheStart) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit limit{1 << 20, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  atoll_server_options options = Defaults();
  options.socket_path = path_.c_str();
  atoll_server* server = nullptr;
  EXPECT_EQ(atoll_server_start(&options, &server), -ATOLL_SYSTEM);
  EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_NE(std::string(atoll_last_error()).find("(RLIMIT_FSIZE) allows 1048576"), std::string::npos)
      << atoll_last_error();
}

TEST_F(LimitsTest, FewerEntriesWhereAProcessHasFewAddresses) {
  Process peer({"limited", path_, std::to_string(uint64_t{8} << 30)});
  const std::string line = peer.ReadLine();
  EXPECT_EQ(peer.Wait(), 0);
  long code = 0;
  unsigned long objects = 0;
  ASSERT_EQ(std::sscanf(line.c_str(), "%ld %lu", &code, &objects), 2) << line;
  EXPECT_EQ(code, 0) << line;
  EXPECT_GE(objects, 1u << 16);
  EXPECT_LT(objects, 1u << 24);

  Process none({"limited", path_, std::to_string(uint64_t{200} << 20)});
  const std::string refused = none.ReadLine();
  EXPECT_EQ(none.Wait(), 0);
  EXPECT_NE(refused.find("RLIMIT_AS"), std::string::npos) << refused;
}

TEST_F(LimitsTest, SeveralClientsOfAStoreLargerThanTheirCgroupFindItFullAndNobodyDies) {
  const std::string group = MakeGroup(256 << 20);
  if (group.empty()) GTEST_SKIP() << "cannot make a memory cgroup here";
  Process server({"serve_in", path_, std::to_string(uint64_t{1} << 30), group});
  ASSERT_EQ(server.ReadLine(), "ready");
  std::vector<std::unique_ptr<Process>> clients;
  for (const char* size : {"3145728", "200000", "4096"}) {
    clients.push_back(std::make_unique<Process>(std::vector<std::string>{"fill_from", path_, size, group}));
  }
  uint64_t total = 0;
  for (auto& client : clients) {
    long code = 0;
    unsigned long bytes = 0;
    const std::string line = client->ReadLine();
    ASSERT_EQ(std::sscanf(line.c_str(), "%ld %lu", &code, &bytes), 2) << line;
    EXPECT_EQ(code, -ATOLL_STORE_FULL) << line;
    EXPECT_NE(line.find("memory limits"), std::string::npos) << line;
    total += bytes;
  }
  EXPECT_GT(total, 32u << 20);
  EXPECT_LT(total, 256u << 20);
  for (auto& client : clients) {
    client->WriteLine("end");
    EXPECT_EQ(client->Wait(), 0);
  }
  server.WriteLine("end");
  EXPECT_EQ(server.Wait(), 0);
  EXPECT_TRUE(Eventually([&] { return ::rmdir(group.c_str()) == 0; }));
}

}  // namespace
}  // namespace atollstore
