// What is seen after each step, and once the server has done its work.
#include "property_fixture.h"

namespace atollstore::property {

void PropertyTest::Look() {
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

void PropertyTest::LookAtAll() {
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

std::string PropertyTest::Text(const atoll_object_id& id) {
  const ObjectId object(id);
  return "object " + std::to_string(object.index()) + "." + std::to_string(object.generation());
}

}  // namespace atollstore::property
