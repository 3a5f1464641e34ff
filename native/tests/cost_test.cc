// Cost follows who holds, not who is there: instructions of the same work, with more and more clients that are idle.
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <array>

#include "costs.h"
#include "fixture.h"
#include "process.h"

namespace atollstore {
namespace {

constexpr const char* kNames[kCosts] = {"create", "free", "burial"};

class CostTest : public StoreTest {
 protected:
  // Instructions for each object, the least of the rounds. A system call counts as one: what the kernel does is not seen
  // here.
  std::array<double, kCosts> Count(uint64_t clients, uint64_t holders) {
    std::array<double, kCosts> counts{};
    Process peer({"costs", path_, std::to_string(clients), std::to_string(holders)});
    int status = 0;
    for (int i = 0; i < kCosts * kCostRounds; ++i) {
      double& count = counts[static_cast<size_t>(i % kCosts)];
      EXPECT_EQ(::waitpid(peer.pid(), &status, WUNTRACED), peer.pid());
      if (!WIFSTOPPED(status)) {
        ADD_FAILURE() << peer.ReadLine();
        return counts;
      }
      uint64_t steps = 0;
      do {
        ++steps;
        if (::ptrace(PTRACE_SINGLESTEP, peer.pid(), nullptr, nullptr) != 0) break;
        ::waitpid(peer.pid(), &status, 0);
      } while (WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
      const double each = static_cast<double>(steps) / kCostObjects;
      if (i < kCosts || each < count) count = each;
      EXPECT_EQ(::ptrace(PTRACE_CONT, peer.pid(), nullptr, nullptr), 0);
    }
    EXPECT_EQ(peer.ReadLine(), "ok");
    EXPECT_EQ(::access(path_.c_str(), F_OK), -1);
    return counts;
  }
};

TEST_F(CostTest, InstructionsFollowWhoHoldsNotWhoIsThere) {
  const struct {
    uint64_t clients, holders;
  } cases[] = {{1, 1}, {64, 1}, {512, 1}, {512, 3}};
  std::array<double, kCosts> least{};
  for (const auto& c : cases) {
    const std::array<double, kCosts> counts = Count(c.clients, c.holders);
    if (least[0] == 0) least = counts;
    for (int i = 0; i < kCosts; ++i) {
      std::printf("%3lu clients, %lu hold: %s %.0f instructions an object\n", c.clients, c.holders, kNames[i],
                  counts[i]);
      RecordProperty(kNames[i] + std::to_string(c.clients) + "_" + std::to_string(c.holders),
                     std::to_string(counts[i]));
      EXPECT_LE(counts[i], 1.5 * least[i]) << kNames[i] << " with " << c.clients << " clients";
    }
  }
}

}  // namespace
}  // namespace atollstore
