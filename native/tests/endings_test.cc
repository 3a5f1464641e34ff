// Threads of one client end one creation at the same time: seal, abort, resize and delete beside each other.
// One wins, the other is told, and what is sealed never changes.
//
// The first operation is stopped after some of its instructions, the second one runs then, another process
// looks, and the first one goes on.
#include <poll.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cstdlib>
#include <thread>

#include "fixture.h"
#include "process.h"

namespace atollstore {
namespace {

enum Ending { kSeal, kAbort, kResize, kDelete };
constexpr const char* kNames[] = {"seal", "abort", "resize", "delete"};
constexpr uint64_t kBytes = 64, kResized = 5000;  // as the peer has them

struct Pair {
  Ending first, second;
  bool container;
};

class EndingsTest : public StoreTest, public ::testing::WithParamInterface<Pair> {
 protected:
  // What the peer says next, "" when it says nothing for so long.
  static std::string Hear(Process& peer, int milliseconds) {
    pollfd one{peer.output(), POLLIN, 0};
    return ::poll(&one, 1, milliseconds) == 1 ? peer.ReadLine() : "";
  }
  static void AwaitStop(const Process& peer) {
    int status = 0;
    ASSERT_EQ(::waitpid(peer.pid(), &status, 0), peer.pid());
    ASSERT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP) << status;
  }
  // Up to so many instructions. Returns how many there were before the next stop.
  static int Step(const Process& peer, int steps, bool* over) {
    int status = 0;
    for (int i = 0; i < steps; ++i) {
      EXPECT_EQ(::ptrace(PTRACE_SINGLESTEP, peer.pid(), nullptr, nullptr), 0);
      EXPECT_EQ(::waitpid(peer.pid(), &status, 0), peer.pid());
      *over = !WIFSTOPPED(status) || WSTOPSIG(status) == SIGSTOP;
      if (*over) return i;
    }
    return steps;
  }

  static bool AllBytesAre(const atoll_view& view, uint8_t byte) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(view.address);
    for (uint64_t i = 0; i < std::min(view.size, kBytes); ++i) {
      if (bytes[i] != byte) return false;
    }
    return true;
  }

