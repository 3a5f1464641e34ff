// Connections that one process makes and another one inherits: who the server takes for its peer.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>

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
  EXPECT_EQ(atoll_attach_fd(-1, &client), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_attach_fd(::open("/dev/null", O_RDWR), &client), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_attach_fd(::socket(AF_UNIX, SOCK_SEQPACKET, 0), &client), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_attach_fd(::socket(AF_INET, SOCK_STREAM, 0), &client), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(client, nullptr);
  EXPECT_EQ(atoll_connect("/nowhere/at/all"), -ATOLL_DISCONNECTED);
}

}  // namespace
}  // namespace atollstore
