// Memory behind extents: on demand, ahead of it, and back again.
#include "server/reserver.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "client/wish.h"
#include "server/room_queue.h"

namespace atollstore {
namespace {

constexpr uint64_t kExtent = 2 << 20;
constexpr uint64_t kExtents = 128;

class ReserverTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto geometry = Geometry::Of({kExtents * kExtent, 4096, 8, kExtent, 4096, 0});
    ASSERT_TRUE(geometry.ok());
    Make("control", geometry.value().control_bytes, &control_memory_, &control_mapping_);
    Make("data", geometry.value().capacity(), &data_memory_, &data_mapping_);
    control_ = Control(control_mapping_.data(), geometry.value(), control_memory_.get());
    ASSERT_TRUE(wake_.Make());
    reserver_ = std::make_unique<Reserver>(control_, control_memory_.get(), data_memory_.get(), &data_mapping_,
                                           &wake_);
  }
  static void Make(const char* name, uint64_t bytes, std::unique_ptr<os::SharedMemory>* memory,
                   os::Mapping* mapping) {
    auto made = os::SharedMemory::Create(name, bytes);
    ASSERT_TRUE(made.ok());
    *memory = std::make_unique<os::SharedMemory>(std::move(made).value());
    auto mapped = os::Mapping::Map(**memory, os::Mapping::Access::kReadWrite);
    ASSERT_TRUE(mapped.ok());
    *mapping = std::move(mapped).value();
  }

  static constexpr atollstore::Run kAll{0, kExtents};
  // Makes extents one client's, as a lease does.
  void Lease(uint64_t first, uint64_t count, uint32_t client) {
    for (uint64_t i = first; i < first + count; ++i) control_.extent(i).fetch_or(client);
    control_.header().extent_moves.fetch_add(1);
  }
  uint64_t Reserved(uint32_t owner) const {
    uint64_t count = 0;
    for (uint64_t i = 0; i < kExtents; ++i) count += control_.extent(i).load() == (kExtentReserved | owner);
    return count;
  }
  // Rounds until nothing is left to do.
  void Settle() {
    while (reserver_->Poll(false)) {
    }
  }

  std::unique_ptr<os::SharedMemory> control_memory_, data_memory_;
  os::Mapping control_mapping_, data_mapping_;
  Control control_;
  os::WakeFd wake_;
  std::unique_ptr<Reserver> reserver_;
};

TEST_F(ReserverTest, BacksAnEighthAheadOfNeedAndFillsTheBudget) {
  Settle();
  EXPECT_EQ(Reserved(0), kExtents / 8);
  EXPECT_EQ(data_memory_->Resident(), kExtents / 8 * kExtent);
  EXPECT_EQ(control_.header().reserved_bytes.load(), data_memory_->Resident());
  EXPECT_EQ(control_.header().control_budget.load(), Reserver::kControlTarget);
  EXPECT_TRUE(reserver_->TakeReady());
  // And as much again for who has taken that.
  Lease(0, kExtents / 8, 1);
  Settle();
  EXPECT_EQ(Reserved(0), kExtents / 8);
}

TEST_F(ReserverTest, BacksWhatAClientHasLeased) {
  Settle();
  EXPECT_EQ(reserver_->Back(1, kAll), Reserver::Backing::kDone) << "there is nothing to back";
  Lease(100, 20, 1);
  int rounds = 0;
  while (reserver_->Back(1, kAll) == Reserver::Backing::kUnderWay) {
    reserver_->Poll(false);
    ++rounds;
  }
  EXPECT_GT(rounds, 1);
  EXPECT_EQ(Reserved(1), 20u);
  EXPECT_FALSE(reserver_->refused());
}

