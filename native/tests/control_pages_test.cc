// Pages of the control segment: nobody gives them memory by asking for what is not there, and what clients give memory
// is paid for out of the budget before.

#include <algorithm>
#include <functional>

#include "fixture.h"
#include "poll_fixture.h"
#include "process.h"
#include "resident.h"

namespace atollstore {
namespace {

uint64_t ResidentControl() { return ResidentBytes("atoll-control"); }

class ControlPagesTest : public StoreTest {
 protected:
  void TearDown() override {
    looker_.reset();
    StoreTest::TearDown();
  }
  const Control& control() {
    if (looker_ == nullptr) looker_ = std::move(ClientCore::Attach(path_.c_str())).value();
    return looker_->control();
  }
  // What they do by themselves after they have come is done: no page has come for a while.
  void Settle() {
    (void)control();
    // Marks of entry blocks that are nobody's, which those make that do nothing for three seconds.
    atoll_client* gone = Attach();
    const atoll_object_id id = Put(gone, 100);
    OK(atoll_dereference(gone, &id));
    Detach(gone);
    // Marks that each looks at by then.
    control().EachClient([this](uint32_t client) {
      for (const Marks& marks : {control().freed_entries(client), control().freed_slabs(client), control().dropped(client)})
        (void)marks.Any();
    });
    uint64_t before = 0;
    for (int quiet = 0; quiet < 12; ::usleep(50'000)) {
      const uint64_t now = ResidentControl();
      quiet = now == before ? quiet + 1 : 0;
      before = now;
    }
  }
  // Pages that the call takes out of the budget, which is filled again only when it is half empty.
  uint64_t Pays(const std::function<void()>& call) {
    const uint64_t before = control().header().control_budget.load();
    call();
    return before - control().header().control_budget.load();
  }

  std::unique_ptr<ClientCore> looker_;
};

TEST_F(ControlPagesTest, NamesThatNobodyHasGivenMakeNone) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 100);
  OK(atoll_publish(client, "one", &id, ATOLL_FOREVER));
  Settle();
  const uint64_t before = ResidentControl();
  atoll_object_id found{};
  for (int i = 0; i < 1'000'000; ++i) {
    const std::string name = "nobody's " + std::to_string(i);
    ASSERT_EQ(atoll_lookup(client, name.c_str(), &found), -ATOLL_NOT_FOUND);
  }
  for (int i = 0; i < 1'000; ++i) {
    const std::string name = "nobody's " + std::to_string(i);
    ASSERT_EQ(atoll_unpublish(client, name.c_str(), ATOLL_FOREVER), -ATOLL_NOT_FOUND);
  }
  EXPECT_EQ(ResidentControl(), before);
  OK(atoll_unpublish(client, "one", ATOLL_FOREVER));
}

TEST_F(ControlPagesTest, IdsThatWereNeverMadeMakeNone) {
  Start();
  atoll_client *maker = Attach(), *client = Attach();
  const atoll_object_id id = Put(maker, 100);
  atoll_view view{};
  OK(atoll_get(client, &id, 0, &view));
  OK(atoll_release(client, &id));
  Settle();
  const uint64_t before = ResidentControl();
  const uint64_t budget = control().header().control_budget.load();
  // All over the entries, and others in the one that there is.
  const auto never = [&](uint64_t i) {
    const bool near = i % 8 == 0;
    return near ? ObjectId(id.store, i / 8 % 4096, 77 + i).c() : ObjectId(id.store, i * 16 % kMaxObjects, 1 + i % 3).c();
  };
  for (uint64_t i = 1; i <= 1'000'000; ++i) {
    const atoll_object_id none = never(i);
    ASSERT_EQ(atoll_contains(client, &none), ATOLL_ABSENT);
    ASSERT_EQ(atoll_get(client, &none, 0, &view), -ATOLL_NOT_FOUND);
  }
  uint8_t byte = 0, ready = 0;
  uint64_t address = 0;
  for (uint64_t i = 1; i <= 20'000; ++i) {
    atoll_object_id none = never(i * 50 + 1);
    ASSERT_EQ(atoll_get_all(client, &none, 1, 0, &view), -ATOLL_NOT_FOUND);
    ASSERT_EQ(atoll_peek(client, &none, 1, &view), 0);
    ASSERT_EQ(atoll_read(client, &none, 0, &byte, 1, 0), -ATOLL_NOT_FOUND);
    ASSERT_EQ(atoll_release(client, &none), -ATOLL_NOT_FOUND);
    ASSERT_EQ(atoll_reference(client, &none), -ATOLL_NOT_FOUND);
    ASSERT_EQ(atoll_dereference(client, &none), -ATOLL_NOT_FOUND);
    ASSERT_EQ(atoll_delete(client, &none), -ATOLL_NOT_FOUND);
    ASSERT_EQ(atoll_wait(client, &none, 1, 1, 0, &ready), -ATOLL_NOT_FOUND);
    ASSERT_EQ(atoll_claimed(client, &none), -ATOLL_NOT_FOUND);
    ASSERT_EQ(atoll_claim(client, &none, 0, 1), -ATOLL_NOT_FOUND);
    ASSERT_EQ(atoll_create(client, &none, 1, 0, 0, 0, &address), -ATOLL_NOT_FOUND);
    ASSERT_EQ(atoll_abort(client, &none), -ATOLL_NOT_FOUND);
    ASSERT_EQ(atoll_seal(client, &none, nullptr), -ATOLL_NOT_FOUND);
    ASSERT_EQ(atoll_watch(client, &none, 1), -ATOLL_NOT_FOUND);
    ASSERT_EQ(atoll_publish(client, "name", &none, 0), -ATOLL_NOT_FOUND);
  }
  EXPECT_EQ(ResidentControl(), before);
  EXPECT_EQ(control().header().control_budget.load(), budget) << "nothing was paid for what is not there";
}

// Who has no reference does not get pages for it by giving one back.
TEST_F(ControlPagesTest, WhoHasNothingToGiveBackPaysNothing) {
  Start();
  atoll_client *maker = Attach(), *client = Attach();
  const atoll_object_id id = Put(maker, 100);
  Settle();
  const uint64_t before = ResidentControl();
  EXPECT_EQ(atoll_dereference(client, &id), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_give_up(client, &id), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(ResidentControl(), before);
}

TEST_F(ControlPagesTest, RingsArePaidForAndThereWhenTheyAreTold) {
  Start();
  atoll_client* client = Attach();
  const auto me = static_cast<uint64_t>(atoll_client_index(client));
  Settle();
  uint64_t address = 0, bytes = 0;
  const auto ring = [&] { OK(atoll_ring(client, me, ATOLL_RING_UP, &address, &bytes)); };
  const uint64_t before = ResidentControl();
  const uint64_t paid = Pays(ring);
  EXPECT_GE(paid * ControlBudget::kPage, bytes + kRingTrailer);
  const uint64_t after = ResidentControl();
  EXPECT_EQ(after - before, paid * ControlBudget::kPage);
  std::memset(reinterpret_cast<void*>(address), 1, bytes + kRingTrailer);
  EXPECT_EQ(ResidentControl(), after) << "whoever writes a message needs no memory for it";
  EXPECT_EQ(Pays(ring), 0u);
}

TEST_F(ControlPagesTest, WhoMakesAnObjectThatOthersExpectPaysForItsSlots) {
  Start();
  atoll_client *owner = Attach(), *maker = Attach();
  atoll_object_id id{};
  OK(atoll_expect(owner, &id));
  (void)control();
  uint64_t address = 0;
  EXPECT_GE(Pays([&] { OK(atoll_create(maker, &id, 100, 0, 0, kSecond, &address)); }), ControlBudget::kPagesOfSlots);
  OK(atoll_abort(maker, &id));
  OK(atoll_dereference(owner, &id));
}

TEST_F(ControlPagesTest, ManyHoldersPayForTheirRows) {
  auto options = Defaults();
  options.max_clients = 500;
  Start(options);
  atoll_client* maker = Attach();
  const atoll_object_id id = Put(maker, 100);
  std::vector<atoll_client*> readers;
  for (int i = 0; i < 8; ++i) readers.push_back(Attach());
  const uint64_t rows = 1024 * control().geometry().row_words * sizeof(u64) / ControlBudget::kPage;
  atoll_view view{};
  for (size_t i = 0; i < readers.size(); ++i) {
    EXPECT_EQ(Pays([&] { OK(atoll_get(readers[i], &id, 0, &view)); }),
              ControlBudget::kPagesOfSlots + (i < Holders::kPlaces ? 0 : rows))
        << i;
    EXPECT_EQ(Pays([&] { OK(atoll_get(readers[i], &id, 0, &view)); }), 0u);
  }
  for (atoll_client* reader : readers) {
    OK(atoll_release(reader, &id));
    OK(atoll_release(reader, &id));
  }
}

TEST_F(ControlPagesTest, WhoComesIsPaidFor) {
  auto options = Defaults();
  options.max_clients = 128;
  Start(options);
  (void)Attach();
  Settle();
  const uint64_t before = ResidentControl();
  uint64_t paid = 0;
  for (int i = 0; i < 50; ++i) paid += Pays([&] { (void)Attach(); });
  Settle();
  const uint64_t grown = (ResidentControl() - before) / ControlBudget::kPage;
  RecordProperty("pages", std::to_string(grown));
  EXPECT_EQ(paid, 50 * ControlBudget::kPagesOfClient);
  EXPECT_LE(grown, paid);
}

TEST(SharedMemoryTest, TellsWhatWasWrittenInWholePages) {
  constexpr uint64_t kPage = 4096, kEnd = 64 * kPage;
  auto made = os::SharedMemory::Create("atoll-test", kEnd);
  ASSERT_TRUE(made.ok()) << LastError();
  const os::SharedMemory& memory = made.value();
  auto mapping = os::Mapping::Map(memory, os::Mapping::Access::kReadWrite);
  ASSERT_TRUE(mapping.ok()) << LastError();
  const auto next = [&](uint64_t begin, uint64_t end) {
    const auto part = memory.NextWritten(begin, end);
    return std::pair(part.begin, part.end);
  };
  EXPECT_EQ(next(0, kEnd), std::pair(kEnd, kEnd));
  for (const uint64_t page : {3, 4, 7}) mapping.value().data()[page * kPage + 100] = 1;
  EXPECT_EQ(next(0, kEnd), std::pair(3 * kPage, 5 * kPage));
  EXPECT_EQ(next(0, 3 * kPage), std::pair(3 * kPage, 3 * kPage));
  EXPECT_EQ(next(3 * kPage + 8, kEnd), std::pair(3 * kPage + 8, 5 * kPage));
  EXPECT_EQ(next(0, 3 * kPage + 8), std::pair(3 * kPage, 3 * kPage + 8));
  EXPECT_EQ(next(5 * kPage, kEnd), std::pair(7 * kPage, 8 * kPage));
  EXPECT_EQ(next(8 * kPage, kEnd), std::pair(kEnd, kEnd));
  EXPECT_EQ(memory.Resident(), 3 * kPage) << "a look gives no memory";
}

using PolledPagesTest = PollTest;

// Without memory for it nobody is told of a ring, nor let in.
TEST_F(PolledPagesTest, WithoutControlMemoryThereIsAStatus) {
  Open();
  atoll_client* client = nullptr;
  PollDuring([&] { client = Attach(); });
  const auto me = static_cast<uint64_t>(atoll_client_index(client));
  control().header().control_budget.store(0);
  uint64_t address = 0, bytes = 0;
  EXPECT_EQ(atoll_ring(client, me, ATOLL_RING_UP, &address, &bytes), -ATOLL_STORE_FULL);
  EXPECT_NE(std::string(atoll_last_error()).find("control memory"), std::string::npos) << atoll_last_error();
  PollDuring([&] { OK(atoll_ring(client, me, ATOLL_RING_UP, &address, &bytes)); });
  PollDuring([&] { Detach(client); });
}

// Who found none while there was no control memory for them is not short of entries, and nobody is to let go of anything.
TEST_F(PolledPagesTest, EntriesAreThereOnceThereIsControlMemoryForThem) {
  Open();
  std::unique_ptr<ClientCore> client;
  PollDuring([&] { client = std::move(ClientCore::Attach(path_.c_str())).value(); });
  const uint32_t pressed = control().header().pressure_bell.Read();
  for (const int64_t timeout : {int64_t{0}, 10 * kSecond}) {
    for (uint64_t i = 0; i < 8 * kEntriesPerBlock; ++i) {
      control().header().control_budget.store(0);
      PollDuring([&] {
        const auto id = client->Expect(true, timeout);
        ASSERT_TRUE(id.ok()) << i << ": " << LastError();
      });
    }
  }
  EXPECT_EQ(control().header().pressure_bell.Read(), pressed);
  PollDuring([&] { ASSERT_TRUE(client->Detach().ok()); });
}

// Who cannot be rung for one of those it waits for hears of the others.
TEST_F(PolledPagesTest, WhoWaitsForAnyHearsOfThoseThatArePaidFor) {
  Open();
  std::unique_ptr<ClientCore> waiter, maker;
  PollDuring([&] {
    waiter = std::move(ClientCore::Attach(path_.c_str())).value();
    maker = std::move(ClientCore::Attach(path_.c_str())).value();
  });
  ObjectId unpaid, paid;
  PollDuring([&] {
    atoll_view view;
    paid = maker->Expect().value();
    EXPECT_EQ(waiter->Get(paid.c(), 0, &view).code(), ATOLL_TIMED_OUT);  // touches the slots there
    do {
      unpaid = maker->Expect().value();
    } while (unpaid.index() / kEntriesPerBlock == paid.index() / kEntriesPerBlock);
  });
  std::atomic<bool> waits{false}, done{false};
  int64_t found = 0;
  uint8_t ready[2] = {};
  std::thread thread([&] {
    const atoll_object_id ids[] = {unpaid.c(), paid.c()};
    waits.store(true);
    auto result = waiter->Wait(ids, 2, 1, 60 * kSecond, ready);
    found = result.ok() ? result.value() : -result.status().code();
    done.store(true);
  });
  const auto poll = [&] {
    control().header().control_budget.store(0);  // never any
    return waits.load();
  };
  ASSERT_TRUE(PollUntil(poll));
  for (int i = 0; i < 50; ++i) {
    (void)poll();
    polled_->Poll(1);
  }
  std::thread sealer([&] {
    ObjectId id = paid;
    EXPECT_TRUE(maker->Create(&id, 8, 0, 0, 60 * kSecond).ok()) << LastError();
    EXPECT_TRUE(maker->Seal(id, nullptr).ok()) << LastError();
  });
  EXPECT_TRUE(PollUntil([&] { return poll() && done.load(); }));
  thread.join();
  sealer.join();
  EXPECT_EQ(found, 1);
  EXPECT_EQ(ready[1], 1);
  PollDuring([&] {
    ASSERT_TRUE(waiter->Detach().ok());
    ASSERT_TRUE(maker->Detach().ok());
  });
}

}  // namespace
}  // namespace atollstore
