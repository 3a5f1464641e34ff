// Who holds an entry: what it says of that, and that nobody is missed, few or many.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <set>
#include <thread>

#include "directory/holders.h"
#include "fixture.h"
#include "process.h"

namespace atollstore {
namespace {

class HoldersTest : public StoreTest {
 protected:
  void StartFor(uint64_t clients) {
    auto options = Defaults();
    options.max_clients = clients;
    Start(options);
    auto looker = ClientCore::Attach(path_.c_str());
    ASSERT_TRUE(looker.ok()) << LastError();
    looker_ = std::move(looker).value();
  }
  void TearDown() override {
    looker_.reset();
    StoreTest::TearDown();
  }
  const Control& control() { return looker_->control(); }
  Entry& EntryOf(const atoll_object_id& id) { return control().entry(ObjectId(id).index()); }
  std::multiset<uint32_t> Visited(const atoll_object_id& id) {
    std::multiset<uint32_t> visited;
    const uint64_t index = ObjectId(id).index();
    Holders::Each(control(), index, Word(EntryOf(id).word.load()), [&](uint32_t c) { visited.insert(c); });
    return visited;
  }

  // The slots of an entry block.
  template <typename T>
  bool WasWritten(const T* slots) {
    bool written = false;
    control().EachWritten(slots, 0, kEntriesPerBlock, [&](uint64_t, uint64_t) { written = true; });
    return written;
  }

