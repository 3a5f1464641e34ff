// Random programs of two clients against a model of the store in memory. After each step everything that a
// client can see is compared: states, bytes, tags, children, pins and references. A failure names its seed,
// and ATOLL_PROPERTY_SEED=N runs that program alone.
//
// What this cannot see: several threads at once, deaths (ci/torture), and how long anything takes.
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

#include "fixture.h"

namespace atollstore {
namespace {

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
    for (auto& [name, id] : names_) OK(atoll_unpublish(c_[0], name.c_str()));
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

  // ---- the steps ----

  void Expect() {
    const int k = AnyClient();
    atoll_object_id id{};
    OK(atoll_expect(c_[k], &id));
    ASSERT_FALSE(objects_.contains(id)) << "an id was given out twice";
    objects_[id].references[k] = 1;
  }

  void Create() {
    const int k = AnyClient();
    const auto at = Any([](const Object& object) { return object.state == Object::kExpected; });
    const bool fresh = at == objects_.end() || Random(2) == 0;
    atoll_object_id id = fresh ? atoll_object_id{} : at->first.c();
    Object next = fresh ? Object() : at->second;
    next.size = RandomSize();
    next.tag = random_();
    next.fill = static_cast<uint8_t>(random_());
    next.promised = Random(4) == 0 ? 1 + Random(4) : 0;
    const int64_t made =
        atoll_create(c_[k], &id, next.size, next.promised, next.tag, 10 * kSecond, &next.address);
    if (!fresh && next.deleted) {
      ASSERT_EQ(made, -ATOLL_LOST) << atoll_last_error();
      return;
    }
    ASSERT_EQ(made, 0) << atoll_last_error();
    next.state = Object::kCreating;
    next.creator = k;
    if (fresh) next.references[k] = 1;
    Write(next);
    objects_[id] = next;
  }

  void CreateAgain() {
    const auto at = Any([](const Object& object) { return object.state != Object::kExpected; });
    if (at == objects_.end()) return;
    atoll_object_id id = at->first.c();
    uint64_t address = 0;
    const int64_t made = atoll_create(c_[AnyClient()], &id, 10, 0, 0, 0, &address);
    if (at->second.deleted) {
      ASSERT_TRUE(made == -ATOLL_LOST) << made << " " << atoll_last_error();
    } else {
      ASSERT_EQ(made, -ATOLL_ALREADY_EXISTS) << atoll_last_error();
    }
  }

  void Resize() {
    const auto at = Any([](const Object& object) { return object.state == Object::kCreating; });
    if (at == objects_.end()) return;
    const atoll_object_id id = at->first.c();
    Object& object = at->second;
    const uint64_t before = object.size, size = RandomSize();
    uint64_t address = 0;
    ASSERT_EQ(atoll_resize(c_[1 - object.creator], &id, size, 0, &address), -ATOLL_NOT_CREATING);
    ASSERT_EQ(atoll_resize(c_[object.creator], &id, size, 10 * kSecond, &address), 0) << atoll_last_error();
    object.address = address;
    object.size = std::min(before, size);
    ASSERT_TRUE(BytesAreRight(object, address))
        << "a resize from " << before << " to " << size << " lost bytes";
    object.size = size;
    Write(object, std::min(before, size));
  }

  void Seal() {
    const auto at = Any([](const Object& object) { return object.state == Object::kCreating; });
    if (at == objects_.end()) return;
    const atoll_object_id id = at->first.c();
    Object& object = at->second;
    std::vector<Id> mine;  // what the creator refers to
    for (auto& [child, other] : objects_) {
      if (other.references[object.creator] > 0 && child != at->first && !Contains(child, at->first))
        mine.push_back(child);
    }
    std::vector<atoll_object_id> ids;
    for (uint64_t i = 0; i < object.promised && !mine.empty(); ++i)
      ids.push_back(mine[Random(mine.size())].c());
    if (ids.size() < object.promised) return;  // nobody to name
    ASSERT_EQ(atoll_seal(c_[1 - object.creator], &id, ids.data()), -ATOLL_NOT_CREATING);
    ASSERT_EQ(atoll_seal(c_[object.creator], &id, ids.data()), 0) << atoll_last_error();
    ASSERT_EQ(atoll_seal(c_[object.creator], &id, ids.data()), -ATOLL_NOT_CREATING);
    object.state = Object::kSealed;
    object.address = 0;
    for (const atoll_object_id& child : ids) {
      object.children.push_back(child);
      ++objects_.at(child).containers;
      objects_.at(child).contained_once = true;
    }
    if (!Stays(object)) Gone(object);
  }
  // Whether `from` leads to `to`: what holds itself would never go.
  bool Contains(const Id& from, const Id& to) {
    const auto at = objects_.find(from);
    if (at == objects_.end()) return false;
    for (const Id& child : at->second.children) {
      if (child == to || Contains(child, to)) return true;
    }
    return false;
  }
  // Deleted ones keep their children only as long as somebody looks at them.
  static bool Stays(const Object& object) {
    return object.deleted ? object.pins[0] + object.pins[1] > 0 : object.alive();
  }

