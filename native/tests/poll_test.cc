// The server driven by its caller, without a thread of its own.
#include "poll_fixture.h"

namespace atollstore {
namespace {

TEST_F(PollTest, ServerWorksOnlyWhilePolled) {
  ASSERT_NO_FATAL_FAILURE(Open());
  atoll_client* client = nullptr;
  PollDuring([&] { client = Attach(); });
  ASSERT_NE(client, nullptr);

  // Makes room while it is polled.
  atoll_object_id id{};
  PollDuring([&] { id = Put(client, 1000); });
  atoll_client* other = nullptr;
  PollDuring([&] { other = Attach(); });
  atoll_view view{};
  OK(atoll_get(other, &id, 0, &view));  // who has seen it
  OK(atoll_release(other, &id));

  // Frees nothing while it is not.
  ASSERT_EQ(atoll_dereference(client, &id), 0);
  ::usleep(20'000);
  EXPECT_EQ(Stats(client).objects, 1u);
  EXPECT_TRUE(PollUntil([&] { return Stats(client).objects == 0; }));

  PollDuring([&] {
    Detach(other);
    Detach(client);
  });
}

TEST_F(PollTest, DeadAreBuriedByTheCallerItself) {
  auto options = Defaults();
  options.await_farewell = 1;
  ASSERT_NO_FATAL_FAILURE(Open(options));
  atoll_client* client = nullptr;
  PollDuring([&] { client = Attach(); });
  ASSERT_NE(client, nullptr);
  const auto index = static_cast<uint64_t>(atoll_client_index(client));
  Detach(client);
  ASSERT_TRUE(PollUntil([&] { return polled_->DeadClient().ok(); }));
  EXPECT_EQ(polled_->DeadClient().value(), static_cast<int64_t>(index));
  EXPECT_TRUE(polled_->BuryDead(index).ok());
  EXPECT_FALSE(polled_->DeadClient().ok());
}

// A server that has not had its turn in time, on a busy machine, is not called stopped.
TEST_F(PollTest, WhoIsNotNoticedByAServerThatRunsIsToldWhoHoldsTheRoom) {
  Open();
  atoll_client *holder = nullptr, *other = nullptr;
  atoll_object_id big{};
  PollDuring([&] {
    holder = Attach();
    other = Attach();
    big = Put(holder, 56 << 20);
  });
  atoll_object_id id{};
  uint64_t address = 0;
  EXPECT_EQ(atoll_create(other, &id, 32 << 20, 0, 0, kSecond / 4, &address), -ATOLL_STORE_FULL) << atoll_last_error();
  PollDuring([&] {
    OK(atoll_dereference(holder, &big));
    Detach(other);
    Detach(holder);
  });
}

}  // namespace
}  // namespace atollstore
