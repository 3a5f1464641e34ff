// A server without a thread of its own, which goes round when the test says so.
#ifndef ATOLL_TESTS_POLL_FIXTURE_H_
#define ATOLL_TESTS_POLL_FIXTURE_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "fixture.h"
#include "layout/wire.h"
#include "os/socket.h"
#include "server/server_core.h"

namespace atollstore {

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

  // Somebody asks to be let in. How many rounds it takes until that is answered; 100: it is not. A round is a slice or
  // two of what the server has to do, so this is the length of the wait, whatever machine it is on.
  int RoundsToAttach() {
    auto socket = os::Connect(path_);
    EXPECT_TRUE(socket.ok()) << LastError();
    if (!socket.ok()) return 100;
    const Hello hello{kMagic, kLayoutVersion, 0, 0, 0};
    EXPECT_TRUE(os::Send(socket.value().get(), &hello, sizeof(hello), nullptr, 0).ok());
    for (int rounds = 1; rounds < 100; ++rounds) {
      polled_->Poll(0);
      Welcome welcome{};
      if (os::TakeMessage(socket.value().get(), &welcome, sizeof(welcome)) != sizeof(welcome)) continue;
      EXPECT_EQ(welcome.code, 0u);
      return rounds;
    }
    return 100;
  }

  const Control& control() const { return polled_->control(); }

  std::unique_ptr<ServerCore> polled_;
};

}  // namespace atollstore

#endif  // ATOLL_TESTS_POLL_FIXTURE_H_
