// Names of objects: found by others, keeping objects alive, and what the table does at its limits.
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <thread>

#include "fixture.h"
#include "poll_fixture.h"
#include "process.h"
#include "server/name_table.h"

// What the kernel says of what is swapped out: it is not in memory. Who goes by that takes it for a hole.
extern "C" int mincore(void*, size_t bytes, unsigned char* have) noexcept {
  std::memset(have, 0, (bytes + 4095) / 4096);
  return 0;
}

namespace atollstore {
namespace {

using NamesTest = StoreTest;

TEST_F(NamesTest, AnotherProcessFindsANamedObject) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 1000, 42);
  OK(atoll_publish(client, "model/weights", &id, ATOLL_FOREVER));
  Process peer({"find", path_, "model/weights"});
  EXPECT_EQ(peer.ReadLine(), "ready " + std::to_string(id.place) + " 42");
}

TEST_F(NamesTest, NameKeepsItsObjectAndLetsItGo) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 1000, 42);
  OK(atoll_publish(client, "kept", &id, ATOLL_FOREVER));
  EXPECT_EQ(Stats(client).names, 1u);
  OK(atoll_dereference(client, &id));
  const atoll_object_id swept = Put(client, 10);
  OK(atoll_dereference(client, &swept));
  ASSERT_TRUE(Eventually([&] { return atoll_contains(client, &swept) == ATOLL_ABSENT; }));
  EXPECT_EQ(atoll_contains(client, &id), ATOLL_SEALED);
  OK(atoll_unpublish(client, "kept", ATOLL_FOREVER));
  EXPECT_TRUE(BecomesEmpty(client));
  EXPECT_EQ(Stats(client).names, 0u);
  atoll_object_id found{};
  EXPECT_EQ(atoll_lookup(client, "kept", &found), -ATOLL_NOT_FOUND);
  EXPECT_STREQ(atoll_last_error(), "name kept: no object has it");
  EXPECT_EQ(atoll_unpublish(client, "kept", ATOLL_FOREVER), -ATOLL_NOT_FOUND);
}

TEST_F(NamesTest, LookupGivesAReference) {
  Start();
  atoll_client* a = Attach();
  atoll_client* b = Attach();
  const atoll_object_id id = Put(a, 1000, 42);
  OK(atoll_publish(a, "x", &id, ATOLL_FOREVER));
  OK(atoll_dereference(a, &id));
  atoll_object_id found{};
  OK(atoll_lookup(b, "x", &found));
  EXPECT_EQ(found.store, id.store);
  EXPECT_EQ(found.place, id.place);
  OK(atoll_unpublish(a, "x", ATOLL_FOREVER));
  const atoll_object_id swept = Put(a, 10);
  OK(atoll_dereference(a, &swept));
  ASSERT_TRUE(Eventually([&] { return atoll_contains(a, &swept) == ATOLL_ABSENT; }));
  EXPECT_EQ(atoll_contains(a, &id), ATOLL_SEALED);
  OK(atoll_dereference(b, &found));
  EXPECT_TRUE(BecomesEmpty(a));
}

