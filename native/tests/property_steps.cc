// What a random program does, to the store and to the model.
#include "property_fixture.h"

namespace atollstore::property {

void PropertyTest::Expect() {
  const int k = AnyClient();
  atoll_object_id id{};
  OK(atoll_expect(c_[k], &id));
  ASSERT_FALSE(objects_.contains(id)) << "an id was given out twice";
  objects_[id].references[k] = 1;
}

void PropertyTest::Create() {
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

void PropertyTest::CreateAgain() {
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

void PropertyTest::Resize() {
  const auto at = Any([](const Object& object) { return object.state == Object::kCreating; });
  if (at == objects_.end()) return;
  const atoll_object_id id = at->first.c();
  Object& object = at->second;
  const uint64_t before = object.size, size = RandomSize();
  uint64_t address = 0;
  ASSERT_EQ(atoll_resize(c_[1 - object.creator], &id, size, 0, &address), -ATOLL_NOT_CREATING);
  const int64_t resized = atoll_resize(c_[object.creator], &id, size, 10 * kSecond, &address);
  if (object.deleted && resized == -ATOLL_LOST) {  // nobody waits for room for it, and nothing has changed
    ASSERT_TRUE(BytesAreRight(object, object.address));
    return;
  }
  ASSERT_EQ(resized, 0) << atoll_last_error();
  object.address = address;
  object.size = std::min(before, size);
  ASSERT_TRUE(BytesAreRight(object, address))
      << "a resize from " << before << " to " << size << " lost bytes";
  object.size = size;
  Write(object, std::min(before, size));
}

void PropertyTest::Seal() {
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

bool PropertyTest::Contains(const Id& from, const Id& to) {
  const auto at = objects_.find(from);
  if (at == objects_.end()) return false;
  for (const Id& child : at->second.children) {
    if (child == to || Contains(child, to)) return true;
  }
  return false;
}

bool PropertyTest::Stays(const Object& object) {
  return object.deleted ? object.pins[0] + object.pins[1] > 0 : object.alive();
}

void PropertyTest::Abort() {
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

void PropertyTest::Get() {
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

uint64_t PropertyTest::Pinned() const {
  uint64_t bytes = 0;
  for (const auto& [id, object] : objects_) bytes += object.pins[0] + object.pins[1] > 0 ? object.size : 0;
  return bytes;
}

void PropertyTest::Compare(const Object& object, const atoll_view& view) {
  ASSERT_EQ(view.size, object.size);
  ASSERT_EQ(view.tag, object.tag);
  ASSERT_EQ(view.address % 64, 0u);
  ASSERT_EQ(view.contained, object.children.size());
  ASSERT_TRUE(BytesAreRight(object, view.address));
  const auto* ids = reinterpret_cast<const atoll_object_id*>(view.contained_address);
  for (size_t i = 0; i < object.children.size(); ++i) ASSERT_EQ(Id(ids[i]), object.children[i]);
}

void PropertyTest::GetAll() {
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

void PropertyTest::Release() {
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

void PropertyTest::Reference() {
  const int k = AnyClient();
  const auto at = AnyAlive();
  if (at == objects_.end() || at->second.held() == 0) return;
  const atoll_object_id id = at->first.c();
  OK(atoll_reference(c_[k], &id));
  ++at->second.references[k];
}

void PropertyTest::Dereference() {
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

void PropertyTest::Delete() {
  const auto at = AnyAlive();
  if (at == objects_.end() || Random(3) != 0) return;
  Object& object = at->second;
  const atoll_object_id id = at->first.c();
  OK(atoll_delete(c_[AnyClient()], &id));
  object.deleted = true;
  if (object.state == Object::kSealed && !Stays(object)) Gone(object);
  if (!object.alive()) Gone(object);
}

void PropertyTest::Name() {
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
    OK(atoll_unpublish(c_[k], name.c_str(), ATOLL_FOREVER));
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
  OK(atoll_publish(c_[k], name.c_str(), &id, ATOLL_FOREVER));
  names_[name] = at->first;
  ++at->second.containers;
}

void PropertyTest::Claim() {
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

void PropertyTest::Step() {
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

}  // namespace atollstore::property
