// Objects are moved so that what is free lies together.
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <thread>

#include "process.h"
#include "server/survey.h"
#include "spill_fixture.h"

namespace atollstore {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

class MovingTest : public SpillTest {
 protected:
  void SetUp() override {
    SpillTest::SetUp();
    options_ = Defaults();
    options_.max_objects = 1 << 17;
  }
  // Besides the options, what makes it easy to look inside.
  void StartAndLook() {
    Start(options_);
    auto looker = ClientCore::Attach(path_.c_str());
    ASSERT_TRUE(looker.ok()) << LastError();
    looker_ = std::move(looker).value();
  }
  void TearDown() override {
    looker_.reset();
    SpillTest::TearDown();
  }

  struct Kept {
    atoll_object_id id;
    uint64_t words;
  };
  // Fills the store with objects of about so many words, of which every `nth` stays.
  void FillWithHoles(atoll_client* client, uint64_t bytes, uint64_t words, uint64_t nth) {
    std::vector<atoll_object_id> dropped;
    for (uint64_t sum = 0, i = 0; sum + words * 8 <= bytes; sum += words * 8, ++i) {
      const atoll_object_id id = PutWords(client, words, i);
      if (i % nth == 0) {
        kept_.push_back({id, words});
      } else {
        dropped.push_back(id);
      }
    }
    for (const atoll_object_id& id : dropped) OK(atoll_dereference(client, &id));
  }
  void ExpectKept(atoll_client* client, uint64_t nth) {
    for (size_t i = 0; i < kept_.size(); ++i) ExpectWords(client, kept_[i].id, kept_[i].words, i * nth);
  }
  static int64_t Create(atoll_client* client, uint64_t bytes, atoll_object_id* id, int64_t timeout = 20 * kSecond) {
    uint64_t address = 0;
    const int64_t code = atoll_create(client, id, bytes, 0, 0, timeout, &address);
    if (code == 0) std::memset(reinterpret_cast<void*>(address), 1, bytes);
    return code;
  }
  void Discard(atoll_client* client, atoll_object_id* id) {
    OK(atoll_abort(client, id));
    OK(atoll_dereference(client, id));
    *id = {};
  }
  uint64_t Moved() const { return looker_->control().header().served.moved.load(); }

