// How clients get a sleeping server to look: each by itself.
#include "takeover_fixture.h"

namespace atollstore {
namespace {

class SleepTest : public TakeoverTest {
 protected:
  static bool Stopped(pid_t pid) { return StateOf(pid) == 'T'; }
};

// The nudge of a client that has seen the server sleep and is stopped before it sends it must not be counted on: so
// nothing that one client does about a sleep is seen by another.
TEST_F(SleepTest, EachClientWakesTheServerForItself) {
  Serve();
  atoll_client* one = Attach();
  atoll_client* other = Attach();
  // Seen by the other one: then the server alone frees them.
  const auto put_seen = [](atoll_client* by, atoll_client* seen_by) {
    const atoll_object_id id = Put(by, 100);
    atoll_view view{};
    EXPECT_EQ(atoll_get(seen_by, &id, 0, &view), 0);
    EXPECT_EQ(atoll_release(seen_by, &id), 0);
    return id;
  };
  const atoll_object_id first = put_seen(one, other), second = put_seen(other, one);
  uint32_t sleep = 0;
  ASSERT_TRUE(Eventually([&] {
    ::kill(server(), SIGSTOP);
    while (!Stopped(server())) ::usleep(100);
    sleep = header().server_sleep.load();
    if (sleep % 2 == 0) ::kill(server(), SIGCONT);
    return sleep % 2 != 0;
  }));
  OK(atoll_dereference(one, &first));
  EXPECT_EQ(header().server_sleep.load(), sleep);
  OK(atoll_dereference(other, &second));
  EXPECT_EQ(header().server_sleep.load(), sleep);
  ASSERT_EQ(::kill(server(), SIGCONT), 0);
  EXPECT_TRUE(BecomesEmpty(one));
  EXPECT_NE(header().server_sleep.load(), sleep);
}

}  // namespace
}  // namespace atollstore
