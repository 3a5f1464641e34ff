// A store served by atoll-store, whose processes are killed: clients go on, nothing is lost, nothing leaks.
#include <signal.h>
#include <sys/wait.h>

#include <array>
#include <thread>

#include "layout/location.h"
#include "layout/wire.h"
#include "os/socket.h"
#include "process.h"
#include "storm.h"
#include "takeover_fixture.h"

namespace atollstore {
namespace {

TEST_F(TakeoverTest, ClientsKeepTheirPinsAndTheNextServerHasEveryObject) {
  Serve();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 100; ++i) ids.push_back(Put(client, 1000 + i * 777, static_cast<uint8_t>(i)));
  atoll_object_id container{};
  uint64_t address = 0;
  OK(atoll_create(client, &container, 10, 1, 0, kSecond, &address));
  OK(atoll_seal(client, &container, &ids[7]));
  OK(atoll_publish(client, "eight", &ids[8], ATOLL_FOREVER));
  atoll_view pinned;
  OK(atoll_get(client, &ids[9], 20 * kSecond, &pinned));
  ASSERT_TRUE(Eventually([&] { return Stats(client).pins == 1; }));

  KillServerAndHoldSupervisor();
  // Without any server.
  EXPECT_EQ(reinterpret_cast<const uint8_t*>(pinned.address)[500], 9);
  for (uint64_t i = 0; i < 100; ++i) ExpectBytes(client, ids[i], 1000 + i * 777, static_cast<uint8_t>(i));
  OK(atoll_dereference(client, &ids[7]));
  OK(atoll_dereference(client, &ids[8]));
  OK(atoll_dereference(client, &ids[9]));
  LetGo();