  void Abort() {
    const auto at = Any([](const Object& object) { return object.state == Object::kCreating; });
    if (at == objects_.end()) return;
    const atoll_object_id id = at->first.c();
    Object& object = at->second;
    ASSERT_EQ(atoll_abort(c_[1 - object.creator], &id), -ATOLL_NOT_CREATING);
    ASSERT_EQ(atoll_abort(c_[object.creator], &id), 0) << atoll_last_error();
    ASSERT_EQ(atoll_abort(c_[object.creator], &id), -ATOLL_NOT_CREATING);
    object.state = Object::kExpected;
    object.creator = -1;
    object.promised = 0;
    Settle(object);
  }

  void Get() {
    const auto at = AnyAlive();
    if (at == objects_.end()) return;
    const int k = AnyClient();
    Object& object = at->second;
    const atoll_object_id id = at->first.c();
    atoll_view view{};
    const bool there = object.state == Object::kSealed && !object.deleted;
    const int64_t got = atoll_get(c_[k], &id, there ? 10 * kSecond : 0, &view);
    if (object.deleted) {
      ASSERT_EQ(got, -ATOLL_LOST) << atoll_last_error();
    } else if (!there) {
      ASSERT_EQ(got, -ATOLL_TIMED_OUT) << atoll_last_error();
    } else {
      ASSERT_EQ(got, 0) << atoll_last_error();
      ASSERT_NO_FATAL_FAILURE(Compare(object, view));
      if (Pinned() < 500'000 && Random(2) == 0) {
        ++object.pins[k];
      } else {
        OK(atoll_release(c_[k], &id));
      }
    }
  }
  uint64_t Pinned() const {
    uint64_t bytes = 0;
    for (const auto& [id, object] : objects_) bytes += object.pins[0] + object.pins[1] > 0 ? object.size : 0;
    return bytes;
  }
  static void Compare(const Object& object, const atoll_view& view) {
    ASSERT_EQ(view.size, object.size);
    ASSERT_EQ(view.tag, object.tag);
    ASSERT_EQ(view.address % 64, 0u);
    ASSERT_EQ(view.contained, object.children.size());
    ASSERT_TRUE(BytesAreRight(object, view.address));
    const auto* ids = reinterpret_cast<const atoll_object_id*>(view.contained_address);
    for (size_t i = 0; i < object.children.size(); ++i) ASSERT_EQ(Id(ids[i]), object.children[i]);
  }

