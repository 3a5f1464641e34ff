// A store that puts what does not fit into a directory of the test's own.
#ifndef ATOLL_TESTS_SPILL_FIXTURE_H_
#define ATOLL_TESTS_SPILL_FIXTURE_H_

#include <filesystem>
#include <string>
#include <vector>

#include "fixture.h"

namespace atollstore {

namespace fs = std::filesystem;

class SpillTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    char name[] = "/tmp/atoll-test-spill-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    spill_ = name;
  }
  void TearDown() override {
    StoreTest::TearDown();
    EXPECT_TRUE(fs::is_empty(spill_)) << "a clean end leaves no spill file";
    fs::remove_all(spill_);
  }
  void StartSpilling(uint64_t capacity = 32 << 20, uint64_t limit = 0) {
    atoll_server_options options = Defaults();
    options.capacity = capacity;
    options.spill_directory = spill_.c_str();
    options.spill_limit = limit;
    Start(options);
  }

  // An object of words that count up from `seed`.
  static atoll_object_id PutWords(atoll_client* client, uint64_t words, uint64_t seed,
                                  int64_t timeout = 20 * kSecond) {
    atoll_object_id id{};
    uint64_t address = 0;
    EXPECT_EQ(atoll_create(client, &id, words * 8, 0, seed, timeout, &address), 0) << atoll_last_error();
    if (address == 0) return id;
    for (uint64_t i = 0; i < words; ++i) reinterpret_cast<uint64_t*>(address)[i] = seed + i;
    EXPECT_EQ(atoll_seal(client, &id, nullptr), 0) << atoll_last_error();
    return id;
  }
  static void ExpectWords(atoll_client* client, const atoll_object_id& id, uint64_t words, uint64_t seed) {
    atoll_view view{};
    ASSERT_EQ(atoll_get(client, &id, 20 * kSecond, &view), 0) << atoll_last_error();
    EXPECT_EQ(view.size, words * 8);
    EXPECT_EQ(view.tag, seed);
    const auto* at = reinterpret_cast<const uint64_t*>(view.address);
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < words; ++i) wrong += at[i] != seed + i;
    EXPECT_EQ(wrong, 0u) << "of " << words << " words, seed " << seed;
    EXPECT_EQ(atoll_release(client, &id), 0);
  }
  std::vector<fs::path> Files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(spill_)) {
      if (entry.is_regular_file() && entry.path().filename() != "lock") files.push_back(entry.path());
    }
    return files;
  }

  std::string spill_;
};

}  // namespace atollstore

#endif  // ATOLL_TESTS_SPILL_FIXTURE_H_
