// Somebody writes into the control segment what is wrong there, one word at a time, in range and out of it.
// Whoever gets an object meanwhile has its bytes or an error, never other bytes.
#include <algorithm>
#include <cstdint>
#include <map>
#include <random>

#include "directory/directory.h"
#include "fixture.h"
#include "layout/location.h"
#include "spill_fixture.h"

namespace atollstore {
namespace {

class ScribbleTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    Start();
    maker_ = Attach();
    reader_ = Attach();
    auto scribbler = ClientCore::Attach(path_.c_str());
    ASSERT_TRUE(scribbler.ok()) << LastError();
    scribbler_ = std::move(scribbler).value();
    damaged_ = true;
  }
  void TearDown() override {
    scribbler_.reset();
    StoreTest::TearDown();
  }

  // An object whose bytes no other object has.
  atoll_object_id PutOwn(uint64_t size) {
    atoll_object_id id{};
    uint64_t address = 0;
    EXPECT_EQ(atoll_create(maker_, &id, size, 0, ++tag_, kSecond, &address), 0) << atoll_last_error();
    for (uint64_t at = 0; at < size; at += 8) *reinterpret_cast<uint64_t*>(address + at) = tag_ << 32 | at;
    EXPECT_EQ(atoll_seal(maker_, &id, nullptr), 0) << atoll_last_error();
    sizes_[tag_] = size;
    return id;
  }
  // Whether the reader has the object's own bytes, all of them, or is told that it cannot. `tag` is that of
  // its put.
  bool RightOrTold(const atoll_object_id& id, uint64_t tag) {
    atoll_view view{};
    if (atoll_get(reader_, &id, 0, &view) != 0) {
      ++told_;
      return true;
    }
    bool right = view.tag == tag && view.size == sizes_[tag] && view.contained == 0;
    for (uint64_t at = 0; right && at < view.size; at += 8)
      right = *reinterpret_cast<const uint64_t*>(view.address + at) == (tag << 32 | at);
    atoll_release(reader_, &id);
    return right;
  }
  const Control& control() const { return scribbler_->control(); }
  Entry& EntryOf(const atoll_object_id& id) const { return control().entry(ObjectId(id).index()); }

  atoll_client *maker_ = nullptr, *reader_ = nullptr;
  std::unique_ptr<ClientCore> scribbler_;
  uint64_t tag_ = 0, told_ = 0;
  std::map<uint64_t, uint64_t> sizes_;  // by tag
};

TEST_F(ScribbleTest, OneNumberOfAnotherObjectIsNoticed) {
  const atoll_object_id id = PutOwn(4096), other = PutOwn(4096 - 64);
  Entry &mine = EntryOf(id), &theirs = EntryOf(other);
  atoll_view view{};
  for (u64 Entry::*number : {&Entry::location, &Entry::size, &Entry::tag, &Entry::block}) {
    const uint64_t before = (mine.*number).load();
    (mine.*number).store((theirs.*number).load());
    EXPECT_EQ(atoll_get(reader_, &id, 0, &view), -ATOLL_CORRUPT);
    EXPECT_NE(std::strstr(atoll_last_error(), "has written into its entry"), nullptr) << atoll_last_error();
    (mine.*number).store(before);
  }
  for (const uint32_t contained : {1u, 1u << 24, UINT32_MAX}) {
    mine.contained.store(contained);
    EXPECT_EQ(atoll_get(reader_, &id, 0, &view), -ATOLL_CORRUPT) << contained;
  }
  mine.contained.store(0);
  EXPECT_TRUE(RightOrTold(id, 1));
  EXPECT_EQ(told_, 0u);
}

// The next create takes the block for free, and writes into it.
TEST_F(ScribbleTest, BlockGivenToAnotherObjectIsNoticed) {
  const atoll_object_id id = PutOwn(64 << 10);
  const uint64_t block = EntryOf(id).block.load() - 1;
  control().block_word(block).store(0);
  scribbler_->control()
      .freed_slabs(static_cast<uint32_t>(atoll_client_index(maker_)))
      .Set(block / kWordsPerSlab);
  uint64_t over = 0;
  for (int i = 0; i < 64 && over == 0; ++i) {
    const atoll_object_id next = PutOwn(64 << 10);
    if (EntryOf(next).block.load() - 1 == block) over = next.place;
    EXPECT_TRUE(RightOrTold(next, tag_));
  }
  ASSERT_NE(over, 0u) << "nobody has taken the block";
  atoll_view view{};
  EXPECT_EQ(atoll_get(reader_, &id, 0, &view), -ATOLL_CORRUPT);
  // Neither does the end of the first take it from the second.
  OK(atoll_dereference(maker_, &id));
  EXPECT_EQ(control().block_word(block).load(), over);
}

TEST_F(ScribbleTest, CreatorWritesNowhereElse) {
  const atoll_object_id sealed = PutOwn(4096);
  atoll_object_id id{};
  uint64_t address = 0;
  OK(atoll_create(maker_, &id, 4096, 0, 0, 0, &address));
  EntryOf(id).location.store(EntryOf(sealed).location.load());
  EXPECT_EQ(atoll_resize(maker_, &id, 8192, 0, &address), -ATOLL_CORRUPT);
  EXPECT_TRUE(RightOrTold(sealed, 1));
  OK(atoll_abort(maker_, &id));
}

