// Two clients that do nothing wrong, beside one who changes a single word of the control segment at a time,
// anywhere. Whatever they are told, what they get are the bytes that were put.
#include <cstdio>
#include <vector>

#include "client/client_core.h"
#include "scratch.h"
#include "server/server_core.h"

using namespace atollstore;
using namespace atollstore::fuzz;

namespace {

struct Known {
  atoll_object_id id;
  uint64_t tag, size;
};

// Bytes that no other object of this store has at the same place.
uint8_t ByteAt(uint64_t tag, uint64_t at) { return static_cast<uint8_t>(tag * 31 + at * 7 + (at >> 8)); }

void Put(ClientCore& client, uint64_t size, uint64_t tag, std::vector<Known>* known) {
  ObjectId id;
  const auto address = client.Create(&id, size, 0, tag, 0);
  if (!address.ok()) return;
  auto* bytes = reinterpret_cast<uint8_t*>(address.value());
  for (uint64_t at = 0; at < size; ++at) bytes[at] = ByteAt(tag, at);
  if (client.Seal(id, nullptr).ok()) known->push_back({id.c(), tag, size});
}

void Look(ClientCore& client, const Known& object) {
  atoll_view view{};
  if (!client.Get(object.id, 0, &view).ok()) return;
  bool right = view.tag == object.tag && view.size == object.size && view.contained == 0;
  for (uint64_t at = 0; right && at < view.size; ++at)
    right = reinterpret_cast<const uint8_t*>(view.address)[at] == ByteAt(object.tag, at);
  if (!right) {
    std::fprintf(stderr, "object %lx of %lu bytes: other bytes\n", object.id.place, object.size);
    ::abort();
  }
  (void)client.Release(object.id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto started = ServerCore::Start(Tiny());
  if (!started.ok()) ::abort();
  auto maker = ClientCore::Attach(SocketPath().c_str()), reader = ClientCore::Attach(SocketPath().c_str());
  if (!maker.ok() || !reader.ok()) ::abort();
  const Control& control = reader.value()->control();
  auto* const words = reinterpret_cast<u64*>(&control.header());
  Input input(data, size);
  std::vector<Known> known;
  u64* changed = nullptr;
  uint64_t before = 0;
  const auto mend = [&] {
    if (changed != nullptr) changed->store(before);
    changed = nullptr;
  };
  uint64_t tag = 0;
  for (int steps = 0; !input.empty() && steps < 256; ++steps) {
    const auto what = input.Take<uint8_t>();
    const auto which = input.Take<uint8_t>();
    switch (what % 4) {
      case 0:
        Put(*(what & 4 ? maker : reader).value(), 1 + which * uint64_t{64}, ++tag, &known);
        break;
      case 1:
        if (!known.empty()) Look(*(what & 4 ? maker : reader).value(), known[which % known.size()]);
        break;
      case 2:
        if (known.empty()) break;
        (void)maker.value()->Dereference(known[which % known.size()].id);
        (void)reader.value()->Dereference(known[which % known.size()].id);
        known.erase(known.begin() + which % static_cast<int>(known.size()));
        break;
      default: {
        mend();
        if (known.empty()) break;
        // Mostly what an entry or a block says; the value is one of the same kind from elsewhere, or
        // anything.
        const ObjectId mine(known[which % known.size()].id), other(known[(which >> 4) % known.size()].id);
        Entry &entry = control.entry(mine.index()), &model = control.entry(other.index());
        const uint64_t all = control.geometry().slabs() * kWordsPerSlab;
        const uint64_t block = (entry.block.load() - 1) % all, like = (model.block.load() - 1) % all;
        const auto kind = what >> 2;
        u64* const places[] = {&entry.location,
                               &entry.size,
                               &entry.tag,
                               &entry.block,
                               &control.block_word(block),
                               &entry.holders,
                               &words[input.Take<uint16_t>() % (control.geometry().control_bytes / 8)]};
        u64* const models[] = {&model.location,
                               &model.size,
                               &model.tag,
                               &model.block,
                               &control.block_word(like),
                               &model.holders,
                               &control.block_word(like)};
        const size_t place = kind % 7;
        changed = places[place];
        before = changed->load();
        changed->store(kind & 32 ? models[place]->load() : before ^ input.Take<uint64_t>());
      }
    }
  }
  mend();
  // The server may believe what was written into its own words; it is not asked to end well.
  (void)maker.value()->Detach();
  (void)reader.value()->Detach();
  return 0;
}
