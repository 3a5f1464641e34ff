// os/spawn: what a child is given, what it is not given, and what is left of it.
#include "os/spawn.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace atollstore {
namespace {

using Descriptors = std::set<int>;

os::UniqueFd Connection() {
  int ends[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
  ::close(ends[1]);
  return os::UniqueFd(ends[0]);
}

Result<os::Child> Spawn(std::vector<const char*> argv, const char* const* environment = nullptr) {
  argv.push_back(nullptr);
  return os::Spawn(argv.data(), environment, Connection());
}

Result<int> Reap(const os::Child& child) { return os::ReapChild(static_cast<uint64_t>(child.pid)); }

std::string ReadAll(int fd) {
  std::string all;
  char bytes[256];
  for (ssize_t length; (length = ::read(fd, bytes, sizeof(bytes))) > 0;) {
    all.append(bytes, static_cast<size_t>(length));
  }
  return all;
}

Descriptors OpenIn(const std::string& process) {
  Descriptors open;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + process + "/fd")) {
    open.insert(std::stoi(entry.path().filename()));
  }
  return open;
}
// Of a cat, once it runs: before that its loader opens libraries.
Descriptors OpenIn(const os::Child& cat) {
  char byte = '.';
  EXPECT_EQ(::write(cat.in.get(), &byte, 1), 1);
  EXPECT_EQ(::read(cat.out.get(), &byte, 1), 1);
  return OpenIn(std::to_string(cat.pid));
}

uint64_t SignalsOf(pid_t pid, const std::string& field) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::stoull(line.substr(field.size() + 1), nullptr, 16);
  }
  ADD_FAILURE() << "no " << field;
  return 0;
}
uint64_t Bit(int signal) { return uint64_t{1} << (signal - 1); }

// Runs it in a process of its own, whose descriptors may be spoilt.
void ExpectTrueInFork(const std::function<bool()>& check) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(check() ? 0 : 1);
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
}

TEST(SpawnTest, ArgumentsEnvironmentAndInputArrive) {
  const char* environment[] = {"FIRST=one", "SECOND=two words", nullptr};
  auto child = Spawn(
      {"/bin/sh", "-c", "echo \"$1,$2,$FIRST,$SECOND\"; echo wrong >&2; cat; exit 7", "name", "a b", ""},
      environment);
  ASSERT_TRUE(child.ok()) << LastError();
  ASSERT_EQ(::write(child.value().in.get(), "given\n", 6), 6);
  child.value().in.reset();
  EXPECT_EQ(ReadAll(child.value().out.get()), "a b,,one,two words\ngiven\n");
  EXPECT_EQ(ReadAll(child.value().err.get()), "wrong\n");
  auto status = Reap(child.value());
  ASSERT_TRUE(status.ok()) << LastError();
  EXPECT_EQ(status.value(), 7);
}

TEST(SpawnTest, EnvironmentIsThisProcessesOwnUnlessSaid) {
  ASSERT_EQ(::setenv("ATOLL_SPAWN_TEST", "mine", 1), 0);
  auto child = Spawn({"/bin/sh", "-c", "echo $ATOLL_SPAWN_TEST"});
  ASSERT_TRUE(child.ok()) << LastError();
  EXPECT_EQ(ReadAll(child.value().out.get()), "mine\n");
  EXPECT_TRUE(Reap(child.value()).ok());
}

TEST(SpawnTest, ChildHasPipesAndTheConnectionAndNothingElse) {
  os::UniqueFd kept(::open("/dev/null", O_RDONLY));  // not close-on-exec
  os::UniqueFd high(::fcntl(kept.get(), F_DUPFD, 900));
  ASSERT_TRUE(high.valid());
  os::UniqueFd connection = Connection();
  struct stat socket {};
  ASSERT_EQ(::fstat(connection.get(), &socket), 0);
  const char* argv[] = {"/bin/cat", nullptr};
  auto child = os::Spawn(argv, nullptr, std::move(connection));
  ASSERT_TRUE(child.ok()) << LastError();
  const std::string descriptors = "/proc/" + std::to_string(child.value().pid) + "/fd";
  EXPECT_EQ(OpenIn(child.value()), (Descriptors{0, 1, 2, ATOLL_CHILD_CONNECTION}));
  struct stat inherited {};
  ASSERT_EQ(::stat((descriptors + "/3").c_str(), &inherited), 0);
  EXPECT_EQ(inherited.st_ino, socket.st_ino);
  for (const int fd : {child.value().in.get(), child.value().out.get(), child.value().err.get()}) {
    EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  }
  child.value().in.reset();
  EXPECT_EQ(Reap(child.value()).value(), 0);
}

