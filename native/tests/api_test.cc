// The table of c.h's functions: that it has them all, and that they are what they say.
#include "atoll/api.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "fixture.h"

namespace atollstore {
namespace {

using ApiTest = StoreTest;

std::set<std::string> Names(const std::string& header, const char* pattern) {
  std::ifstream file(std::string(ATOLL_HEADERS "/") + header);
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  const std::regex name(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator i(all.begin(), all.end(), name), end; i != end; ++i) found.insert((*i)[1]);
  return found;
}

TEST(ApiTableTest, HasEveryFunctionButThoseThatAreNoKernels) {
  // Who serves, attaches and carries messages. A function that is new in c.h goes into the table, or here.
  const std::set<std::string> left_out = {
      "abi_version",  "attach",      "attach_fd", "await_child", "await_server_exit",
      "bell",         "bell_ring",   "bell_wait", "connect",     "detach",      "end_waits",
      "get_api",      "reap_child",  "ring",      "server_bury", "server_dead_client",
      "server_end",   "server_start", "server_stop", "spawn"};
  std::set<std::string> expected = Names("c.h", "ATOLL_API [^;(]*?\\batoll_([a-z_]+)\\(");
  ASSERT_GT(expected.size(), 40u);
  for (const std::string& name : left_out) EXPECT_EQ(expected.erase(name), 1u) << name;
  expected.erase("delete");  // a word of C++
  expected.insert("delete_");
  EXPECT_EQ(Names("api.h", "\\(\\*([a-z_]+)\\)\\("), expected);
  EXPECT_EQ(sizeof(atoll_api), 2 * sizeof(uint64_t) + expected.size() * sizeof(void (*)()));
}

TEST_F(ApiTest, PutsAndGetsThroughTheTable) {
  Start();
  atoll_client* client = Attach();
  const atoll_api* api = atoll_get_api();
  ASSERT_EQ(api->size, sizeof(atoll_api));
  ASSERT_EQ(api->abi_version, uint64_t{ATOLL_ABI_VERSION});
  atoll_object_id id{};
  uint64_t address = 0;
  OK(api->create(client, &id, 8, 0, 5, 0, &address));
  *reinterpret_cast<uint64_t*>(address) = 42;
  OK(api->seal(client, &id, nullptr));
  atoll_view view{};
  OK(api->get(client, &id, 0, &view));
  EXPECT_EQ(*reinterpret_cast<const uint64_t*>(view.address), 42u);
  EXPECT_EQ(view.tag, 5u);
  OK(api->release(client, &id));
  OK(api->dereference(client, &id));
  EXPECT_EQ(api->get(client, &id, 0, &view), -ATOLL_NOT_FOUND);
  EXPECT_STREQ(api->code_name(-ATOLL_NOT_FOUND), "NOT_FOUND");
  EXPECT_STREQ(api->last_error(), atoll_last_error());
}

}  // namespace
}  // namespace atollstore
