// Connections that one process makes and another one inherits: who the server takes for its peer.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "fixture.h"
#include "layout/wire.h"
#include "os/socket.h"
#include "process.h"

namespace atollstore {
namespace {

class InheritTest : public StoreTest {
 protected:
  // A child that has inherited a connection of this process and attached over it. Fills in its index.
  Process AttachedChild(uint64_t* index) {
    const auto connection = static_cast<int>(atoll_connect(path_.c_str()));
    EXPECT_GE(connection, 0) << atoll_last_error();
    EXPECT_NE(::fcntl(connection, F_GETFD) & FD_CLOEXEC, 0);
    ::fcntl(connection, F_SETFD, 0);
    Process child({"inherit", "nowhere", std::to_string(connection), "child", "0"});
    ::close(connection);
    unsigned long at = 0;
    const std::string line = child.ReadLine();
    EXPECT_EQ(std::sscanf(line.c_str(), "ready %lu", &at), 1) << line;
    *index = at;
    return child;
  }
  uint64_t PidOf(atoll_client* client, uint64_t index) {
    atoll_client_stats_t stats{};
    stats.size = sizeof(stats);
    EXPECT_EQ(atoll_client_stats(client, index, &stats), 0) << atoll_last_error();
    return stats.pid;
  }
};

TEST_F(InheritTest, PeerIsTheChildThatSpeaksNotTheParentThatConnected) {
  Start();
  atoll_client* client = Attach();
  uint64_t index = 0;
  Process child = AttachedChild(&index);
  EXPECT_EQ(PidOf(client, index), static_cast<uint64_t>(child.pid()));
  child.WriteLine("put");
  atoll_object_id id{};
  const std::string line = child.ReadLine();
  ASSERT_EQ(std::sscanf(line.c_str(), "%lu %lu", &id.store, &id.place), 2) << line;
  EXPECT_EQ(atoll_contains(client, &id), ATOLL_SEALED);
  child.Kill();
  EXPECT_TRUE(Eventually([&] { return Stats(client).clients == 1; })) << "its death is noticed";
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(InheritTest, ChildLivesOnWhenTheParentThatConnectedDies) {
  Start();
  atoll_client* client = Attach();
  Process parent({"hand", path_});
  const std::string line = parent.ReadLine();
  unsigned long index = 0;
  int child = 0;
  ASSERT_EQ(std::sscanf(line.c_str(), "ready %lu %d", &index, &child), 2) << line;
  EXPECT_EQ(parent.Wait(), 0);
  EXPECT_NE(parent.pid(), child);
  EXPECT_EQ(PidOf(client, index), static_cast<uint64_t>(child));
  parent.WriteLine("put");
  EXPECT_FALSE(parent.ReadLine().empty());
  ::usleep(50'000);
  EXPECT_EQ(Stats(client).clients, 2u) << "nobody buries it for its parent's death";
  EXPECT_EQ(Stats(client).objects, 1u);
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  EXPECT_TRUE(Eventually([&] { return Stats(client).clients == 1; }));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(InheritTest, SilentConnectionHoldsNobodyUp) {
  Start();
  const auto silent = static_cast<int>(atoll_connect(path_.c_str()));
  ASSERT_GE(silent, 0);
  atoll_client* client = Attach();
  // Memory is reserved ahead all the same.
  EXPECT_TRUE(Eventually([&] { return Stats(client).reserved >= 8 << 20; }));
  Put(client, 30 << 20);
  ::close(silent);
}

TEST_F(InheritTest, AnotherUserCannotSpeakOverAConnectionOfOurs) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  Start();
  const auto connection = static_cast<int>(atoll_connect(path_.c_str()));
  ASSERT_GE(connection, 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const Hello hello{kMagic, kLayoutVersion, 0, 0, 0};
    Welcome welcome{};
    std::array<os::UniqueFd, 2> fds;
    const bool said = ::setgid(65534) == 0 && ::setuid(65534) == 0 &&
                      os::Send(connection, &hello, sizeof(hello), nullptr, 0).ok() &&
                      os::Receive(connection, &welcome, sizeof(welcome), &fds).ok();
    ::_exit(said && welcome.code == ATOLL_REFUSED && !fds[0].valid() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ::close(connection);
}

TEST_F(InheritTest, OtherDescriptorsAreRefused) {
  atoll_client* client = nullptr;
  EXPECT_EQ(atoll_attach_fd(-1, nullptr, &client), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_attach_fd(::open("/dev/null", O_RDWR), nullptr, &client), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_attach_fd(::socket(AF_UNIX, SOCK_SEQPACKET, 0), nullptr, &client), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_attach_fd(::socket(AF_INET, SOCK_STREAM, 0), nullptr, &client), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(client, nullptr);
  EXPECT_EQ(atoll_connect("/nowhere/at/all"), -ATOLL_DISCONNECTED);
}

// A child of atoll_spawn(), which is killed at the end if it still runs.
class Spawned {
 public:
  Spawned(const std::string& path, std::vector<const char*> arguments) {
    arguments.push_back(nullptr);
    EXPECT_EQ(atoll_spawn(path.c_str(), arguments.data(), nullptr, &child_), 0) << atoll_last_error();
    out_ = ::fdopen(static_cast<int>(child_.out), "r");
  }
  ~Spawned() {
    if (!ended_) {
      ::kill(static_cast<pid_t>(child_.pid), SIGKILL);
      Await();
    }
    ::close(static_cast<int>(child_.in));
    ::close(static_cast<int>(child_.err));
    ::fclose(out_);
  }
  uint64_t pid() const { return child_.pid; }
  void WriteLine() { ASSERT_EQ(::write(static_cast<int>(child_.in), "\n", 1), 1); }
  // The index it has attached with.
  uint64_t Index() {
    unsigned long index = 0;
    EXPECT_EQ(std::fscanf(out_, "ready %lu", &index), 1);
    return index;
  }
  std::string Errors() {
    char text[512];
    const ssize_t length = ::read(static_cast<int>(child_.err), text, sizeof(text));
    return std::string(text, length < 0 ? 0 : static_cast<size_t>(length));
  }
  int64_t Await() {
    ended_ = true;
    return atoll_reap_child(child_.pid);
  }

 private:
  atoll_child child_{};
  FILE* out_ = nullptr;
  bool ended_ = false;
};

const std::vector<const char*> kHeir = {ATOLL_TEST_PEER, "inherit", "nowhere", "3", "child", "0"};
const std::vector<const char*> kHeirWhenTold = {
    "/bin/sh", "-c", "read line; exec " ATOLL_TEST_PEER " inherit nowhere 3 child 0"};

size_t OpenDescriptors() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

TEST_F(InheritTest, SpawnedChildAttachesWhenTheSocketHasNoPathAnyMore) {
  Start();
  atoll_client* client = Attach();
  Spawned child(path_, kHeirWhenTold);
  const std::string elsewhere = path_ + ".away";
  ASSERT_EQ(::rename(path_.c_str(), elsewhere.c_str()), 0);
  child.WriteLine();
  EXPECT_EQ(PidOf(client, child.Index()), child.pid());
  ASSERT_EQ(::rename(elsewhere.c_str(), path_.c_str()), 0);
  ASSERT_EQ(::kill(static_cast<pid_t>(child.pid()), SIGKILL), 0);
  EXPECT_EQ(child.Await(), 256 + SIGKILL);
  EXPECT_TRUE(Eventually([&] { return Stats(client).clients == 1; }));
}

TEST_F(InheritTest, ManyAreSpawnedAtOnce) {
  Start();
  atoll_client* client = Attach();
  std::array<std::vector<std::unique_ptr<Spawned>>, 4> children;
  {
    std::vector<std::jthread> threads;
    for (auto& mine : children) {
      threads.emplace_back([&] {
        for (int i = 0; i < 8; ++i) mine.push_back(std::make_unique<Spawned>(path_, kHeir));
        for (auto& child : mine) EXPECT_EQ(PidOf(client, child->Index()), child->pid());
      });
    }
  }
  EXPECT_EQ(Stats(client).clients, 33u);
}

TEST_F(InheritTest, ChildThatDiesBeforeItSpeaksLeavesNothing) {
  Start();
  atoll_client* client = Attach();
  ASSERT_TRUE(Eventually([&] { return Stats(client).clients == 1; }));
  const size_t before = OpenDescriptors();
  for (int i = 0; i < 10; ++i) {
    Spawned child(path_, {"/bin/sh", "-c", "exit 9"});
    EXPECT_EQ(child.Await(), 9);
  }
  EXPECT_TRUE(Eventually([&] { return OpenDescriptors() == before; })) << "the server keeps no connection";
  EXPECT_EQ(Stats(client).attached, 1u);
}

TEST_F(InheritTest, HeirOfAStoreThatHasEndedIsToldSo) {
  Start();
  Spawned child(path_, kHeirWhenTold);
  Stop();
  child.WriteLine();
  EXPECT_EQ(child.Await(), 3);
  EXPECT_NE(child.Errors().find("no server there"), std::string::npos);
}

TEST_F(InheritTest, HeirIsLetInByThePathWhereTheKernelCannotNameIt) {
  auto listener = os::Listen(path_);
  ASSERT_TRUE(listener.ok()) << LastError();
  Spawned child(path_, kHeirWhenTold);
  os::UniqueFd connection = os::Accept(listener.value().get());
  ASSERT_TRUE(connection.valid());
  ASSERT_TRUE(os::MakeBlocking(connection.get()).ok());
  listener = os::UniqueFd();
  Start();  // takes the path over
  child.WriteLine();
  Hello hello{};
  ASSERT_EQ(::recv(connection.get(), &hello, sizeof(hello), 0), static_cast<ssize_t>(sizeof(hello)));
  const Welcome welcome{kMagic, kLayoutVersion, ATOLL_REFUSED, 0, 0};
  ASSERT_TRUE(os::Send(connection.get(), &welcome, sizeof(welcome), nullptr, 0).ok());
  const uint64_t index = child.Index();
  EXPECT_EQ(PidOf(Attach(), index), child.pid());
}

TEST_F(InheritTest, SpawnSaysWhatItMisses) {
  const char* nothing[] = {nullptr};
  const char* program[] = {"/nowhere/program", nullptr};
  atoll_child child{};
  EXPECT_EQ(atoll_spawn(path_.c_str(), nothing, nullptr, &child), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_spawn(path_.c_str(), program, nullptr, nullptr), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_spawn(path_.c_str(), program, nullptr, &child), -ATOLL_DISCONNECTED);
  Start();
  EXPECT_EQ(atoll_spawn(path_.c_str(), program, nullptr, &child), -ATOLL_SYSTEM);
  EXPECT_STREQ(atoll_last_error(), "execve(/nowhere/program): No such file or directory (errno 2)");
  EXPECT_EQ(atoll_reap_child(0), -ATOLL_SYSTEM);
  EXPECT_EQ(atoll_await_child(static_cast<uint64_t>(::getpid())), -ATOLL_NOT_FOUND);
}

}  // namespace
}  // namespace atollstore