  std::unique_ptr<ClientCore> looker_;
};

TEST_F(HoldersTest, NameEachOnceHoweverMany) {
  StartFor(100);
  atoll_client* maker = Attach();
  const atoll_object_id id = Put(maker, 1000);
  std::multiset<uint32_t> who = {static_cast<uint32_t>(atoll_client_index(maker))};
  EXPECT_EQ(Visited(id), who);
  for (int i = 0; i < 70; ++i) {
    atoll_client* reader = Attach();
    atoll_view view{};
    OK(atoll_get(reader, &id, 0, &view));
    who.insert(static_cast<uint32_t>(atoll_client_index(reader)));
    ASSERT_EQ(Visited(id), who);
    ASSERT_EQ(Holders(EntryOf(id)).many(), i >= 5);
    OK(atoll_get(reader, &id, 0, &view));
    OK(atoll_release(reader, &id));
  }
  EXPECT_EQ(Visited(id), who);
  EXPECT_EQ(Stats(maker).pins, 70u);
  // Those that go are named no longer, and whose number is given out again is not taken for them.
  for (int i = 0; i < 35; ++i) {
    atoll_client* reader = clients_.back();
    who.erase(static_cast<uint32_t>(atoll_client_index(reader)));
    Detach(reader);
  }
  EXPECT_EQ(Visited(id), who);
  EXPECT_EQ(Stats(maker).pins, 35u);
  OK(atoll_dereference(maker, &id));
  ::usleep(20'000);
  EXPECT_EQ(Stats(maker).objects, 1u);
  for (size_t i = 2; i < clients_.size(); ++i) OK(atoll_release(clients_[i], &id));
  EXPECT_EQ(Stats(maker).objects, 1u) << "the first reader has it pinned";
  OK(atoll_release(clients_[1], &id));
  EXPECT_TRUE(BecomesEmpty(maker));
  EXPECT_EQ(EntryOf(id).holders.load(), 0u);
  for (uint64_t i = 0; i < control().geometry().row_words; ++i)
    EXPECT_EQ(control().row(ObjectId(id).index())[i].load(), 0u);
}

TEST_F(HoldersTest, KnowWhoHasExpectedAnObjectThatOthersMake) {
  StartFor(10);
  atoll_client *owner = Attach(), *maker = Attach(), *waiter = Attach();
  atoll_object_id id{};
  OK(atoll_expect(owner, &id));
  const auto index_of = [](atoll_client* c) { return static_cast<uint32_t>(atoll_client_index(c)); };
  EXPECT_EQ(Visited(id), std::multiset<uint32_t>({index_of(owner)}));
  // Made, given up, made by another, waited for.
  uint64_t address = 0;
  OK(atoll_create(maker, &id, 1000, 0, 0, 0, &address));
  OK(atoll_abort(maker, &id));
  EXPECT_EQ(Visited(id), std::multiset<uint32_t>({index_of(owner), index_of(maker)}));
  std::thread thread([&] {
    uint8_t ready = 0;
    EXPECT_EQ(atoll_wait(waiter, &id, 1, 1, 10 * kSecond, &ready), 1) << atoll_last_error();
  });
  EXPECT_TRUE(Eventually([&] { return Holders::Names(control(), ObjectId(id).index(), index_of(waiter)); }));
  ::usleep(10'000);
  Fill(maker, id, 1000, 7, 0);
  thread.join();
  EXPECT_EQ(Visited(id), std::multiset<uint32_t>({index_of(owner), index_of(maker), index_of(waiter)}));
  OK(atoll_dereference(owner, &id));
  EXPECT_TRUE(BecomesEmpty(owner));
}

// A guess of an id that is not there yet, and one that is no more, leave no trace and hold nothing up.
TEST_F(HoldersTest, AreNotEnteredByWhoNamesNoObject) {
  StartFor(10);
  atoll_client *maker = Attach(), *other = Attach();
  const atoll_object_id id = Put(maker, 1000);
  // Else it is the server's to free: the put may have waited for room, and the server not have seen yet that nobody does.
  ASSERT_TRUE(Eventually(
      [&] { return control().header().room_queue.load() == 0 && control().header().pressure.load() == 0; }));
  for (const uint64_t generations : {uint64_t{1}, ~uint64_t{0}}) {
    const atoll_object_id wrong{id.store, id.place + generations};
    atoll_view view{};
    EXPECT_EQ(atoll_get(other, &wrong, 0, &view), -ATOLL_NOT_FOUND);
    EXPECT_EQ(atoll_reference(other, &wrong), -ATOLL_NOT_FOUND);
    EXPECT_EQ(atoll_delete(other, &wrong), -ATOLL_NOT_FOUND);
  }
  EXPECT_EQ(EntryOf(id).holders.load(), 0u);
  OK(atoll_dereference(maker, &id));
  EXPECT_EQ(Stats(maker).objects, 0u) << "its maker frees it by itself";
}

// A look at a slot that was never used gives its page memory: so that nobody has looked can be seen.
TEST_F(HoldersTest, WhoIsIdleIsNotLookedAt) {
  StartFor(100);
  std::vector<uint32_t> idle;
  for (int i = 0; i < 40; ++i) idle.push_back(static_cast<uint32_t>(atoll_client_index(Attach())));
  atoll_client *maker = Attach(), *reader = Attach();
  for (int i = 0; i < 100; ++i) {
    atoll_object_id id{};
    OK(atoll_expect(maker, &id));
    uint64_t address = 0;
    OK(atoll_create(maker, &id, 1000, 0, 0, kSecond, &address));
    std::thread waiter([&] {
      atoll_view view{};
      EXPECT_EQ(atoll_get(reader, &id, 10 * kSecond, &view), 0) << atoll_last_error();
    });
    if (i % 10 == 0) ::usleep(1000);
    OK(atoll_seal(maker, &id, nullptr));
    waiter.join();
    if (i % 3 == 0) OK(atoll_delete(maker, &id));
    OK(atoll_release(reader, &id));
    OK(atoll_dereference(maker, &id));
  }
  const atoll_object_id kept = Put(maker, 1000);
  Process dead({"last", path_, "pin", std::to_string(kept.store), std::to_string(kept.place)});
  ASSERT_EQ(dead.ReadLine(), "ready");
  atoll_object_id too_large{};
  uint64_t address = 0;
  EXPECT_EQ(atoll_create(maker, &too_large, 64 << 20, 0, 0, 0, &address), -ATOLL_STORE_FULL);
  dead.Kill();
  ASSERT_TRUE(Eventually([&] { return Stats(maker).clients == 43; }));
  OK(atoll_dereference(maker, &kept));
  ASSERT_TRUE(BecomesEmpty(maker));
  atoll_object_info infos[10];
  uint64_t cursor = 0;
  OK(atoll_list(maker, &cursor, infos, 10));
  EXPECT_TRUE(FsckLive(control(), looker_->data()).sound());
  for (const uint32_t client : idle) {
    EXPECT_FALSE(WasWritten(control().pins(client))) << client;
    EXPECT_FALSE(WasWritten(control().references(client))) << client;
    EXPECT_FALSE(WasWritten(control().waits(client))) << client;
    EXPECT_FALSE(WasWritten(control().used(client))) << client;
  }
}

// Gives back the last pin or reference to somebody else's object, and is killed at each instruction of that.
class LastHoldTest : public HoldersTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(LastHoldTest, ClientIsKilledAnywhereWhileItGivesBackTheLast) {
  StartFor(10);
  atoll_client* maker = Attach();
  // A whole run first, which shows when the slot becomes empty; then from shortly before that on, one further each
  // time, to the end.
  int empty_at = 0, all = 10'000'000;
  const bool pin = std::string(GetParam()) == "pin";
  for (int at = all; at <= all; ++at) {
    const atoll_object_id id = Put(maker, 1000);
    Process last({"last", path_, GetParam(), std::to_string(id.store), std::to_string(id.place)});
    ASSERT_EQ(last.ReadLine(), "ready");
    const auto index = static_cast<uint32_t>(atoll_client_index(maker)) + 1;
    const uint64_t entry = ObjectId(id).index();
    const u32& slot = pin ? control().pins(index)[entry] : control().references(index)[entry];
    ASSERT_EQ(slot.load(), 1u);
    OK(atoll_dereference(maker, &id));
    last.WriteLine("");
    int status = 0, steps = 0;
    ASSERT_EQ(::waitpid(last.pid(), &status, WUNTRACED), last.pid());
    for (; steps < at; ++steps) {
      if (empty_at == 0 && slot.load() == 0) empty_at = steps;
      ASSERT_EQ(::ptrace(PTRACE_SINGLESTEP, last.pid(), nullptr, nullptr), 0);
      ASSERT_EQ(::waitpid(last.pid(), &status, 0), last.pid());
      if (!WIFSTOPPED(status) || WSTOPSIG(status) == SIGSTOP) break;
    }
    last.Kill();
    ASSERT_TRUE(BecomesEmpty(maker)) << "killed after " << steps << " instructions; empty after " << empty_at;
    ASSERT_TRUE(Eventually([&] { return !control().HasClient(index); }));  // it is the next one's
    if (at == 10'000'000) {
      ASSERT_GT(empty_at, 0);
      all = std::min(steps, empty_at + 150);
      at = empty_at - 10;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Both, LastHoldTest, ::testing::Values("pin", "reference"));

}  // namespace
}  // namespace atollstore
