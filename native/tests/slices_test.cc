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
  const auto create = [&] {
    uint64_t address = 0;
    OK(atoll_create(client, &id, 640 * kMiB, 0, 0, 60 * kSecond, &address));  // on a busy machine it takes its time
    OK(atoll_seal(client, &id, nullptr));
  };
  AttachBeside(create,
               [&] { return reserved.load() > before + 160 * kMiB && reserved.load() < 600 * kMiB; });
  PollDuring([&] {
    OK(atoll_dereference(client, &id));
    Detach(client);
  });
}

// A container of so many children is taken in, and goes, in many slices.
TEST_F(SlicesTest, AttachIsAnsweredWhileALargeContainerComesAndGoes) {
  constexpr uint64_t kChildren = 200'000;
  auto options = Defaults();
  options.capacity = 256 * kMiB;
  ASSERT_NO_FATAL_FAILURE(Open(options));
  atoll_client* client = nullptr;
  std::vector<atoll_object_id> ids;
  atoll_object_id container{};
  PollDuring([&] {
    client = Attach();
    for (uint64_t i = 0; i < kChildren; ++i) ids.push_back(Put(client, 64));
    uint64_t address = 0;
    OK(atoll_create(client, &container, 1, kChildren, 0, 10 * kSecond, &address));
  });
  ASSERT_NE(client, nullptr);
  const auto kept = [&](uint64_t i) { return control().references(kServer)[ObjectId(ids[i]).index()].load() != 0; };
  const auto me = static_cast<uint64_t>(atoll_client_index(client));
  const auto held = [&](uint64_t i) { return control().references(me)[ObjectId(ids[i]).index()].load() != 0; };
  AttachBeside(
      [&] {
        OK(atoll_seal(client, &container, ids.data()));
        for (const atoll_object_id& id : ids) OK(atoll_dereference(client, &id));
        // The client lets go of them, too, when it has heard of it.
        while (!kept(kChildren - 1) || held(kChildren - 1)) ::usleep(1000);
      },
      [&] { return kept(1000) && !kept(kChildren - 1); });

  const auto& freed = control().header().served.freed;
  AttachBeside(
      [&] {
        OK(atoll_dereference(client, &container));
        EXPECT_TRUE(BecomesEmpty(client));
      },
      [&] { return freed.load() > 1000 && freed.load() < kChildren / 2; });
  PollDuring([&] { Detach(client); });
}

// Each of them once, and those that name nothing are cleared, wherever one slice ends and the next begins.
TEST_F(SlicesTest, NamesAreReadAgainInSlices) {
  constexpr uint64_t kNames = 100'000;
  auto options = Defaults();
  options.max_names = kNames;
  ASSERT_NO_FATAL_FAILURE(Open(options));
  atoll_client* client = nullptr;
  atoll_object_id named{}, gone{};
  PollDuring([&] {
    client = Attach();
    named = Put(client, 100);
    gone = Put(client, 100);
  });
  ASSERT_NE(client, nullptr);
  NameTable table(control());
  control().header().control_budget.store(kNames);  // nobody fills it meanwhile
  for (uint64_t i = 0; i < kNames; ++i)
    ASSERT_TRUE(table.Publish(std::to_string(i), i % 10 == 0 ? gone.place : named.place).ok());
  auto& kept = control().references(kServer)[ObjectId(gone).index()];
  kept.store(0);  // as a server that was killed may leave it
  const auto& freed = control().header().served.freed;
  PollDuring([&] { OK(atoll_dereference(client, &gone)); });
  ASSERT_TRUE(PollUntil([&] { return freed.load() != 0 || Stats(client).objects == 1; }));
  uint64_t slot = 0, found = 0, slices = 0;
  for (bool done = false; !done; ++slices) {
    Slice slice;
    done = table.Recover(&slot, &slice, [&](uint64_t place) { found += place == named.place; });
  }
  EXPECT_EQ(found, kNames - kNames / 10);
  EXPECT_GT(slices, 1u);
  for (uint64_t i = 0; i < kNames; ++i) {
    auto index = table.Unpublish(std::to_string(i));
    ASSERT_EQ(index.status().code(), i % 10 == 0 ? ATOLL_NOT_FOUND : ATOLL_OK) << i;
  }
  control().header().served.names.store(0);
  PollDuring([&] {
    OK(atoll_dereference(client, &named));
    Detach(client);
  });
}

TEST_F(SlicesTest, AttachIsAnsweredWhileAClientWithMuchIsBuried) {
  constexpr uint64_t kObjects = 200'000;
  auto options = Defaults();
  options.capacity = 256 * kMiB;
  ASSERT_NO_FATAL_FAILURE(Open(options));
  atoll_client* client = nullptr;
  PollDuring([&] {
    client = Attach();
    for (uint64_t i = 0; i < kObjects; ++i) Put(client, 64);
  });
  ASSERT_NE(client, nullptr);
  const auto index = static_cast<uint64_t>(atoll_client_index(client));
  const auto references = [&](uint64_t entry) { return control().references(index)[entry].load(); };
  const uint64_t last = control().entries_high() - 1;
  uint64_t entry = last;
  while (references(entry) == 0) --entry;
  AttachBeside(
      [&] {
        Detach(client);
        while (control().HasClient(index)) ::usleep(1000);
      },
      // The burial has come to the first entries, and not yet to the last one.
      [&] { return references(0) == 0 && references(entry) != 0; });
  EXPECT_TRUE(PollUntil([&] { return control().header().served.freed.load() == kObjects; }));
  const FsckReport report = FsckLive(control(), polled_->data());
  EXPECT_TRUE(report.sound()) << report.Text();
}

}  // namespace
}  // namespace atollstore
