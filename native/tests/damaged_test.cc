// Who can have an object made again is asked before anybody is told that it is lost.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "object_id.h"
#include "process.h"
#include "takeover_fixture.h"

namespace atollstore {
namespace {

constexpr uint64_t kBytes = 1 << 20;

// Overwrites all that is on disk.
void DamageAll(const std::string& directory) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file() || entry.file_size() == 0) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    const std::string noise(1 << 16, 'x');
    for (uint64_t at = 0; at < entry.file_size(); at += noise.size())
      file.write(noise.data(), static_cast<std::streamsize>(noise.size()));
  }
}

class DamagedTest : public TakeoverTest {
 protected:
  // An object of another client's that is on disk, and damaged there. `asked` has expected it; `before` comes before it is
  // made.
  template <typename Before>
  atoll_object_id Damaged(atoll_client* asked, Before before) {
    atoll_object_id id{};
    EXPECT_EQ(atoll_expect(asked, &id), 0);
    before(id);
    maker_ = Attach();
    Fill(maker_, id, kBytes, 7, 0);
    atoll_object_id all{};
    uint64_t address = 0;
    EXPECT_EQ(atoll_create(maker_, &all, (16 << 20) - (512 << 10), 0, 0, 20 * kSecond, &address), 0) << atoll_last_error();
    EXPECT_EQ(atoll_abort(maker_, &all), 0);
    EXPECT_EQ(atoll_dereference(maker_, &all), 0);
    EXPECT_EQ(Stats(maker_).spilled_objects, 1u);
    DamageAll(directory_ + "/spill");
    return id;
  }
  void ServeSpilling() {
    ASSERT_EQ(::mkdir((directory_ + "/spill").c_str(), 0700), 0);
    Serve({"--capacity", "16M", "--spill", directory_ + "/spill"});
  }
  static void ExpectEvent(atoll_client* client, const atoll_object_id& id) {
    atoll_event event{};
    ASSERT_EQ(atoll_take_ready(client, &event, 1, 20 * kSecond), 1) << atoll_last_error();
    EXPECT_EQ(event.kind, uint64_t{ATOLL_EVENT_DAMAGED});
    EXPECT_EQ(event.id.place, id.place);
  }
  atoll_client* maker_ = nullptr;
};

// Getters, readers and waiters of any kind never see it lost.
TEST_F(DamagedTest, IsMadeAgainAndNobodySeesItLost) {
  ServeSpilling();
  atoll_client *asked = Attach(), *others[4] = {Attach(), Attach(), Attach(), Attach()};
  const atoll_object_id id = Damaged(asked, [&](const atoll_object_id& expected) {
    EXPECT_EQ(atoll_watch_damaged(asked, &expected), 0) << atoll_last_error();
    EXPECT_EQ(atoll_watch_damaged(asked, &expected), -ATOLL_INVALID_ARGUMENT);
  });
  std::atomic<bool> lost{false};
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    atoll_view view;
    EXPECT_EQ(atoll_get(others[0], &id, 30 * kSecond, &view), 0) << atoll_last_error();
    EXPECT_EQ(*reinterpret_cast<const uint8_t*>(view.address), 9);
    EXPECT_EQ(atoll_release(others[0], &id), 0);
  });
  threads.emplace_back([&] {
    std::vector<uint8_t> bytes(100);
    OK(atoll_reference(others[1], &id));
    EXPECT_EQ(atoll_read(others[1], &id, 50, bytes.data(), 100, 30 * kSecond), 100) << atoll_last_error();
    EXPECT_EQ(bytes[99], 9);
    OK(atoll_dereference(others[1], &id));
  });
  threads.emplace_back([&] {
    atoll_view view;
    EXPECT_EQ(atoll_get_all(others[3], &id, 1, 30 * kSecond, &view), 0) << atoll_last_error();
    EXPECT_EQ(*reinterpret_cast<const uint8_t*>(view.address), 9);
    EXPECT_EQ(atoll_release(others[3], &id), 0);
  });
  std::atomic<bool> done{false};
  threads.emplace_back([&] {
    while (!done.load()) {
      if (atoll_contains(others[2], &id) == ATOLL_IS_LOST) lost.store(true);
    }
  });
  ExpectEvent(asked, id);
  EXPECT_EQ(atoll_contains(asked, &id), ATOLL_EXPECTED);
  ::usleep(20'000);  // they wait
  OK(atoll_expect_again(asked, &id));
  EXPECT_EQ(atoll_give_up(asked, &id), -ATOLL_INVALID_ARGUMENT);
  Fill(maker_, id, kBytes, 9, 0);
  threads[0].join();
  threads[1].join();
  threads[2].join();
  done.store(true);
  threads[3].join();
  EXPECT_FALSE(lost.load());
  EXPECT_EQ(atoll_expect_again(asked, &id), -ATOLL_ALREADY_EXISTS);
  OK(atoll_dereference(asked, &id));
  EXPECT_TRUE(BecomesEmpty(asked));
}

