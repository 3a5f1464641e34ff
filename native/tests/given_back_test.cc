// A store that loses its server and its supervisor in the same moment: its clients give it back to whoever
// starts it again, and nothing else is taken for a store.
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "layout/wire.h"
#include "os/shared_memory.h"
#include "os/socket.h"
#include "takeover_fixture.h"

namespace atollstore {
namespace {

class GivenBackTest : public TakeoverTest {
 protected:
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
};

TEST_F(GivenBackTest, ClientsGiveTheStoreBackToWhoeverStartsItAgain) {
  std::vector<atoll_object_id> ids;
  atoll_object_id container{};
  atoll_client* client = nullptr;
  ASSERT_NO_FATAL_FAILURE(SpillMoreThanFits(&client, &ids, &container));
  OK(atoll_publish(client, "one", &ids[1], ATOLL_FOREVER));
  OK(atoll_dereference(client, &ids[1]));
  atoll_view pinned;
  OK(atoll_get(client, &ids[39], 20 * kSecond, &pinned));
  for (int life = 0; life < 3; ++life) {
    KillBoth();
    OK(atoll_await_server_exit(client, 20 * kSecond));
    EXPECT_EQ(reinterpret_cast<const uint8_t*>(pinned.address)[500], 39);
    EXPECT_EQ(atoll_publish(client, "nobody", &ids[39], ATOLL_FOREVER), -ATOLL_DISCONNECTED);
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
  OK(atoll_unpublish(client, "one", ATOLL_FOREVER));
  OK(atoll_dereference(client, &container));
  for (size_t i = 2; i < ids.size(); ++i) OK(atoll_dereference(client, &ids[i]));
  EXPECT_TRUE(BecomesEmpty(client)) << Stats(client).objects;
  ::kill(supervisor(), SIGTERM);
  EXPECT_TRUE(looker_->AwaitServerExit(20 * kSecond).ok());
  EXPECT_TRUE(Eventually([&] { return ::rmdir((directory_ + "/spill").c_str()) == 0; }))
      << "files were left there";
}

TEST_F(GivenBackTest, StoreThatNobodyHasAnyMoreIsMadeAnew) {
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
TEST_F(GivenBackTest, WhatIsNoStoreIsNotTakenBack) {
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

}  // namespace
}  // namespace atollstore
