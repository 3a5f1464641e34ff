// The control segment as a client reads it: others have written what the input says, in between it makes its
// calls. Whatever they return, it must not touch anything outside its mappings.
#include <thread>

#include "../torture/bare_store.h"
#include "scratch.h"

using namespace atollstore;
using namespace atollstore::fuzz;

namespace {

void Call(atoll_client* client, Input* input) {
  const uint64_t store = atoll_store_id(client);
  const auto what = input->Take<uint8_t>();
  const auto index = input->Take<uint8_t>();
  atoll_object_id id{store, uint64_t{index} << ObjectId::kGenerationBits | 1};
  switch (what % 12) {
    case 0: {
      atoll_view view;
      if (atoll_get(client, &id, what & 0x80 ? 1000 : 0, &view) != 0) return;
      // What it was given is its own: it may read all of it.
      uint64_t sum = 0;
      const auto* bytes = reinterpret_cast<const volatile uint8_t*>(view.address);
      if (view.size > 0) sum += bytes[0] + bytes[view.size - 1];
      const auto* ids = reinterpret_cast<const volatile uint8_t*>(view.contained_address);
      if (view.contained > 0) sum += ids[0] + ids[view.contained * sizeof(atoll_object_id) - 1];
      asm volatile("" ::"r"(sum));
      if (what & 0x40) atoll_release(client, &id);
      return;
    }
    case 1:
      atoll_release(client, &id);
      return;
    case 2: {
      uint64_t address = 0;
      if (what & 0x80) id = {};
      const uint64_t size = input->Take<uint16_t>();
      const uint64_t contained = what >> 4 & 3;
      if (atoll_create(client, &id, size, contained, 0, 0, &address) != 0) return;
      if (size > 0) {
        reinterpret_cast<volatile uint8_t*>(address)[0] = 1;
        reinterpret_cast<volatile uint8_t*>(address)[size - 1] = 1;
      }
      const atoll_object_id children[] = {{store, 1}, {store, uint64_t{3} << 40 | 1}, {store, 1}};
      if (what & 0x40) atoll_seal(client, &id, children);
      return;
    }
    case 3:
      atoll_seal(client, &id, nullptr);
      return;
    case 4:
      atoll_abort(client, &id);
      return;
    case 5:
      atoll_reference(client, &id);
      return;
    case 6:
      atoll_dereference(client, &id);
      return;
    case 7:
      atoll_delete(client, &id);
      return;
    case 8: {
      atoll_stats_t stats{};
      stats.size = sizeof(stats);
      atoll_client_stats_t about{};
      about.size = sizeof(about);
      atoll_stats(client, &stats);
      atoll_client_stats(client, index, &about);
      return;
    }
    case 9: {
      atoll_object_info infos[16];
      uint64_t cursor = index;
      while (atoll_list(client, &cursor, infos, 16) > 0) {
      }
      return;
    }
    case 10: {
      const atoll_object_id ids[] = {id, {store, 1}, {store, uint64_t{2} << 40 | 1}};
      uint8_t ready[3];
      atoll_wait(client, ids, 3, 2, what & 0x80 ? 1000 : 0, ready);
      return;
    }
    default: {
      char name[16];
      atoll_object_id found;
      input->Bytes(name, sizeof(name) - 1);
      name[15] = 0;
      atoll_lookup(client, name, &found);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto made =
      torture::BareStore::Make({kCapacity, kObjects, kClients, kExtentBytes, 4096, kCapacity}, SocketPath());
  if (!made.ok()) ::abort();
  torture::BareStore& store = *made.value();
  const Control& control = store.control();
  for (uint64_t i = 0; i < control.geometry().extents(); ++i) control.extent(i).store(kExtentReserved);
  Furnish(control);
  control.header().stopped.store(1);  // nobody answers
  std::thread server([&store] { (void)store.LetIn(3); });
  atoll_client* client = nullptr;
  const int64_t attached = atoll_attach(SocketPath().c_str(), nullptr, &client);
  server.join();
  if (attached != 0) ::abort();
  Input input(data, size);
  for (int steps = 0; !input.empty() && steps < 256; ++steps) {
    const auto poke = input.Take<uint8_t>();
    if (poke % 2 == 0) {
      Call(client, &input);
    } else {
      const auto index = input.Take<uint16_t>();
      Write(control, poke / 2 % 32, index, input.Take<uint64_t>());
      // A store that is stopped answers at once; else each question would wait for its two seconds.
      control.header().stopped.store(1);
    }
  }
  atoll_detach(client);
  ::unlink(SocketPath().c_str());
  return 0;
}
