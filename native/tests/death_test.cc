// What is left of a client that was killed: nothing.
#include <signal.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <chrono>
#include <cstring>
#include <random>
#include <thread>

#include "fixture.h"
#include "process.h"
#include "storm.h"

namespace atollstore {
namespace {

std::vector<std::string> Command(const std::string& name, const std::string& path,
                                 const atoll_object_id& id) {
  return {name, path, std::to_string(id.store), std::to_string(id.place)};
}

class DeathTest : public StoreTest {
 protected:
  bool Alone(atoll_client* client) {
    return Eventually([&] { return Stats(client).clients == 1; });
  }
  // Everything but what this client holds is free again: most of the store fits into one object.
  void ExpectWholeStoreIsFree(atoll_client* client) {
    ASSERT_TRUE(BecomesEmpty(client))
        << Stats(client).objects << " objects, " << Stats(client).allocated << " bytes";
    const uint64_t most = Stats(client).capacity;
    atoll_object_id id{};
    uint64_t address = 0;
    ASSERT_EQ(atoll_create(client, &id, most, 0, 0, 5 * kSecond, &address), 0) << atoll_last_error();
    OK(atoll_abort(client, &id));
    OK(atoll_dereference(client, &id));
  }
};

TEST_F(DeathTest, PinsOfAKilledProcessComeBack) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 1000, 44);
  Process reader(Command("hold", path_, id));
  atoll_view view{};
  OK(atoll_get(client, &id, 0, &view));
  EXPECT_EQ(reader.ReadLine(), "ready " + std::to_string(view.offset) + " 44")
      << "same offset in both processes";
  OK(atoll_release(client, &id));
  OK(atoll_dereference(client, &id));
  ::usleep(50'000);
  EXPECT_EQ(Stats(client).objects, 1u) << "the other process has it pinned";
  reader.Kill();
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(DeathTest, StoppedProcessIsNotDead) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 1000);
  Process reader(Command("hold", path_, id));
  reader.ReadLine();
  reader.Signal(SIGSTOP);
  OK(atoll_dereference(client, &id));
  ::usleep(200'000);
  EXPECT_EQ(atoll_contains(client, &id), ATOLL_SEALED);
  EXPECT_EQ(Stats(client).clients, 2u);
  reader.Kill();
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(DeathTest, ObjectAKilledProcessWasWritingIsExpectedAgain) {
  Start();
  atoll_client* client = Attach();
  atoll_object_id id{};
  OK(atoll_expect(client, &id));
  auto command = Command("create", path_, id);
  command.push_back("5000000");
  Process writer(command);
  writer.ReadLine();
  uint64_t address = 0;
  EXPECT_EQ(atoll_create(client, &id, 100, 0, 0, 0, &address), -ATOLL_ALREADY_EXISTS);
  writer.Kill();
  ASSERT_TRUE(Alone(client));
  // It is buried in slices, some time after it has gone.
  EXPECT_TRUE(Eventually([&] { return Stats(client).allocated == 0; }));
  OK(atoll_create(client, &id, 100, 0, 0, 0, &address));
  OK(atoll_seal(client, &id, nullptr));
}

// Who takes over does so between two steps of the burial, sooner or later: it asks for each object until it gets it.
TEST_F(DeathTest, WhatAKilledProcessWasWritingIsWhoseWhoTakesItOver) {
  Start();
  atoll_client* client = Attach();
  for (int round = 0; round < 20; ++round) {
    std::vector<atoll_object_id> ids(10'000);
    for (atoll_object_id& id : ids) OK(atoll_expect(client, &id));
    atoll_object_id list{};
    uint64_t address = 0;
    OK(atoll_create(client, &list, ids.size() * sizeof(ids[0]), 0, 0, 5 * kSecond, &address));
    std::memcpy(reinterpret_cast<void*>(address), ids.data(), ids.size() * sizeof(ids[0]));
    OK(atoll_seal(client, &list, nullptr));
    Process writer(Command("begin", path_, list));
    ASSERT_EQ(writer.ReadLine(), "ready");
    writer.Kill();
    for (atoll_object_id& id : ids) {
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      int64_t code = -ATOLL_ALREADY_EXISTS;
      while (code == -ATOLL_ALREADY_EXISTS && std::chrono::steady_clock::now() < end)
        code = atoll_create(client, &id, 100, 0, 0, 0, &address);
      OK(code);
      OK(atoll_seal(client, &id, nullptr));
      OK(atoll_dereference(client, &id));
    }
    OK(atoll_dereference(client, &list));
  }
  ASSERT_TRUE(Alone(client));
  ExpectWholeStoreIsFree(client);
}

TEST_F(DeathTest, MemoryOfAKilledProcessComesBack) {
  Start();
  atoll_client* client = Attach();
  // Ten runs of the largest fit in whatever order extents are leased and given back meanwhile.
  for (const char* size : {"10", "3000", "100000", "3000000"}) {
    Process writer({"put", path_, "10", size});
    ASSERT_EQ(writer.ReadLine().substr(0, 5), "ready");
    EXPECT_GE(Stats(client).objects, 10u);
    writer.Kill();
    ASSERT_TRUE(Alone(client));
    ExpectWholeStoreIsFree(client);
  }
}

TEST_F(DeathTest, ReferencedObjectOutlivesTheProcessThatMadeIt) {
  Start();
  atoll_client* client = Attach();
  Process writer({"put", path_, "3", "3000000"});
  const std::string line = writer.ReadLine();
  atoll_object_id id{};
  ASSERT_EQ(std::sscanf(line.c_str(), "ready %lu %lu", &id.store, &id.place), 2) << line;
  OK(atoll_reference(client, &id));
  writer.Kill();
  ASSERT_TRUE(Alone(client));
  ASSERT_TRUE(Eventually([&] { return Stats(client).objects == 1; }));
  atoll_view view{};
  OK(atoll_get(client, &id, 0, &view));
  EXPECT_EQ(*reinterpret_cast<const uint8_t*>(view.address + 2'999'999), 17);
  OK(atoll_release(client, &id));
  OK(atoll_dereference(client, &id));
  ExpectWholeStoreIsFree(client);
}

TEST_F(DeathTest, ContainerSealedJustBeforeDeathKeepsItsChildren) {
  Start();
  atoll_client* client = Attach();
  for (int i = 0; i < 20; ++i) {
    atoll_object_id id{};
    OK(atoll_expect(client, &id));
    Process writer(Command("contain", path_, id));
    writer.Wait();
    atoll_view view{};
    OK(atoll_get(client, &id, 10 * kSecond, &view));
    ASSERT_TRUE(Alone(client));
    ASSERT_EQ(view.contained, 1u);
    const atoll_object_id child = *reinterpret_cast<const atoll_object_id*>(view.contained_address);
    atoll_view inner{};
    OK(atoll_get(client, &child, 0, &inner));
    EXPECT_EQ(*reinterpret_cast<const uint8_t*>(inner.address), 99);
    OK(atoll_release(client, &child));
    OK(atoll_release(client, &id));
    OK(atoll_dereference(client, &id));
    ASSERT_TRUE(BecomesEmpty(client));
  }
}

TEST_F(DeathTest, WaiterLearnsThatTheServerWasKilled) {
  Process server({"serve", path_, "8000000"});
  ASSERT_EQ(server.ReadLine(), "ready");
  Process watcher({"watch", path_});
  ASSERT_EQ(watcher.ReadLine(), "ready");
  atoll_client* client = Attach();
  atoll_object_id id{};
  OK(atoll_expect(client, &id));
  std::thread waiter([&] {
    atoll_view view{};
    EXPECT_EQ(atoll_get(client, &id, ATOLL_FOREVER, &view), -ATOLL_DISCONNECTED);
  });
  ::usleep(50'000);
  server.Kill();
  waiter.join();
  EXPECT_EQ(watcher.ReadLine(), "gone -9");
  OK(atoll_await_server_exit(client, 0));
  Detach(client);
  ::unlink(path_.c_str());
}

// Somebody else in the process has closed a descriptor of its client: it is taken again, and nothing is written into what
// has its number now.
TEST_F(DeathTest, ClientTakesAgainWhatWasClosed) {
  const std::pair<const char*, const char*> kinds[] = {
      {"pidfd", "it has another one now"}, {"socket:", "it connects again"}, {"eventfd", "it has another one now"}};
  for (const auto& [kind, said] : kinds) {
    for (const char* how : {"closed", "reused"}) {
      SCOPED_TRACE(std::string(kind) + " " + how);
      Process server({"serve", path_, "64000000"});
      ASSERT_EQ(server.ReadLine(), "ready");
      Process loser({"lose", path_, how, kind});
      std::string lines[2] = {loser.ReadLine(), loser.ReadLine()};
      if (lines[0].starts_with("here")) std::swap(lines[0], lines[1]);
      EXPECT_NE(lines[0].find("was closed by somebody else in this process; " + std::string(said)), std::string::npos)
          << lines[0];
      EXPECT_EQ(lines[1], "here, 4 bytes");
      server.Kill();
      EXPECT_EQ(loser.ReadLine(), "gone");
      EXPECT_EQ(loser.Wait(), 0);
      ::unlink(path_.c_str());
    }
  }
}

// The same in a server.
TEST_F(DeathTest, ServerTakesAgainWhatWasClosed) {
  for (const char* kind : {"eventpoll", "socket:", "eventfd"}) {
    for (const char* how : {"closed", "reused"}) {
      SCOPED_TRACE(std::string(kind) + " " + how);
      Process server({"blind", path_, how, kind});
      ASSERT_EQ(server.ReadLine(), "ready");
      if (std::string(kind) == "socket:") {
        server.WriteLine("");  // while the listener is the only one
      }
      atoll_client* client = std::string(kind) == "socket:" ? nullptr : Attach();
      if (client != nullptr) server.WriteLine("");
      const std::string said = server.ReadLine();
      EXPECT_NE(said.find("was closed by somebody else in the server"), std::string::npos) << said;
      EXPECT_NE(said.find("it has another one now"), std::string::npos) << said;
      if (client == nullptr) client = Attach();
      atoll_client* other = Attach();
      const atoll_object_id id = Put(client, 4 << 20);
      OK(atoll_publish(client, "name", &id, ATOLL_FOREVER));
      OK(atoll_unpublish(client, "name", ATOLL_FOREVER));
      OK(atoll_dereference(client, &id));
      EXPECT_TRUE(BecomesEmpty(other));
      Detach(client);
      EXPECT_TRUE(Eventually([&] { return Stats(other).clients == 1; }));
      Detach(other);
      server.Kill();
      ::unlink(path_.c_str());
    }
  }
}

TEST_F(DeathTest, BellsOfTheStoreRingWhenItsServerDies) {
  Process server({"serve", path_, "64000000"});
  ASSERT_EQ(server.ReadLine(), "ready");
  atoll_client* client = Attach();
  std::vector<std::thread> waiters;
  for (const uint64_t bell : {uint64_t{ATOLL_SCHEDULER_BELL}, uint64_t{ATOLL_PRESSURE_BELL}}) {
    const int64_t count = atoll_bell(client, bell);
    waiters.emplace_back([=] { OK(atoll_bell_wait(client, bell, static_cast<uint64_t>(count), 20 * kSecond)); });
  }
  ::usleep(50'000);
  server.Kill();
  for (std::thread& waiter : waiters) waiter.join();
  Detach(client);
  ::unlink(path_.c_str());
}

TEST_F(DeathTest, DeadClientIsKeptUntilItIsBuried) {
  auto options = Defaults();
  options.await_farewell = 1;
  Start(options);
  atoll_client* client = Attach();
  EXPECT_EQ(atoll_server_dead_client(server_), -ATOLL_NOT_FOUND);
  Process worker({"message", path_});
  const std::string line = worker.ReadLine();
  ASSERT_EQ(line.substr(0, 6), "ready ") << line;
  const auto index = static_cast<uint64_t>(std::stoi(line.substr(6)));
  const int64_t bell = atoll_bell(client, ATOLL_SCHEDULER_BELL);
  worker.Kill();
  OK(atoll_bell_wait(client, ATOLL_SCHEDULER_BELL, bell, 10 * kSecond));
  ASSERT_EQ(atoll_server_dead_client(server_), static_cast<int64_t>(index));
  // Its message is still there, and what it names is still alive.
  uint64_t address = 0, bytes = 0;
  OK(atoll_ring(client, index, ATOLL_RING_UP, &address, &bytes));
  const atoll_object_id id = *reinterpret_cast<const atoll_object_id*>(address);
  EXPECT_EQ(atoll_contains(client, &id), ATOLL_SEALED);
  OK(atoll_reference(client, &id));
  OK(atoll_server_bury(server_, index));
  EXPECT_EQ(atoll_server_dead_client(server_), -ATOLL_NOT_FOUND);
  EXPECT_EQ(atoll_server_bury(server_, index), -ATOLL_NOT_FOUND);
  EXPECT_EQ(atoll_contains(client, &id), ATOLL_SEALED);
  EXPECT_EQ(*reinterpret_cast<const uint64_t*>(address), 0u) << "the ring of a new client is empty";
  OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

// Runs the peer for that many instructions of one round of everything, or to its end if that comes first.
// Returns how many it ran.
int RunSteps(const Process& peer, int steps) {
  int status = 0;
  EXPECT_EQ(::waitpid(peer.pid(), &status, WUNTRACED), peer.pid());
  EXPECT_TRUE(WIFSTOPPED(status));
  for (int i = 0; i < steps; ++i) {
    EXPECT_EQ(::ptrace(PTRACE_SINGLESTEP, peer.pid(), nullptr, nullptr), 0);
    EXPECT_EQ(::waitpid(peer.pid(), &status, 0), peer.pid());
    if (!WIFSTOPPED(status) || WSTOPSIG(status) == SIGSTOP) return i;
  }
  return steps;
}

// This thread, and who is started by it, on one CPU: where two wake each other in turn for each instruction that takes a
// quarter of the time, and always the same.
class OnOneCpu {
 public:
  OnOneCpu() {
    EXPECT_EQ(::sched_getaffinity(0, sizeof(before_), &before_), 0);
    int first = 0;
    while (!CPU_ISSET(first, &before_)) ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    EXPECT_EQ(::sched_setaffinity(0, sizeof(one), &one), 0);
  }
  ~OnOneCpu() { EXPECT_EQ(::sched_setaffinity(0, sizeof(before_), &before_), 0); }
  OnOneCpu(const OnOneCpu&) = delete;
  OnOneCpu& operator=(const OnOneCpu&) = delete;

 private:
  cpu_set_t before_{};
};

// A different set of instructions at each run; the seed is in the output.
TEST_F(DeathTest, ClientMayBeKilledAtAnyInstruction) {
  Start();
  atoll_client* client = Attach();
  const OnOneCpu one;
  const atoll_object_id shared = Put(client, 2000, 8);
  const auto command = Command("steps", path_, shared);
  Process whole(command);
  const int all = RunSteps(whole, 10'000'000);
  whole.Kill();
  ASSERT_GT(all, 1000);
  const auto seed = static_cast<unsigned>(std::chrono::system_clock::now().time_since_epoch().count());
  std::mt19937 random(seed);
  for (int kill = 0; kill < 80; ++kill) {
    const int steps = static_cast<int>(random() % static_cast<unsigned>(all));
    Process peer(command);
    RunSteps(peer, steps);
    peer.Kill();
    ASSERT_TRUE(Alone(client)) << "after " << steps << " of " << all << " instructions, seed " << seed;
    ASSERT_TRUE(Eventually([&] { return Stats(client).objects == 1 && Stats(client).allocated < 4096; }))
        << Stats(client).objects << " objects after " << steps << " of " << all << " instructions, seed "
        << seed;
    ASSERT_EQ(atoll_contains(client, &shared), ATOLL_SEALED);
  }
  OK(atoll_dereference(client, &shared));
  ExpectWholeStoreIsFree(client);
}

TEST_F(DeathTest, StormOfKillsLeavesNothingBehind) {
  auto options = Defaults();
  options.max_objects = 2048;
  Start(options);
  atoll_client* client = Attach();
  ASSERT_EQ(atoll_client_index(client), 1);
  Board* board = Board::In(client);
  std::vector<Process> peers;
  uint64_t seed = 1;
  const auto spawn = [&] { peers.push_back(Process({"storm", path_, std::to_string(seed++)})); };
  for (int i = 0; i < 5; ++i) spawn();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (std::chrono::steady_clock::now() < end) {
    ::usleep(20'000);
    Process& victim = peers[seed % peers.size()];
    victim.Signal(SIGKILL);
    const int status = victim.Wait();
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        << "a peer ended by itself with " << status;
    std::swap(victim, peers.back());
    peers.pop_back();
    spawn();
  }
  for (Process& peer : peers) {
    peer.Signal(SIGKILL);
    const int status = peer.Wait();
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        << "a peer ended by itself with " << status;
  }
  ASSERT_TRUE(Alone(client));
  EXPECT_EQ(board->failed.load(), 0u) << "of " << board->checked.load() << " views";
  EXPECT_GT(board->checked.load(), 1000u);
  RecordProperty("views", static_cast<int>(board->checked.load()));
  RecordProperty("kills", static_cast<int>(seed));
  ExpectWholeStoreIsFree(client);
}

// One process makes and drops an object again and again, others pin it all the time.
TEST_F(DeathTest, PinNeverSeesAFreedObject) {
  Start();
  atoll_client* client = Attach();
  Board* board = Board::In(client);
  std::vector<Process> peers;
  for (int i = 0; i < 2; ++i) peers.push_back(Process({"pins", path_}));
  for (Process& peer : peers) ASSERT_EQ(peer.ReadLine(), "ready");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  int made = 0;
  for (; std::chrono::steady_clock::now() < end; ++made) {
    atoll_object_id id{};
    uint64_t address = 0;
    OK(atoll_create(client, &id, 2048, 0, 0, kSecond, &address));
    FillBytes(address, 2048, id.place);
    OK(atoll_seal(client, &id, nullptr));
    board->places[0].store(id.place);
    OK(atoll_dereference(client, &id));
  }
  board->stop.store(1);
  for (Process& peer : peers) EXPECT_EQ(peer.Wait(), 0);
  EXPECT_EQ(board->failed.load(), 0u);
  EXPECT_GT(board->checked.load(), 0u);
  RecordProperty("made", made);
  EXPECT_TRUE(BecomesEmpty(client));
}

}  // namespace
}  // namespace atollstore
