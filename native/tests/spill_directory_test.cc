// Spill directories of many stores, of the dead, and of those who are not stores at all.
#include "spill/spill_directory.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <thread>

#include "spill_fixture.h"

namespace atollstore {
namespace {

constexpr char kDead[] = "/atoll-spill-00000000deadbeef";

class SpillDirectoryTest : public SpillTest {
 protected:
  void SetUp() override {
    SpillTest::SetUp();
    ::umask(022);
  }
  // What is not a store's stays for the test to take away.
  void TearDown() override {
    StoreTest::TearDown();
    fs::remove_all(spill_);
  }
  // What a start says on stderr.
  std::string SaidAtStart() {
    ::testing::internal::CaptureStderr();
    auto lock = SpillDirectory::Lock(spill_, 1);
    std::string said = ::testing::internal::GetCapturedStderr();
    EXPECT_TRUE(lock.ok()) << LastError();
    SpillDirectory(spill_, 1, std::move(lock).value());
    return said;
  }
  // A directory as a dead store leaves it, with one file.
  std::string LeaveDead(const std::string& where) {
    fs::create_directory(where);
    std::ofstream(where + "/1") << "left over";
    std::ofstream(where + "/lock");
    return where;
  }
  // Runs as another user, in a process of its own. Returns what the body does.
  static int AsAnotherUser(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
      if (::setgid(65533) != 0 || ::setuid(65533) != 0) ::_exit(100);
      ::_exit(body());
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
};

#define SKIP_UNLESS_ROOT() \
  if (::geteuid() != 0) GTEST_SKIP() << "needs two users, so root"

TEST_F(SpillDirectoryTest, LinkOfAnotherUserLeavesWhatItPointsTo) {
  SKIP_UNLESS_ROOT();
  ::chmod(spill_.c_str(), 0777);
  const std::string victim = LeaveDead(directory_ + "/victim");
  ASSERT_EQ(AsAnotherUser([&] { return ::symlink(victim.c_str(), (spill_ + kDead).c_str()); }), 0);
  const std::string said = SaidAtStart();
  EXPECT_NE(said.find("atoll-spill-00000000deadbeef (a link of uid 65533)"), std::string::npos) << said;
  EXPECT_TRUE(fs::exists(victim + "/1"));
  EXPECT_TRUE(fs::exists(victim + "/lock"));
  EXPECT_TRUE(fs::is_symlink(spill_ + kDead));
  fs::remove_all(victim);
}

TEST_F(SpillDirectoryTest, OwnLinkLeavesWhatItPointsToAsWell) {
  const std::string victim = LeaveDead(directory_ + "/victim");
  fs::create_directory_symlink(victim, spill_ + kDead);
  EXPECT_NE(SaidAtStart().find("(a link)"), std::string::npos);
  EXPECT_TRUE(fs::exists(victim + "/1"));
  fs::remove_all(victim);
}

TEST_F(SpillDirectoryTest, DirectoryOfAnotherUserIsLeftAlone) {
  SKIP_UNLESS_ROOT();
  ::chmod(spill_.c_str(), 0777);
  ASSERT_EQ(AsAnotherUser([&] {
              LeaveDead(spill_ + kDead);
              return ::chmod((spill_ + kDead).c_str(), 0777);
            }),
            0);
  const std::string said = SaidAtStart();
  EXPECT_NE(said.find("(a directory of uid 65533)"), std::string::npos) << said;
  EXPECT_TRUE(fs::exists(spill_ + kDead + "/1"));
}

TEST_F(SpillDirectoryTest, DirectoryThatOthersMayWriteIsLeftAlone) {
  LeaveDead(spill_ + kDead);
  ::chmod((spill_ + kDead).c_str(), 0777);
  EXPECT_NE(SaidAtStart().find("(a directory that others may write)"), std::string::npos);
  EXPECT_TRUE(fs::exists(spill_ + kDead + "/1"));
}

// A directory in which the OS makes no other one is no object that is gone.
TEST_F(SpillDirectoryTest, DirectoryThatTakesNoOtherIsAnErrorOfTheSystem) {
  atoll_server_options options = Defaults();
  options.socket_path = path_.c_str();
  options.spill_directory = "/proc";
  atoll_server* server = nullptr;
  EXPECT_EQ(atoll_server_start(&options, &server), -ATOLL_SYSTEM);
  EXPECT_NE(std::string(atoll_last_error()).find("mkdirat /proc/atoll-spill-"), std::string::npos) << atoll_last_error();
}

TEST_F(SpillDirectoryTest, LockThatIsNoFileIsLeftAloneAndHoldsNobodyUp) {
  LeaveDead(spill_ + kDead);
  const std::string lock = spill_ + kDead + "/lock";
  fs::remove(lock);
  ASSERT_EQ(::mkfifo(lock.c_str(), 0600), 0);
  const std::string said = SaidAtStart();
  EXPECT_NE(said.find("atoll-spill-00000000deadbeef/lock (a FIFO)"), std::string::npos) << said;
  EXPECT_TRUE(fs::exists(spill_ + kDead + "/1"));
}

TEST_F(SpillDirectoryTest, FilesWithASecondNameNestedDirectoriesAndNotesStay) {
  LeaveDead(spill_ + kDead);
  std::ofstream(directory_ + "/mine") << "precious";
  fs::create_hard_link(directory_ + "/mine", spill_ + kDead + "/2");
  fs::create_directory(spill_ + kDead + "/3");
  std::ofstream(spill_ + kDead + "/3/inside") << "precious";
  std::ofstream(spill_ + kDead + "/notes.txt") << "precious";
  fs::create_symlink(directory_ + "/mine", spill_ + kDead + "/4");
  const std::string said = SaidAtStart();
  for (const char* each :
       {"/2 (a file with 2 names)", "/3 (a directory)", "/notes.txt (a file)", "/4 (a link)"})
    EXPECT_NE(said.find(each), std::string::npos) << said;
  EXPECT_FALSE(fs::exists(spill_ + kDead + "/1")) << "that one is a dead store's";
  EXPECT_TRUE(fs::exists(spill_ + kDead + "/2"));
  EXPECT_TRUE(fs::exists(spill_ + kDead + "/3/inside"));
  EXPECT_TRUE(fs::exists(spill_ + kDead + "/notes.txt"));
  EXPECT_EQ(fs::file_size(directory_ + "/mine"), 8u);
  fs::remove(directory_ + "/mine");
}

TEST_F(SpillDirectoryTest, WhatKilledStartsAndSweepsLeaveIsSweptByTheNext) {
  fs::create_directory(spill_ +
                       "/atoll-spill-0000000000000aaa");  // made, not locked yet; or swept but for itself
  fs::create_directory(spill_ +
                       "/atoll-spill-0000000000000bbb");  // with its lock file; or swept but for that
  std::ofstream(spill_ + "/atoll-spill-0000000000000bbb/lock");
  LeaveDead(spill_ + "/atoll-spill-0000000000000ccc");
  EXPECT_EQ(SaidAtStart(), "");
  EXPECT_TRUE(fs::is_empty(spill_));
}

TEST_F(SpillDirectoryTest, FilesWithoutALockFileMayBeALivingStoresAndStay) {
  LeaveDead(spill_ + kDead);
  fs::remove(spill_ + kDead + std::string("/lock"));
  EXPECT_NE(SaidAtStart().find("atoll-spill-00000000deadbeef (a directory)"), std::string::npos);
  EXPECT_TRUE(fs::exists(spill_ + kDead + "/1"));
}

TEST_F(SpillDirectoryTest, AThousandStartsInGroupsOfEightAllWork) {
  std::atomic<uint64_t> next{1}, failed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (uint64_t store; (store = next.fetch_add(1)) <= 1000;) {
        auto lock = SpillDirectory::Lock(spill_, store);
        if (!lock.ok()) {
          ADD_FAILURE() << LastError();
          ++failed;
          continue;
        }
        SpillDirectory directory(spill_, store, std::move(lock).value());
        auto made = directory.Create(1);
        if (made.ok() && directory.OpenToRead(1).ok()) continue;
        ADD_FAILURE() << "store " << store << ": " << LastError();
        ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed.load(), 0u);
  EXPECT_TRUE(fs::is_empty(spill_));
}

TEST_F(SpillDirectoryTest, ServersThatStartAndDieTogetherLeaveNothing) {
  std::vector<pid_t> children;
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 8; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        atoll_server_options options{};
        options.size = sizeof(options);
        options.capacity = 4 << 20;
        const std::string socket = directory_ + "/" + std::to_string(i);
        options.socket_path = socket.c_str();
        options.spill_directory = spill_.c_str();
        atoll_server* server = nullptr;
        if (atoll_server_start(&options, &server) != 0) {
          std::fprintf(stderr, "%s\n", atoll_last_error());
          ::_exit(1);
        }
        if ((round + i) % 3 == 0) ::_exit(0);  // as when it is killed
        ::_exit(static_cast<int>(-atoll_server_stop(server)));
      }
      children.push_back(child);
    }
    for (const pid_t child : children) {
      int status = 0;
      ::waitpid(child, &status, 0);
      EXPECT_EQ(status, 0);
    }
    children.clear();
  }
  EXPECT_EQ(SaidAtStart(), "");
  EXPECT_TRUE(fs::is_empty(spill_));
  for (int i = 0; i < 8; ++i) fs::remove(directory_ + "/" + std::to_string(i));
}