// As its record says something else, nobody waits for room for it.
class SpilledScribbleTest : public SpillTest {};

TEST_F(SpilledScribbleTest, ASizeThatCannotBeIsLost) {
  StartSpilling();
  atoll_client* client = Attach();
  const atoll_object_id id = PutWords(client, 1000, 5);
  atoll_object_id all{};
  uint64_t address = 0;
  OK(atoll_create(client, &all, 32 << 20, 0, 0, 20 * kSecond, &address));
  OK(atoll_abort(client, &all));
  OK(atoll_dereference(client, &all));
  ASSERT_EQ(Stats(client).evicted, 1u);
  {
    auto scribbler = ClientCore::Attach(path_.c_str());
    ASSERT_TRUE(scribbler.ok()) << LastError();
    u64& size = scribbler.value()->control().entry(ObjectId(id).index()).size;
    const uint64_t before = size.exchange(uint64_t{1} << 40);
    atoll_view view{};
    EXPECT_EQ(atoll_get(client, &id, 10 * kSecond, &view), -ATOLL_LOST) << atoll_last_error();
    size.store(before);
  }
  OK(atoll_dereference(client, &id));
}

// What lies on disk beside it is as it was, whatever its entry says when it goes.
TEST_F(SpilledScribbleTest, ASizeThatIsTooLargeTakesNoOthersBytesFromTheDisk) {
  StartSpilling();
  atoll_client* client = Attach();
  constexpr uint64_t kWords = 20'000;
  std::vector<atoll_object_id> ids;
  for (uint64_t seed = 0; seed < 8; ++seed) ids.push_back(PutWords(client, kWords, seed));
  atoll_object_id all{};
  uint64_t address = 0;
  OK(atoll_create(client, &all, 32 << 20, 0, 0, 20 * kSecond, &address));
  ASSERT_EQ(Stats(client).evicted, ids.size());
  {
    auto scribbler = ClientCore::Attach(path_.c_str());
    ASSERT_TRUE(scribbler.ok()) << LastError();
    for (const size_t i : {0, 2, 4, 6}) scribbler.value()->control().entry(ObjectId(ids[i]).index()).size.store(3 * kWords * 8);
  }
  for (const size_t i : {0, 2, 4, 6}) OK(atoll_dereference(client, &ids[i]));
  ASSERT_TRUE(Eventually([&] { return Stats(client).objects == 5; }));
  OK(atoll_abort(client, &all));
  OK(atoll_dereference(client, &all));
  for (const size_t i : {1, 3, 5, 7}) {
    ExpectWords(client, ids[i], kWords, i);
    OK(atoll_dereference(client, &ids[i]));
  }
}

// Each round: a few objects, one word that is wrong, more objects, and all are read. Then the word is as it
// was.
TEST_F(ScribbleTest, RoundsOfSingleWordsGiveNobodyWrongBytes) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto below = [&](uint64_t n) { return random() % n; };
  const uint64_t sizes[] = {64, 1000 / 8 * 8, 4096, 64 << 10, 1 << 20};
  uint64_t wrong = 0;
  for (int round = 0; round < 4000; ++round) {
    std::map<uint64_t, atoll_object_id> objects;  // by tag
    for (int i = 0; i < 3; ++i) {
      const atoll_object_id id = PutOwn(sizes[below(5)]);
      objects[tag_] = id;
    }
    const auto some = [&]() -> Entry& {
      return EntryOf(std::next(objects.begin(), static_cast<int64_t>(below(objects.size())))->second);
    };
    Entry &victim = some(), &model = some();
    const uint64_t block = victim.block.load() - 1;
    u64* const words[] = {&victim.location,
                          &victim.size,
                          &victim.tag,
                          &victim.block,
                          &victim.holders,
                          &control().block_word(block),
                          &control().block_word(block ^ 1)};
    u64* const models[] = {&model.location,
                           &model.size,
                           &model.tag,
                           &model.block,
                           &model.holders,
                           &control().block_word(model.block.load() - 1),
                           &control().block_word(model.block.load() - 1)};
    const uint64_t which = below(std::size(words));
    const uint64_t before = words[which]->load();
    switch (below(4)) {
      case 0:
        words[which]->store(models[which]->load());
        break;
      case 1:
        words[which]->store(before ^ uint64_t{1} << below(64));
        break;
      case 2:
        words[which]->store(before + 64 * (1 + below(16)));
        break;
      default:
        words[which]->store(below(2) == 0 ? 0 : random());
    }
    const uint64_t scribbled = words[which]->load();
    for (int i = 0; i < 2; ++i) {
      atoll_object_id id = PutOwn(sizes[below(5)]);
      objects[tag_] = id;
    }
    for (const auto& [tag, id] : objects) wrong += !RightOrTold(id, tag);
    uint64_t now = scribbled;
    words[which]->compare_exchange_strong(now, before);
    for (const auto& [tag, id] : objects) {
      atoll_dereference(maker_, &id);
      sizes_.erase(tag);
    }
  }
  EXPECT_EQ(wrong, 0u);
  EXPECT_GT(told_, 0u);
}

}  // namespace
}  // namespace atollstore
