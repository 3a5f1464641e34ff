// Calls keep their deadlines whatever the server does: stopped, killed, or killed with its supervisor.
#include <thread>

#include "os/sync.h"
#include "takeover_fixture.h"

namespace atollstore {
namespace {

class DeadlinesTest : public TakeoverTest {
 protected:
  static constexpr int64_t kTimeout = kSecond / 2;
  // Far more than a call is late, far less than what would be waited for in vain.
  static constexpr int64_t kSlack = kSecond;

  void Freeze(pid_t pid) {
    ::kill(pid, SIGSTOP);
    while (StateOf(pid) != 'T') ::usleep(100);
  }
  template <typename Call>
  static void ExpectAfter(int64_t timeout, Call call) {
    const int64_t start = os::NowNanos();
    call();
    const int64_t took = os::NowNanos() - start;
    EXPECT_GE(took, timeout);
    EXPECT_LT(took, timeout + kSlack);
  }
};

TEST_F(DeadlinesTest, WithAStoppedServer) {
  Serve();
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  Freeze(server());
  // What needs no server goes on; then there is no room that is ready.
  const auto create = [&](uint64_t size, int64_t timeout) {
    atoll_object_id id{};
    uint64_t address = 0;
    return atoll_create(client, &id, size, 0, 0, timeout, &address);
  };
  std::thread sibling([&] { ExpectAfter(kTimeout, [&] { EXPECT_EQ(create(60 << 20, kTimeout), -ATOLL_TIMED_OUT); }); });
  ::usleep(50'000);
  for (const int64_t over : {int64_t{0}, int64_t{-1}, INT64_MIN}) {
    ExpectAfter(0, [&] { EXPECT_EQ(create(60 << 20, over), -ATOLL_TIMED_OUT); });
  }
  ExpectAfter(kTimeout, [&] {
    EXPECT_EQ(create(60 << 20, kTimeout), -ATOLL_TIMED_OUT);
    EXPECT_NE(std::string(atoll_last_error()).find("may be stopped"), std::string::npos) << atoll_last_error();
  });
  sibling.join();
  ::kill(server(), SIGCONT);
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_create(client, &id, 60 << 20, 0, 0, 10 * kSecond, &address));
  OK(atoll_abort(client, &id));
}

// Each by its own, however many of them ask at once, and though the socket is full.
TEST_F(DeadlinesTest, NamesOfAStoppedServer) {
  Serve();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 100);
  Freeze(server());
  std::vector<std::thread> threads;
  std::atomic<int> over{0};
  for (int i = 0; i < 80; ++i) {
    threads.emplace_back([&, i] {
      const std::string name = "name" + std::to_string(i);
      const bool publish = i % 2 == 0;
      const auto ask = [&] {
        return publish ? atoll_publish(client, name.c_str(), &id, kTimeout)
                       : atoll_unpublish(client, name.c_str(), kTimeout);
      };
      ExpectAfter(kTimeout, [&] { over += ask() == -ATOLL_TIMED_OUT; });
    });
  }
  ::usleep(50'000);
  for (const int64_t past : {int64_t{0}, int64_t{-1}, INT64_MIN}) {
    ExpectAfter(0, [&] { EXPECT_EQ(atoll_publish(client, "late", &id, past), -ATOLL_TIMED_OUT); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(over.load(), 80);
  ::kill(server(), SIGCONT);
  // Answers to the questions of before are no answers to these.
  for (int i = 0; i < 80; ++i) {
    const std::string name = "again" + std::to_string(i);
    EXPECT_EQ(atoll_unpublish(client, name.c_str(), 10 * kSecond), -ATOLL_NOT_FOUND) << atoll_last_error();
    OK(atoll_publish(client, name.c_str(), &id, 10 * kSecond));
    OK(atoll_unpublish(client, name.c_str(), 10 * kSecond));
  }
  for (int i = -2; i < 80; i += 2) {
    const std::string name = i < 0 ? "late" : "name" + std::to_string(i);
    const int64_t code = atoll_unpublish(client, name.c_str(), ATOLL_FOREVER);  // it may have been done later
    EXPECT_TRUE(code == 0 || code == -ATOLL_NOT_FOUND) << code;
  }
  OK(atoll_dereference(client, &id));
}

// Who has no time does not wait for the next one either.
TEST_F(DeadlinesTest, WithADeadServerAndNoneThatFollows) {
  Serve();
  atoll_client* client = Attach();
  KillServerAndHoldSupervisor();
  atoll_object_id id{};
  uint64_t address = 0;
  for (const int64_t little : {int64_t{0}, int64_t{1'000'000}}) {
    ExpectAfter(little, [&] { EXPECT_EQ(atoll_create(client, &id, 60 << 20, 0, 0, little, &address), -ATOLL_TIMED_OUT); });
  }
  LetGo();
  OK(atoll_create(client, &id, 60 << 20, 0, 0, 10 * kSecond, &address));
  OK(atoll_abort(client, &id));
}

// While one thread waits, all find out that nobody serves the store any more.
TEST_F(DeadlinesTest, WithoutAServer) {
  Serve();
  atoll_client* client = Attach();
  Freeze(supervisor());
  Freeze(server());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const int64_t start = os::NowNanos();
      atoll_object_id id{};
      uint64_t address = 0;
      EXPECT_EQ(atoll_create(client, &id, 60 << 20, 0, 0, 60 * kSecond, &address), -ATOLL_DISCONNECTED);
      EXPECT_LT(os::NowNanos() - start, 30 * kSecond);
    });
  }
  ::usleep(100'000);
  ::kill(server(), SIGKILL);
  ::kill(supervisor(), SIGKILL);
  for (std::thread& thread : threads) thread.join();
  // And who comes later.
  atoll_object_id id{};
  uint64_t address = 0;
  ExpectAfter(0, [&] { EXPECT_EQ(atoll_create(client, &id, 60 << 20, 0, 0, 0, &address), -ATOLL_DISCONNECTED); });
  ASSERT_EQ(::unlink(path_.c_str()), 0) << "nobody is left to do that";
}

// The wish outlives the server that was to grant it.
TEST_F(DeadlinesTest, TheNextServerGoesOnWithWhoWaits) {
  Serve();
  atoll_client* client = Attach();
  atoll_client* other = Attach();
  const atoll_object_id all = Put(other, 50 << 20);
  std::thread waits([&] {
    atoll_object_id id{};
    uint64_t address = 0;
    EXPECT_EQ(atoll_create(client, &id, 40 << 20, 0, 0, 60 * kSecond, &address), 0) << atoll_last_error();
    EXPECT_EQ(atoll_abort(client, &id), 0);
  });
  ::usleep(50'000);
  KillServer();
  OK(atoll_dereference(other, &all));
  waits.join();
}

}  // namespace
}  // namespace atollstore
