// A store and the model of it in memory: what two clients should see of each object. property_steps.cc
// changes both, property_looks.cc compares them.
#ifndef ATOLL_TESTS_PROPERTY_FIXTURE_H_
#define ATOLL_TESTS_PROPERTY_FIXTURE_H_

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "fixture.h"

namespace atollstore::property {

constexpr int kClients = 2;

struct Id {
  uint64_t store = 0, place = 0;
  Id() = default;
  Id(const atoll_object_id& id) : store(id.store), place(id.place) {}  // NOLINT: an id is an id
  atoll_object_id c() const { return {store, place}; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

// What the store should know of one object.
struct Object {
  enum State { kExpected, kCreating, kSealed } state = kExpected;
  bool deleted = false;
  int creator = -1;
  uint64_t size = 0, tag = 0;
  uint8_t fill = 0;
  uint64_t address = 0;  // while it is being created
  uint64_t promised = 0;
  std::vector<Id> children;
  int references[kClients] = {}, pins[kClients] = {};
  int containers = 0;  // sealed ones that hold it, and names
  bool contained_once = false;
  uint32_t claim = 0;

  int held() const { return references[0] + references[1] + pins[0] + pins[1] + containers; }
  // Whether the store has to know it. A creation is its creator's, whoever refers to it.
  bool alive() const { return held() > 0 || state == kCreating; }
  atoll_object_state visible() const {
    if (deleted) return ATOLL_IS_LOST;
    return state == kSealed ? ATOLL_SEALED : ATOLL_EXPECTED;
  }
};

class PropertyTest : public StoreTest, public ::testing::WithParamInterface<bool> {
 protected:
  void Begin(uint64_t seed) {
    random_.seed(seed);
    auto options = Defaults();
    options.extent_bytes = 64 << 10;
    if (GetParam()) {  // most of what nobody looks at is on disk
      options.capacity = 4 << 20;
      spill_ = directory_ + "/spill";
      ASSERT_EQ(::mkdir(spill_.c_str(), 0700), 0);
      options.spill_directory = spill_.c_str();
    }
    Start(options);
    for (auto& client : c_) client = Attach();
  }

  void End() {
    // Whatever is held goes, and then nothing is left.
    for (auto& [id, object] : objects_) {
      const atoll_object_id c = id.c();
      if (object.state == Object::kCreating) OK(atoll_abort(c_[object.creator], &c));
    }
    for (auto& [name, id] : names_) OK(atoll_unpublish(c_[0], name.c_str(), ATOLL_FOREVER));
    for (auto& [id, object] : objects_) {
      const atoll_object_id c = id.c();
      for (int k = 0; k < kClients; ++k) {
        for (; object.pins[k] > 0; --object.pins[k]) OK(atoll_release(c_[k], &c));
        for (; object.references[k] > 0; --object.references[k]) OK(atoll_dereference(c_[k], &c));
      }
    }
    EXPECT_TRUE(BecomesEmpty(c_[0])) << Stats(c_[0]).objects << " objects, " << Stats(c_[0]).allocated
                                     << " bytes";
    for (auto& client : c_) Detach(client);
    objects_.clear();
    names_.clear();
    EXPECT_EQ(atoll_server_stop(server_), 0);
    server_ = nullptr;
    if (!spill_.empty()) {
      EXPECT_EQ(::rmdir(spill_.c_str()), 0);
    }
  }

  uint64_t Random(uint64_t below) { return random_() % below; }
  int AnyClient() { return static_cast<int>(Random(kClients)); }
  // One that is alive, or nothing.
  template <typename Condition>
  std::map<Id, Object>::iterator Any(Condition condition) {
    std::vector<std::map<Id, Object>::iterator> fitting;
    for (auto at = objects_.begin(); at != objects_.end(); ++at) {
      if (at->second.alive() && condition(at->second)) fitting.push_back(at);
    }
    return fitting.empty() ? objects_.end() : fitting[Random(fitting.size())];
  }
  std::map<Id, Object>::iterator AnyAlive() {
    return Any([](const Object&) { return true; });
  }

  static uint8_t ByteAt(uint8_t fill, uint64_t at) { return static_cast<uint8_t>(fill + at * 31); }
  static void Write(Object& object, uint64_t from = 0) {
    auto* bytes = reinterpret_cast<uint8_t*>(object.address);
    for (uint64_t i = from; i < object.size; ++i) bytes[i] = ByteAt(object.fill, i);
  }
  static bool BytesAreRight(const Object& object, uint64_t address) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(address);
    for (uint64_t i = 0; i < object.size; ++i) {
      if (bytes[i] != ByteAt(object.fill, i)) return false;
    }
    return true;
  }
  uint64_t RandomSize() {
    switch (Random(8)) {
      case 0:
        return 0;
      case 1:
        return Random(100'000);
      case 2:
        return 64 << Random(8);
      default:
        return Random(3000);
    }
  }

  // A container lets go of its children when it goes, which may let them go.
  void Gone(Object& object) {
    std::vector<Id> children;
    children.swap(object.children);
    for (const Id& child : children) {
      Object& held = objects_.at(child);
      if (--held.containers; !held.alive()) Gone(held);
    }
  }
  void Settle(Object& object) {
    if (!object.alive()) Gone(object);
  }

  // property_steps.cc: each changes something at random, or finds nothing to change.
  void Expect();
  void Create();
  void CreateAgain();
  void Resize();
  void Seal();
  // Whether `from` leads to `to`: what holds itself would never go.
  bool Contains(const Id& from, const Id& to);
  // Deleted ones keep their children only as long as somebody looks at them.
  static bool Stays(const Object& object);
  void Abort();
  void Get();
  uint64_t Pinned() const;
  static void Compare(const Object& object, const atoll_view& view);
  void GetAll();
  void Release();
  void Reference();
  void Dereference();
  void Delete();
  void Name();
  void Claim();
  void Step();  // one of these
  void RunProgram(uint64_t seed, int steps);

  // property_looks.cc
  // Of everything that somebody holds: others may be gone, or may not be yet.
  void Look();
  // Once the server has done its work: what is there is what the model has, with as many pins and references.
  void LookAtAll();
  static std::string Text(const atoll_object_id& id);

  std::mt19937_64 random_;
  atoll_client* c_[kClients] = {};
  std::string spill_;
  std::map<Id, Object> objects_;
  std::map<std::string, Id> names_;
};

}  // namespace atollstore::property

#endif  // ATOLL_TESTS_PROPERTY_FIXTURE_H_
