// Clients as threads of one process: with ThreadSanitizer, where they all use the same mapping, a race
// between two clients, or with the server, is a report.
#include <atomic>
#include <chrono>
#include <thread>

#include "fixture.h"
#include "storm.h"

namespace atollstore {
namespace {

using ThreadsTest = StoreTest;

TEST_F(ThreadsTest, StormOfClientsInOneProcessIsRight) {
  auto options = Defaults();
  options.max_objects = 2048;
  Start(options);
  atoll_client* client = Attach();
  ASSERT_EQ(atoll_client_index(client), 1);
  Board* board = Board::In(client);
  std::vector<std::thread> threads;
  for (uint64_t seed = 1; seed <= 4; ++seed) threads.emplace_back([&, seed] { Storm(path_, seed).Run(); });
  std::this_thread::sleep_for(std::chrono::seconds(3));
  board->stop.store(1);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(board->failed.load(), 0u);
  EXPECT_GT(board->checked.load(), 100u);
  EXPECT_TRUE(BecomesEmpty(client)) << Stats(client).objects << " objects are left";
}

// One thread makes and drops the object that others pin, whose block the next one gets.
TEST_F(ThreadsTest, PinNeverSeesTheBytesOfTheNextObject) {
  Start();
  atoll_client* client = Attach();
  Board* board = Board::In(client);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) threads.emplace_back([this] { PinRace(path_); });
  for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
       std::chrono::steady_clock::now() < end;) {
    atoll_object_id id{};
    uint64_t address = 0;
    OK(atoll_create(client, &id, 2048, 0, 0, kSecond, &address));
    FillBytes(address, 2048, id.place);
    OK(atoll_seal(client, &id, nullptr));
    board->places[0].store(id.place);
    OK(atoll_dereference(client, &id));
  }
  board->stop.store(1);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(board->failed.load(), 0u);
  EXPECT_TRUE(BecomesEmpty(client));
}

// A thread gives back all the time what its client does not hold, while the last true holder lets go.
class WrongThreads : public StoreTest {
 protected:
  void Run(int64_t (*give_back)(atoll_client*, const atoll_object_id*)) {
    Start();
    atoll_client *maker = Attach(), *wrong = Attach();
    std::atomic<uint64_t> place{0}, calls{0};
    std::atomic<bool> stop{false};
    std::thread thread([&] {
      while (!stop.load()) {
        const atoll_object_id id{atoll_store_id(wrong), place.load()};
        if (id.place != 0) {
          EXPECT_LT(give_back(wrong, &id), 0);
        }
        calls.fetch_add(1);
      }
    });
    for (int i = 0; i < 1'000; ++i) {
      const atoll_object_id id = PutExpected(maker, 64);
      atoll_view view{};
      OK(atoll_get(wrong, &id, 0, &view));
      OK(atoll_release(wrong, &id));
      OK(atoll_reference(wrong, &id));
      OK(atoll_dereference(wrong, &id));
      place.store(id.place);
      ::usleep(30);
      OK(atoll_dereference(maker, &id));
      ::usleep(300);
      place.store(0);
      for (const uint64_t seen = calls.load(); calls.load() < seen + 2;) std::this_thread::yield();
    }
    stop.store(true);
    thread.join();
    EXPECT_TRUE(BecomesEmpty(maker)) << Stats(maker).objects << " objects are left";
  }
};

TEST_F(WrongThreads, DereferenceOfWhatIsNotHeldKeepsNothing) { Run(atoll_dereference); }
TEST_F(WrongThreads, ReleaseOfWhatIsNotPinnedKeepsNothing) { Run(atoll_release); }

}  // namespace
}  // namespace atollstore
