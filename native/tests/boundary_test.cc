// Who gets in, what a view allows, what the warm paths cost, and what broken peers can do.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "fixture.h"
#include "layout/geometry.h"
#include "layout/wire.h"
#include "os/socket.h"
#include "process.h"

namespace atollstore {
namespace {

using BoundaryTest = StoreTest;

TEST_F(BoundaryTest, WriteThroughAViewEndsTheWriterAndLeavesTheObject) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 4096, 7);
  Process writer({"scribble", path_, std::to_string(id.store), std::to_string(id.place)});
  const int status = writer.Wait();
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGSEGV);
  atoll_view view{};
  OK(atoll_get(client, &id, 0, &view));
  for (int i = 0; i < 4096; ++i) ASSERT_EQ(reinterpret_cast<const uint8_t*>(view.address)[i], 7);
  OK(atoll_release(client, &id));
  OK(atoll_dereference(client, &id));
  EXPECT_TRUE(BecomesEmpty(client)) << "what the dead writer had pinned";
}

TEST_F(BoundaryTest, WarmGetReleaseCreateAndSealMakeNoSystemCall) {
  Start();
  Process peer({"quiet", path_});
  EXPECT_EQ(peer.Wait(), 0);
}

TEST_F(BoundaryTest, SocketIsForItsUserOnly) {
  Start();
  struct stat about;
  ASSERT_EQ(::stat(path_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
}

TEST_F(BoundaryTest, AnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  Start();
  ASSERT_EQ(::chmod(directory_.c_str(), 0755), 0);
  Process shut_out({"as", path_, "65534"});
  EXPECT_EQ(shut_out.ReadLine().substr(0, 3), "-10") << "by the mode of the socket";
  ASSERT_EQ(::chmod(path_.c_str(), 0666), 0);
  Process refused({"as", path_, "65534"});
  EXPECT_EQ(refused.ReadLine().substr(0, 3), "-10") << "by the peer's credentials";
}

TEST_F(BoundaryTest, PeerThatTalksNonsenseIsIgnored) {
  Start();
  for (const size_t length : {size_t{0}, size_t{1}, sizeof(Hello), size_t{4000}}) {
    auto socket = os::Connect(path_);
    ASSERT_TRUE(socket.ok());
    const std::string noise(length, 'x');
    if (length > 0) {
      ASSERT_TRUE(os::Send(socket.value().get(), noise.data(), length, nullptr, 0).ok());
    }
  }
  EXPECT_NE(Attach(), nullptr);
}

TEST_F(BoundaryTest, RequestsThatMakeNoSenseAreRefused) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 10);
  auto socket = os::Connect(path_);
  ASSERT_TRUE(socket.ok());
  const Hello hello{kMagic, kLayoutVersion, 0, 0, 0};
  ASSERT_TRUE(os::Send(socket.value().get(), &hello, sizeof(hello), nullptr, 0).ok());
  Welcome welcome{};
  std::array<os::UniqueFd, 2> fds;
  ASSERT_TRUE(os::Receive(socket.value().get(), &welcome, sizeof(welcome), &fds).ok());
  const NameRequest good{kMagic, 1, 0, 1, id.place, 1, {'x'}};
  const auto send = [&](auto change) {
    NameRequest request = good;
    change(request);
    ASSERT_TRUE(os::Send(socket.value().get(), &request, sizeof(request), nullptr, 0).ok());
  };
  send([](auto& r) { r.magic = 1; });
  send([](auto& r) { r.wish = 77; });
  send([](auto& r) { r.length = ~uint64_t{0}; });
  send([](auto& r) { r.length = kMaxNameBytes + 1; });
  send([](auto& r) { r.length = 0; });
  send([](auto& r) { r.place = ~uint64_t{0}; });
  send([](auto& r) { r.place = 0; });
  send([](auto& r) { r.wish = 2; });
  ASSERT_TRUE(os::Send(socket.value().get(), &good, sizeof(good) - 1, nullptr, 0).ok());
  OK(atoll_publish(client, "y", &id, ATOLL_FOREVER));  // answered after all of these
  EXPECT_EQ(Stats(client).names, 1u);
  send([](auto&) {});
  EXPECT_TRUE(Eventually([&] { return Stats(client).names == 2; })) << "the last one was right";
}

TEST_F(BoundaryTest, AnotherLayoutVersionIsRefused) {
  Start();
  auto socket = os::Connect(path_);
  ASSERT_TRUE(socket.ok());
  const Hello hello{kMagic, kLayoutVersion + 1, 0, 0, 0};
  ASSERT_TRUE(os::Send(socket.value().get(), &hello, sizeof(hello), nullptr, 0).ok());
  Welcome welcome{};
  auto received = os::Receive(socket.value().get(), &welcome, sizeof(welcome), nullptr);
  ASSERT_TRUE(received.ok());
  EXPECT_EQ(welcome.code, uint32_t{ATOLL_REFUSED});
  EXPECT_EQ(welcome.layout_version, kLayoutVersion);
}