TEST_F(NamesTest, NameOfAKilledPublisherStays) {
  Start();
  atoll_client* client = Attach();
  {
    Process peer({"publish", path_, "left behind"});
    ASSERT_EQ(peer.ReadLine().substr(0, 5), "ready");
    peer.Kill();
  }
  ASSERT_TRUE(Eventually([&] { return Stats(client).clients == 1; }));
  atoll_object_id id{};
  OK(atoll_lookup(client, "left behind", &id));
  atoll_view view{};
  OK(atoll_get(client, &id, 20 * kSecond, &view));
  EXPECT_EQ(*reinterpret_cast<const uint8_t*>(view.address), 21);
  OK(atoll_release(client, &id));
  OK(atoll_dereference(client, &id));
  OK(atoll_unpublish(client, "left behind", ATOLL_FOREVER));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(NamesTest, NamedObjectThatWasSpilledComesBackForWhoFindsIt) {
  auto options = Defaults();
  const std::string spill = directory_ + "/spill";
  ASSERT_EQ(::mkdir(spill.c_str(), 0700), 0);
  options.spill_directory = spill.c_str();
  Start(options);
  atoll_client* client = Attach();
  const atoll_object_id named = Put(client, 8 << 20, 33);
  OK(atoll_publish(client, "old", &named, ATOLL_FOREVER));
  OK(atoll_dereference(client, &named));
  // Which objects go first is the server's choice; what is not in memory has no size in a list.
  const auto in_memory = [&] {
    atoll_object_info infos[64];
    uint64_t cursor = 0;
    const int64_t count = atoll_list(client, &cursor, infos, 64);
    return std::any_of(infos, infos + count, [&](const atoll_object_info& info) {
      return info.id.place == named.place && info.size != 0;
    });
  };
  std::vector<atoll_object_id> ids;
  while (in_memory()) {
    ASSERT_LT(ids.size(), 40u);
    ids.push_back(Put(client, 8 << 20));
  }
  // What has been written leaves memory one object after the other.
  atoll_stats_t stats{};
  stats.size = sizeof(stats);
  EXPECT_TRUE(Eventually([&] {
    stats = Stats(client);
    return stats.bytes_spilling == 0 && stats.evicted == stats.spilled_objects;
  })) << stats.evicted
      << " evicted, " << stats.spilled_objects << " on disk";
  EXPECT_EQ(stats.spilled_bytes, stats.spilled_objects * (8 << 20));
  EXPECT_GE(stats.bytes_spilled, stats.spilled_bytes);
  EXPECT_EQ(stats.sealed_bytes, (ids.size() + 1) * (8 << 20)) << "those on disk too";
  EXPECT_LE(stats.allocated, stats.capacity);
  Process peer({"find", path_, "old"});
  EXPECT_EQ(peer.ReadLine(), "ready " + std::to_string(named.place) + " 33");
  stats = Stats(client);
  EXPECT_GE(stats.restored, 1u);
  EXPECT_GE(stats.bytes_restored, 8u << 20);
  EXPECT_GE(stats.extents_of_server, 4u) << "an object that was read back lies in extents of the server";
  for (const atoll_object_id& id : ids) OK(atoll_dereference(client, &id));
  OK(atoll_unpublish(client, "old", ATOLL_FOREVER));
  EXPECT_TRUE(BecomesEmpty(client));
  Stop();
  EXPECT_EQ(::rmdir(spill.c_str()), 0) << "nothing is left there";
}

TEST_F(NamesTest, NameBelongsToOneObject) {
  Start();
  atoll_client* client = Attach();
  const atoll_object_id first = Put(client, 10);
  const atoll_object_id second = Put(client, 10);
  OK(atoll_publish(client, "x", &first, ATOLL_FOREVER));
  OK(atoll_publish(client, "x", &first, ATOLL_FOREVER));
  EXPECT_EQ(atoll_publish(client, "x", &second, ATOLL_FOREVER), -ATOLL_ALREADY_EXISTS);
  EXPECT_STREQ(atoll_last_error(), "name x: another object has it");
  OK(atoll_publish(client, "y", &first, ATOLL_FOREVER));
  OK(atoll_unpublish(client, "x", ATOLL_FOREVER));
  OK(atoll_publish(client, "x", &second, ATOLL_FOREVER));
  OK(atoll_dereference(client, &first));
  atoll_object_id found{};
  OK(atoll_lookup(client, "y", &found));
  EXPECT_EQ(found.place, first.place) << "its second name still keeps it";
}

TEST_F(NamesTest, NameOfAnExpectedObjectLetsOthersWaitForIt) {
  Start();
  atoll_client* client = Attach();
  atoll_object_id id{};
  OK(atoll_expect(client, &id));
  OK(atoll_publish(client, "soon", &id, ATOLL_FOREVER));
  Process peer({"find", path_, "soon"});
  ::usleep(20'000);
  uint64_t address = 0;
  OK(atoll_create(client, &id, 1, 0, 0, kSecond, &address));
  *reinterpret_cast<uint8_t*>(address) = 7;
  OK(atoll_seal(client, &id, nullptr));
  EXPECT_EQ(peer.ReadLine(), "ready " + std::to_string(id.place) + " 7");
}

TEST_F(NamesTest, TooManyNamesAndNamesThatAreNoneAreTold) {
  auto options = Defaults();
  options.max_names = 5;
  Start(options);
  atoll_client* client = Attach();
  const atoll_object_id id = Put(client, 10);
  for (int i = 0; i < 5; ++i) OK(atoll_publish(client, std::to_string(i).c_str(), &id, ATOLL_FOREVER));
  EXPECT_EQ(atoll_publish(client, "5", &id, ATOLL_FOREVER), -ATOLL_TOO_MANY_NAMES);
  EXPECT_STREQ(atoll_last_error(), "name 5: all 5 names are in use");
  EXPECT_EQ(Stats(client).names, 5u);
  EXPECT_EQ(Stats(client).max_names, 5u);
  OK(atoll_unpublish(client, "3", ATOLL_FOREVER));
  OK(atoll_publish(client, std::string(ATOLL_MAX_NAME_BYTES, 'n').c_str(), &id, ATOLL_FOREVER));
  EXPECT_EQ(atoll_publish(client, "", &id, ATOLL_FOREVER), -ATOLL_INVALID_ARGUMENT);
  EXPECT_EQ(atoll_publish(client, std::string(ATOLL_MAX_NAME_BYTES + 1, 'n').c_str(), &id, ATOLL_FOREVER),
            -ATOLL_INVALID_ARGUMENT);
  EXPECT_STREQ(atoll_last_error(), "a name of 225 bytes: names have 1 to 224");
  const atoll_object_id gone{id.store, id.place + 1};
  OK(atoll_unpublish(client, "4", ATOLL_FOREVER));
  EXPECT_EQ(atoll_publish(client, "4", &gone, ATOLL_FOREVER), -ATOLL_NOT_FOUND);
  Stop();
  EXPECT_EQ(atoll_publish(client, "4", &id, ATOLL_FOREVER), -ATOLL_DISCONNECTED);
  atoll_object_id found{};
  OK(atoll_lookup(client, "0", &found));
  EXPECT_EQ(found.place, id.place) << "looking up needs no server";
}

TEST_F(NamesTest, NobodyMissesANameWhileOthersComeAndGo) {
  auto options = Defaults();
  options.max_names = 64;
  Start(options);
  atoll_client* client = Attach();
  std::map<std::string, atoll_object_id> fixed;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "fixed " + std::to_string(i);
    const atoll_object_id id = Put(client, 10);
    OK(atoll_publish(client, name.c_str(), &id, ATOLL_FOREVER));
    fixed[name] = id;
  }
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::thread reader([&] {
    while (!stop) {
      for (const auto& [name, id] : fixed) {
        atoll_object_id found{};
        const int64_t code = atoll_lookup(client, name.c_str(), &found);
        wrong += code != 0 || found.place != id.place;
        if (code == 0) atoll_dereference(client, &found);
      }
    }
  });
  const atoll_object_id passing = Put(client, 10);
  std::minstd_rand random(7);
  std::map<std::string, bool> there;
  for (int i = 0; i < 4000; ++i) {
    const std::string name = "passing " + std::to_string(random() % 44);
    bool& is = there[name];
    const int64_t code = is ? atoll_unpublish(client, name.c_str(), ATOLL_FOREVER)
                            : atoll_publish(client, name.c_str(), &passing, ATOLL_FOREVER);
    EXPECT_EQ(code, 0) << atoll_last_error();
    is = !is;
  }
  stop = true;
  reader.join();
  EXPECT_EQ(wrong, 0);
  for (const auto& [name, is] : there) {
    atoll_object_id found{};
    EXPECT_EQ(atoll_lookup(client, name.c_str(), &found), is ? 0 : -ATOLL_NOT_FOUND) << name;
  }
}

// The pages of the table, which the server touches first, are paid for out of the budget that follows the
// limits.
TEST_F(PollTest, NamesTakeControlMemoryThatIsPaidFor) {
  atoll_server_options options = Defaults();
  options.max_names = 4096;  // 2 MiB of records
  Open(options);
  atoll_client* client = nullptr;
  atoll_object_id id{};
  PollDuring([&] {
    client = Attach();
    id = Put(client, 100);
  });
  NameTable table(control());
  u64& budget = control().header().control_budget;
  const uint64_t before = budget.exchange(0);
  EXPECT_EQ(table.Publish("a", id.place).code(), ATOLL_STORE_FULL);
  EXPECT_EQ(FindName(control(), "a"), 0u);
  budget.store(100);
  std::set<uint64_t> pages;
  const uint64_t names = 40, records_in_page = 4096 / sizeof(NameRecord),
                 slots = control().geometry().name_slots();
  for (uint64_t i = 0; i < names; ++i) {
    const std::string name = "name" + std::to_string(i);
    pages.insert(HashOf(name) % slots / records_in_page);
    ASSERT_TRUE(table.Publish(name, id.place).ok()) << i;
  }
  EXPECT_LE(100 - budget.load(), pages.size());
  EXPECT_GE(100 - budget.load(), pages.size() - 1);  // that of "a" has been looked at since
  budget.store(before);
  // A server that may have some in a moment answers then.
  budget.store(0);
  PollDuring([&] { OK(atoll_publish(client, "later", &id, 10 * kSecond)); });
  PollDuring([&] {
    OK(atoll_unpublish(client, "later", 10 * kSecond));
    for (uint64_t i = 0; i < names; ++i)
      OK(atoll_unpublish(client, ("name" + std::to_string(i)).c_str(), 10 * kSecond));
    OK(atoll_dereference(client, &id));
    Detach(client);
  });
}

// The table by itself, over memory of this process.
class NameTableTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kNames = 8;  // 16 records
  NameTableTest() {
    auto geometry = Geometry::Of({1 << 20, 64, 1, 1 << 16, 64, 0, kNames});
    memory_.reset(new (std::align_val_t(4096)) uint8_t[geometry.value().control_bytes]());
    control_ = Control(memory_.get(), geometry.value());
    control_.header().blocks_high.store(1);
    control_.header().control_budget.store(1000);
    for (uint64_t i = 0; i < 64; ++i) {
      control_.entry(i).word.store(Word::Of(1, 0, State::kSealed).bits());
    }
    table_ = std::make_unique<NameTable>(control_);
  }
  static uint64_t Place(uint64_t index) { return ObjectId(1, index, 1).place; }
  uint32_t References(uint64_t index) { return control_.references(kServer)[index].load(); }
  uint64_t Records(bool chained) {
    uint64_t count = 0;
    for (uint64_t i = 0; i < 2 * kNames; ++i) count += ReadName(control_.name(i)).chained == chained;
    return count;
  }

  struct Aligned {
    void operator()(uint8_t* memory) const { ::operator delete[](memory, std::align_val_t(4096)); }
  };
  std::unique_ptr<uint8_t[], Aligned> memory_;
  Control control_;
  std::unique_ptr<NameTable> table_;
};

