// Calls that wait: for as long as they were told, and no longer.
#include <atomic>
#include <thread>

#include "fixture.h"
#include "os/sync.h"

namespace atollstore {
namespace {

class WaitingTest : public StoreTest {
 protected:
  // How late a call returned, with `timeout_ns`, that nobody ends.
  template <typename Call>
  static int64_t Late(int64_t timeout_ns, Call call) {
    const int64_t start = os::NowNanos();
    call();
    return os::NowNanos() - start - std::max<int64_t>(timeout_ns, 0);
  }
  // Far more than a call is late, far less than what would be waited for in vain.
  static constexpr int64_t kSlack = kSecond / 2;
};

TEST_F(WaitingTest, ADeadlineThatHasPassedIsOver) {
  Start();
  atoll_client* client = Attach();
  atoll_object_id id{};
  OK(atoll_expect(client, &id));
  const auto bell = static_cast<uint64_t>(atoll_client_index(client));
  for (const int64_t over : {int64_t{0}, int64_t{-1}, -kSecond, INT64_MIN}) {
    atoll_view view{};
    uint8_t ready = 0;
    EXPECT_LT(Late(over,
                   [&] {
                     EXPECT_EQ(atoll_get(client, &id, over, &view), -ATOLL_TIMED_OUT);
                     EXPECT_EQ(atoll_get_all(client, &id, 1, over, &view), -ATOLL_TIMED_OUT);
                     EXPECT_EQ(atoll_wait(client, &id, 1, 1, over, &ready), 0);
                     const int64_t count = atoll_bell(client, bell);
                     EXPECT_EQ(atoll_bell_wait(client, bell, static_cast<uint64_t>(count), over), -ATOLL_TIMED_OUT);
                     EXPECT_EQ(atoll_await_server_exit(client, over), -ATOLL_TIMED_OUT);
                   }),
              kSlack);
  }
}

TEST_F(WaitingTest, ForeverEndsWhenWhatIsWaitedForComes) {
  Start();
  atoll_client* client = Attach();
  atoll_object_id id{};
  OK(atoll_expect(client, &id));
  std::thread other([&] {
    ::usleep(50'000);
    (void)Fill(client, id, 100, 1, 0);
  });
  atoll_view view{};
  EXPECT_EQ(atoll_get(client, &id, ATOLL_FOREVER, &view), 0);
  other.join();
  OK(atoll_release(client, &id));
}

// Again and again, so that it meets them before they sleep, too.
TEST_F(WaitingTest, WhoeverWaitsForABellIsSentAway) {
  Start();
  for (int round = 0; round < 50; ++round) {
    atoll_client* a = Attach();
    const auto mine = static_cast<uint64_t>(atoll_client_index(a));
    std::vector<std::thread> waiters;
    for (const uint64_t bell : {mine, mine, uint64_t{ATOLL_SCHEDULER_BELL}, uint64_t{ATOLL_PRESSURE_BELL}}) {
      const auto seen = static_cast<uint64_t>(atoll_bell(a, bell));
      waiters.emplace_back(
          [=] { EXPECT_EQ(atoll_bell_wait(a, bell, seen, ATOLL_FOREVER), -ATOLL_TIMED_OUT); });
    }
    if (round % 2 == 0) ::usleep(1'000);
    OK(atoll_end_waits(a));
    for (std::thread& each : waiters) each.join();
    const auto seen = static_cast<uint64_t>(atoll_bell(a, mine));
    EXPECT_EQ(atoll_bell_wait(a, mine, seen, ATOLL_FOREVER), -ATOLL_TIMED_OUT);
    OK(atoll_bell_ring(a, mine, 1));
    EXPECT_EQ(atoll_bell_wait(a, mine, seen, ATOLL_FOREVER), static_cast<int64_t>(seen) + 1);
    Detach(a);
  }
}

}  // namespace
}  // namespace atollstore