TEST(SpawnTest, ChildsSignalsAreThoseOfAFreshProcess) {
  sigset_t blocked, before, after;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::sigaddset(&blocked, SIGRTMIN + 3);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &blocked, &before), 0);
  struct sigaction caught {
  }, was_caught, was_ignored;
  caught.sa_handler = [](int) {};
  ASSERT_EQ(::sigaction(SIGUSR2, &caught, &was_caught), 0);
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  ASSERT_EQ(::sigaction(SIGHUP, &ignored, &was_ignored), 0);

  auto child = Spawn({"/bin/cat"});
  ASSERT_TRUE(child.ok()) << LastError();
  EXPECT_EQ(SignalsOf(child.value().pid, "SigBlk"), 0u);
  EXPECT_EQ(SignalsOf(child.value().pid, "SigCgt"), 0u);
  EXPECT_EQ(SignalsOf(child.value().pid, "SigIgn") & (Bit(SIGHUP) | Bit(SIGUSR2)), Bit(SIGHUP));
  EXPECT_EQ(::kill(child.value().pid, SIGTERM), 0);
  EXPECT_EQ(Reap(child.value()).value(), 256 + SIGTERM);

  struct sigaction now {};
  ASSERT_EQ(::sigaction(SIGUSR2, &was_caught, &now), 0);
  EXPECT_EQ(now.sa_handler, caught.sa_handler) << "the parent's handlers are its own";
  ASSERT_EQ(::sigaction(SIGHUP, &was_ignored, nullptr), 0);
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, &after), 0);
  EXPECT_EQ(::sigismember(&after, SIGTERM), 1);
  EXPECT_EQ(::sigismember(&after, SIGINT), 0) << "what was not blocked is not blocked now";
}

TEST(SpawnTest, WhatCannotRunIsSaidAndLeavesNothing) {
  const Descriptors before = OpenIn("self");
  EXPECT_EQ(Spawn({"/nowhere/program"}).status().code(), ATOLL_SYSTEM);
  EXPECT_STREQ(LastError(), "execve(/nowhere/program): No such file or directory (errno 2)");
  EXPECT_EQ(Spawn({"/tmp"}).status().code(), ATOLL_SYSTEM);
  EXPECT_STREQ(LastError(), "execve(/tmp): Permission denied (errno 13)");
  EXPECT_EQ(OpenIn("self"), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(SpawnTest, EndIsReportedOnce) {
  auto child = Spawn({"/bin/sh", "-c", "kill -9 $$"});
  ASSERT_TRUE(child.ok()) << LastError();
  const auto pid = static_cast<uint64_t>(child.value().pid);
  EXPECT_TRUE(os::AwaitChild(pid).ok());
  EXPECT_TRUE(os::AwaitChild(pid).ok()) << "it is still there";
  EXPECT_EQ(Reap(child.value()).value(), 256 + SIGKILL);
  EXPECT_EQ(os::AwaitChild(pid).code(), ATOLL_NOT_FOUND);
  EXPECT_EQ(Reap(child.value()).status().code(), ATOLL_NOT_FOUND);
}

TEST(SpawnTest, AHundredChildrenLeaveNothing) {
  const Descriptors before = OpenIn("self");
  for (int i = 0; i < 100; ++i) {
    auto child = Spawn({"/bin/true"});
    ASSERT_TRUE(child.ok()) << LastError();
    ASSERT_EQ(Reap(child.value()).value(), 0);
  }
  EXPECT_EQ(OpenIn("self"), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

// Were the writing end of one child's input open in another, the first would not end before the other.
TEST(SpawnTest, ThreadsDoNotLeakIntoEachOthersChildren) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      std::vector<os::Child> children;
      for (int j = 0; j < 25; ++j) {
        auto child = Spawn({"/bin/cat"});
        ASSERT_TRUE(child.ok()) << LastError();
        EXPECT_EQ(OpenIn(child.value()), (Descriptors{0, 1, 2, ATOLL_CHILD_CONNECTION}));
        children.push_back(std::move(child).value());
      }
      for (os::Child& child : children) {
        child.in.reset();
        EXPECT_EQ(Reap(child).value(), 0);
      }
    });
  }
}

TEST(SpawnTest, StandardDescriptorsMayBeClosedHere) {
  ExpectTrueInFork([] {
    for (int fd = 0; fd < 8; ++fd) ::close(fd);
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) return false;
    const char* argv[] = {"/bin/sh", "-c", "cat; echo wrong >&2; exit 5", nullptr};
    auto child = os::Spawn(argv, nullptr, os::UniqueFd(ends[0]));
    if (!child.ok() || OpenIn(child.value()) != Descriptors{0, 1, 2, ATOLL_CHILD_CONNECTION}) return false;
    if (::write(child.value().in.get(), "given", 5) != 5) return false;
    child.value().in.reset();
    return ReadAll(child.value().out.get()) == "given" && ReadAll(child.value().err.get()) == "wrong\n" &&
           Reap(child.value()).value() == 5;
  });
}

TEST(SpawnTest, DescriptorsCanBeClosedOneByOne) {
  ExpectTrueInFork([] {
    for (int fd = 3; fd < 300; ++fd) ::dup2(2, fd);
    ::dup2(2, 900);
    ::close(40);
    if (!os::CloseOneByOne(4)) return false;
    for (int fd = 4; fd < 1024; ++fd) {
      if (::fcntl(fd, F_GETFD) != -1) return false;
    }
    return ::fcntl(3, F_GETFD) != -1;
  });
}

}  // namespace
}  // namespace atollstore
