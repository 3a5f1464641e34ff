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

}  // namespace
}  // namespace atollstore