TEST_F(DamagedTest, WhoIsAskedMayGiveItUpAndMayComeBack) {
  ServeSpilling();
  atoll_client *asked = Attach(), *other = Attach();
  const atoll_object_id id =
      Damaged(asked, [&](const atoll_object_id& expected) { OK(atoll_watch_damaged(asked, &expected)); });
  int64_t got = 0;
  std::thread getter([&] {
    atoll_view view;
    got = atoll_get(other, &id, 30 * kSecond, &view);
  });
  ExpectEvent(asked, id);
  OK(atoll_give_up(asked, &id));
  getter.join();
  EXPECT_EQ(got, -ATOLL_LOST);
  OK(atoll_expect_again(asked, &id));  // it has found a way
  EXPECT_EQ(atoll_contains(other, &id), ATOLL_EXPECTED);
  Fill(other, id, 100, 3, 0);
  ExpectBytes(asked, id, 100, 3);
  OK(atoll_delete(asked, &id));
  EXPECT_EQ(atoll_expect_again(asked, &id), -ATOLL_LOST);
  OK(atoll_dereference(asked, &id));
}

// Who is asked about one that is deleted meanwhile has not been asked about the next one in its entry.
TEST_F(DamagedTest, WhoAnswersTooLateIsNotAskedAboutTheNext) {
  ServeSpilling();
  atoll_client *asked = Attach(), *other = Attach();
  const atoll_object_id id =
      Damaged(asked, [&](const atoll_object_id& expected) { OK(atoll_watch_damaged(asked, &expected)); });
  std::thread getter([&] {
    atoll_view view;
    EXPECT_EQ(atoll_get(other, &id, 30 * kSecond, &view), -ATOLL_LOST) << atoll_last_error();
  });
  ExpectEvent(asked, id);
  OK(atoll_delete(asked, &id));
  getter.join();
  EXPECT_EQ(atoll_expect_again(asked, &id), -ATOLL_LOST);
  OK(atoll_dereference(asked, &id));
  ASSERT_TRUE(BecomesEmpty(asked));
  std::vector<atoll_object_id> ids;
  bool again = false;
  while (!again && ids.size() < 10'000) {
    atoll_object_id next{};
    OK(atoll_expect(asked, &next));
    ids.push_back(next);
    again = ObjectId(next).index() == ObjectId(id).index();
  }
  ASSERT_TRUE(again) << "its entry is used again";
  OK(atoll_watch_damaged(asked, &ids.back()));
  atoll_event event{};
  EXPECT_EQ(atoll_take_ready(asked, &event, 1, 0), 0) << "it is not even made";
  for (const atoll_object_id& each : ids) OK(atoll_dereference(asked, &each));
}

// Without somebody to ask, and after a watch has ended, it is lost as ever.
TEST_F(DamagedTest, WithoutAWatchItIsLost) {
  ServeSpilling();
  atoll_client *asked = Attach(), *other = Attach();
  const atoll_object_id id = Damaged(asked, [&](const atoll_object_id& expected) {
    OK(atoll_watch_damaged(asked, &expected));
    EXPECT_EQ(atoll_unwatch(asked, &expected, 1), 1);
  });
  atoll_view view;
  EXPECT_EQ(atoll_get(other, &id, 20 * kSecond, &view), -ATOLL_LOST);
  OK(atoll_dereference(asked, &id));
}

// The one that is asked dies without an answer: then the next one is asked, and then it is lost; also when the server is
// killed in between.
TEST_F(DamagedTest, WhoIsAskedMayBeKilled) {
  ServeSpilling();
  for (const bool server_too : {false, true}) {
    atoll_client *second = Attach(), *other = Attach();
    std::unique_ptr<Process> first;
    const atoll_object_id id = Damaged(second, [&](const atoll_object_id& expected) {
      first = std::make_unique<Process>(Command("asked", expected));
      ASSERT_EQ(first->ReadLine(), "ready");
    });
    OK(atoll_reference(other, &id));
    int64_t got = 0;
    std::thread getter([&] {
      atoll_view view;
      got = atoll_get(other, &id, 60 * kSecond, &view);
    });
    EXPECT_EQ(first->ReadLine(), "asked");
    OK(atoll_watch_damaged(second, &id));
    if (server_too) KillServer();
    first->Kill();
    ExpectEvent(second, id);
    EXPECT_EQ(atoll_contains(other, &id), ATOLL_EXPECTED);
    if (server_too) KillServer();
    Detach(second);  // nobody is left
    getter.join();
    EXPECT_EQ(got, -ATOLL_LOST);
    OK(atoll_dereference(other, &id));
    EXPECT_TRUE(BecomesEmpty(other)) << Stats(other).objects;
    Detach(maker_);
    Detach(other);
  }
}

}  // namespace
}  // namespace atollstore