  void GetAll() {
    std::vector<atoll_object_id> ids;
    uint64_t bytes = 0;
    for (const auto& [id, object] : objects_) {
      if (!object.alive() || Random(4) != 0 || object.state != Object::kSealed || object.deleted) continue;
      if ((bytes += object.size) > 300'000) break;
      ids.push_back(id.c());
    }
    const int k = AnyClient();
    std::vector<atoll_view> views(ids.size());
    ASSERT_EQ(atoll_get_all(c_[k], ids.data(), ids.size(), 10 * kSecond, views.data()), 0)
        << atoll_last_error();
    for (size_t i = 0; i < ids.size(); ++i) {
      ASSERT_NO_FATAL_FAILURE(Compare(objects_.at(ids[i]), views[i]));
      OK(atoll_release(c_[k], &ids[i]));
    }
  }

  void Release() {
    const int k = AnyClient();
    const auto at = AnyAlive();
    if (at == objects_.end()) return;
    Object& object = at->second;
    const atoll_object_id id = at->first.c();
    if (object.pins[k] == 0) {
      ASSERT_EQ(atoll_release(c_[k], &id), -ATOLL_INVALID_ARGUMENT) << atoll_last_error();
      return;
    }
    OK(atoll_release(c_[k], &id));
    --object.pins[k];
    if (!Stays(object)) Gone(object);
  }

  void Reference() {
    const int k = AnyClient();
    const auto at = AnyAlive();
    if (at == objects_.end() || at->second.held() == 0) return;
    const atoll_object_id id = at->first.c();
    OK(atoll_reference(c_[k], &id));
    ++at->second.references[k];
  }

  void Dereference() {
    const int k = AnyClient();
    const auto at = AnyAlive();
    if (at == objects_.end()) return;
    Object& object = at->second;
    const atoll_object_id id = at->first.c();
    if (object.references[k] == 0) {
      // A creator's column holds the children of its container until it has heard that the server took that in.
      if (object.contained_once) return;
      ASSERT_EQ(atoll_dereference(c_[k], &id), -ATOLL_INVALID_ARGUMENT) << atoll_last_error();
      return;
    }
    OK(atoll_dereference(c_[k], &id));
    --object.references[k];
    Settle(object);
  }

  void Delete() {
    const auto at = AnyAlive();
    if (at == objects_.end() || Random(3) != 0) return;
    Object& object = at->second;
    const atoll_object_id id = at->first.c();
    OK(atoll_delete(c_[AnyClient()], &id));
    object.deleted = true;
    if (object.state == Object::kSealed && !Stays(object)) Gone(object);
    if (!object.alive()) Gone(object);
  }

  void Name() {
    const std::string name = "name-" + std::to_string(Random(4));
    const int k = AnyClient();
    const auto named = names_.find(name);
    if (named != names_.end() && Random(2) == 0) {
      atoll_object_id id{};
      OK(atoll_lookup(c_[k], name.c_str(), &id));
      ASSERT_EQ(Id(id), named->second);
      ++objects_.at(id).references[k];
      return;
    }
    if (named != names_.end()) {
      OK(atoll_unpublish(c_[k], name.c_str()));
      Object& object = objects_.at(named->second);
      names_.erase(named);
      --object.containers;
      Settle(object);
      return;
    }
    atoll_object_id nobody{};
    ASSERT_EQ(atoll_lookup(c_[k], name.c_str(), &nobody), -ATOLL_NOT_FOUND);
    const auto at = Any([&](const Object& object) { return object.references[k] > 0; });
    if (at == objects_.end()) return;
    const atoll_object_id id = at->first.c();
    OK(atoll_publish(c_[k], name.c_str(), &id));
    names_[name] = at->first;
    ++at->second.containers;
  }

  void Claim() {
    const auto at = AnyAlive();
    if (at == objects_.end()) return;
    const atoll_object_id id = at->first.c();
    Object& object = at->second;
    const int k = AnyClient();
    const auto expected = static_cast<uint32_t>(Random(3)), desired = static_cast<uint32_t>(Random(3));
    ASSERT_EQ(atoll_claim(c_[k], &id, expected, desired), object.claim == expected ? 1 : 0);
    if (object.claim == expected) object.claim = desired;
    ASSERT_EQ(atoll_claimed(c_[1 - k], &id), object.claim);
  }

  // ---- what is seen after each ----

  // Of everything that somebody holds: others may be gone, or may not be yet.
  void Look() {
    std::vector<atoll_object_id> ids;
    for (const auto& [id, object] : objects_) {
      if (object.alive()) ids.push_back(id.c());
    }
    std::vector<uint8_t> ready(ids.size());
    std::vector<atoll_view> views(ids.size());
    for (atoll_client* client : c_) {
      int64_t sealed = 0, first_unsealed = -1;
      for (size_t i = 0; i < ids.size(); ++i) {
        const Object& object = objects_.at(ids[i]);
        ASSERT_EQ(atoll_contains(client, &ids[i]), object.visible()) << Text(ids[i]);
        sealed += object.visible() != ATOLL_EXPECTED;
        if (object.visible() != ATOLL_SEALED && first_unsealed < 0) first_unsealed = static_cast<int64_t>(i);
      }
      ASSERT_EQ(atoll_wait(client, ids.data(), ids.size(), ids.size(), 0, ready.data()), sealed)
          << atoll_last_error();
      for (size_t i = 0; i < ids.size(); ++i) {
        ASSERT_EQ(ready[i] != 0, objects_.at(ids[i]).visible() != ATOLL_EXPECTED) << Text(ids[i]);
      }
      const int64_t seen = atoll_peek(client, ids.data(), ids.size(), views.data());
      ASSERT_EQ(seen, first_unsealed < 0 ? static_cast<int64_t>(ids.size()) : first_unsealed);
      for (int64_t i = 0; i < seen; ++i) {
        const Object& object = objects_.at(ids[static_cast<size_t>(i)]);
        ASSERT_EQ(views[static_cast<size_t>(i)].size, object.size);
        ASSERT_EQ(views[static_cast<size_t>(i)].tag, object.tag);
        ASSERT_EQ(views[static_cast<size_t>(i)].contained, object.children.size());
      }
    }
  }

  // Once the server has done its work: what is there is what the model has, with as many pins and references.
  void LookAtAll() {
    uint64_t alive = 0, pins = 0;
    for (const auto& [id, object] : objects_) {
      alive += object.alive();
      pins += static_cast<uint64_t>(object.pins[0] + object.pins[1]);
    }
    ASSERT_TRUE(Eventually([&] { return Stats(c_[0]).objects == alive; }))
        << Stats(c_[0]).objects << " objects, " << alive << " are held";
    // The server pins what it writes to disk.
    ASSERT_TRUE(Eventually([&] { return Stats(c_[0]).pins == pins; }))
        << Stats(c_[0]).pins << " pins, not " << pins;
    std::vector<atoll_object_info> infos(alive + 10);
    uint64_t cursor = 0;
    const int64_t listed = atoll_list(c_[1], &cursor, infos.data(), infos.size());
    ASSERT_EQ(listed, static_cast<int64_t>(alive));
    for (int64_t i = 0; i < listed; ++i) {
      const atoll_object_info& info = infos[static_cast<size_t>(i)];
      ASSERT_TRUE(objects_.contains(info.id)) << Text(info.id);
      const Object& object = objects_.at(info.id);
      ASSERT_EQ(info.state, object.visible()) << Text(info.id);
      ASSERT_EQ(info.pins, static_cast<uint64_t>(object.pins[0] + object.pins[1])) << Text(info.id);
      // Besides those of clients and names, there are those that a creator holds until its container is taken
      // in.
      ASSERT_GE(info.references,
                static_cast<uint64_t>(object.references[0] + object.references[1] + object.containers))
          << Text(info.id);
    }
    for (const auto& [id, object] : objects_) {
      const atoll_object_id c = id.c();
      if (!object.alive()) {
        ASSERT_EQ(atoll_contains(c_[0], &c), ATOLL_ABSENT) << Text(c);
      }
    }
    std::erase_if(objects_, [](const auto& entry) { return !entry.second.alive(); });
  }

  static std::string Text(const atoll_object_id& id) {
    const ObjectId object(id);
    return "object " + std::to_string(object.index()) + "." + std::to_string(object.generation());
  }

  void Step() {
    using Steps = void (PropertyTest::*)();
    static constexpr Steps kSteps[] = {
        &PropertyTest::Expect,      &PropertyTest::Create,      &PropertyTest::Create,
        &PropertyTest::Create,      &PropertyTest::CreateAgain, &PropertyTest::Resize,
        &PropertyTest::Seal,        &PropertyTest::Seal,        &PropertyTest::Seal,
        &PropertyTest::Abort,       &PropertyTest::Get,         &PropertyTest::Get,
        &PropertyTest::GetAll,      &PropertyTest::Release,     &PropertyTest::Release,
        &PropertyTest::Reference,   &PropertyTest::Dereference, &PropertyTest::Dereference,
        &PropertyTest::Dereference, &PropertyTest::Delete,      &PropertyTest::Name,
        &PropertyTest::Claim};
    (this->*kSteps[Random(std::size(kSteps))])();
  }

  void RunProgram(uint64_t seed, int steps) {
    SCOPED_TRACE("ATOLL_PROPERTY_SEED=" + std::to_string(seed));
    ASSERT_NO_FATAL_FAILURE(Begin(seed));
    for (int step = 0; step < steps; ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      ASSERT_NO_FATAL_FAILURE(Step());
      ASSERT_NO_FATAL_FAILURE(Look());
      if (step % 50 != 49) continue;
      ASSERT_NO_FATAL_FAILURE(LookAtAll());
    }
    End();
  }

  std::mt19937_64 random_;
  atoll_client* c_[kClients] = {};
  std::string spill_;
  std::map<Id, Object> objects_;
  std::map<std::string, Id> names_;
};

TEST_P(PropertyTest, StoreIsWhatItsModelSays) {
  if (const char* given = std::getenv("ATOLL_PROPERTY_SEED"); given != nullptr) {
    RunProgram(std::strtoull(given, nullptr, 10), 400);
    return;
  }
  std::random_device device;
  for (int program = 0; program < 12; ++program) {
    RunProgram(device(), 400);
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(InMemory, PropertyTest, ::testing::Values(false));
INSTANTIATE_TEST_SUITE_P(OnDisk, PropertyTest, ::testing::Values(true));

}  // namespace
}  // namespace atollstore