  atoll_server_options options_{};
  std::unique_ptr<ClientCore> looker_;
  std::vector<Kept> kept_;
};

TEST(Survey, TheWindowIsThatWithTheFewestBytesToMove) {
  std::vector<Survey::Extent> extents(8);
  std::vector<bool> may(8, true);
  const uint64_t begins[] = {10, 0, 40, 5, 5, 5, 90, 0};
  for (size_t i = 0; i < 8; ++i) extents[i].begins = begins[i];
  const auto cheapest = [&](uint64_t count) {
    const auto window = Survey::Cheapest(extents, may, count);
    return window ? std::pair(window->first, window->bytes) : std::pair(UINT64_MAX, UINT64_MAX);
  };
  EXPECT_EQ(cheapest(1), std::pair(uint64_t{1}, uint64_t{0}));
  EXPECT_EQ(cheapest(2), std::pair(uint64_t{0}, uint64_t{10})) << "3 and 4 cost as much, and come later";
  EXPECT_EQ(cheapest(3), std::pair(uint64_t{3}, uint64_t{15}));
  extents[3].reaches = 50;  // from the second one: it must leave as a whole
  EXPECT_EQ(cheapest(3), std::pair(uint64_t{1}, uint64_t{45}));
  extents[0].fixed = 1;
  EXPECT_EQ(cheapest(2), std::pair(uint64_t{4}, uint64_t{10}));
  extents[5].fixed_reaching = 1;  // begins in the fourth, which is counted as fixed there
  EXPECT_EQ(cheapest(2), std::pair(uint64_t{4}, uint64_t{10})) << "it is the window's first extent that counts";
  may[4] = false;
  EXPECT_EQ(cheapest(2), std::pair(uint64_t{1}, uint64_t{40}));
  EXPECT_EQ(cheapest(8).first, UINT64_MAX);
  EXPECT_EQ(cheapest(9).first, UINT64_MAX);
}

TEST(Survey, TheRunToWaitForWithholdsLittleFromOthers) {
  std::vector<Survey::Extent> extents(6);
  std::vector<bool> may(6, true), free{false, true, false, false, false, true};
  const uint64_t stays[] = {7, 0, 5, 5, 1, 0}, used[] = {9, 0, 9, 9, 30, 0};
  for (size_t i = 0; i < 6; ++i) {
    extents[i].stays = stays[i];
    extents[i].used = used[i];
  }
  const auto first = [&](uint64_t count) {
    const auto run = Survey::ToWaitFor(extents, may, free, count);
    return run ? run->first : UINT64_MAX;
  };
  EXPECT_EQ(first(1), 4u) << "the free ones are left to others";
  EXPECT_EQ(first(2), 3u) << "fewer bytes that stay";
  extents[2].stays = 1;
  EXPECT_EQ(first(2), 2u) << "as many stay, fewer are to go";
  may[3] = false;
  EXPECT_EQ(first(2), 1u);
  EXPECT_EQ(first(4), UINT64_MAX);
  EXPECT_EQ(first(7), UINT64_MAX);
}

TEST_F(MovingTest, HalfOfTheStoreIsToBeHadInOnePiece) {
  StartAndLook();
  atoll_client* client = Attach();
  atoll_client* other = Attach();
  FillWithHoles(client, 64 * kMiB, 131'072, 2);
  atoll_object_id id{};
  OK(Create(other, 32 * kMiB, &id));
  EXPECT_GT(Moved(), 0u);
  ExpectKept(other, 2);
  ExpectSound();
  Discard(other, &id);
  // And by who has put them.
  OK(Create(client, 30 * kMiB, &id));
  ExpectKept(client, 2);
  Discard(client, &id);
}

// Seen: at most 64 extents with holes were room for what lay in the run.
TEST_F(MovingTest, HalfOfTheStoreIsToBeHadWhereHolesLieInManyExtents) {
  options_.extent_bytes = 256 << 10;
  StartAndLook();
  atoll_client* client = Attach();
  FillWithHoles(client, 64 * kMiB, 4096, 2);
  atoll_object_id id{};
  OK(Create(Attach(), 32 * kMiB, &id));
  ExpectKept(client, 2);
  ExpectSound();
}

TEST_F(MovingTest, HolesBetweenManyObjectsAreFilledInRounds) {
  options_.capacity = 32 * kMiB;
  options_.max_objects = 1 << 20;
  StartAndLook();
  atoll_client* client = Attach();
  FillWithHoles(client, 31 * kMiB, 8, 2);
  atoll_object_id id{};
  OK(Create(Attach(), 12 * kMiB, &id));
  EXPECT_GT(Moved(), 64u << 10) << "more than are kept in lists at once";
  ExpectSound();
}

// The reserve lies between the objects of its client, and stays whole.
TEST_F(MovingTest, HalfOfTheStoreIsToBeHadBesideAReserve) {
  constexpr uint64_t kReserve = 2 * kMiB;
  StartAndLook();
  atoll_client* reserving = AttachReserving(kReserve);
  atoll_client* other = Attach();
  FillWithHoles(reserving, 56 * kMiB, 131'072, 2);
  atoll_object_id id{};
  OK(Create(other, 32 * kMiB, &id));
  ExpectKept(other, 2);
  // Nothing else is free.
  std::vector<atoll_object_id> full, reserved;
  for (const uint64_t bytes : {kMiB, uint64_t{ATOLL_MOST_RESERVED_BYTES}, uint64_t{64}}) {
    for (atoll_object_id one{}; Create(other, bytes, &one, kSecond / 5) == 0; one = {}) full.push_back(one);
  }
  for (atoll_object_id one{};; one = {}) {
    uint64_t address = 0;
    if (atoll_create_reserved(reserving, &one, ATOLL_MOST_RESERVED_BYTES, 0, 0, &address) != 0) break;
    reserved.push_back(one);
  }
  EXPECT_GE(reserved.size(), kReserve / ATOLL_MOST_RESERVED_BYTES);
  for (atoll_object_id& one : full) Discard(other, &one);
  for (atoll_object_id& one : reserved) Discard(reserving, &one);
  Discard(other, &id);
}

// Wherever the reserve lies, it is no object and makes way, to where there is memory already.
TEST_F(MovingTest, AllButTheReserveIsToBeHadInOnePiece) {
  StartAndLook();
  atoll_client* first = Attach();
  atoll_object_id low{}, id{};
  OK(Create(first, 64 * kMiB, &id));  // so that there is memory everywhere
  Discard(first, &id);
  OK(Create(first, 20 * kMiB, &low));  // so that the reserve lies in the middle
  atoll_client* reserving = AttachReserving(2 * kMiB);
  Discard(first, &low);
  for (atoll_client* client : {first, reserving}) {
    OK(Create(client, 56 * kMiB, &id));
    Discard(client, &id);
  }
}

TEST_F(MovingTest, BetweenSmallObjectsToo) {
  StartAndLook();
  atoll_client* client = Attach();
  FillWithHoles(client, 56 * kMiB, 128, 2);
  atoll_object_id id{};
  OK(Create(client, 30 * kMiB, &id));
  EXPECT_GT(Moved(), 0u);
  ExpectKept(client, 2);
  Discard(client, &id);
  for (const Kept& kept : kept_) OK(atoll_dereference(client, &kept.id));
  EXPECT_TRUE(BecomesEmpty(client));
  OK(Create(client, 60 * kMiB, &id));
  Discard(client, &id);
}

TEST_F(MovingTest, ObjectsLongerThanAnExtentAreMoved) {
  StartAndLook();
  atoll_client* client = Attach();
  FillWithHoles(client, 50 * kMiB, 655'360, 2);  // 5 MiB
  atoll_object_id id{};
  OK(Create(client, 26 * kMiB, &id));
  ExpectKept(client, 2);
  Discard(client, &id);
}

TEST_F(MovingTest, WhatIsPinnedStaysWhereItIs) {
  StartAndLook();
  atoll_client* client = Attach();
  atoll_client* other = Attach();
  FillWithHoles(client, 64 * kMiB, 131'072, 2);
  // In the middle: there is no longer run than on one side of it.
  const Kept& pinned = kept_[kept_.size() / 2];
  atoll_view view{};
  OK(atoll_get(other, &pinned.id, 0, &view));
  atoll_object_id id{};
  EXPECT_EQ(Create(client, 40 * kMiB, &id, kSecond / 2), -ATOLL_STORE_FULL);
  OK(Create(client, 20 * kMiB, &id));
  const auto* words = reinterpret_cast<const uint64_t*>(view.address);
  const uint64_t seed = kept_.size() / 2 * 2;
  for (uint64_t i = 0; i < pinned.words; ++i) ASSERT_EQ(words[i], seed + i);
  atoll_view again{};
  OK(atoll_get(client, &pinned.id, 0, &again));
  EXPECT_EQ(again.offset, view.offset);
  OK(atoll_release(client, &pinned.id));
  OK(atoll_release(other, &pinned.id));
  Discard(client, &id);
  ExpectKept(client, 2);
}

TEST_F(MovingTest, WhatHasNoRoomElsewhereGoesToDisk) {
  options_.spill_directory = spill_.c_str();
  StartAndLook();
  atoll_client* client = Attach();
  FillWithHoles(client, 64 * kMiB, 131'072, 2);
  atoll_object_id id{};
  OK(Create(client, 50 * kMiB, &id));
  EXPECT_GT(Stats(client).spilled_objects, 0u);
  Discard(client, &id);
  ExpectKept(client, 2);
}

TEST_F(MovingTest, WhatTheDeadLeaveIsMovedAndFilled) {
  StartAndLook();
  atoll_client* dying = Attach();
  atoll_client* client = Attach();
  FillWithHoles(dying, 64 * kMiB, 65'536, 2);
  for (const Kept& kept : kept_) OK(atoll_reference(client, &kept.id));
  Detach(dying);
  atoll_object_id id{};
  OK(Create(client, 28 * kMiB, &id));
  ExpectKept(client, 2);
  Discard(client, &id);
  for (const Kept& kept : kept_) OK(atoll_dereference(client, &kept.id));
  EXPECT_TRUE(BecomesEmpty(client));
  OK(Create(client, 64 * kMiB, &id));
  Discard(client, &id);
}

TEST_F(MovingTest, WhatAStoppedClientHasStaysAndRoomIsMadeBesideIt) {
  StartAndLook();
  Process stopped({"put", path_, "10", std::to_string(2 * kMiB)});
  const std::string ready = stopped.ReadLine();
  ASSERT_EQ(ready.substr(0, 5), "ready");
  stopped.Signal(SIGSTOP);
  atoll_client* client = Attach();
  FillWithHoles(client, 24 * kMiB, 65'536, 2);
  atoll_object_id id{};
  OK(Create(client, 20 * kMiB, &id));
  Discard(client, &id);
  ExpectKept(client, 2);
  EXPECT_GE(Stats(client).allocated, 20 * kMiB);
  stopped.Signal(SIGCONT);
  stopped.Kill();
  for (const Kept& kept : kept_) OK(atoll_dereference(client, &kept.id));
  EXPECT_TRUE(BecomesEmpty(client));
}

// Objects that live long and such that do not, in sizes that change: what is leased follows what lives.
TEST_F(MovingTest, WhatLiesScatteredIsBroughtTogether) {
  options_.capacity = 512 * kMiB;
  options_.warm_bytes = 4 * kMiB;
  StartAndLook();
  atoll_client* client = Attach();
  constexpr uint64_t kLive = 160 * kMiB;
  struct Object {
    atoll_object_id id;
    uint64_t words, seed;
    bool lives_long;
  };
  std::mt19937 random(5);
  std::vector<Object> live;
  uint64_t bytes = 0, seed = 0;
  const auto churn = [&](double least, uint64_t most) {
    for (uint64_t made = 0; made < most;) {
      const auto words = static_cast<uint64_t>(std::exp2(std::uniform_real_distribution<double>(least, least + 2)(random)));
      live.push_back({PutWords(client, words, ++seed), words, seed, random() % 20 == 0});
      bytes += words * 8;
      made += words * 8;
      while (bytes > kLive) {
        Object& object = live[random() % live.size()];
        if (object.lives_long && random() % 8 != 0) continue;
        OK(atoll_dereference(client, &object.id));
        bytes -= object.words * 8;
        object = live.back();
        live.pop_back();
      }
    }
  };
  for (const double least : {9., 16., 12., 17., 10., 15.}) {
    churn(least, 2 * kLive);
    EXPECT_TRUE(Eventually([&] {
      churn(least, kMiB);
      const atoll_stats_t stats = Stats(client);
      const uint64_t leased = (stats.extents_of_clients + stats.extents_of_server) * stats.extent_bytes;
      return leased <= stats.allocated + stats.allocated * 3 / 10;
    })) << "objects from 2^" << least + 3 << " bytes on: " << Stats(client).allocated << " bytes live in "
        << Stats(client).extents_of_clients + Stats(client).extents_of_server << " extents";
  }
  EXPECT_GT(Moved(), 0u);
  for (const Object& object : live) {
    ExpectWords(client, object.id, object.words, object.seed);
    OK(atoll_dereference(client, &object.id));
  }
  EXPECT_TRUE(BecomesEmpty(client));
}

// A window is made while others look at what lies there, drop it, delete it and make more.
TEST_F(MovingTest, ReadersSeeTheirBytesWhateverMoves) {
  StartAndLook();
  atoll_client* client = Attach();
  atoll_client* reader = Attach();
  atoll_client* maker = Attach();
  FillWithHoles(client, 56 * kMiB, 8192, 3);
  std::atomic<bool> over{false};
  std::atomic<uint64_t> wrong{0}, looked{0};
  std::thread reading([&] {
    for (std::mt19937 random(3); !over.load();) {
      const size_t i = random() % kept_.size();
      atoll_view view{};
      if (atoll_get(reader, &kept_[i].id, 0, &view) != 0) {
        ++wrong;
        continue;
      }
      const auto* words = reinterpret_cast<const uint64_t*>(view.address);
      for (uint64_t at = 0; at < kept_[i].words; at += 511) wrong += words[at] != i * 3 + at;
      atoll_release(reader, &kept_[i].id);
      ++looked;
    }
  });
  std::thread making([&] {
    while (!over.load()) {
      atoll_object_id id{};
      uint64_t address = 0;
      if (atoll_create(maker, &id, 3000, 0, 0, kSecond, &address) != 0) continue;
      if (atoll_seal(maker, &id, nullptr) != 0 || atoll_dereference(maker, &id) != 0) ++wrong;
    }
  });
  for (int round = 0; round < 30; ++round) {
    atoll_object_id id{};
    if (Create(client, (12 + round % 3 * 8) * kMiB, &id, 5 * kSecond) != 0) {
      ADD_FAILURE() << "round " << round << ": " << atoll_last_error();
      break;
    }
    Discard(client, &id);
    // Holes again, elsewhere.
    std::vector<atoll_object_id> some;
    for (int i = 0; i < 400; ++i) some.push_back(Put(client, 50'000));
    for (const atoll_object_id& one : some) OK(atoll_dereference(client, &one));
  }
  over = true;
  reading.join();
  making.join();
  EXPECT_EQ(wrong.load(), 0u);
  EXPECT_GT(looked.load(), 0u);
  EXPECT_GT(Moved(), 0u);
  ExpectKept(reader, 3);
}

}  // namespace
}  // namespace atollstore