  // In the next life, by a client that was not there before.
  EXPECT_EQ(reinterpret_cast<const uint8_t*>(pinned.address)[500], 9);
  atoll_client* other = Attach();
  for (uint64_t i = 0; i < 100; ++i) ExpectBytes(other, ids[i], 1000 + i * 777, static_cast<uint8_t>(i));
  atoll_object_id found{};
  OK(atoll_lookup(other, "eight", &found));
  EXPECT_EQ(found.place, ids[8].place);
  OK(atoll_dereference(other, &found));
  // Everything goes when its last reference goes, whichever life it was counted in.
  OK(atoll_release(client, &ids[9]));
  OK(atoll_unpublish(client, "eight", ATOLL_FOREVER));
  OK(atoll_dereference(client, &container));
  for (uint64_t i = 0; i < 100; ++i) {
    if (i < 7 || i > 9) OK(atoll_dereference(client, &ids[i]));
  }
  EXPECT_TRUE(BecomesEmpty(client)) << Stats(client).objects;
}

// A client with so many objects is buried, and a store with so many recovers, in many slices. Servers are killed between
// them, again and again; what others hold stays, what the dead held goes, containers and their children with it.
TEST_F(TakeoverTest, ServersAreKilledBetweenTheSlicesOfABurialAndOfARecovery) {
  Serve({"--capacity", "256M"});
  atoll_client* client = Attach();
  const atoll_object_id kept = Put(client, 1000, 5);
  for (int round = 0; round < 3; ++round) {
    const uint64_t before = SlotsInUse();
    Process much({"put", path_, "100000", "64"});
    ASSERT_EQ(much.ReadLine().substr(0, 5), "ready");
    atoll_object_id container{};
    OK(atoll_expect(client, &container));
    much.Kill();
    Process(Command("contain", container)).Wait();  // makes one with a child that nobody else knows, and dies
    for (int kill = 0; kill < 4; ++kill) {
      ::usleep(static_cast<useconds_t>(2'000 * (round + 3 * kill)));
      const uint32_t life_before = life();
      ::kill(server(), SIGKILL);
      ASSERT_TRUE(Eventually([&] { return life() != life_before; }));
    }
    AwaitLife(life());
    EXPECT_TRUE(Eventually([&] { return SlotsInUse() == before; })) << SlotsInUse();
    EXPECT_TRUE(Eventually([&] { return Stats(client).objects == 3; })) << Stats(client).objects;
    atoll_view view;
    OK(atoll_get(client, &container, 20 * kSecond, &view));
    ASSERT_EQ(view.contained, 1u);
    ExpectBytes(client, *reinterpret_cast<const atoll_object_id*>(view.contained_address), 1000, 99);
    OK(atoll_release(client, &container));
    OK(atoll_dereference(client, &container));
    EXPECT_TRUE(Eventually([&] { return Stats(client).objects == 1; })) << Stats(client).objects;
    ExpectBytes(client, kept, 1000, 5);
  }
}

// Of a container in memory, and of one on disk, whose ids are read beside the server's thread.
TEST_F(TakeoverTest, ContainersOfManyAreKnownAgainWhereverTheyLie) {
  constexpr uint64_t kChildren = 60'000;
  ASSERT_EQ(::mkdir((directory_ + "/spill").c_str(), 0700), 0);
  Serve({"--capacity", "32M", "--max-objects", "131072", "--spill", directory_ + "/spill"});
  atoll_client* client = Attach();
  atoll_object_id containers[2];
  for (atoll_object_id& container : containers) {
    std::vector<atoll_object_id> ids;
    for (uint64_t i = 0; i < kChildren; ++i) ids.push_back(Put(client, 8));
    uint64_t address = 0;
    container = {};
    OK(atoll_create(client, &container, 10, kChildren, 0, 10 * kSecond, &address));
    OK(atoll_seal(client, &container, ids.data()));
    for (const atoll_object_id& id : ids) OK(atoll_dereference(client, &id));
    if (&container != containers) continue;
    // The first goes to disk.
    atoll_object_id all{};
    OK(atoll_create(client, &all, 24 << 20, 0, 0, 20 * kSecond, &address));
    OK(atoll_abort(client, &all));
    OK(atoll_dereference(client, &all));
  }
  ASSERT_TRUE(Eventually([&] { return Stats(client).objects == 2 * kChildren + 2; })) << Stats(client).objects;
  for (int kill = 0; kill < 4; ++kill) {
    const uint32_t before = life();
    ::kill(server(), SIGKILL);
    ASSERT_TRUE(Eventually([&] { return life() != before; }));
    ::usleep(static_cast<useconds_t>(4'000 * kill));
  }
  AwaitLife(life());
  EXPECT_EQ(Stats(client).objects, 2 * kChildren + 2);
  for (const atoll_object_id& container : containers) OK(atoll_dereference(client, &container));
  EXPECT_TRUE(BecomesEmpty(client)) << Stats(client).objects;
}

// Killed within a move: after each of its steps the object is where the entry points to, and no other block is its.
TEST_F(TakeoverTest, AMoveThatWasBegunIsEnded) {
  Serve();
  atoll_client* client = Attach();
  const Control& control = looker_->control();
  for (int step = 0; step < 4; ++step) {
    const atoll_object_id id = Put(client, 1000, 7), twin = Put(client, 1000, 7);
    Entry& entry = control.entry(ObjectId(id).index());
    const Entry& other = control.entry(ObjectId(twin).index());
    const uint64_t from = entry.block.load(), from_at = entry.location.load();
    const uint64_t to = other.block.load();
    Location::Bound bound = Location::BoundOf(entry, id.place);
    bound.block = to;
    const uint64_t to_at = Location::Of(Location(other.location.load()).offset(), bound).bits();
    // It is freed; the bytes stay: they are the copy.
    OK(atoll_dereference(client, &twin));
    ASSERT_TRUE(Eventually([&] { return control.block_word(to - 1).load() == 0; }));
    KillServerAndHoldSupervisor();
    control.block_word(to - 1).store(id.place);
    entry.word.store(Word(entry.word.load()).As(State::kMoving).bits());
    EXPECT_EQ(atoll_contains(client, &id), ATOLL_SEALED);
    atoll_view view;
    EXPECT_EQ(atoll_get(client, &id, 0, &view), -ATOLL_TIMED_OUT) << "nobody ends it now";
    if (step > 0) entry.block.store(to);
    if (step > 1) control.block_word(from - 1).store(0);
    if (step > 2) entry.location.store(to_at);
    std::thread waiter([&] { ExpectBytes(client, id, 1000, 7); });
    LetGo();
    waiter.join();
    ExpectBytes(Attach(), id, 1000, 7);
    EXPECT_EQ(entry.location.load(), step == 0 ? from_at : to_at) << step;
    EXPECT_EQ(control.block_word(from - 1).load(), step == 0 ? id.place : 0) << step;
    if (step == 0) control.block_word(to - 1).store(0);  // in an extent of the server's it goes with that
    OK(atoll_dereference(client, &id));
    EXPECT_TRUE(BecomesEmpty(client));
  }
}

TEST_F(TakeoverTest, WhoWaitsForAnObjectOrANameGoesOnWaiting) {
  Serve();
  atoll_client* client = Attach();
  atoll_object_id id{};
  OK(atoll_expect(client, &id));
  const atoll_object_id named = Put(client, 10);
  int64_t got = 1, published = 1;
  std::thread getter([&] {
    atoll_view view;
    got = atoll_get(client, &id, 30 * kSecond, &view);
  });
  ::usleep(50'000);
  KillServerAndHoldSupervisor();
  std::thread publisher([&] { published = atoll_publish(client, "n", &named, ATOLL_FOREVER); });
  ::usleep(100'000);
  EXPECT_EQ(got, 1);
  EXPECT_EQ(published, 1);
  LetGo();
  publisher.join();
  EXPECT_EQ(published, 0);
  atoll_client* other = Attach();
  uint64_t address = 0;
  OK(atoll_create(other, &id, 100, 0, 0, kSecond, &address));
  OK(atoll_seal(other, &id, nullptr));
  getter.join();
  EXPECT_EQ(got, 0);
  OK(atoll_release(client, &id));
}

TEST_F(TakeoverTest, WhoWaitsForRoomGetsItFromTheNextServer) {
  Serve();
  atoll_client* client = Attach();
  atoll_client* other = Attach();
  const atoll_object_id big = Put(client, 60 << 20);
  int64_t made = 1;
  atoll_object_id id{};
  std::thread creator([&] {
    uint64_t address = 0;
    made = atoll_create(other, &id, 40 << 20, 0, 0, 60 * kSecond, &address);
  });
  ::usleep(100'000);
  KillServerAndHoldSupervisor();
  OK(atoll_dereference(client, &big));
  ::usleep(100'000);
  EXPECT_EQ(made, 1);
  LetGo();
  creator.join();
  EXPECT_EQ(made, 0);
  OK(atoll_abort(other, &id));
  OK(atoll_dereference(other, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(TakeoverTest, ClientThatDiesBetweenTwoServersIsBuriedByTheNext) {
  Serve();
  atoll_client* client = Attach();
  atoll_object_id id{};
  OK(atoll_expect(client, &id));
  auto arguments = Command("create", id);
  arguments.push_back("1000000");
  Process creator(arguments), maker({"put", path_, "20", "100000"});
  ASSERT_NE(creator.ReadLine(), "");
  ASSERT_NE(maker.ReadLine(), "");
  EXPECT_EQ(Stats(client).objects, 21u);
  KillServerAndHoldSupervisor();
  creator.Kill();
  maker.Kill();
  LetGo();
  EXPECT_TRUE(Eventually([&] { return Stats(client).objects == 1 && Stats(client).clients == 2; }));
  EXPECT_EQ(atoll_contains(client, &id), ATOLL_EXPECTED);
  OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(TakeoverTest, ProcessWithAReusedPidIsNotTheClient) {
  Serve();
  atoll_client* client = Attach();
  Process maker({"put", path_, "20", "100000"});
  ASSERT_NE(maker.ReadLine(), "");
  KillServerAndHoldSupervisor();
  looker_->control().EachClient([&](uint32_t i) {
    ClientRecord& record = looker_->control().client(i);
    // As if the client had died and its pid had been given to this process since.
    if (record.pid.load() == static_cast<uint64_t>(maker.pid())) record.start_time.fetch_sub(1);
  });
  LetGo();
  EXPECT_TRUE(Eventually([&] { return Stats(client).objects == 0 && Stats(client).clients == 2; }));
}

TEST_F(TakeoverTest, StoppedClientIsStillOneInTheNextLife) {
  Serve();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 1000, 5);
  Process holder(Command("hold", id));
  ASSERT_NE(holder.ReadLine(), "");
  holder.Signal(SIGSTOP);
  KillServer();
  KillServer();
  EXPECT_EQ(Stats(client).pins, 1u);
  OK(atoll_dereference(client, &id));
  ::usleep(50'000);
  EXPECT_EQ(Stats(client).objects, 1u);
  holder.Signal(SIGCONT);
  holder.Kill();
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(TakeoverTest, ServerKilledWhileItLetsSomebodyInLeavesNoSlotBehind) {
  Serve();
  const uint64_t before = SlotsInUse();
  const auto greet = [&] {
    auto socket = os::Connect(path_);
    EXPECT_TRUE(socket.ok());
    const Hello hello{kMagic, kLayoutVersion, 0, 0, 0};
    EXPECT_TRUE(os::Send(socket.value().get(), &hello, sizeof(hello), nullptr, 0).ok());
    Welcome welcome{};
    std::array<os::UniqueFd, 2> fds;
    EXPECT_TRUE(os::Receive(socket.value().get(), &welcome, sizeof(welcome), &fds).ok());
    EXPECT_EQ(welcome.code, uint32_t{ATOLL_OK});
    return std::move(socket).value();
  };
  {
    const os::UniqueFd promised = greet();
    EXPECT_EQ(SlotsInUse(), before + 1);
    KillServer();
    EXPECT_TRUE(Eventually([&] { return SlotsInUse() == before; }));
  }
  (void)greet();  // and its client goes away at once
  EXPECT_TRUE(Eventually([&] { return SlotsInUse() == before; }));
}

TEST_F(TakeoverTest, ServerMayBeKilledWhileItRecovers) {
  Serve();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 1000; ++i) ids.push_back(Put(client, 3000, 3));
  Process maker({"put", path_, "200", "5000"});
  ASSERT_NE(maker.ReadLine(), "");
  KillServerAndHoldSupervisor();
  maker.Kill();  // so that there is somebody to be buried
  const uint32_t lives = life();
  ::kill(supervisor(), SIGCONT);
  for (uint32_t i = 1; i <= 12; ++i) {
    ASSERT_TRUE(Eventually([&] { return life() >= lives + i; }));
    // The number goes up when a life begins: some are killed in the middle of their recovery.
    ::usleep(i % 4 * 300);
    ::kill(server(), SIGKILL);
  }
  AwaitLife(lives + 13);
  EXPECT_TRUE(Eventually([&] { return Stats(client).objects == 1000; })) << Stats(client).objects;
  for (const auto& id : ids) ExpectBytes(client, id, 3000, 3);
  for (const auto& id : ids) OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client));
}

// Seen: the tables for a record of that size took all memory, in each life that followed.
TEST_F(TakeoverTest, ASizeOnDiskThatCannotBeIsLostAndNothingElse) {
  atoll_client* client = nullptr;
  std::vector<atoll_object_id> ids;
  atoll_object_id container{};
  ASSERT_NO_FATAL_FAILURE(SpillMoreThanFits(&client, &ids, &container));
  u64* size = nullptr;
  size_t bad = 0;
  for (size_t i = 1; i < ids.size() && size == nullptr; ++i) {
    Entry& entry = looker_->control().entry(ObjectId(ids[i]).index());
    if (Word(entry.word.load()).state() != State::kSpilled) continue;
    bad = i;
    size = &entry.size;
  }
  ASSERT_NE(size, nullptr);
  const uint64_t before = size->exchange(uint64_t{1} << 50);
  KillServer();
  atoll_view view{};
  EXPECT_EQ(atoll_get(client, &ids[bad], 10 * kSecond, &view), -ATOLL_LOST) << atoll_last_error();
  size->store(before);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (i != bad) ExpectBytes(client, ids[i], 1 << 20, static_cast<uint8_t>(i));
  }
  for (size_t i = 1; i < ids.size(); ++i) OK(atoll_dereference(client, &ids[i]));
  OK(atoll_dereference(client, &container));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(TakeoverTest, SpilledObjectsOutliveTheServerThatSpilledThem) {
  std::vector<atoll_object_id> ids;
  atoll_object_id container{};
  atoll_client* client = nullptr;
  ASSERT_NO_FATAL_FAILURE(SpillMoreThanFits(&client, &ids, &container));
  for (int i = 0; i < 20; ++i) ids.push_back(Put(client, 1 << 20, static_cast<uint8_t>(40 + i)));
  EXPECT_GT(Stats(client).spilled_objects, 20u);
  // Also when a container is on disk.
  const FsckReport report = FsckLive(looker_->control(), looker_->data());
  EXPECT_TRUE(report.sound()) << report.Text();
  KillServer();
  for (size_t i = 0; i < ids.size(); ++i) ExpectBytes(client, ids[i], 1 << 20, static_cast<uint8_t>(i));
  KillServer();
  OK(atoll_dereference(client, &container));
  for (size_t i = 1; i < ids.size(); ++i) OK(atoll_dereference(client, &ids[i]));
  EXPECT_TRUE(BecomesEmpty(client)) << Stats(client).objects;
  clients_.clear();
  OK(atoll_detach(client));
  ::kill(supervisor(), SIGTERM);
  EXPECT_TRUE(looker_->AwaitServerExit(20 * kSecond).ok());
  EXPECT_TRUE(Eventually([&] { return ::rmdir((directory_ + "/spill").c_str()) == 0; }))
      << "files were left there";
}

TEST_F(TakeoverTest, BothAreKilledInTurnsUnderLoad) {
  Serve({"--capacity", "64M", "--max-objects", "2048", "--max-clients", "64"});
  atoll_client* client = Attach();
  Board* board = Board::In(client);
  std::vector<Process> peers;
  for (int i = 0; i < 3; ++i) {
    peers.emplace_back(std::vector<std::string>{"storm", path_, std::to_string(i + 1)});
    ASSERT_EQ(peers.back().ReadLine(), "ready");
  }
  for (int i = 0; i < 50; ++i) {
    if (i % 2 == 0) {
      KillServer();
    } else {
      KillSupervisor();
    }
    ::usleep(20'000);
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(life(), 26u);
  for (Process& peer : peers) {
    // Killed by us and not ended by itself: no call of it failed.
    peer.Signal(SIGKILL);
    EXPECT_EQ(WTERMSIG(peer.Wait()), SIGKILL);
  }
  EXPECT_EQ(board->failed.load(), 0u);
  EXPECT_GT(board->checked.load(), 1000u);
  ASSERT_TRUE(BecomesEmpty(client)) << Stats(client).objects << " objects left";
  // Nothing has leaked: all of it fits into one object. The other client gives back what it holds.
  const uint64_t most = Stats(client).capacity;
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_create(client, &id, most, 0, 0, 20 * kSecond, &address));
  OK(atoll_abort(client, &id));
  OK(atoll_dereference(client, &id));
}

TEST_F(TakeoverTest, ClientsLearnThatTheStoreWasClosed) {
  Serve();
  atoll_client* client = Attach();
  atoll_object_id id{};
  OK(atoll_expect(client, &id));
  int64_t got = 0;
  std::thread getter([&] {
    atoll_view view;
    got = atoll_get(client, &id, 30 * kSecond, &view);
  });
  ::usleep(50'000);
  ::kill(supervisor(), SIGTERM);
  getter.join();
  EXPECT_EQ(got, -ATOLL_DISCONNECTED);
}

TEST_F(TakeoverTest, ClientsLearnThatBothWereKilled) {
  Serve();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 1000, 8);
  ::kill(supervisor(), SIGSTOP);
  ::kill(server(), SIGKILL);
  ::kill(supervisor(), SIGKILL);
  OK(atoll_await_server_exit(client, 20 * kSecond));
  ExpectBytes(client, id, 1000, 8);  // what is there can still be read
  EXPECT_TRUE(looker_->AwaitServerExit(20 * kSecond).ok());
  ::unlink(path_.c_str());
}

TEST_F(TakeoverTest, ClientOfAnotherPidNamespaceIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  Serve();
  int status = 0;
  const std::string log = directory_ + "/log";
  const pid_t pid = Run({"sh", "-c", "unshare -p -f " ATOLL_STORE_TOOL " stats " + path_ + " 2>" + log});
  ::waitpid(pid, &status, 0);
  std::string text(1000, '\0');
  const int fd = ::open(log.c_str(), O_RDONLY);
  text.resize(static_cast<size_t>(std::max<ssize_t>(0, ::read(fd, text.data(), text.size()))));
  ::close(fd);
  ::unlink(log.c_str());
  if (text.find("unshare") != std::string::npos) GTEST_SKIP() << text;
  EXPECT_EQ(WEXITSTATUS(status), 3);
  EXPECT_NE(text.find("pid namespace"), std::string::npos) << text;
}

// Both killed in the same moment: nobody serves the store any more, but who has its segments can look at
// them.
TEST_F(TakeoverTest, SegmentsOfADeadStoreAreChecked) {
  Serve();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(Put(client, 1000 + 10'000 * i));
  const int control = SegmentOfServer("memfd:atoll-control"), data = SegmentOfServer("memfd:atoll-data");
  ASSERT_GE(control, 0);
  ASSERT_GE(data, 0);
  for (const int signal : {SIGSTOP, SIGKILL}) {
    for (const pid_t pid : {supervisor(), server()}) ASSERT_EQ(::kill(pid, signal), 0);
  }
  EXPECT_EQ(Fsck(control, data), 0);
  // Two entries, one block.
  const Control& segments = looker_->control();
  Entry& one = segments.entry(ObjectId(ids[3]).index());
  one.block.store(segments.entry(ObjectId(ids[4]).index()).block.load());
  EXPECT_EQ(Fsck(control, data), 1);
  ::close(control);
  ::close(data);
  for (atoll_client* each : clients_) atoll_detach(each);
  clients_.clear();
  looker_.reset();
  ::unlink(path_.c_str());
}

}  // namespace
}  // namespace atollstore
