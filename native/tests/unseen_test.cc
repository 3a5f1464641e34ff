// Objects that nobody but their creator has seen: it frees them itself. The server of these tests works only
// when it is polled, so that whatever happens between two polls has happened without it.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "fixture.h"
#include "server/server_core.h"

namespace atollstore {
namespace {

class UnseenTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    auto options = Defaults();
    options.socket_path = path_.c_str();
    auto server = ServerCore::Open(options);
    ASSERT_TRUE(server.ok()) << LastError();
    polled_ = std::move(server.value());
    Polled([this] {
      creator_ = Attach();
      other_ = Attach();
      // The first lease is the server's to back; and large ones.
      Drop(creator_, Put(creator_, 1000));
      Drop(creator_, Put(creator_, 3 << 20));
    });
    // Whoever had to wait for that made pressure, under which it is the server that frees.
    const Header& header = polled_->control().header();
    const auto is_calm = [&] { return Objects() == 0 && header.pressure.load() == 0 && header.room_queue.load() == 0; };
    for (int i = 0; i < 1000 && !is_calm(); ++i) Poll();
    ASSERT_TRUE(is_calm());
  }
  void TearDown() override {
    Polled([this] {
      auto looker = ClientCore::Attach(path_.c_str());
      ASSERT_TRUE(looker.ok());
      const FsckReport report = FsckLive(looker.value()->control(), looker.value()->data());
      EXPECT_TRUE(report.sound()) << report.Text();
      (void)looker.value()->Detach();
      Detach(creator_);
      Detach(other_);
    });
    polled_.reset();
    StoreTest::TearDown();
  }

  template <typename Call>
  void Polled(Call call) {
    std::atomic<bool> done{false};
    std::thread caller([&] {
      call();
      done.store(true);
    });
    while (!done.load()) Poll();
    caller.join();
  }
  void Poll() { polled_->Poll(1); }
  static void Drop(atoll_client* client, const atoll_object_id& id) { OK(atoll_dereference(client, &id)); }
  uint64_t Objects() { return Stats(creator_).objects; }
  bool BecomesGone() {
    for (int i = 0; i < 1000 && Objects() != 0; ++i) Poll();
    return Objects() == 0;
  }

  std::unique_ptr<ServerCore> polled_;
  atoll_client* creator_ = nullptr;
  atoll_client* other_ = nullptr;
};

TEST_F(UnseenTest, GoWithTheLastReference) {
  const atoll_object_id id = Put(creator_, 1000);
  OK(atoll_reference(creator_, &id));
  Drop(creator_, id);
  EXPECT_EQ(Objects(), 1u);
  const uint64_t before = Stats(creator_).freed;
  Drop(creator_, id);
  EXPECT_EQ(Objects(), 0u);
  EXPECT_EQ(Stats(creator_).freed, before + 1);
  EXPECT_EQ(atoll_contains(other_, &id), ATOLL_ABSENT);
}

TEST_F(UnseenTest, GoWithTheLastPin) {
  const atoll_object_id id = Put(creator_, 1000);
  atoll_view first{}, second{};
  OK(atoll_get(creator_, &id, 0, &first));
  OK(atoll_get(creator_, &id, 0, &second));
  Drop(creator_, id);
  OK(atoll_release(creator_, &id));
  EXPECT_EQ(Objects(), 1u);
  EXPECT_EQ(*reinterpret_cast<const uint8_t*>(second.address), 7);
  OK(atoll_release(creator_, &id));
  EXPECT_EQ(Objects(), 0u);
}

TEST_F(UnseenTest, GoWhenSealedAfterTheLastReference) {
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_create(creator_, &id, 1000, 0, 0, 0, &address));
  Drop(creator_, id);
  for (int i = 0; i < 10; ++i) Poll();  // the server finds it being written
  OK(atoll_seal(creator_, &id, nullptr));
  EXPECT_EQ(Objects(), 0u);
}

TEST_F(UnseenTest, GoWhenDeletedAndDropped) {
  const atoll_object_id id = Put(creator_, 1000);
  OK(atoll_delete(creator_, &id));
  EXPECT_EQ(atoll_contains(creator_, &id), ATOLL_IS_LOST);
  Drop(creator_, id);
  EXPECT_EQ(Objects(), 0u);
}

