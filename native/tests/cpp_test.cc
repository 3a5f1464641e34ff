// The C++ face: what it owns it gives back. A program of its own, which sees of the library what its users
// see.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <thread>
#include <unordered_set>

#include "atoll/client.h"
#include "atoll/server.h"

namespace atollstore {
namespace {

using namespace std::chrono_literals;

class CppTest : public ::testing::Test {
 protected:
  static bool Eventually(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }
  static bool BecomesEmpty(Client& client) {
    return Eventually([&] { return client.Stats()->objects == 0 && client.Stats()->allocated == 0; });
  }

  void SetUp() override {
    char name[] = "/tmp/atoll-test-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    directory_ = name;
    path_ = directory_ + "/store.sock";
  }
  void TearDown() override { EXPECT_EQ(::rmdir(directory_.c_str()), 0); }

  std::string directory_, path_;
};

TEST_F(CppTest, ValueGoesFromWriterToView) {
  auto server = Server::Start(Server::Defaults(path_.c_str(), 64 << 20));
  ASSERT_TRUE(server.ok()) << LastError();
  auto client = Client::Attach(path_);
  ASSERT_TRUE(client.ok()) << LastError();
  ObjectId id;
  {
    auto writer = client.value().Create(100, 1s, 5);
    ASSERT_TRUE(writer.ok()) << LastError();
    std::ranges::fill(writer.value().bytes(), std::byte{9});
    id = writer.value().id();
    ASSERT_TRUE(writer.value().Seal().ok());
    EXPECT_TRUE(writer.value().bytes().empty()) << "nobody writes there any more";
    EXPECT_EQ(writer.value().Seal().code(), ATOLL_NOT_CREATING);
    EXPECT_NE(std::string(LastError()).find("is not creating"), std::string::npos) << LastError();
    EXPECT_EQ(writer.value().Resize(200, 0s).code(), ATOLL_NOT_CREATING);
  }
  {
    auto view = client.value().Get(id, 0s);
    ASSERT_TRUE(view.ok()) << LastError();
    EXPECT_EQ(view.value().bytes().size(), 100u);
    EXPECT_EQ(view.value().bytes()[99], std::byte{9});
    EXPECT_EQ(view.value().tag(), 5u);
    EXPECT_TRUE(view.value().contained().empty());
  }
  std::array<std::byte, 8> part{};
  auto read = client.value().Read(id, 96, part, 0s);
  ASSERT_TRUE(read.ok()) << LastError();
  EXPECT_EQ(read.value(), 4u) << "where the object ends";
  EXPECT_EQ(part[3], std::byte{9});
  EXPECT_EQ(part[4], std::byte{0});
  EXPECT_EQ(client.value().Read(id, 101, part, 0s).status().code(), ATOLL_INVALID_ARGUMENT);
  { auto given_up = client.value().Create(100, 1s); }
  ASSERT_TRUE(client.value().Dereference(id).ok());
  EXPECT_TRUE(BecomesEmpty(*client));
  EXPECT_EQ(client.value().Get(id, 0s).status().code(), ATOLL_NOT_FOUND);
}

TEST(Timeout, WhatIsLeftOfAPassedDeadlineIsOverAndWhatCannotBeToldIsForEver) {
  static_assert(kForever.count() == ATOLL_FOREVER && Timeout(1s).count() == 1'000'000'000);
  static_assert(Timeout(-1ns).count() == 0 && Timeout(std::chrono::hours::min()).count() == 0);
  static_assert(Timeout(std::chrono::hours::max()).count() == ATOLL_FOREVER);
  static_assert(Timeout(std::chrono::duration<double>(0.5)).count() == 500'000'000);
  const auto deadline = std::chrono::steady_clock::now();
  EXPECT_EQ(Timeout(deadline - (deadline + 20ms)).count(), 0);
}

TEST_F(CppTest, EverythingAUserNeedsIsThere) {
  auto server = Server::Start(Server::Defaults(path_.c_str(), 64 << 20));
  ASSERT_TRUE(server.ok()) << LastError();
  auto client = Client::Attach(path_);
  ASSERT_TRUE(client.ok()) << LastError();
  auto expected = client->Expect();
  ASSERT_TRUE(expected.ok());
  EXPECT_EQ(client->State(*expected), ATOLL_EXPECTED);
  const auto deadline = std::chrono::steady_clock::now() - 20ms;
  EXPECT_EQ(client->Get(*expected, deadline - std::chrono::steady_clock::now()).status().code(), ATOLL_TIMED_OUT);
  {
    auto child = client->Create(10, 1s);
    ASSERT_TRUE(child.ok() && child->Seal().ok());
    const atoll_object_id id = child->id().c();
    auto container = client->Create(*expected, 3, kForever, 0, 1);
    ASSERT_TRUE(container.ok() && container->Seal(&id).ok());
    ASSERT_TRUE(client->Dereference(id).ok());
  }
  const atoll_object_id waited[] = {expected->c()};
  auto ready = client->Wait(waited, 1, 1s);
  ASSERT_TRUE(ready.ok());
  EXPECT_TRUE((*ready)[0]);
  ASSERT_TRUE(client->Publish("box", *expected).ok());
  auto found = client->Lookup("box");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(*found, *expected);
  {
    auto box = client->Get(*found, 0s);
    ASSERT_TRUE(box.ok());
    ASSERT_EQ(box->contained().size(), 1u);
    EXPECT_EQ(client->State(box->contained()[0]), ATOLL_SEALED);
    auto stats = client->StatsOf(client->index());
    ASSERT_TRUE(stats.ok());
    EXPECT_EQ(stats->pins, 1u);
    auto all = client->List();
    ASSERT_TRUE(all.ok());
    EXPECT_EQ(all->size(), 2u);
  }
  ASSERT_TRUE(client->Unpublish("box").ok());
  EXPECT_EQ(client->Lookup("box").status().code(), ATOLL_NOT_FOUND);
  ASSERT_TRUE(client->Delete(*expected).ok());
  EXPECT_TRUE(Eventually([&] { return client->Stats()->allocated == 0; }));
  EXPECT_EQ(client->Get(*expected, 0s).status().code(), ATOLL_LOST);
  ASSERT_TRUE(client->Dereference(*expected).ok());
  ASSERT_TRUE(client->Dereference(*expected).ok()) << "the one of the lookup";
  EXPECT_TRUE(BecomesEmpty(*client));
  EXPECT_EQ(server->DeadClient().status().code(), ATOLL_NOT_FOUND);
}

TEST_F(CppTest, ValueOfAFailureEndsTheProcessAndSaysWhy) {
  auto client = Client::Attach(path_);
  ASSERT_FALSE(client.ok());
  EXPECT_STREQ(client.status().name(), "DISCONNECTED");
  EXPECT_DEATH((void)client->index(), "the value of a failure: DISCONNECTED.*store.sock: no server there");
  EXPECT_DEATH((void)*std::move(client), "DISCONNECTED");
}

TEST_F(CppTest, IdsAreKeys) {
  const ObjectId one(atoll_object_id{7, 1}), other(atoll_object_id{7, 2});
  std::unordered_set<ObjectId> ids{one, other, one};
  EXPECT_EQ(ids.size(), 2u);
  EXPECT_TRUE(ObjectId().nil());
  EXPECT_FALSE(one.nil());
}

TEST_F(CppTest, LibraryTellsItsVersionAndTheNamesOfCodes) {
  EXPECT_EQ(atoll_abi_version(), ATOLL_ABI_VERSION);
  EXPECT_STREQ(atoll_code_name(ATOLL_OK), "OK");
  EXPECT_STREQ(atoll_code_name(-ATOLL_STORE_FULL), "STORE_FULL");
  EXPECT_STREQ(atoll_code_name(ATOLL_STORE_FULL), "STORE_FULL");
  EXPECT_STREQ(atoll_code_name(-1000), "UNKNOWN");
  EXPECT_STREQ(atoll_code_name(INT64_MIN), "UNKNOWN");
}

// A struct as another version of c.h has it, whose bytes beyond `size` are not this program's.
template <typename T>
class OfOtherSize {
 public:
  OfOtherSize(const T& known, uint64_t size) : bytes_(std::max<uint64_t>(size, sizeof(T)) + 64, 0) {
    std::memcpy(bytes_.data(), &known, sizeof(T));
    get()->size = size;
  }
  T* get() { return reinterpret_cast<T*>(bytes_.data()); }
  unsigned char& operator[](uint64_t at) { return bytes_[at]; }

 private:
  std::vector<unsigned char> bytes_;
};

TEST_F(CppTest, OptionsOfOtherVersionsAreUnderstoodOrRefused) {
  const auto start = [&](OfOtherSize<atoll_server_options> options) {
    atoll_server* server = nullptr;
    const int64_t code = atoll_server_start(options.get(), &server);
    if (code == 0) atoll_server_stop(server);
    return code;
  };
  auto options = Server::Defaults(path_.c_str(), 64 << 20);
  const uint64_t known = sizeof(options);
  for (const uint64_t size : {uint64_t{0}, uint64_t{4}, uint64_t{7}, known + 1, uint64_t{4104}, UINT64_MAX}) {
    OfOtherSize<atoll_server_options> wrong(options, 0);
    wrong.get()->size = size;
    EXPECT_EQ(start(wrong), -ATOLL_INVALID_ARGUMENT) << size;
  }
  EXPECT_NE(std::strstr(atoll_last_error(), "sizeof"), nullptr) << atoll_last_error();
  EXPECT_EQ(start({options, known + 8}), 0) << atoll_last_error();
  OfOtherSize<atoll_server_options> newer(options, known + 16);
  newer[known + 9] = 1;
  EXPECT_EQ(start(newer), -ATOLL_INVALID_ARGUMENT) << "it asks for what is not known here";

  // An older one, which ends before the spill directory: what lies behind it in memory is something else.
  options.spill_directory = "/nonexistent";
  EXPECT_NE(start({options, known}), 0);
  EXPECT_EQ(start({options, offsetof(atoll_server_options, spill_directory)}), 0) << atoll_last_error();
}

TEST_F(CppTest, StatisticsAreFilledAsFarAsBothKnowThem) {
  auto server = Server::Start(Server::Defaults(path_.c_str(), 64 << 20));
  ASSERT_TRUE(server.ok()) << LastError();
  auto client = Client::Attach(path_);
  ASSERT_TRUE(client.ok()) << LastError();
  atoll_stats_t blank;
  std::memset(&blank, 0xee, sizeof(blank));

  OfOtherSize<atoll_stats_t> older(blank, offsetof(atoll_stats_t, allocated));
  ASSERT_EQ(atoll_stats(client->handle(), older.get()), 0);
  EXPECT_EQ(older.get()->size, offsetof(atoll_stats_t, allocated));
  EXPECT_EQ(older.get()->capacity, uint64_t{64} << 20);
  EXPECT_EQ(older.get()->allocated, 0xeeeeeeeeeeeeeeee) << "not its own";

  OfOtherSize<atoll_stats_t> newer(blank, sizeof(blank) + 16);
  ASSERT_EQ(atoll_stats(client->handle(), newer.get()), 0);
  EXPECT_EQ(newer.get()->size, sizeof(blank)) << "what the library has set";
  EXPECT_EQ(newer.get()->max_clients, client->Stats()->max_clients);

  EXPECT_EQ(atoll_stats(client->handle(), &blank), -ATOLL_INVALID_ARGUMENT) << "a size that nobody set";
  atoll_client_stats_t none{};
  EXPECT_EQ(atoll_client_stats(client->handle(), client->index(), &none), -ATOLL_INVALID_ARGUMENT);
}

TEST_F(CppTest, UnknownFlagsOfAClientAreRefused) {
  auto server = Server::Start(Server::Defaults(path_.c_str(), 64 << 20));
  ASSERT_TRUE(server.ok()) << LastError();
  auto options = Client::Defaults();
  options.flags = uint64_t{1} << 63;
  EXPECT_EQ(Client::Attach(path_, options).status().code(), ATOLL_INVALID_ARGUMENT);
  EXPECT_NE(std::strstr(LastError(), "8000000000000000"), nullptr) << LastError();
  options.flags = 0;
  EXPECT_TRUE(Client::Attach(path_, options).ok()) << LastError();
}

}  // namespace
}  // namespace atollstore
