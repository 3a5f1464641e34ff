// Who has nothing to give back is not asked for it: wake-ups of clients that do nothing, while another one
// works in a store that is full.
#include <dirent.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include "spill_fixture.h"

namespace atollstore {
namespace {

constexpr uint64_t kObject = 1 << 20;

class IdleClientsTest : public SpillTest {
 protected:
  // The threads of clients in this process.
  static std::set<std::string> Threads() {
    std::set<std::string> threads;
    for (const auto& task : fs::directory_iterator("/proc/self/task")) {
      std::string name;
      std::getline(std::ifstream(task.path() / "comm"), name);
      if (name == "atoll-client") threads.insert(task.path());
    }
    return threads;
  }
  // How often they have gone to sleep.
  static uint64_t Sleeps(const std::set<std::string>& threads) {
    const std::string key = "voluntary_ctxt_switches:";
    uint64_t sum = 0;
    for (const std::string& thread : threads) {
      std::ifstream status(thread + "/status");
      for (std::string line; std::getline(status, line);) {
        if (line.starts_with(key)) sum += std::strtoull(line.c_str() + key.size(), nullptr, 10);
      }
    }
    return sum;
  }
};

TEST_F(IdleClientsTest, NobodyWakesThemForWhatTheyDoNotHave) {
  constexpr int kIdle = 40;
  StartSpilling();
  for (int i = 0; i < kIdle; ++i) (void)Attach();
  // Each gives itself its name.
  ASSERT_TRUE(Eventually([] { return Threads().size() == static_cast<size_t>(kIdle); }));
  const std::set<std::string> idle = Threads();
  auto look = Look::At(path_.c_str());
  ASSERT_TRUE(look.ok()) << LastError();
  const Control& control = look.value().control();
  const auto nobody_in = [&](const u64(&clients)[kClientWords]) {
    bool any = false;
    control.EachIn(clients, [&](uint32_t) { any = true; });
    return !any;
  };
  // What they have kept ready for themselves they give back after a while.
  ASSERT_TRUE(
      Eventually([&] { return nobody_in(control.header().keepers) && nobody_in(control.header().warmers); }));

  atoll_client* busy = Attach();
  const uint64_t before = Sleeps(idle);
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 96; ++i) ids.push_back(PutWords(busy, kObject / 8, i));
  for (uint64_t i = 0; i < 96; ++i) ExpectWords(busy, ids[i], kObject / 8, i);
  const atoll_stats_t stats = Stats(busy);
  EXPECT_GE(stats.evicted, 64u);
  EXPECT_GE(stats.restored, 32u);
  const uint64_t sleeps = Sleeps(idle) - before;
  RecordProperty("sleeps", std::to_string(sleeps));
  // Each looks around by itself now and then.
  EXPECT_LE(sleeps, 2u * kIdle) << "of " << kIdle << " clients, while " << stats.evicted
                                << " objects were evicted";
  for (const atoll_object_id& id : ids) OK(atoll_dereference(busy, &id));
}

// Who has something is, though it does nothing.
TEST_F(IdleClientsTest, WhatOneKeepsForItselfIsAskedFor) {
  StartSpilling();
  atoll_client* idle = Attach();
  // It leases extents for the objects, of which it keeps what is free when they are gone.
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 8; ++i) ids.push_back(Put(idle, kObject));
  atoll_client* other = Attach();
  for (const atoll_object_id& id : ids) OK(atoll_dereference(idle, &id));
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_create(other, &id, 31 << 20, 0, 0, kSecond, &address));
  OK(atoll_abort(other, &id));
  OK(atoll_dereference(other, &id));
  EXPECT_EQ(Stats(other).evicted, 0u);
}

}  // namespace
}  // namespace atollstore
