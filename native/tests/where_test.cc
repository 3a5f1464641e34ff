// Where a store cannot run, or does not answer: the status names what is missing.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "client/greeting.h"
#include "fixture.h"
#include "process.h"

namespace atollstore {
namespace {

class WhereTest : public StoreTest {
 protected:
  std::string Without(const char* call, int error, const char* what) {
    Process peer({"without", path_, call, std::to_string(error), what});
    return peer.ReadLine();
  }
  // What a client is told that waits a second for the answer.
  std::string TellSilent() {
    auto connected = os::Connect(path_);
    if (!connected.ok()) return LastError();
    bool again = false;
    auto greeted = Greet(connected.value().get(), path_.c_str(), 0, &again, 1);
    EXPECT_EQ(greeted.status().code(), ATOLL_TIMED_OUT);
    return LastError();
  }
};

TEST_F(WhereTest, KernelWithoutSealedMemoryIsNamed) {
  if (Without("memfd_create", ENOSYS, "serve") == "no sandbox") GTEST_SKIP() << "no seccomp here";
  EXPECT_EQ(Without("memfd_create", ENOSYS, "serve"),
            "-13 the kernel has no memfd_create (errno 38): Linux 3.17 or later is needed, or a sandbox "
            "forbids it");
  EXPECT_EQ(Without("memfd_create", EPERM, "serve"),
            "-13 memfd_create is forbidden here (errno 1): by a sandbox (seccomp), it seems");
  EXPECT_EQ(Without("memfd_create", EMFILE, "serve"), "-13 memfd_create: Too many open files (errno 24)");
  EXPECT_EQ(Without("seals", EINVAL, "serve"),
            "-13 the kernel has no fcntl(F_ADD_SEALS) (errno 22): Linux 3.17 or later is needed, or a "
            "sandbox forbids "
            "it");
}

TEST_F(WhereTest, ClientWithoutPidfdIsNotTakenForAnotherUser) {
  Start();
  const std::string missing = Without("pidfd", ENOSYS, "attach");
  if (missing == "no sandbox") GTEST_SKIP() << "no seccomp here";
  EXPECT_EQ(missing,
            "-13 the server cannot be watched: the kernel has no pidfd_open (errno 38): Linux 5.3 or later "
            "is needed, or a sandbox forbids it");
  EXPECT_EQ(
      Without("pidfd", EPERM, "attach"),
      "-13 the server cannot be watched: pidfd_open is forbidden here (errno 1): by a sandbox (seccomp), it "
      "seems");
  EXPECT_EQ(Without("memfd_create", ENOSYS, "attach"), "ready") << "only the server needs that";
  EXPECT_NE(Attach(), nullptr) << "the slots that were promised are free again";
}

TEST_F(WhereTest, ServerWithoutPidfdSaysSo) {
  for (const int error : {ENOSYS, EPERM}) {
    Process server({"without", path_, "pidfd", std::to_string(error), "serve"});
    const std::string line = server.ReadLine();
    if (line == "no sandbox") GTEST_SKIP() << "no seccomp here";
    ASSERT_EQ(line, "ready");
    atoll_client* client = nullptr;
    EXPECT_EQ(atoll_attach(path_.c_str(), nullptr, &client), -ATOLL_SYSTEM);
    EXPECT_EQ(std::string(atoll_last_error()).rfind("the server cannot watch this process: ", 0), 0u)
        << atoll_last_error();
    EXPECT_NE(std::string(atoll_last_error()).find("pidfd_open"), std::string::npos);
    EXPECT_NE(std::string(atoll_last_error()).find("sandbox"), std::string::npos);
    server.Kill();
    ::unlink(path_.c_str());
  }
}

TEST_F(WhereTest, StoppedServerIsTold) {
  Process server({"serve", path_, std::to_string(64 << 20)});
  ASSERT_EQ(server.ReadLine(), "ready");
  server.Signal(SIGSTOP);
  siginfo_t stopped{};  // which is when all of its threads have
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(server.pid()), &stopped, WSTOPPED), 0);
  EXPECT_NE(TellSilent().find("has not answered within 1 s: it is stopped (SIGSTOP"), std::string::npos)
      << LastError();
  server.Signal(SIGCONT);
  atoll_client* client = nullptr;
  EXPECT_EQ(atoll_attach(path_.c_str(), nullptr, &client), 0) << atoll_last_error();
  atoll_detach(client);
  server.Kill();
  ::unlink(path_.c_str());
}

TEST_F(WhereTest, ServerOutOfDescriptorsIsTold) {
  Process server({"serve", path_, std::to_string(64 << 20)});
  ASSERT_EQ(server.ReadLine(), "ready");
  const rlimit few{3, 4096};
  ASSERT_EQ(::prlimit(server.pid(), RLIMIT_NOFILE, &few, nullptr), 0);
  EXPECT_NE(TellSilent().find("has not answered within 1 s: it has no descriptor left (ulimit -n)"),
            std::string::npos)
      << LastError();
  const rlimit enough{256, 4096};
  ASSERT_EQ(::prlimit(server.pid(), RLIMIT_NOFILE, &enough, nullptr), 0);
  atoll_client* client = nullptr;
  EXPECT_EQ(atoll_attach(path_.c_str(), nullptr, &client), 0) << "it listens again: " << atoll_last_error();
  atoll_detach(client);
  server.Kill();
  ::unlink(path_.c_str());
}

// vm.max_map_count: a client maps what it leases, here an extent at a time.
TEST_F(WhereTest, ClientWithoutAMappingLeftIsToldAndGoesOnOnceItHasSome) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer needs mappings itself";
#endif
  auto options = Defaults();
  options.capacity = uint64_t{512} << 20;
  Start(options);
  Process client({"mappings", path_});
  const std::string said = client.ReadLine();
  EXPECT_EQ(said.rfind("-13 ", 0), 0u) << said;
  EXPECT_NE(said.find("max_map_count"), std::string::npos) << said;
  EXPECT_EQ(client.ReadLine(), "0");
  EXPECT_EQ(client.Wait(), 0);
}

}  // namespace
}  // namespace atollstore
