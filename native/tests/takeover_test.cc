// A store served by atoll-store, whose processes are killed: clients go on, nothing is lost, nothing leaks.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <array>
#include <cstring>
#include <thread>

#include "fixture.h"
#include "layout/wire.h"
#include "os/shared_memory.h"
#include "os/socket.h"
#include "process.h"
#include "storm.h"

namespace atollstore {
namespace {

class TakeoverTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    ::signal(SIGPIPE, SIG_IGN);
  }

  void Serve(std::vector<std::string> options = {"--capacity", "64M", "--max-objects", "4096"}) {
    std::vector<std::string> arguments = {ATOLL_STORE_TOOL, "serve", "--socket", path_};
    arguments.insert(arguments.end(), options.begin(), options.end());
    first_ = Run(arguments);
    // The file is there a moment before anybody listens.
    ASSERT_TRUE(Eventually([&] {
      auto looker = ClientCore::Attach(path_.c_str());
      if (looker.ok()) looker_ = std::move(looker).value();
      return looker_ != nullptr;
    })) << LastError();
    ASSERT_TRUE(Eventually([&] { return supervisor() != 0; }));
  }
  void TearDown() override {
    for (atoll_client* client : clients_) atoll_detach(client);
    clients_.clear();
    if (looker_ != nullptr && !looker_->Disconnected()) {
      const FsckReport report = FsckLive(looker_->control(), looker_->data());
      EXPECT_TRUE(report.sound()) << report.Text();
      ::kill(supervisor(), SIGTERM);
      EXPECT_TRUE(looker_->AwaitServerExit(20 * kSecond).ok()) << LastError();
    }
    looker_.reset();
    if (first_ > 0) ::waitpid(first_, nullptr, 0);
    EXPECT_TRUE(Eventually([&] { return ::access(path_.c_str(), F_OK) != 0; }));
    StoreTest::TearDown();
  }

  // A segment of the server, to be inherited; -1 when it has none of that name.
  int SegmentOfServer(const std::string& name) {
    const std::string directory = "/proc/" + std::to_string(server()) + "/fd/";
    for (int fd = 0; fd < 64; ++fd) {
      char target[100] = "";
      const std::string path = directory + std::to_string(fd);
      if (::readlink(path.c_str(), target, sizeof(target) - 1) <= 0) continue;
      if (std::string(target).find(name) != std::string::npos) return ::open(path.c_str(), O_RDWR);
    }
    return -1;
  }
  static int Fsck(int control, int data) {
    const pid_t pid =
        Run({ATOLL_STORE_TOOL, "fsck", "--control", std::to_string(control), "--data", std::to_string(data)});
    int status = -1;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  static pid_t Run(const std::vector<std::string>& arguments) {
    std::vector<char*> argv;
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    pid_t pid = -1;
    EXPECT_EQ(::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ), 0);
    return pid;
  }

  Header& header() { return looker_->control().header(); }
  uint32_t life() { return header().server_epoch.load(); }
  pid_t server() { return static_cast<pid_t>(header().server_pid.load()); }
  pid_t supervisor() { return static_cast<pid_t>(header().supervisor_pid.load()); }

  // The next server answers. A client's own question shows that it has recovered.
  void AwaitLife(uint32_t next) {
    ASSERT_TRUE(Eventually([&] { return life() >= next; }));
    auto client = ClientCore::Attach(path_.c_str());
    ASSERT_TRUE(client.ok()) << LastError();
  }
  void KillServer() {
    const uint32_t before = life();
    ::kill(server(), SIGKILL);
    AwaitLife(before + 1);
  }
  void KillSupervisor() {
    const pid_t before = supervisor();
    ::kill(before, SIGKILL);
    ASSERT_TRUE(Eventually([&] { return supervisor() != before; }));
  }
  void KillBoth() {
    const pid_t pids[] = {supervisor(), server()};
    ::kill(pids[0], SIGSTOP);
    for (const pid_t pid : {pids[1], pids[0]}) ::kill(pid, SIGKILL);
    ::waitpid(first_, nullptr, 0);
    first_ = -1;
    for (const pid_t pid : pids) ASSERT_TRUE(Eventually([&] { return IsDead(pid); }));
  }
  // Starts the store again, and waits until this client is served by it.
  void ServeAgain(atoll_client* client, std::vector<std::string> options = {"--capacity", "8M"}) {
    std::vector<std::string> arguments = {ATOLL_STORE_TOOL, "serve", "--socket", path_};
    arguments.insert(arguments.end(), options.begin(), options.end());
    first_ = Run(arguments);
    ASSERT_TRUE(Eventually([&] { return atoll_await_server_exit(client, 0) == -ATOLL_TIMED_OUT; }))
        << LastError();
    ASSERT_TRUE(Eventually([&] { return !looker_->Disconnected(); }));
    ASSERT_TRUE(Eventually([&] { return !IsDead(supervisor()) && !IsDead(server()); }));
  }

