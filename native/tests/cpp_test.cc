// The C++ face: what it owns it gives back.
#include <algorithm>

#include "atoll/client.h"
#include "atoll/server.h"
#include "fixture.h"

namespace atollstore {
namespace {

using CppTest = StoreTest;
using namespace std::chrono_literals;

TEST_F(CppTest, ValueGoesFromWriterToView) {
  auto options = Defaults();
  options.socket_path = path_.c_str();
  auto server = Server::Start(options);
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
  }
  {
    auto view = client.value().Get(id, 0s);
    ASSERT_TRUE(view.ok()) << LastError();
    EXPECT_EQ(view.value().bytes().size(), 100u);
    EXPECT_EQ(view.value().bytes()[99], std::byte{9});
    EXPECT_EQ(view.value().tag(), 5u);
    EXPECT_TRUE(view.value().contained().empty());
  }
  { auto given_up = client.value().Create(100, 1s); }
  ASSERT_TRUE(client.value().Dereference(id).ok());
  EXPECT_TRUE(BecomesEmpty(client.value().handle()));
  EXPECT_EQ(client.value().Get(id, 0s).status().code(), ATOLL_NOT_FOUND);
}

TEST_F(CppTest, EverythingAUserNeedsIsThere) {
  auto server = Server::Start(Server::Defaults(path_.c_str(), 64 << 20));
  ASSERT_TRUE(server.ok()) << LastError();
  auto client = Client::Attach(path_);
  ASSERT_TRUE(client.ok()) << LastError();
  auto expected = client->Expect();
  ASSERT_TRUE(expected.ok());
  EXPECT_EQ(client->State(*expected), ATOLL_EXPECTED);
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
  EXPECT_TRUE(BecomesEmpty(client->handle()));
  EXPECT_EQ(server->DeadClient().status().code(), ATOLL_NOT_FOUND);
}

}  // namespace
}  // namespace atollstore
