// Entries are used again, whatever lives long beside them, and running out of them says so.
#include <thread>

#include "check/inspect.h"
#include "fixture.h"
#include "process.h"

namespace atollstore {
namespace {

class EntriesTest : public StoreTest {
 protected:
  void StartWith(uint64_t objects) {
    atoll_server_options options = Defaults();
    options.capacity = 256 << 20;
    options.max_objects = objects;
    Start(options);
    auto looker = ClientCore::Attach(path_.c_str());
    ASSERT_TRUE(looker.ok()) << LastError();
    looker_ = std::move(looker).value();
  }
  void TearDown() override {
    looker_.reset();
    StoreTest::TearDown();
  }
  uint64_t High() const { return looker_->control().entries_high(); }
  static void Drop(atoll_client* client, const atoll_object_id& id) {
    ASSERT_EQ(atoll_dereference(client, &id), 0) << atoll_last_error();
  }
  std::unique_ptr<ClientCore> looker_;
};

TEST_F(EntriesTest, ThoseBesideLongLivedOnesAreUsedAgain) {
  StartWith(1 << 20);
  atoll_client* client = Attach();
  for (int i = 0; i < 6000; ++i) Put(client, 64);
  for (int round = 0; round < 100; ++round) {
    std::vector<atoll_object_id> ids;
    for (int i = 0; i < 1000; ++i) ids.push_back(Put(client, 64));
    for (const atoll_object_id& id : ids) Drop(client, id);
    // Under pressure, which the first leases may have made, it is the server that frees.
    EXPECT_TRUE(Eventually([&] { return Stats(client).objects == 6000; }));
  }
  EXPECT_LE(High(), 7000u + 4 * kEntriesPerBlock);
}

// The server frees these, some time after they are dropped.
TEST_F(EntriesTest, ThoseTheServerFreesAreUsedAgain) {
  StartWith(1 << 20);
  atoll_client* client = Attach();
  for (int i = 0; i < 6000; ++i) PutExpected(client, 64);
  for (int round = 0; round < 20; ++round) {
    std::vector<atoll_object_id> ids;
    for (int i = 0; i < 1000; ++i) ids.push_back(PutExpected(client, 64));
    for (const atoll_object_id& id : ids) Drop(client, id);
    EXPECT_TRUE(Eventually([&] { return Stats(client).objects == 6000; }));
  }
  EXPECT_LE(High(), 7000u + 4 * kEntriesPerBlock);
}

TEST_F(EntriesTest, HolesAmongLongLivedOnesAreUsedAgain) {
  StartWith(1 << 20);
  atoll_client* client = Attach();
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 6400; ++i) ids.push_back(Put(client, 64));
  for (int round = 0; round < 50; ++round) {
    const size_t first = static_cast<size_t>(round) % 7;
    const size_t holes = (ids.size() - first + 6) / 7;
    for (size_t i = first; i < ids.size(); i += 7) Drop(client, ids[i]);
    EXPECT_TRUE(Eventually([&] { return Stats(client).objects == ids.size() - holes; }));
    for (size_t i = first; i < ids.size(); i += 7) ids[i] = Put(client, 64);
  }
  EXPECT_LE(High(), 6400u + 4 * kEntriesPerBlock);
}

TEST_F(EntriesTest, WhatTheDeadHadServesOthers) {
  StartWith(1 << 20);
  for (int round = 0; round < 6; ++round) {
    atoll_client* client = Attach();
    for (int i = 0; i < 1000; ++i) Put(client, 64);
    Detach(client);
    EXPECT_TRUE(Eventually([&] { return InspectStore(looker_->control()).objects == 0; }));
  }
  EXPECT_LE(High(), 1000u + 8 * kEntriesPerBlock);
}

TEST_F(EntriesTest, SeveralThreadsAndClientsShareThemAll) {
  StartWith(1 << 12);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    atoll_client* client = t % 2 == 0 ? Attach() : clients_.back();
    threads.emplace_back([client] {
      for (int round = 0; round < 200; ++round) {
        std::vector<atoll_object_id> ids;
        for (int i = 0; i < 500; ++i) ids.push_back(Put(client, 64));
        for (const atoll_object_id& id : ids) Drop(client, id);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  // All of them can be had again, by one.
  atoll_client* last = Attach();
  std::vector<atoll_object_id> ids;
  for (int i = 0; i < 1 << 12; ++i) {
    atoll_object_id id{};
    ASSERT_TRUE(Eventually([&] { return atoll_expect(last, &id) == 0; })) << i << ": " << atoll_last_error();
    ids.push_back(id);
  }
  atoll_object_id none{};
  EXPECT_EQ(atoll_expect(last, &none), -ATOLL_TOO_MANY_OBJECTS);
  EXPECT_NE(std::strstr(atoll_last_error(), "4096 entries"), nullptr) << atoll_last_error();
  EXPECT_NE(std::strstr(atoll_last_error(), "max_objects"), nullptr) << atoll_last_error();
  for (const atoll_object_id& id : ids) Drop(last, id);
}

}  // namespace
}  // namespace atollstore