  // No server until the supervisor goes on.
  void KillServerAndHoldSupervisor() {
    ::kill(supervisor(), SIGSTOP);
    const pid_t pid = server();
    ::kill(pid, SIGKILL);
    ASSERT_TRUE(Eventually([&] { return IsDead(pid); }));
  }
  void LetGo() {
    const uint32_t before = life();
    ::kill(supervisor(), SIGCONT);
    AwaitLife(before + 1);
  }
  // Also when nobody has taken its status yet.
  static bool IsDead(pid_t pid) {
    std::FILE* file = std::fopen(("/proc/" + std::to_string(pid) + "/stat").c_str(), "r");
    if (file == nullptr) return true;
    char state = 0;
    const bool read = std::fscanf(file, "%*d (%*[^)]) %c", &state) == 1;
    std::fclose(file);
    return read && state == 'Z';
  }

  std::vector<std::string> Command(const std::string& name, const atoll_object_id& id) {
    return {name, path_, std::to_string(id.store), std::to_string(id.place)};
  }
  void ExpectBytes(atoll_client* client, const atoll_object_id& id, uint64_t size, uint8_t fill) {
    atoll_view view;
    OK(atoll_get(client, &id, 10 * kSecond, &view));
    ASSERT_EQ(view.size, size);
    const auto* bytes = reinterpret_cast<const uint8_t*>(view.address);
    for (uint64_t i = 0; i < size; i += 61) ASSERT_EQ(bytes[i], fill) << i;
    OK(atoll_release(client, &id));
  }
  uint64_t SlotsInUse() {
    uint64_t used = 0;
    for (uint32_t i = 1; i < looker_->control().columns_high(); ++i)
      used += looker_->control().client(i).state.load() != static_cast<uint32_t>(ClientState::kFree);
    return used;
  }

  pid_t first_ = -1;
  std::unique_ptr<ClientCore> looker_;
};

TEST_F(TakeoverTest, ClientsKeepTheirPinsAndTheNextServerHasEveryObject) {
  Serve();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 100; ++i) ids.push_back(Put(client, 1000 + i * 777, static_cast<uint8_t>(i)));
  atoll_object_id container{};
  uint64_t address = 0;
  OK(atoll_create(client, &container, 10, 1, 0, kSecond, &address));
  OK(atoll_seal(client, &container, &ids[7]));
  OK(atoll_publish(client, "eight", &ids[8]));
  atoll_view pinned;
  OK(atoll_get(client, &ids[9], 0, &pinned));
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
  OK(atoll_unpublish(client, "eight"));
  OK(atoll_dereference(client, &container));
  for (uint64_t i = 0; i < 100; ++i) {
    if (i < 7 || i > 9) OK(atoll_dereference(client, &ids[i]));
  }
  EXPECT_TRUE(BecomesEmpty(client)) << Stats(client).objects;
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
  std::thread publisher([&] { published = atoll_publish(client, "n", &named); });
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
  for (uint32_t i = 1; i < looker_->control().columns_high(); ++i) {
    ClientRecord& record = looker_->control().client(i);
    // As if the client had died and its pid had been given to this process since.
    if (record.pid.load() == static_cast<uint64_t>(maker.pid())) record.start_time.fetch_sub(1);
  }
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