TEST_F(ReserverTest, WhoNeedsLittleDoesNotWaitForWhoNeedsMuch) {
  Settle();
  Lease(20, 100, 1);
  Lease(120, 1, 2);
  EXPECT_EQ(reserver_->Back(1, kAll), Reserver::Backing::kUnderWay);
  while (reserver_->Back(2, kAll) == Reserver::Backing::kUnderWay) reserver_->Poll(false);
  EXPECT_EQ(Reserved(2), 1u);
  EXPECT_LT(Reserved(1), 100u);
  EXPECT_EQ(reserver_->Back(1, kAll), Reserver::Backing::kUnderWay);
  while (reserver_->Back(1, kAll) == Reserver::Backing::kUnderWay) reserver_->Poll(false);
  EXPECT_EQ(Reserved(1), 100u);
}

TEST_F(ReserverTest, WhoGoesWhileItsMemoryComesIsForgotten) {
  Settle();
  Lease(20, 100, 1);
  EXPECT_EQ(reserver_->Back(1, kAll), Reserver::Backing::kUnderWay);
  reserver_->Poll(false);
  reserver_->Poll(false);  // nobody asks
  for (uint64_t i = 20; i < 120; ++i) control_.extent(i).fetch_and(~kExtentOwnerMask);
  // Somebody else with the same number, who needs what lies below what was in work.
  Lease(20, 3, 1);
  while (reserver_->Back(1, kAll) == Reserver::Backing::kUnderWay) reserver_->Poll(false);
  EXPECT_EQ(Reserved(1), 3u);
  EXPECT_EQ(control_.header().reserved_bytes.load(), (Reserved(0) + 3) * kExtent);
}

TEST_F(ReserverTest, OpensAnExtentWhenItsWordsAreZeros) {
  Settle();
  const uint64_t word = 3 * (kExtent / kSlabBytes) * kWordsPerSlab;
  control_.block_word(word).store(42);
  control_.extent(3).store(kExtentReserved | kOrphan);
  reserver_->Open(3);
  EXPECT_EQ(control_.extent(3).load(), kExtentReserved | kReserver) << "whoever follows a killed server opens it";
  EXPECT_TRUE(reserver_->opening());
  Settle();
  EXPECT_EQ(control_.extent(3).load(), kExtentReserved);
  EXPECT_EQ(control_.block_word(word).load(), 0u);
  EXPECT_FALSE(reserver_->opening());
  EXPECT_TRUE(reserver_->TakeFreed());
  EXPECT_FALSE(reserver_->TakeFreed());
}

TEST_F(ReserverTest, ClearsColumns) {
  const Geometry& g = control_.geometry();
  control_.pins(2)[5].store(1);
  const uint64_t ticket = reserver_->Clear({g.columns_at + 2 * g.column_stride, g.column_stride});
  EXPECT_FALSE(reserver_->HasCleared(ticket));
  while (!reserver_->HasCleared(ticket)) reserver_->Poll(false);
  bool written = false;
  control_.EachWritten(control_.pins(2), 0, g.objects(), [&](uint64_t, uint64_t) { written = true; });
  EXPECT_FALSE(written);
}

