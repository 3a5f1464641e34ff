// The server driven by its caller, without a thread of its own.
#include <gtest/gtest.h>

#include <thread>

#include "fixture.h"
#include "server/server_core.h"

namespace atollstore {
namespace {

class PollTest : public StoreTest {};

TEST_F(PollTest, ServerWorksOnlyWhilePolled) {
  auto options = Defaults();
  options.socket_path = path_.c_str();
  auto server = ServerCore::Open(options);
  ASSERT_TRUE(server.ok()) << LastError();
  const auto poll_until = [&](auto condition) {
    for (int i = 0; i < 10000 && !condition(); ++i) server.value()->Poll(1);
    return condition();
  };

  std::atomic<atoll_client*> client{nullptr};
  std::thread attaching([&] { client.store(Attach()); });
  EXPECT_TRUE(poll_until([&] { return client.load() != nullptr; }));
  attaching.join();

  // Makes room while it is polled.
  atoll_object_id id{};
  std::atomic<bool> put{false};
  std::thread putting([&] {
    id = Put(client, 1000);
    put.store(true);
  });
  EXPECT_TRUE(poll_until([&] { return put.load(); }));
  putting.join();

  // Frees nothing while it is not.
  ASSERT_EQ(atoll_dereference(client, &id), 0);
  ::usleep(20'000);
  EXPECT_EQ(Stats(client).objects, 1u);
  EXPECT_TRUE(poll_until([&] { return Stats(client).objects == 0; }));

  std::atomic<bool> left{false};
  std::thread leaving([&] {
    Detach(client);
    left.store(true);
  });
  EXPECT_TRUE(poll_until([&] { return left.load(); }));
  leaving.join();
}

TEST_F(PollTest, DeadAreBuriedByTheCallerItself) {
  auto options = Defaults();
  options.socket_path = path_.c_str();
  options.await_farewell = 1;
  auto server = ServerCore::Open(options);
  ASSERT_TRUE(server.ok()) << LastError();
  std::atomic<atoll_client*> client{nullptr};
  std::thread attaching([&] { client.store(Attach()); });
  while (client.load() == nullptr) server.value()->Poll(1);
  attaching.join();
  const auto index = static_cast<uint64_t>(atoll_client_index(client));
  Detach(client);
  while (!server.value()->DeadClient().ok()) server.value()->Poll(1);
  EXPECT_EQ(server.value()->DeadClient().value(), static_cast<int64_t>(index));
  EXPECT_TRUE(server.value()->Bury(index).ok());
  EXPECT_FALSE(server.value()->DeadClient().ok());
}

}  // namespace
}  // namespace atollstore
