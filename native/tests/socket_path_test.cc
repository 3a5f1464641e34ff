// What lies at a store's socket path, and what a store takes away there: a socket of this user, and nothing
// else.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "fixture.h"
#include "os/socket.h"

namespace atollstore {
namespace {

namespace fs = std::filesystem;

class SocketPathTest : public StoreTest {
 protected:
  void ExpectNoStart(const std::string& said) {
    atoll_server_options options = Defaults();
    options.socket_path = path_.c_str();
    atoll_server* server = nullptr;
    EXPECT_EQ(atoll_server_start(&options, &server), -ATOLL_ALREADY_EXISTS);
    EXPECT_NE(std::string(atoll_last_error()).find(said), std::string::npos) << atoll_last_error();
  }
};

TEST_F(SocketPathTest, FileOfThatNameStays) {
  std::ofstream(path_) << "precious";
  ExpectNoStart("a file is there");
  EXPECT_EQ(fs::file_size(path_), 8u);
  fs::remove(path_);
}

TEST_F(SocketPathTest, LinkOfThatNameStaysAndWhatItPointsToToo) {
  std::ofstream(directory_ + "/mine") << "precious";
  ::chmod((directory_ + "/mine").c_str(), 0644);
  fs::create_symlink(directory_ + "/mine", path_);
  ExpectNoStart("a link is there");
  struct stat about;
  ASSERT_EQ(::stat((directory_ + "/mine").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0644u);
  EXPECT_EQ(about.st_size, 8);
  fs::remove(path_);
  fs::remove(directory_ + "/mine");
}

TEST_F(SocketPathTest, SocketOfAnotherUserStays) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs two users, so root";
  ::chmod(directory_.c_str(), 0777);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setuid(65533) != 0) ::_exit(100);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET, 0);
    ::_exit(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ? 0 : 101);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ExpectNoStart("a socket of uid 65533 is there");
  EXPECT_TRUE(fs::exists(path_));
  fs::remove(path_);
}

TEST_F(SocketPathTest, EndOfAStoreTakesAwayItsSocketOnly) {
  Start();
  fs::remove(path_);
  std::ofstream(path_) << "precious";
  Stop();
  EXPECT_TRUE(fs::exists(path_));
  fs::remove(path_);
}

TEST_F(SocketPathTest, OfManyThatFindADeadSocketOneListens) {
  for (int round = 0; round < 50; ++round) {
    { ASSERT_TRUE(os::Listen(path_).ok()) << LastError(); }  // nobody listens there any more
    std::atomic<int> listening{0};
    std::vector<os::UniqueFd> listeners(8);
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        auto listener = os::Listen(path_);
        if (!listener.ok()) {
          EXPECT_EQ(listener.status().code(), ATOLL_ALREADY_EXISTS) << LastError();
          return;
        }
        listeners[static_cast<size_t>(i)] = std::move(listener).value();
        ++listening;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(listening.load(), 1);
    EXPECT_TRUE(os::Connect(path_).ok()) << LastError();
    EXPECT_TRUE(os::RemoveSocket(path_, os::SocketAt(path_)).ok());
  }
}

// Whoever cleans temporary directories takes it away: those who come later find another one.
TEST_F(SocketPathTest, OneThatWasTakenAwayIsMadeAgain) {
  Start();
  atoll_client* before = Attach();
  const atoll_object_id id = Put(before, 100);
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  atoll_client* after = nullptr;
  ASSERT_TRUE(Eventually([&] { return atoll_attach(path_.c_str(), nullptr, &after) == 0; }))
      << atoll_last_error();
  clients_.push_back(after);
  atoll_view view{};
  OK(atoll_get(after, &id, 0, &view));
  OK(atoll_release(after, &id));
  OK(atoll_dereference(before, &id));
  struct stat about {};
  ASSERT_EQ(::lstat(path_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  EXPECT_TRUE(BecomesEmpty(after));
}

// Not where somebody else has put something meanwhile.
TEST_F(SocketPathTest, WhatTookItsPlaceStays) {
  Start();
  atoll_server* other = nullptr;
  atoll_server_options options = Defaults();
  options.socket_path = path_.c_str();
  // The first may just have looked.
  ASSERT_TRUE(
      Eventually([&] { return ::unlink(path_.c_str()) == 0 && atoll_server_start(&options, &other) == 0; }));
  ::usleep(1'500'000);  // it has looked by now
  atoll_client* client = Attach();
  const uint64_t store = atoll_store_id(client);
  EXPECT_EQ(atoll_server_stop(server_), 0);
  server_ = other;
  atoll_client* again = Attach();
  EXPECT_EQ(atoll_store_id(again), store);
}

// A store's socket was taken away, and another store has the path now.
TEST_F(SocketPathTest, AnotherStoresSocketStays) {
  Start();
  atoll_server* const first = server_;
  atoll_server_options options = Defaults();
  options.socket_path = path_.c_str();
  // The first may just have looked whether its socket is there, and made it again.
  ASSERT_TRUE(Eventually(
      [&] { return ::unlink(path_.c_str()) == 0 && atoll_server_start(&options, &server_) == 0; }));
  EXPECT_EQ(atoll_server_stop(first), 0);
  EXPECT_NE(Attach(), nullptr);
}

TEST_F(SocketPathTest, RelativePathIsTheSameFromElsewhere) {
  const fs::path before = fs::current_path();
  fs::current_path(directory_);
  atoll_server_options options = Defaults();
  options.socket_path = "store.sock";
  atoll_server* server = nullptr;
  OK(atoll_server_start(&options, &server));
  fs::current_path(before);
  EXPECT_EQ(atoll_server_stop(server), 0);
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(SocketPathTest, FailedStartLeavesNothing) {
  atoll_server_options options = Defaults();
  options.socket_path = path_.c_str();
  options.spill_directory = "/nowhere/at/all";
  atoll_server* server = nullptr;
  EXPECT_LT(atoll_server_start(&options, &server), 0);
  EXPECT_FALSE(fs::exists(path_));
}

}  // namespace
}  // namespace atollstore