TEST_F(SpillDirectoryTest, DirectoryRemovedWhileRunningIsMadeAgainAndCostsOnlyWhatWasThere) {
  for (const bool parent_too : {false, true}) {
    StartSpilling();
    atoll_client* client = Attach();
    std::vector<atoll_object_id> ids;
    for (uint64_t i = 0; i < 60; ++i) ids.push_back(PutWords(client, 125'000, i));
    const std::string own = Files().at(0).parent_path();
    ASSERT_TRUE(Eventually([&] { return Stats(client).bytes_spilling == 0; })) << "nothing is written meanwhile";
    parent_too ? fs::remove_all(spill_) : fs::remove_all(own);
    for (uint64_t i = 60; i < 120; ++i) ids.push_back(PutWords(client, 125'000, i));
    ASSERT_TRUE(fs::exists(own + "/lock"));
    uint64_t lost = 0;
    for (uint64_t i = 0; i < ids.size(); ++i) {
      atoll_view view{};
      const int64_t code = atoll_get(client, &ids[i], 20 * kSecond, &view);
      if (code != 0) {
        EXPECT_EQ(code, -ATOLL_LOST) << atoll_last_error();
        EXPECT_NE(std::string(atoll_last_error()).find("cannot be read"), std::string::npos);
        EXPECT_LT(i, 60u) << "written after the directory was made again";
        ++lost;
        continue;
      }
      OK(atoll_release(client, &ids[i]));
      ExpectWords(client, ids[i], 125'000, i);
    }
    EXPECT_GT(lost, 0u);
    EXPECT_LT(lost, 60u);
    // It is locked as before: nobody sweeps it.
    EXPECT_EQ(SaidAtStart(), "");
    EXPECT_TRUE(fs::exists(own + "/lock"));
    for (const atoll_object_id& id : ids) OK(atoll_dereference(client, &id));
    EXPECT_TRUE(BecomesEmpty(client));
    Detach(client);
    Stop();
    EXPECT_TRUE(fs::is_empty(spill_));
  }
}

// A link, or somebody else's directory, in the place of the one that the user has named.
TEST_F(SpillDirectoryTest, NothingIsMadeInWhatHasTakenTheParentsPlace) {
  const std::string parent = spill_ + "/parent", other = spill_ + "/other";
  for (const bool link : {true, false}) {
    if (!link && ::geteuid() != 0) continue;
    fs::create_directory(parent);
    auto lock = SpillDirectory::Lock(parent, 1);
    ASSERT_TRUE(lock.ok()) << LastError();
    SpillDirectory directory(parent, 1, std::move(lock).value());
    fs::remove_all(parent);
    fs::create_directory(other);
    if (link) {
      fs::create_directory_symlink(other, parent);
    } else {
      fs::create_directory(parent);
      ASSERT_EQ(::chown(parent.c_str(), 65533, 65533), 0);
    }
    EXPECT_EQ(directory.Create(1).status().code(), ATOLL_REFUSED) << LastError();
    EXPECT_TRUE(fs::is_empty(other));
    EXPECT_TRUE(fs::is_empty(parent));
    fs::remove_all(parent);
    fs::remove_all(other);
  }
}

// Where a life of the server begins without a descriptor to spare, say. Its own lock is not taken for a stranger's.
TEST_F(SpillDirectoryTest, DirectoryThatCouldNotBeOpenedAtFirstIsOpenedWhenItIsNeeded) {
  constexpr uint64_t kStore = 7;
  auto lock = SpillDirectory::Lock(spill_, kStore);
  ASSERT_TRUE(lock.ok()) << LastError();
  const std::string own = spill_ + "/" + SpillDirectoryName(kStore);
  std::ofstream(own + "/3") << "of the life before";
  rlimit before{}, none{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  none.rlim_max = before.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  {
    SpillDirectory directory(spill_, kStore, std::move(lock).value());
    EXPECT_TRUE(directory.List().empty());
    const auto unmade = directory.Create(4);
    EXPECT_EQ(unmade.status().code(), ATOLL_SYSTEM);
    EXPECT_NE(std::string(LastError()).find("open "), std::string::npos) << LastError();
    const auto unread = directory.OpenToRead(3);
    EXPECT_EQ(unread.status().code(), ATOLL_SYSTEM);
    EXPECT_NE(std::string(LastError()).find("open "), std::string::npos) << LastError();
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_TRUE(directory.Create(4).ok()) << LastError();
    EXPECT_TRUE(directory.OpenToRead(3).ok()) << LastError();
    EXPECT_TRUE(fs::exists(own + "/4"));
  }
  EXPECT_FALSE(fs::exists(own));
}

// What a create says that finds no room because the disk fails.
class FailingDiskTest : public SpillDirectoryTest {
 protected:
  void TearDown() override {
    ::umount(spill_.c_str());
    SpillDirectoryTest::TearDown();
  }
  std::string SaidWhenFull(atoll_client* client, std::vector<atoll_object_id>* ids) {
    for (uint64_t i = 0; i < 100; ++i) {
      atoll_object_id id{};
      uint64_t address = 0;
      const int64_t code = atoll_create(client, &id, 1'000'000, 0, i, kSecond, &address);
      if (code != 0) {
        EXPECT_EQ(code, -ATOLL_STORE_FULL);
        return atoll_last_error();
      }
      for (uint64_t k = 0; k < 125'000; ++k) reinterpret_cast<uint64_t*>(address)[k] = i + k;
      EXPECT_EQ(atoll_seal(client, &id, nullptr), 0);
      ids->push_back(id);
    }
    return "it never became full";
  }
  void ExpectAll(atoll_client* client, const std::vector<atoll_object_id>& ids) {
    for (size_t i = 0; i < ids.size(); ++i) ExpectWords(client, ids[i], 125'000, i);
  }
};

TEST_F(FailingDiskTest, FullDiskIsNamed) {
  if (::mount("atoll", spill_.c_str(), "tmpfs", 0, "size=8m") != 0) GTEST_SKIP() << "mounting needs root";
  StartSpilling();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  const std::string said = SaidWhenFull(client, &ids);
  EXPECT_NE(said.find("pwritev " + spill_), std::string::npos) << said;
  EXPECT_NE(said.find("(errno 28)"), std::string::npos) << said;
  Detach(client);
  Stop();
}

TEST_F(FailingDiskTest, ReadOnlyDiskIsNamedAndForgottenOnceItCanBeWritten) {
  StartSpilling();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (uint64_t i = 0; i < 40; ++i) ids.push_back(PutWords(client, 125'000, i));
  // Another file system comes to lie over the directory: what was written is still to be read.
  if (::mount("atoll", spill_.c_str(), "tmpfs", MS_RDONLY, "") != 0) GTEST_SKIP() << "mounting needs root";
  const std::string said = SaidWhenFull(client, &ids);
  EXPECT_NE(said.find("spill files could not be written: mkdirat " + spill_ + "/atoll-spill-"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("(errno 30)"), std::string::npos) << said;
  // A start says so at once.
  EXPECT_EQ(SpillDirectory::Lock(spill_, 1).status().code(), ATOLL_SYSTEM);
  EXPECT_NE(std::string(LastError()).find("(errno 30)"), std::string::npos) << LastError();
  ASSERT_EQ(::umount(spill_.c_str()), 0);
  ::usleep(1'100'000);
  for (uint64_t i = 0; i < 40; ++i) ExpectWords(client, ids[i], 125'000, i);
  for (uint64_t i = 0; i < 40; ++i) ids.push_back(PutWords(client, 125'000, i));
  char trouble[300];
  auto looker = ClientCore::Attach(path_.c_str());
  ASSERT_TRUE(looker.ok());
  EXPECT_EQ(looker.value()->control().spill().trouble.Read(trouble), 0u) << trouble;
  looker.value().reset();
  Detach(client);
  Stop();
  EXPECT_TRUE(fs::is_empty(spill_));
}

// In a process of its own, whose limits and signals are its own.
class LimitedTest : public FailingDiskTest {
 protected:
  void Run(const std::function<void()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
      body();
      ::_exit(::testing::Test::HasFailure() ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_FALSE(WIFSIGNALED(status)) << "signal " << WTERMSIG(status);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
};

TEST_F(LimitedTest, LimitOfFileSizesIsAStatusAndNoSignal) {
  Run([&] {
    StartSpilling();
    atoll_client* client = Attach();
    const rlimit limit{1 << 20, RLIM_INFINITY};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    std::vector<atoll_object_id> ids;
    const std::string said = SaidWhenFull(client, &ids);
    EXPECT_NE(said.find("pwritev " + spill_), std::string::npos) << said;
    EXPECT_NE(said.find("(errno 27)"), std::string::npos) << said;
    ExpectAll(client, ids);
    Detach(client);
    Stop();
  });
}

TEST_F(LimitedTest, WritesOnAThreadThatHasTheSignalOpenAreAStatusToo) {
  Run([&] {
    const rlimit limit{1 << 20, RLIM_INFINITY};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    auto directory = os::Directory::Open(spill_);
    ASSERT_TRUE(directory.ok());
    auto file = os::File::Create(directory.value().fd(), "1");
    ASSERT_TRUE(file.ok()) << LastError();
    const os::BlockBuffer buffer = os::MakeBlockBuffer(2 << 20);
    EXPECT_EQ(file.value().Write(1 << 20, {buffer.get(), 4096}).code(), ATOLL_SYSTEM);
    EXPECT_NE(std::string(LastError()).find("(errno 27)"), std::string::npos) << LastError();
    sigset_t pending;
    ::sigpending(&pending);
    EXPECT_EQ(::sigismember(&pending, SIGXFSZ), 0);
    // A store larger than the limit, too.
    atoll_server_options options = Defaults();
    options.socket_path = path_.c_str();
    EXPECT_EQ(atoll_server_start(&options, &server_), -ATOLL_SYSTEM);
    EXPECT_NE(std::string(atoll_last_error()).find("(errno 27)"), std::string::npos) << atoll_last_error();
  });
}

TEST_F(LimitedTest, WantOfDescriptorsIsNamedAndLosesNothing) {
  Run([&] {
    StartSpilling();
    atoll_client* client = Attach();
    std::vector<atoll_object_id> ids;
    for (uint64_t i = 0; i < 40; ++i) ids.push_back(PutWords(client, 125'000, i));
    std::vector<os::UniqueFd> taken;
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) {
      taken.emplace_back(fd);
      if (taken.size() == 64) {
        const rlimit limit{static_cast<rlim_t>(fd) + 1, 4096};
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
      }
    }
    const std::string said = SaidWhenFull(client, &ids);
    EXPECT_NE(said.find("open"), std::string::npos) << said;
    EXPECT_NE(said.find("(errno 24)"), std::string::npos) << said;
    // Gets of what is on disk wait while none can be had, and lose nothing.
    std::thread giver([&] {
      ::usleep(700'000);
      taken.clear();
    });
    for (uint64_t i = 0; i < 40; ++i) ExpectWords(client, ids[i], 125'000, i);
    giver.join();
    Detach(client);
    Stop();
  });
}

}  // namespace
}  // namespace atollstore