TEST_F(NameTableTest, AgreesWithAMapThroughCollisionsAndLeavesNoChains) {
  std::minstd_rand random(1);
  std::map<std::string, uint64_t> model;
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = "n" + std::to_string(random() % 12);
    const uint64_t index = random() % 4;
    const auto found = model.find(name);
    if (random() % 2 == 0) {
      const Status published = table_->Publish(name, Place(index));
      const atoll_code expected = found != model.end()
                                      ? (found->second == index ? ATOLL_OK : ATOLL_ALREADY_EXISTS)
                                  : model.size() == kNames ? ATOLL_TOO_MANY_NAMES
                                                           : ATOLL_OK;
      ASSERT_EQ(published.code(), expected) << i;
      if (expected == ATOLL_OK) model[name] = index;
    } else {
      auto unpublished = table_->Unpublish(name);
      ASSERT_EQ(unpublished.ok(), found != model.end()) << i;
      if (found != model.end()) {
        ASSERT_EQ(unpublished.value(), found->second);
        model.erase(found);
      }
    }
    for (const auto& [known, at] : model) ASSERT_EQ(FindName(control_, known), Place(at));
  }
  for (uint64_t index = 0; index < 4; ++index) {
    uint32_t names = 0;
    for (const auto& [name, at] : model) names += at == index;
    EXPECT_EQ(References(index), names);
  }
  for (const auto& [name, at] : model) ASSERT_TRUE(table_->Unpublish(name).ok());
  EXPECT_EQ(Records(true), 0u) << "nobody has to look further than a free record again";
  EXPECT_EQ(control_.header().served.names.load(), 0u);
}

