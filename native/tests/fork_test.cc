// A process that forks: its child finds every client and server unusable, and takes nothing away from it.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "fixture.h"
#include "os/sync.h"
#include "os/unique_fd.h"

namespace atollstore {
namespace {

class ForkTest : public StoreTest {
 protected:
  // Runs it in a child, which says how many of its expectations failed. "" or what was wrong.
  static std::string InChild(const std::function<std::string()>& run) {
    int ends[2];
    if (::pipe(ends) != 0) return "pipe";
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(30);
      const std::string wrong = run();
      (void)!::write(ends[1], wrong.data(), wrong.size());
      ::_exit(0);
    }
    ::close(ends[1]);
    std::string wrong;
    char c;
    while (::read(ends[0], &c, 1) == 1) wrong += c;
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return status == 0 ? wrong : "the child ended with " + std::to_string(status) + " " + wrong;
  }
};

TEST_F(ForkTest, ChildFindsEverythingUnusableAndRemovesNothing) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer ends a forked process that starts a thread";
#endif
  Start();
  atoll_client* client = Attach();
  atoll_client* other = Attach();
  const atoll_object_id id = Put(client, 100);
  const uint64_t mine = static_cast<uint64_t>(atoll_client_index(client));
  const std::string pid = std::to_string(::getpid());
  const std::string wrong = InChild([&]() -> std::string {
    std::string text;
    const auto refused = [&](const char* what, int64_t code) {
      const std::string error = atoll_last_error();
      if (code != -ATOLL_DISCONNECTED || error.find("forked") == std::string::npos ||
          error.find("pid " + pid) == std::string::npos)
        text += std::string(what) + ": " + std::to_string(code) + " " + error + "\n";
    };
    if (os::OwnedDescriptors() != 0) text += "descriptors are left open\n";
    atoll_object_id made{}, given = id;
    uint64_t address = 0, bytes = 0, cursor = 0;
    atoll_view view{};
    uint8_t ready = 0;
    atoll_stats_t stats{};
    stats.size = sizeof(stats);
    atoll_client_stats_t of_client{};
    of_client.size = sizeof(of_client);
    atoll_object_info info{};
    refused("get", atoll_get(client, &id, 0, &view));
    refused("get for ever", atoll_get(client, &id, ATOLL_FOREVER, &view));
    refused("release", atoll_release(client, &id));
    refused("get_all", atoll_get_all(client, &id, 1, 0, &view));
    refused("peek", atoll_peek(client, &id, 1, &view));
    refused("contains", atoll_contains(client, &id));
    refused("expect", atoll_expect(client, &made));
    refused("create", atoll_create(client, &made, 100, 0, 0, kSecond, &address));
    refused("create of it", atoll_create(client, &given, 100, 0, 0, kSecond, &address));
    refused("resize", atoll_resize(client, &id, 10, 0, &address));
    refused("seal", atoll_seal(client, &id, nullptr));
    refused("abort", atoll_abort(client, &id));
    refused("reference", atoll_reference(client, &id));
    refused("dereference", atoll_dereference(client, &id));
    refused("delete", atoll_delete(client, &id));
    refused("wait", atoll_wait(client, &id, 1, 1, kSecond, &ready));
    refused("read", atoll_read(client, &id, 0, &ready, 1, 0));
    refused("read_whole", atoll_read_whole(client, &id, &ready, 1, 0));
    refused("watch", atoll_watch(client, &id, 1));
    refused("watch_alone", atoll_watch_alone(client, &id));
    refused("unwatch", atoll_unwatch(client, &id, 1));
    atoll_event event{};
    refused("take_ready", atoll_take_ready(client, &event, 1, 0));
    refused("claim", atoll_claim(client, &id, 0, 1));
    refused("claimed", atoll_claimed(client, &id));
    refused("publish", atoll_publish(client, "name", &id, ATOLL_FOREVER));
    refused("unpublish", atoll_unpublish(client, "name", ATOLL_FOREVER));
    refused("lookup", atoll_lookup(client, "name", &made));
    refused("ring", atoll_ring(client, mine, ATOLL_RING_UP, &address, &bytes));
    refused("bell", atoll_bell(client, mine));
    refused("bell_wait", atoll_bell_wait(client, mine, 0, 0));
    refused("end_waits", atoll_end_waits(client));
    refused("bell_ring", atoll_bell_ring(client, mine, 1));
    refused("stats", atoll_stats(client, &stats));
    refused("client_stats", atoll_client_stats(client, mine, &of_client));
    refused("count_copied", atoll_count_copied(client, 1));
    refused("count_user", atoll_count_user(client, 0, 1));
    refused("list", atoll_list(client, &cursor, &info, 1));
    refused("index", atoll_client_index(client));
    refused("await_server_exit", atoll_await_server_exit(client, 0));
    refused("dead_client", atoll_server_dead_client(server_));
    refused("bury", atoll_server_bury(server_, 1));
    if (atoll_detach(client) != 0 || atoll_server_end(server_) != 0 || atoll_server_stop(server_) != 0) text += "its ends fail\n";
    // It may attach for itself.
    atoll_client* own = nullptr;
    if (atoll_attach(path_.c_str(), nullptr, &own) != 0 || atoll_get(own, &id, 0, &view) != 0 ||
        *reinterpret_cast<const uint8_t*>(view.address) != 7 || atoll_detach(own) != 0)
      text += std::string("attached anew: ") + atoll_last_error() + "\n";
    return text;
  });
  EXPECT_EQ(wrong, "");
  EXPECT_EQ(::access(path_.c_str(), F_OK), 0) << "the socket of the parent is gone";
  atoll_view view{};
  OK(atoll_get(client, &id, 0, &view));
  OK(atoll_release(client, &id));
  OK(atoll_dereference(client, &id));
  const atoll_object_id next = Put(other, 1 << 20);
  OK(atoll_dereference(other, &next));
  EXPECT_NE(Attach(), nullptr);
  EXPECT_TRUE(BecomesEmpty(client));
}

// Handles come and go in other threads while this one forks: the child finds whole ones only.
TEST_F(ForkTest, WhileOthersAttachAndDetach) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer ends a forked process that starts a thread";
#endif
  Start();
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!stop.load()) {
        atoll_client* client = nullptr;
        OK(atoll_attach(path_.c_str(), nullptr, &client));
        OK(atoll_detach(client));
      }
    });
  }
  for (int i = 0; i < 300; ++i) EXPECT_EQ(InChild([] { return std::string(); }), "") << i;
  stop.store(true);
  for (std::thread& thread : threads) thread.join();
}

// What a child keeps open would look like its parent: who attaches would wait for an answer that never comes.
TEST_F(ForkTest, ChildThatLivesOnDoesNotKeepItsParentsStore) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer ends a forked process that starts a thread";
#endif
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    Start();
    (void)Attach();
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) ::pause();
    }
    (void)!::write(ends[1], &child, sizeof(child));
    for (;;) ::pause();
  }
  pid_t child = 0;
  ASSERT_EQ(::read(ends[0], &child, sizeof(child)), static_cast<ssize_t>(sizeof(child)));
  ::close(ends[0]);
  ::close(ends[1]);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  const int64_t start = os::NowNanos();
  atoll_client* client = nullptr;
  EXPECT_LT(atoll_attach(path_.c_str(), nullptr, &client), 0);
  EXPECT_LT(os::NowNanos() - start, 5 * kSecond) << atoll_last_error();
  Start();  // at the same place
  EXPECT_NE(Attach(), nullptr);
  ::kill(child, SIGKILL);
}

}  // namespace
}  // namespace atollstore