TEST_F(ReserverTest, SurplusGoesBackUnlessSomebodyWaitsForRoom) {
  Lease(0, 100, 1);
  while (reserver_->Back(1, kAll) == Reserver::Backing::kUnderWay) reserver_->Poll(false);
  for (uint64_t i = 0; i < 100; ++i) control_.extent(i).fetch_and(~kExtentOwnerMask);
  control_.header().extent_moves.fetch_add(1);
  Settle();
  EXPECT_GT(reserver_->MillisToGiveBack(), 0);
  while (reserver_->MillisToGiveBack() > 0) ::usleep(10'000);
  while (reserver_->Poll(true)) {
  }
  EXPECT_EQ(Reserved(0), 100u);
  Settle();
  EXPECT_EQ(Reserved(0), kExtents / 8);
  EXPECT_EQ(data_memory_->Resident(), kExtents / 8 * kExtent);
  EXPECT_EQ(control_.extent(kExtents - 1).load(), 0u);
}

// Objects that grow by little where they lie. Memory comes when the test says so, after all who have no time are late.
class GrowingTest : public ReserverTest {
 protected:
  static constexpr uint32_t kClient = 1;
  static constexpr uint64_t kBehind = 60;
  static constexpr Wish::Want kLittle{WishKind::kRoom, (kBehind + 1) * kExtent};
  void SetUp() override {
    ReserverTest::SetUp();
    Settle();
    control_.AddClient(kClient);
    Lease(0, kBehind, kClient);
    sweeper_ = std::make_unique<Sweeper>(control_, &data_mapping_, reserver_.get());
    heap_ = std::make_unique<ServerHeap>(control_, data_memory_.get());
    mover_ = std::make_unique<Mover>(control_, &data_mapping_, heap_.get(), sweeper_.get(), reserver_.get(),
                                     [](uint32_t) {});
    room_ = std::make_unique<RoomQueue>(control_, sweeper_.get(), reserver_.get(), heap_.get(), mover_.get(),
                                        [](RoomQueue::Asked) {});
    wishes_ = std::make_unique<Wishes>(control_, kClient, [] {});
  }
  void Serve() {
    (void)room_->TakeIn();
    (void)room_->Serve();
  }
  void ServeLate() {
    ::usleep(Wish::kAtOnceNanos / 1000);
    Serve();
  }
  void ExpectGrantedBehind(Wish* wish) {
    while (wish->state() == WishState::kWaits) {
      (void)reserver_->Poll(true);
      Serve();
    }
    EXPECT_EQ(wish->Take(), (atollstore::Run{kBehind, 1}));
  }

  std::unique_ptr<Sweeper> sweeper_;
  std::unique_ptr<ServerHeap> heap_;
  std::unique_ptr<Mover> mover_;
  std::unique_ptr<RoomQueue> room_;
  std::unique_ptr<Wishes> wishes_;
};

TEST_F(GrowingTest, WhoHasNoTimeWaitsForLittleMemoryAndNotForMuch) {
  Wish grows(wishes_.get(), kLittle, 0), whole(wishes_.get(), {WishKind::kRoom, 20 * kExtent}, 0);
  grows.Look({kBehind, 1});
  whole.Look();
  Serve();
  ASSERT_EQ(control_.extent(kBehind).load(), kKept) << "kept for it, and bare";
  ASSERT_EQ(grows.state(), WishState::kWaits);
  ASSERT_EQ(whole.state(), WishState::kWaits);
  ServeLate();
  EXPECT_EQ(whole.state(), WishState::kRefused);
  ASSERT_EQ(grows.state(), WishState::kWaits);
  ExpectGrantedBehind(&grows);
}

// The client's background thread gives back what it has kept warm there, and is not done with it.
TEST_F(GrowingTest, WhatItsOwnClientGivesBackBehindIsWaitedFor) {
  Lease(kBehind, 1, kClient);
  Wish grows(wishes_.get(), kLittle, 0);
  grows.Look({kBehind, 1});
  Serve();
  ServeLate();
  ASSERT_EQ(grows.state(), WishState::kWaits);
  control_.extent(kBehind).fetch_and(~kExtentOwnerMask);
  ExpectGrantedBehind(&grows);
  for (uint64_t extent = kBehind + 1; extent < kExtents; ++extent)
    EXPECT_EQ(control_.extent(extent).load() & kExtentOwnerMask, 0u) << "what was kept elsewhere is nobody's again";
}

// With a thread the caller only looks what has been done; it is woken by the descriptor.
TEST_F(ReserverTest, ThreadDoesTheWorkAndSaysWhenItIsDone) {
  ASSERT_TRUE(reserver_->Start().ok());
  Lease(20, 100, 1);
  while (reserver_->Back(1, kAll) == Reserver::Backing::kUnderWay) {
    uint64_t count;
    if (reserver_->Poll(false) && ::read(wake_.get(), &count, sizeof(count)) < 0) ::usleep(100);
  }
  EXPECT_EQ(Reserved(1), 100u);
  reserver_->Stop();
}

}  // namespace
}  // namespace atollstore