TEST_F(NameTableTest, RecordBeingWrittenIsPassedOverAndRecovered) {
  ASSERT_TRUE(table_->Publish("a", Place(1)).ok());
  ASSERT_TRUE(table_->Publish("b", Place(2)).ok());
  // A server killed between the two sequence numbers.
  uint64_t slot = 0;
  while (!ReadName(control_.name(slot)).Is("a", HashOf("a"))) ++slot;
  control_.name(slot).sequence.fetch_add(1);
  EXPECT_EQ(FindName(control_, "a"), 0u);
  EXPECT_EQ(FindName(control_, "b"), Place(2));
  const auto recover = [&] {
    std::vector<uint64_t> places;
    uint64_t at = 0;
    for (bool done = false; !done;) {
      Slice slice;
      done = table_->Recover(&at, &slice, [&](uint64_t place) { places.push_back(place); });
    }
    return places;
  };
  EXPECT_EQ(recover(), std::vector<uint64_t>{Place(2)});
  EXPECT_EQ(control_.name(slot).sequence.load() % 2, 0u);
  EXPECT_EQ(recover(), std::vector<uint64_t>{Place(2)}) << "safe to repeat";
  EXPECT_EQ(control_.header().served.names.load(), 1u);
  EXPECT_TRUE(table_->Publish("a", Place(3)).ok());
  EXPECT_EQ(FindName(control_, "a"), Place(3));
}

TEST_F(NameTableTest, DamagedRecordsAreNoNames) {
  ASSERT_TRUE(table_->Publish("a", Place(1)).ok());
  for (uint64_t i = 0; i < 2 * kNames; ++i) {
    NameRecord& record = control_.name(i);
    if (record.place.load() == 0) continue;
    record.length.store(~0u);
    EXPECT_EQ(FindName(control_, "a"), 0u);
    record.length.store(1);
    record.place.store(~uint64_t{0});
    auto index = table_->Unpublish("a");
    EXPECT_EQ(index.status().code(), ATOLL_CORRUPT);
  }
  for (uint64_t i = 0; i < 2 * kNames; ++i) control_.name(i).chained.store(1);
  EXPECT_EQ(FindName(control_, "b"), 0u) << "a search has an end";
}

}  // namespace
}  // namespace atollstore