TEST_F(TakeoverTest, SpilledObjectsOutliveTheServerThatSpilledThem) {
  ASSERT_EQ(::mkdir((directory_ + "/spill").c_str(), 0700), 0);
  Serve({"--capacity", "16M", "--spill", directory_ + "/spill"});
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(Put(client, 1 << 20, static_cast<uint8_t>(i)));
  // A container whose child only it keeps, set aside with the others.
  atoll_object_id container{};
  uint64_t address = 0;
  OK(atoll_create(client, &container, 10, 1, 0, 10 * kSecond, &address));
  OK(atoll_seal(client, &container, &ids[0]));
  OK(atoll_dereference(client, &ids[0]));
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

TEST_F(TakeoverTest, ClientsGiveTheStoreBackToWhoeverStartsItAgain) {
  ASSERT_EQ(::mkdir((directory_ + "/spill").c_str(), 0700), 0);
  Serve({"--capacity", "16M", "--spill", directory_ + "/spill"});
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(Put(client, 1 << 20, static_cast<uint8_t>(i)));
  atoll_object_id container{};
  uint64_t address = 0;
  OK(atoll_create(client, &container, 10, 1, 0, 10 * kSecond, &address));
  OK(atoll_seal(client, &container, &ids[0]));
  OK(atoll_dereference(client, &ids[0]));
  OK(atoll_publish(client, "one", &ids[1]));
  OK(atoll_dereference(client, &ids[1]));
  atoll_view pinned;
  OK(atoll_get(client, &ids[39], 0, &pinned));
  for (int life = 0; life < 3; ++life) {
    KillBoth();
    OK(atoll_await_server_exit(client, 20 * kSecond));
    EXPECT_EQ(reinterpret_cast<const uint8_t*>(pinned.address)[500], 39);
    EXPECT_EQ(atoll_publish(client, "nobody", &ids[39]), -ATOLL_DISCONNECTED);
    ServeAgain(client, {"--capacity", "8M", "--spill", directory_ + "/spill"});
    if (HasFatalFailure()) return;
    atoll_client* other = Attach();
    EXPECT_EQ(Stats(other).capacity, uint64_t{16} << 20);
    for (size_t i = 0; i < ids.size(); ++i) ExpectBytes(other, ids[i], 1 << 20, static_cast<uint8_t>(i));
    atoll_object_id found{};
    OK(atoll_lookup(other, "one", &found));
    EXPECT_EQ(found.place, ids[1].place);
    OK(atoll_dereference(other, &found));
    const atoll_object_id made = Put(client, 100'000, 7);
    ExpectBytes(other, made, 100'000, 7);
    OK(atoll_dereference(client, &made));
  }
  EXPECT_EQ(life(), 4u);
  OK(atoll_release(client, &ids[39]));
  OK(atoll_unpublish(client, "one"));
  OK(atoll_dereference(client, &container));
  for (size_t i = 2; i < ids.size(); ++i) OK(atoll_dereference(client, &ids[i]));
  EXPECT_TRUE(BecomesEmpty(client)) << Stats(client).objects;
  ::kill(supervisor(), SIGTERM);
  EXPECT_TRUE(looker_->AwaitServerExit(20 * kSecond).ok());
  EXPECT_TRUE(Eventually([&] { return ::rmdir((directory_ + "/spill").c_str()) == 0; }))
      << "files were left there";
}

TEST_F(TakeoverTest, StoreThatNobodyHasAnyMoreIsMadeAnew) {
  Serve();
  atoll_client* client = Attach();
  const uint64_t store = Put(client, 1000).store;
  KillBoth();
  atoll_detach(client);
  clients_.clear();
  looker_.reset();
  Serve();
  EXPECT_NE(header().store.load(), store);
  EXPECT_EQ(life(), 1u);
}

// Whoever starts a store takes nothing but the memory of a store that nobody serves.
TEST_F(TakeoverTest, WhatIsNoStoreIsNotTakenBack) {
  Serve();
  const int control = SegmentOfServer("memfd:atoll-control"), data = SegmentOfServer("memfd:atoll-data");
  ASSERT_GE(control, 0);
  ASSERT_GE(data, 0);
  const uint64_t store = header().store.load();
  // A second store: its socket is one that nobody listens to, as after a kill.
  const std::string other = directory_ + "/other";
  const int dead = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, other.c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ::close(dead);
  const pid_t second = Run({ATOLL_STORE_TOOL, "serve", "--socket", other, "--capacity", "16M"});
  os::UniqueFd pipes[2];
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  pipes[0] = os::UniqueFd(ends[0]);
  pipes[1] = os::UniqueFd(ends[1]);
  auto small = os::SharedMemory::Create("atoll-control", 100);
  ASSERT_TRUE(small.ok());
  const Return offer{kMagic, kLayoutVersion};
  const std::vector<std::pair<std::vector<int>, uint64_t>> offers = {
      {{}, sizeof(offer)},                  // nothing
      {{ends[0], ends[1]}, sizeof(offer)},  // no memory
      {{small.value().fd(), data}, sizeof(offer)},
      {{data, control}, sizeof(offer)},  // the wrong way round
      {{control, data}, sizeof(offer) - 1},
      {{control, data}, sizeof(offer)},  // of a store that is served
  };
  int sent = 0;
  for (const auto& [fds, bytes] : offers) {
    os::UniqueFd socket;
    ASSERT_TRUE(Eventually([&] {
      auto connected = os::Connect(other + kReturnSuffix);
      if (connected.ok()) socket = std::move(connected).value();
      return socket.valid();
    })) << sent;
    ASSERT_TRUE(os::Send(socket.get(), &offer, bytes, fds.data(), fds.size()).ok());
    char byte;
    EXPECT_EQ(::recv(socket.get(), &byte, 1, 0), 0) << "closed when it was looked at";
    ++sent;
  }
  std::unique_ptr<ClientCore> visitor;
  ASSERT_TRUE(Eventually([&] {
    auto client = ClientCore::Attach(other.c_str());
    if (client.ok()) visitor = std::move(client).value();
    return visitor != nullptr;
  })) << LastError();
  EXPECT_NE(visitor->control().header().store.load(), store);
  EXPECT_NE(::access((other + kReturnSuffix).c_str(), F_OK), 0);
  ::kill(second, SIGTERM);
  EXPECT_TRUE(visitor->AwaitServerExit(20 * kSecond).ok());
  ::waitpid(second, nullptr, 0);
  EXPECT_EQ(life(), 1u);
  ::close(control);
  ::close(data);
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
