// The server driven by its caller, without a thread of its own.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "fixture.h"
#include "server/server_core.h"

namespace atollstore {
namespace {

class PollTest : public StoreTest {
 protected:
  void TearDown() override {
    polled_.reset();
    StoreTest::TearDown();
  }

  void Open(atoll_server_options options = Defaults()) {
    options.socket_path = path_.c_str();
    auto server = ServerCore::Open(options);
    ASSERT_TRUE(server.ok()) << LastError();
    polled_ = std::move(server.value());
  }

  // Polls until the condition holds; false after a minute. Counts no rounds: one that finds work takes no
  // time, so thousands of them may pass before the thread that they wait for has run at all.
  template <typename Condition>
  bool PollUntil(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!condition() && std::chrono::steady_clock::now() < end) polled_->Poll(1);
    return condition();
  }
  // Polls while another thread does `work`, which needs the server.
  template <typename Work>
  void PollDuring(Work work) {
    std::atomic<bool> done{false};
    std::thread worker([&] {
      work();
      done.store(true);
    });
    EXPECT_TRUE(PollUntil([&] { return done.load(); }));
    worker.join();
  }

  std::unique_ptr<ServerCore> polled_;
};

TEST_F(PollTest, ServerWorksOnlyWhilePolled) {
  ASSERT_NO_FATAL_FAILURE(Open());
  atoll_client* client = nullptr;
  PollDuring([&] { client = Attach(); });
  ASSERT_NE(client, nullptr);

  // Makes room while it is polled.
  atoll_object_id id{};
  PollDuring([&] { id = Put(client, 1000); });
  atoll_client* other = nullptr;
  PollDuring([&] { other = Attach(); });
  atoll_view view{};
  OK(atoll_get(other, &id, 0, &view));  // who has seen it
  OK(atoll_release(other, &id));

  // Frees nothing while it is not.
  ASSERT_EQ(atoll_dereference(client, &id), 0);
  ::usleep(20'000);
  EXPECT_EQ(Stats(client).objects, 1u);
  EXPECT_TRUE(PollUntil([&] { return Stats(client).objects == 0; }));

  PollDuring([&] {
    Detach(other);
    Detach(client);
  });
}

TEST_F(PollTest, DeadAreBuriedByTheCallerItself) {
  auto options = Defaults();
  options.await_farewell = 1;
  ASSERT_NO_FATAL_FAILURE(Open(options));
  atoll_client* client = nullptr;
  PollDuring([&] { client = Attach(); });
  ASSERT_NE(client, nullptr);
  const auto index = static_cast<uint64_t>(atoll_client_index(client));
  Detach(client);
  ASSERT_TRUE(PollUntil([&] { return polled_->DeadClient().ok(); }));
  EXPECT_EQ(polled_->DeadClient().value(), static_cast<int64_t>(index));
  EXPECT_TRUE(polled_->Bury(index).ok());
  EXPECT_FALSE(polled_->DeadClient().ok());
}

}  // namespace
}  // namespace atollstore