TEST_F(UnseenTest, GiveTheirBytesToTheNext) {
  const atoll_object_id first = Put(creator_, 3 << 20);
  atoll_view view{};
  OK(atoll_get(creator_, &first, 0, &view));
  const uint64_t offset = view.offset;
  OK(atoll_release(creator_, &first));
  Drop(creator_, first);
  const atoll_object_id second = Put(creator_, 3 << 20);
  OK(atoll_get(creator_, &second, 0, &view));
  EXPECT_EQ(view.offset, offset);
  OK(atoll_release(creator_, &second));
  Drop(creator_, second);
}

// Whoever else has had a pin or a reference makes the object the server's to free; a name only while it is there.
TEST_F(UnseenTest, AreSeenOnceAnotherClientHasThem) {
  const atoll_object_id pinned = Put(creator_, 1000);
  const atoll_object_id referenced = Put(creator_, 1000);
  const atoll_object_id named = Put(creator_, 1000);
  const atoll_object_id expected = PutExpected(creator_, 1000);
  atoll_view view{};
  OK(atoll_get(other_, &pinned, 0, &view));
  OK(atoll_release(other_, &pinned));
  OK(atoll_reference(other_, &referenced));
  Drop(other_, referenced);
  Polled([&] { OK(atoll_publish(creator_, "named", &named, ATOLL_FOREVER)); });
  Polled([&] { OK(atoll_unpublish(creator_, "named", ATOLL_FOREVER)); });
  for (const atoll_object_id& id : {pinned, referenced, named, expected}) Drop(creator_, id);
  EXPECT_EQ(Objects(), 2u);
  EXPECT_TRUE(BecomesGone());
}

TEST_F(UnseenTest, StayWhileTheyHaveAName) {
  const atoll_object_id named = Put(creator_, 1000);
  Polled([&] { OK(atoll_publish(creator_, "named", &named, ATOLL_FOREVER)); });
  Drop(creator_, named);
  EXPECT_EQ(Objects(), 1u);
  Polled([&] { OK(atoll_unpublish(creator_, "named", ATOLL_FOREVER)); });
  EXPECT_TRUE(BecomesGone());
}

TEST_F(UnseenTest, StayWhileAnotherClientHoldsThem) {
  const atoll_object_id pinned = Put(creator_, 1000);
  const atoll_object_id referenced = Put(creator_, 1000);
  atoll_view view{};
  OK(atoll_get(other_, &pinned, 0, &view));
  OK(atoll_reference(other_, &referenced));
  Drop(creator_, pinned);
  Drop(creator_, referenced);
  for (int i = 0; i < 100; ++i) Poll();
  EXPECT_EQ(Objects(), 2u);
  EXPECT_EQ(*reinterpret_cast<const uint8_t*>(view.address), 7);
  OK(atoll_release(other_, &pinned));
  Drop(other_, referenced);
  EXPECT_TRUE(BecomesGone());
}

TEST_F(UnseenTest, ChildrenGoWithTheirContainer) {
  const atoll_object_id child = Put(creator_, 1000);
  atoll_object_id container{};
  uint64_t address = 0;
  OK(atoll_create(creator_, &container, 10, 1, 0, 0, &address));
  OK(atoll_seal(creator_, &container, &child));
  Drop(creator_, child);
  for (int i = 0; i < 100; ++i) Poll();
  EXPECT_EQ(Objects(), 2u);
  Drop(creator_, container);
  EXPECT_TRUE(BecomesGone());
}

// Threads of one client that get, drop and release one object after the other; the server is not there.
TEST_F(UnseenTest, ThreadsOfOneClientDropThem) {
  constexpr int kThreads = 4, kRounds = 20'000;
  std::atomic<uint64_t> wrong{0};
  for (int round = 0; round < kRounds / 1000; ++round) {
    std::vector<atoll_object_id> ids;
    for (int i = 0; i < 200; ++i) {
      ids.push_back(Put(creator_, 64, static_cast<uint8_t>(i)));
      for (int t = 1; t < kThreads; ++t) OK(atoll_reference(creator_, &ids.back()));
    }
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (size_t i = 0; i < ids.size(); ++i) {
          atoll_view view{};
          if (atoll_get(creator_, &ids[i], 0, &view) != 0) ++wrong;
          if (atoll_dereference(creator_, &ids[i]) != 0) ++wrong;
          if (*reinterpret_cast<const uint8_t*>(view.address) != static_cast<uint8_t>(i)) ++wrong;
          if (atoll_release(creator_, &ids[i]) != 0) ++wrong;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    // Two at once in the same object leave it to the server.
    EXPECT_TRUE(BecomesGone());
  }
  EXPECT_EQ(wrong.load(), 0u);
}

}  // namespace
}  // namespace atollstore
