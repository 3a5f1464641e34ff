#include "check/inspect.h"

#include <algorithm>

#include "directory/directory.h"
#include "directory/holders.h"
#include "heap/blocks.h"
#include "heap/size_class.h"
#include "layout/location.h"

namespace atollstore {
namespace {

// Bytes of the object's block behind what the creator asked for: the contained ids, 16-byte aligned.
uint64_t BytesOf(const Entry& entry) {
  const uint64_t size = entry.size.load(std::memory_order_relaxed);
  const uint64_t contained = entry.contained.load(std::memory_order_relaxed);
  return contained == 0 ? size : (size + 15) / 16 * 16 + contained * sizeof(atoll_object_id);
}

bool Attached(const ClientRecord& record) {
  return record.state.load(std::memory_order_acquire) == static_cast<uint32_t>(ClientState::kAttached);
}

// Adds the calls of one client.
void AddUp(ClientRecord& record, atoll_operations* sum) {
  for (Counters& c : record.counters) {
    const auto add = [](uint64_t* to, const u64& from) { *to += from.load(std::memory_order_relaxed); };
    add(&sum->expects, c.expects);
    add(&sum->creates, c.creates);
    add(&sum->seals, c.seals);
    add(&sum->aborts, c.aborts);
    add(&sum->gets, c.gets);
    add(&sum->references, c.references);
    add(&sum->dereferences, c.dereferences);
    add(&sum->deletes, c.deletes);
    add(&sum->waits, c.waits);
    add(&sum->claims, c.claims);
    add(&sum->lookups, c.lookups);
    add(&sum->publishes, c.publishes);
    add(&sum->unpublishes, c.unpublishes);
    add(&sum->bytes_written, c.bytes_written);
    add(&sum->bytes_copied, c.bytes_copied);
  }
}

uint64_t Frees(const ClientRecord& record) {
  uint64_t frees = 0;
  for (const Counters& c : record.counters) frees += c.frees.load(std::memory_order_relaxed);
  return frees;
}

// Where the extents are, and the longest run of free ones.
void CountExtents(const Control& control, atoll_stats_t* stats) {
  const Geometry& g = control.geometry();
  stats->extent_bytes = g.extent_bytes();
  uint64_t run = 0;
  for (uint64_t i = 0; i < g.extents(); ++i) {
    const uint32_t owner = control.extent(i).load(std::memory_order_relaxed) & kExtentOwnerMask;
    run = owner == 0 ? run + 1 : 0;
    stats->largest_free = std::max(stats->largest_free, run * g.extent_bytes());
    ++(owner == 0            ? stats->extents_free
       : owner < g.columns() ? stats->extents_of_clients
                             : stats->extents_of_server);
  }
}

}  // namespace

atoll_stats_t InspectStore(const Control& control) {
  atoll_stats_t stats{};
  const Header& header = control.header();
  const ServerCounters& served = header.served;
  const auto read = [](const u64& number) { return number.load(std::memory_order_relaxed); };
  stats.size = sizeof(stats);
  stats.capacity = control.geometry().capacity();
  stats.control_bytes = read(served.control_resident);
  stats.reserved = read(header.reserved_bytes);
  stats.max_objects = control.geometry().objects();
  stats.names = read(served.names);
  stats.max_names = control.geometry().max_names();
  stats.max_clients = control.geometry().columns() - 1;
  stats.freed = read(served.freed) + Frees(control.client(kServer));
  AddUp(control.client(kServer), &stats.done);
  control.EachClient([&](uint32_t i) {
    stats.clients += Attached(control.client(i));
    stats.freed += Frees(control.client(i));
    AddUp(control.client(i), &stats.done);
  });
  const SizeClasses classes(control.geometry().slabs_per_extent());
  for (uint64_t i = 0, high = control.entries_high(); i < high; ++i) {
    const Entry& entry = control.entry(i);
    Word word(entry.word.load(std::memory_order_acquire));
    if (word.state() == State::kFree) continue;
    ++stats.objects;
    const uint64_t size = entry.size.load(std::memory_order_relaxed);
    uint64_t pins = control.pins(kServer)[i].load(std::memory_order_relaxed);
    Holders::Each(control, i, word,
                  [&](uint32_t c) { pins += control.pins(c)[i].load(std::memory_order_relaxed); });
    stats.pins += pins;
    if (entry.block.load(std::memory_order_relaxed) != 0) {
      const uint64_t block = BlockBytes(classes, BytesOf(entry));
      stats.allocated += block;
      if (pins != 0) stats.pinned_bytes += block;
    }
    const uint64_t visible = Visible(word);
    stats.lost_objects += visible == ATOLL_IS_LOST;
    if (visible != ATOLL_SEALED) continue;
    ++stats.sealed_objects;
    stats.sealed_bytes += size;
    if (word.state() == State::kDying) word = word.Revived();
    if (word.state() == State::kSpilled || word.state() == State::kRestoring) {
      ++stats.spilled_objects;
      stats.spilled_bytes += size;
    }
  }
  stats.free = control.geometry().capacity() - std::min(control.geometry().capacity(), stats.allocated);
  CountExtents(control, &stats);
  // What of the free bytes no single object could have, counted in whole extents.
  if (stats.free != 0 && stats.largest_free < stats.free) {
    stats.fragmentation_permille = 1000 - stats.largest_free * 1000 / stats.free;
  }
  // Nobody counts releases: they are the gets whose pins are gone.
  stats.done.releases = stats.done.gets - std::min(stats.done.gets, stats.pins);
  stats.attached = read(served.attached);
  stats.buried = read(served.buried);
  stats.evicted = read(served.evicted);
  stats.restored = read(served.restored);
  stats.bytes_spilled = read(served.bytes_spilled);
  stats.bytes_spilling = read(served.bytes_spilling);
  stats.bytes_restored = read(served.bytes_restored);
  return stats;
}

Result<atoll_client_stats_t> InspectClient(const Control& control, uint64_t client) {
  atoll_client_stats_t stats{};
  const Geometry& g = control.geometry();
  if (client == 0 || !control.HasClient(client) || !Attached(control.client(client))) {
    return Status::Error(ATOLL_NOT_FOUND, "no client %lu", client);
  }
  ClientRecord& record = control.client(client);
  stats.size = sizeof(stats);
  stats.pid = record.pid.load(std::memory_order_relaxed);
  AddUp(record, &stats.done);
  for (const Counters& counters : record.counters) {
    for (int i = 0; i < 4; ++i) stats.user[i] += counters.user[i].load(std::memory_order_relaxed);
  }
  const SizeClasses classes(g.slabs_per_extent());
  const u32* pins = control.pins(client);
  const u32* references = control.references(client);
  const auto add = [&](uint64_t i) {
    const Entry& entry = control.entry(i);
    const uint32_t pinned = pins[i].load(std::memory_order_relaxed);
    stats.pins += pinned;
    stats.references += references[i].load(std::memory_order_relaxed);
    if (entry.block.load(std::memory_order_relaxed) == 0) return;
    if (pinned != 0) stats.pinned_bytes += BlockBytes(classes, BytesOf(entry));
    const Word word(entry.word.load(std::memory_order_acquire));
    if (word.being_created() && word.owner() == client) {
      stats.creating_bytes += BlockBytes(classes, BytesOf(entry));
    }
  };
  // Only where it has been: looking at other slots would give them memory.
  const Marks touched = control.touched(client);
  const uint64_t blocks = control.entries_high() / kEntriesPerBlock;
  for (uint64_t block = touched.Next(0); block < blocks; block = touched.Next(block + 1)) {
    for (uint64_t i = 0; i < kEntriesPerBlock; ++i) add(block * kEntriesPerBlock + i);
  }
  stats.done.releases = stats.done.gets - std::min(stats.done.gets, stats.pins);
  for (uint64_t i = 0; i < g.extents(); ++i) {
    if ((control.extent(i).load(std::memory_order_relaxed) & kExtentOwnerMask) == client) {
      stats.leased_bytes += g.extent_bytes();
    }
  }
  return stats;
}

int64_t InspectObjects(const Control& control, uint64_t* cursor, atoll_object_info* infos, uint64_t max) {
  uint64_t filled = 0;
  const uint64_t store = control.header().store.load();
  const uint64_t high = control.entries_high();
  for (; *cursor < high && filled < max; ++*cursor) {
    const uint64_t index = *cursor;
    const Entry& entry = control.entry(index);
    const Word word(entry.word.load(std::memory_order_acquire));
    const uint64_t state = Visible(word);
    if (state == ATOLL_ABSENT) continue;
    atoll_object_info& info = infos[filled++];
    info = {ObjectId(store, index, word.generation()).c(), state, 0, 0, 0, 0, 0};
    if (entry.block.load(std::memory_order_relaxed) != 0 && word.state() != State::kRestoring) {
      info.size = entry.size.load(std::memory_order_relaxed);
      info.tag = entry.tag.load(std::memory_order_relaxed);
      info.offset = Location(entry.location.load(std::memory_order_relaxed)).offset();
    }
    const auto add = [&](uint32_t client) {
      info.pins += control.pins(client)[index].load(std::memory_order_relaxed);
      info.references += control.references(client)[index].load(std::memory_order_relaxed);
    };
    add(kServer);
    Holders::Each(control, index, word, add);
  }
  return static_cast<int64_t>(filled);
}

}  // namespace atollstore