  // One round. Returns how many instructions the first operation has taken, when it came to its end.
  int Round(Process& peer, atoll_client* reader, const atoll_object_id& child, int steps) {
    AwaitStop(peer);
    const std::string made = peer.ReadLine();
    atoll_object_id id{};
    EXPECT_EQ(std::sscanf(made.c_str(), "%lu %lu", &id.store, &id.place), 2) << made;
    bool over = false;
    const int took = Step(peer, steps, &over);
    peer.WriteLine("go");
    // It may need a lock that the first one holds now.
    std::string second = Hear(peer, 20);
    atoll_view view{};
    const bool seen = !second.empty() && atoll_get(reader, &id, 0, &view) == 0;
    if (seen) {
      EXPECT_TRUE(AllBytesAre(view, 7));
    }
    if (!over) {
      EXPECT_EQ(::ptrace(PTRACE_CONT, peer.pid(), nullptr, nullptr), 0);
      AwaitStop(peer);
    }
    if (second.empty()) second = Hear(peer, 10'000);
    EXPECT_EQ(::ptrace(PTRACE_CONT, peer.pid(), nullptr, nullptr), 0);  // it puts other objects now, of 9s
    const std::string first = Hear(peer, 10'000);
    const int64_t codes[] = {std::atoll(first.c_str()), std::atoll(second.c_str())};
    Judge(codes, reader, id, child);
    if (seen) {
      EXPECT_TRUE(AllBytesAre(view, 7)) << "a sealed, pinned object changed";
      EXPECT_EQ(atoll_release(reader, &id), 0) << atoll_last_error();
    }
    AwaitStop(peer);
    EXPECT_EQ(::ptrace(PTRACE_CONT, peer.pid(), nullptr, nullptr), 0);
    return took;
  }

  void Judge(const int64_t codes[2], atoll_client* reader, const atoll_object_id& id,
             const atoll_object_id& child) {
    const Pair pair = GetParam();
    const auto text = [&] {
      return std::string(kNames[pair.first]) + " -> " + std::to_string(codes[0]) + ", " +
             kNames[pair.second] + " -> " + std::to_string(codes[1]);
    };
    const Ending endings[] = {pair.first, pair.second};
    int ended = 0;
    bool sealed = false, deleted = false, resized = false;
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(codes[i] == 0 || codes[i] == -ATOLL_NOT_CREATING) << text();
      if (codes[i] != 0) continue;
      sealed = sealed || endings[i] == kSeal;
      resized = resized || endings[i] == kResize;
      deleted = deleted || endings[i] == kDelete;
      ended += endings[i] == kSeal || endings[i] == kAbort ? 1 : 0;
    }
    EXPECT_LE(ended, 1) << "two ended one creation: " << text();
    EXPECT_TRUE(codes[0] == 0 || codes[1] == 0) << "nobody won: " << text();
    for (int i = 0; i < 2; ++i) {
      if (endings[i] == kDelete) {
        EXPECT_EQ(codes[i], 0) << text();
      }
    }
    EXPECT_EQ(atoll_contains(reader, &id), deleted  ? ATOLL_IS_LOST
                                           : sealed ? ATOLL_SEALED
                                                    : ATOLL_EXPECTED)
        << text();
    if (!sealed || deleted) return;
    atoll_view view{};
    ASSERT_EQ(atoll_get(reader, &id, 0, &view), 0) << text() << atoll_last_error();
    EXPECT_EQ(view.size, resized ? kResized : kBytes) << text();
    EXPECT_TRUE(AllBytesAre(view, 7)) << text();
    ASSERT_EQ(view.contained, pair.container ? 1u : 0u);
    if (pair.container) {
      EXPECT_EQ(std::memcmp(reinterpret_cast<const void*>(view.contained_address), &child, sizeof(child)), 0);
    }
    OK(atoll_release(reader, &id));
  }
};

TEST_P(EndingsTest, OneWinsAndTheOtherIsTold) {
  const Pair pair = GetParam();
  Start();
  atoll_client* reader = Attach();
  const atoll_object_id child = Put(reader, 100);
  Process peer({"end", path_, std::to_string(child.store), std::to_string(child.place), kNames[pair.first],
                kNames[pair.second], pair.container ? "1" : "0"});
  // The first rounds run to the end: what is bound or allocated once is by then.
  (void)Round(peer, reader, child, 10'000'000);
  const int all = Round(peer, reader, child, 10'000'000);
  ASSERT_GT(all, 20);
  ASSERT_LT(all, 1'000'000);
  // With little time: points all over it, others at each run.
  const int stride = std::max(1, all / 40);
  const int begin = static_cast<int>(static_cast<unsigned>(::getpid()) % static_cast<unsigned>(stride));
  for (int steps = begin; steps < all && !HasFailure(); steps += stride) {
    SCOPED_TRACE(std::to_string(steps) + " of " + std::to_string(all) + " instructions");
    (void)Round(peer, reader, child, steps);
  }
  peer.Kill();
  OK(atoll_dereference(reader, &child));
  EXPECT_TRUE(BecomesEmpty(reader));
}

std::vector<Pair> Pairs() {
  std::vector<Pair> pairs;
  for (const bool container : {false, true}) {
    for (const Ending first : {kSeal, kAbort, kResize, kDelete}) {
      for (const Ending second : {kSeal, kAbort, kResize, kDelete})
        pairs.push_back({first, second, container});
    }
  }
  return pairs;
}
INSTANTIATE_TEST_SUITE_P(Pairs, EndingsTest, ::testing::ValuesIn(Pairs()), [](const auto& info) {
  return std::string(info.param.container ? "container_" : "plain_") + kNames[info.param.first] + "_" +
         kNames[info.param.second];
});

// The same without a tracer, as often as there is time.
TEST_F(StoreTest, EndingsRaceOnTwoThreads) {
  Start();
  atoll_client* client = Attach();
  atoll_client* reader = Attach();
  std::atomic<int> go{0}, done{0};
  std::atomic<bool> stop{false};
  atoll_object_id id{};
  int64_t aborted = 0;
  std::thread other([&] {
    for (int seen = 0; !stop;) {
      if (go.load() == seen) continue;
      seen = go.load();
      aborted = atoll_abort(client, &id);
      done.store(seen);
    }
  });
  int both = 0, neither = 0, sealed = 0;
  for (int round = 1; round <= 20'000; ++round) {
    id = {};
    uint64_t address = 0;
    if (atoll_create(client, &id, 64, 0, 0, kSecond, &address) != 0) break;
    std::memset(reinterpret_cast<void*>(address), 7, 64);
    go.store(round);
    const int64_t code = atoll_seal(client, &id, nullptr);
    while (done.load() != round) {
    }
    both += code == 0 && aborted == 0 ? 1 : 0;
    neither += code != 0 && aborted != 0 ? 1 : 0;
    sealed += code == 0 ? 1 : 0;
    if (code == 0) {
      EXPECT_EQ(atoll_contains(reader, &id), ATOLL_SEALED);
    }
    (void)atoll_dereference(client, &id);
  }
  stop = true;
  other.join();
  EXPECT_EQ(both, 0);
  EXPECT_EQ(neither, 0);
  EXPECT_GT(sealed, 0);
  EXPECT_TRUE(BecomesEmpty(client));
}

}  // namespace
}  // namespace atollstore