TEST_F(BoundaryTest, TooManyClientsAreTold) {
  auto options = Defaults();
  options.max_clients = 3;
  Start(options);
  for (int i = 0; i < 3; ++i) ASSERT_NE(Attach(), nullptr);
  atoll_client* fourth = nullptr;
  EXPECT_EQ(atoll_attach(path_.c_str(), nullptr, &fourth), -ATOLL_TOO_MANY_CLIENTS);
  EXPECT_STREQ(atoll_last_error(), "all 3 client slots are in use");
  Detach(clients_[1]);
  EXPECT_NE(Attach(), nullptr) << "the slot is free again";
}

// What create was told counts, not what the entry says by the time of the seal.
TEST_F(BoundaryTest, SealReadsAsManyIdsAsWerePromised) {
  Start();
  atoll_client* client = Attach();
  auto other = ClientCore::Attach(path_.c_str());
  ASSERT_TRUE(other.ok());
  const atoll_object_id child = Put(client, 10);
  // The caller's one id is the last thing it may read.
  auto* pages = static_cast<uint8_t*>(
      ::mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_EQ(::mprotect(pages + 4096, 4096, PROT_NONE), 0);
  auto* ids = reinterpret_cast<atoll_object_id*>(pages + 4096 - sizeof(child));
  *ids = child;
  for (const uint32_t written : {0u, 3u, UINT32_MAX}) {
    atoll_object_id id{};
    uint64_t address = 0;
    OK(atoll_create(client, &id, 10'000, 1, 0, kSecond, &address));
    auto& contained = other.value()->control().entry(ObjectId(id).index()).contained;
    contained.store(written);
    EXPECT_EQ(atoll_seal(client, &id, ids), -ATOLL_CORRUPT) << written;
    contained.store(1);
    OK(atoll_seal(client, &id, ids));
    OK(atoll_dereference(client, &id));
  }
  // And one that was to contain nothing.
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_create(client, &id, 10'000, 0, 0, kSecond, &address));
  auto& contained = other.value()->control().entry(ObjectId(id).index()).contained;
  contained.store(1);
  EXPECT_EQ(atoll_seal(client, &id, nullptr), -ATOLL_CORRUPT);
  contained.store(0);
  OK(atoll_abort(client, &id));
  OK(atoll_dereference(client, &id));
  OK(atoll_dereference(client, &child));
  ::munmap(pages, 8192);
}

// More connections that say nothing than the server keeps: the oldest of them go.
TEST_F(BoundaryTest, SilentConnectionsKeepNobodyOut) {
  Start();
  std::vector<os::UniqueFd> silent;
  for (int i = 0; i < 400; ++i) {
    const int64_t fd = atoll_connect(path_.c_str());
    ASSERT_GE(fd, 0) << atoll_last_error();
    silent.emplace_back(static_cast<int>(fd));
    if (i % 50 == 49) ::usleep(2000);  // the queue of a socket is short
  }
  EXPECT_NE(Attach(), nullptr);
}

// The server shares this process's descriptors: none is left but the one that the client itself connects
// with.
TEST_F(BoundaryTest, ClientWaitsForAServerWithoutDescriptors) {
  Start();
  std::vector<os::UniqueFd> taken;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit now = before;
  now.rlim_cur = 64;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &now), 0);
  for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) taken.emplace_back(fd);
  ASSERT_FALSE(taken.empty());
  taken.pop_back();
  const int64_t connection = atoll_connect(path_.c_str());
  ASSERT_GE(connection, 0) << atoll_last_error();
  ::usleep(300'000);
  timespec cpu{};
  clockid_t clock;
  ASSERT_EQ(::clock_getcpuclockid(0, &clock), 0);
  ASSERT_EQ(::clock_gettime(clock, &cpu), 0);
  const double used = static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) * 1e-9;
  ::usleep(500'000);
  ASSERT_EQ(::clock_gettime(clock, &cpu), 0);
  EXPECT_LT(static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) * 1e-9 - used, 0.3)
      << "it spins";
  taken.clear();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  atoll_client* client = nullptr;
  EXPECT_EQ(atoll_attach_fd(connection, nullptr, &client), 0) << atoll_last_error();
  if (client != nullptr) clients_.push_back(client);
}

TEST_F(BoundaryTest, SecondServerOnOneSocketFailsAndAStaleSocketIsReplaced) {
  Start();
  auto options = Defaults();
  options.socket_path = path_.c_str();
  atoll_server* second = nullptr;
  EXPECT_EQ(atoll_server_start(&options, &second), -ATOLL_ALREADY_EXISTS);
  Stop();
  {
    Process killed({"serve", path_, "8000000"});
    ASSERT_EQ(killed.ReadLine(), "ready");
    killed.Kill();
  }
  ASSERT_EQ(::access(path_.c_str(), F_OK), 0);
  Start();
  EXPECT_NE(Attach(), nullptr);
}

TEST_F(BoundaryTest, LongSocketPathWorks) {
  std::string deep = directory_;
  std::vector<std::string> made;
  for (int i = 0; i < 4; ++i) {
    deep += "/" + std::string(60, static_cast<char>('a' + i));
    ASSERT_EQ(::mkdir(deep.c_str(), 0700), 0);
    made.push_back(deep);
  }
  const std::string path = deep + "/store.sock";
  auto options = Defaults();
  options.socket_path = path.c_str();
  atoll_server* server = nullptr;
  ASSERT_EQ(atoll_server_start(&options, &server), 0) << atoll_last_error();
  atoll_client* client = nullptr;
  ASSERT_EQ(atoll_attach(path.c_str(), nullptr, &client), 0) << atoll_last_error();
  atoll_detach(client);
  atoll_server_stop(server);
  for (auto it = made.rbegin(); it != made.rend(); ++it) ASSERT_EQ(::rmdir(it->c_str()), 0);
}

TEST_F(BoundaryTest, OptionsThatCannotBeRightAreRefused) {
  const auto start = [&](auto change) {
    auto options = Defaults();
    options.socket_path = path_.c_str();
    change(options);
    return atoll_server_start(&options, &server_);
  };
  EXPECT_EQ(start([](auto& o) { o.capacity = 0; }), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(start([](auto& o) { o.capacity = ~uint64_t{0}; }), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(start([](auto& o) { o.extent_bytes = 100'000; }), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(start([](auto& o) { o.max_clients = 1025; }), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(start([](auto& o) { o.max_objects = (1 << 24) + 1; }), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(start([](auto& o) { o.ring_bytes = 1000; }), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(start([](auto& o) { o.socket_path = nullptr; }), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(start([](auto& o) { o.socket_path = "/nowhere/at/all/store.sock"; }), -ATOLL_SYSTEM);
  EXPECT_EQ(server_, nullptr);
}

TEST_F(BoundaryTest, CorruptEntryIsAnErrorNotACrash) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 100);
  // What a broken process with the control segment mapped could do, through this process' own mapping.
  uint64_t ring = 0, bytes = 0;
  OK(atoll_ring(client, 1, 0, &ring, &bytes));
  atoll_server_options options = Defaults();
  auto geometry = Geometry::Of({options.capacity, 0, 0, 0, 0, 0, 0});
  ASSERT_TRUE(geometry.ok());
  const Geometry& g = geometry.value();
  Control control(reinterpret_cast<uint8_t*>(ring) - g.rings_at - g.ring_stride, g);
  ASSERT_EQ(control.header().magic.load(), kMagic);
  Entry& entry = control.entry(id.place >> 40);
  const uint64_t offset = entry.location.load();
  atoll_view view{};
  for (const uint64_t bad : {uint64_t{64} << 20, ~uint64_t{63}, uint64_t{1}}) {
    entry.location.store(bad);
    EXPECT_EQ(atoll_get(client, &id, 0, &view), -ATOLL_CORRUPT);
  }
  entry.location.store(offset);
  entry.size.store(~uint64_t{0} - 10);
  EXPECT_EQ(atoll_get(client, &id, 0, &view), -ATOLL_CORRUPT);
  entry.size.store(100);
  entry.contained.store(0xffffffff);
  EXPECT_EQ(atoll_get(client, &id, 0, &view), -ATOLL_CORRUPT);
  entry.contained.store(0);
  OK(atoll_get(client, &id, 0, &view));
  OK(atoll_release(client, &id));
  // Nor does a creator write ids where a damaged entry of its own says.
  atoll_object_id container{};
  uint64_t address = 0;
  OK(atoll_create(client, &container, 100, 1, 0, 0, &address));
  Entry& made = control.entry(container.place >> 40);
  const uint64_t right = made.location.load();
  for (const uint64_t bad : {uint64_t{64} << 20, ~uint64_t{63}, uint64_t{63} << 20}) {
    made.location.store(bad);
    EXPECT_EQ(atoll_seal(client, &container, &id), -ATOLL_CORRUPT) << bad;
  }
  made.location.store(right);
  made.size.store(~uint64_t{0} - 10);
  EXPECT_EQ(atoll_seal(client, &container, &id), -ATOLL_CORRUPT);
  made.size.store(100);
  made.contained.store(0xffffffff);
  EXPECT_EQ(atoll_seal(client, &container, &id), -ATOLL_CORRUPT);
  made.contained.store(1);
  OK(atoll_seal(client, &container, &id));
  OK(atoll_dereference(client, &container));
  // The server frees an entry whose block word is not its own without harm to whose it is.
  const atoll_object_id other = Put(client, 100, 9);
  entry.block.store(control.entry(other.place >> 40).block.load());
  OK(atoll_dereference(client, &id));
  ASSERT_TRUE(Eventually([&] { return atoll_contains(client, &id) == ATOLL_ABSENT; }));
  OK(atoll_get(client, &other, 0, &view));
  EXPECT_EQ(*reinterpret_cast<const uint8_t*>(view.address), 9);
  OK(atoll_release(client, &other));
}

}  // namespace
}  // namespace atollstore
