// Whatever the server has to do, it does in slices, and lets others in between two of them.
#include "poll_fixture.h"

namespace atollstore {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;
// One to accept, one to hear what is said and to answer.
constexpr int kRounds = 3;

class SlicesTest : public PollTest {
 protected:
  // Goes round while a thread does `work`, until `busy` holds; then somebody attaches, and then it goes on to the end.
  // Whether what was under way then is still under way is for `busy` to say again.
  template <typename Work, typename Busy>
  void AttachBeside(Work work, Busy busy) {
    std::atomic<bool> done{false};
    std::thread worker([&] {
      work();
      done.store(true);
    });
    EXPECT_TRUE(PollUntil([&] { return busy() || done.load(); }));
    EXPECT_TRUE(busy());
    EXPECT_LE(RoundsToAttach(), kRounds);
    EXPECT_TRUE(busy()) << "it was over before anybody came";
    EXPECT_TRUE(PollUntil([&] { return done.load(); }));
    worker.join();
  }
};

TEST_F(SlicesTest, AttachIsAnsweredWhileALargeCreateIsBacked) {
  auto options = Defaults();
  options.capacity = 768 * kMiB;
  options.extent_bytes = 2 * kMiB;
  ASSERT_NO_FATAL_FAILURE(Open(options));
  atoll_client* client = nullptr;
  PollDuring([&] { client = Attach(); });
  ASSERT_NE(client, nullptr);
  atoll_object_id id{};
  const auto& reserved = control().header().reserved_bytes;
  const uint64_t before = reserved.load();
  AttachBeside([&] { id = Put(client, 640 * kMiB); },
               [&] { return reserved.load() > before + 160 * kMiB && reserved.load() < 600 * kMiB; });
  PollDuring([&] {
    OK(atoll_dereference(client, &id));
    Detach(client);
  });
}

}  // namespace
}  // namespace atollstore
