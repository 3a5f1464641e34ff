// A store of its own for each test, in a directory of its own. Afterwards nothing may be pinned or leaked.
#ifndef ATOLL_TESTS_FIXTURE_H_
#define ATOLL_TESTS_FIXTURE_H_

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "atoll/c.h"
#include "check/fsck.h"
#include "client/client_core.h"
#include "client/look.h"

namespace atollstore {

constexpr int64_t kSecond = 1'000'000'000;

// The value of a call that should succeed.
#define OK(call)                                                \
  do {                                                          \
    const int64_t code_ = (call);                               \
    ASSERT_GE(code_, 0) << #call << ": " << atoll_last_error(); \
  } while (false)

class StoreTest : public ::testing::Test {
 protected:
  static atoll_server_options Defaults() {
    atoll_server_options options{};
    options.size = sizeof(options);
    options.capacity = 64 << 20;
    return options;
  }

  void SetUp() override {
    char name[] = "/tmp/atoll-test-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    directory_ = name;
    path_ = directory_ + "/store.sock";
  }

  void TearDown() override {
    for (atoll_client* client : clients_) atoll_detach(client);
    if (server_ != nullptr) {
      if (!damaged_) ExpectSound();
      EXPECT_EQ(atoll_server_stop(server_), 0);
    }
    EXPECT_NE(::access(path_.c_str(), F_OK), 0) << "the socket is still there";
    EXPECT_EQ(::rmdir(directory_.c_str()), 0);
  }

  void Start(atoll_server_options options = Defaults()) {
    options.socket_path = path_.c_str();
    ASSERT_EQ(atoll_server_start(&options, &server_), 0) << atoll_last_error();
  }
  void Stop() {
    ASSERT_EQ(atoll_server_stop(server_), 0);
    server_ = nullptr;
  }

  atoll_client* Attach() {
    atoll_client* client = nullptr;
    EXPECT_EQ(atoll_attach(path_.c_str(), nullptr, &client), 0) << atoll_last_error();
    if (client != nullptr) clients_.push_back(client);
    return client;
  }
  atoll_client* AttachReserving(uint64_t bytes) {
    atoll_client_options options{};
    options.size = sizeof(options);
    options.reserve_bytes = bytes;
    atoll_client* client = nullptr;
    EXPECT_EQ(atoll_attach(path_.c_str(), &options, &client), 0) << atoll_last_error();
    if (client != nullptr) clients_.push_back(client);
    return client;
  }
  void Detach(atoll_client* client) {
    std::erase(clients_, client);
    ASSERT_EQ(atoll_detach(client), 0);
  }

  // A sealed object of `size` bytes, each `fill`; the client holds one reference.
  static atoll_object_id Put(atoll_client* client, uint64_t size, uint8_t fill = 7, uint64_t tag = 0) {
    return Fill(client, {}, size, fill, tag);
  }
  // The same with an id that was there before it, of which others may know: the server's to free.
  static atoll_object_id PutExpected(atoll_client* client, uint64_t size) {
    atoll_object_id id{};
    EXPECT_EQ(atoll_expect(client, &id), 0) << atoll_last_error();
    return Fill(client, id, size, 7, 0);
  }
  static atoll_object_id Fill(atoll_client* client, atoll_object_id id, uint64_t size, uint8_t fill,
                              uint64_t tag) {
    uint64_t address = 0;
    // Far more than it takes, also on a busy machine.
    EXPECT_EQ(atoll_create(client, &id, size, 0, tag, 30 * kSecond, &address), 0) << atoll_last_error();
    if (address == 0) return id;
    std::memset(reinterpret_cast<void*>(address), fill, size);
    EXPECT_EQ(atoll_seal(client, &id, nullptr), 0) << atoll_last_error();
    return id;
  }

  static atoll_stats_t Stats(atoll_client* client) {
    atoll_stats_t stats{};
    stats.size = sizeof(stats);
    EXPECT_EQ(atoll_stats(client, &stats), 0);
    return stats;
  }

  // Waits until the condition holds; false after ten seconds.
  template <typename Condition>
  static bool Eventually(Condition condition) {
    for (int i = 0; i < 10000; ++i) {
      if (condition()) return true;
      ::usleep(1000);
    }
    return condition();
  }
  static bool BecomesEmpty(atoll_client* client) {
    return Eventually([&] { return Stats(client).objects == 0 && Stats(client).allocated == 0; });
  }

  // Every invariant of the store at path_ holds.
  void ExpectSound() {
    auto look = Look::At(path_.c_str());
    ASSERT_TRUE(look.ok()) << LastError();
    const FsckReport report = FsckLive(look.value().control(), look.value().data());
    EXPECT_TRUE(report.sound()) << report.Text();
  }

  std::string directory_, path_;
  bool damaged_ = false;  // by the test itself: not to be checked
  atoll_server* server_ = nullptr;
  std::vector<atoll_client*> clients_;
};

}  // namespace atollstore

#endif  // ATOLL_TESTS_FIXTURE_H_
